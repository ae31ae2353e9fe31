"""How a fleet treated its sites, judged by the sites' own log. Each rule gives the violations that it sees, as texts.

What nobody can know is no violation. A site's word (429, 403) binds the fleet when its worker has had the time to tell main: at
once while main is there, a little after main is back otherwise. A worker that was killed before that has taken the word with it.
But a place is taken until its request is over, so a host with one place is safe from the time that telling takes.
"""

import math
from dataclasses import dataclass, field

TELLING_S = 0.5   # a word's way to main and into its store
CATCHING_UP_S = 3  # after main is back: its workers' links, and what they repeat every second
CLOSING_S = 0.05  # a connection's end is seen so long after it


@dataclass
class Blows:
    """What was done to the fleet, in seconds of the sites' clock."""
    worker_kills: list = field(default_factory=list)  # (moment, region)
    worker_stops: list = field(default_factory=list)  # (from, until, region)
    main_away: list = field(default_factory=list)     # (from, until): ended, killed or stopped
    link_holds: list = field(default_factory=list)    # (from, until, region): nothing came from main, or late

    def away_between(self, begin, end):
        return sum(max(0, min(end, b) - max(begin, a)) for a, b in self.main_away)


class Judge:
    def __init__(self, exchanges, blows, places, gap_s, ban_s, timeout_s):
        """places: of each host; ban_s: how long the shortest ban is; timeout_s: of a request."""
        self.blows, self.places, self.gap_s, self.ban_s, self.timeout_s = blows, places, gap_s, ban_s, timeout_s
        self.hosts = {}
        for x in sorted(exchanges, key=lambda x: x.begin):
            self.hosts.setdefault(x.host, []).append(x)
        self.excused = 0  # what would be a violation if the fleet could have known

    # -- what can be known

    def told_at(self, word):
        """When main knew it at the latest; never if its worker was killed before."""
        at = word.end + TELLING_S
        cut_off = (*self.blows.worker_stops, *self.blows.link_holds)
        mute = [*self.blows.main_away, *((a, b) for a, b, region in cut_off if region == word.region)]
        for begin, end in sorted(mute):
            if begin - TELLING_S <= at <= end + CATCHING_UP_S:
                at = end + CATCHING_UP_S
        lost = any(region == word.region and word.end <= moment <= at for moment, region in self.blows.worker_kills)
        return math.inf if lost else at

    def could_know(self, word, x):
        """x came after the word was said: must the fleet have known?"""
        told = self.told_at(word)
        stopped = any(region == word.region and a - TELLING_S <= told and b >= word.begin for a, b, region in self.blows.worker_stops)
        kept = self.places[word.host] == 1 and told < math.inf and (not stopped or x.begin < word.begin + self.timeout_s)
        return x.begin >= told or kept

    def binds(self, word, x):
        """The same, counted."""
        known = self.could_know(word, x)
        self.excused += not known
        return known

    def over(self, x):
        """When its place is free again. A stopped worker cannot close a connection when its time is over."""
        stopped = any(region == x.region and a <= x.end and b >= x.begin for a, b, region in self.blows.worker_stops)
        end = min(x.end, x.begin + self.timeout_s) if stopped else x.end
        return end if x.answered else end - CLOSING_S

    # -- the rules

    def held(self):
        """After a Retry-After nobody asks before its time."""
        for host, all_of_it in self.hosts.items():
            for word in (w for w in all_of_it if w.retry_after and w.answered):
                for x in all_of_it:
                    if word.end < x.begin < word.end + word.retry_after and self.binds(word, x):
                        yield f"host {host} was asked {x.begin - word.end:.3f} s after it had asked for {word.retry_after} s: {x}; {word}"

    def backed_off(self):
        """From its third failure in a row on, within 5 min, a host is left alone, twice as long each time (nine tenths of it, for the
        jitter), whoever owned the gates meanwhile. A success that main may have heard of later than of a failure ends the row for that
        one, too."""
        for host, all_of_it in self.hosts.items():
            words = sorted((w for w in all_of_it if w.answered and (w.status in (200, 304) or w.status >= 500 and not w.retry_after)),
                           key=lambda w: w.end)
            for x in all_of_it:
                row, times, until, told = [], 0, -math.inf, -math.inf
                for word in words:
                    if word.end >= x.begin:
                        break
                    if word.status < 500:
                        row, times, until, told = [], 0, -math.inf, self.told_at(word)
                    elif word.end >= told and self.could_know(word, x):
                        row = [end for end in row if word.end - end <= 300] + [word.end]
                        if times or len(row) >= 3:
                            until, times = max(until, word.end + 0.9 * 30 * 2 ** times), times + 1
                if x.begin < until:
                    yield f"host {host} fails, and was asked {until - x.begin:.3f} s too soon: {x}"

    def refusals(self, all_of_it):
        """Those that began a ban: one in force is not renewed."""
        since = {}
        for w in sorted((w for w in all_of_it if w.status == 403 and w.answered), key=lambda w: w.end):
            if self.told_at(w) < math.inf and w.end >= since.get(w.region, -math.inf) + self.ban_s:
                since[w.region] = w.end
                yield w

    def refused(self):
        """A region that was refused does not ask while its ban is in force."""
        for host, all_of_it in self.hosts.items():
            for word in self.refusals(all_of_it):
                for x in all_of_it:
                    if x.region == word.region and word.end < x.begin < word.end + self.ban_s and self.binds(word, x):
                        yield f"host {host} was asked by {x.region} {x.begin - word.end:.3f} s after it had refused it: {x}; {word}"

    def third_region(self):
        """When two regions are refused everyone stops; afterwards only they ask, until one of them is let in. What counts is when
        the site refused them: main may hear of the second when the first one's ban is over, and has to know all the same."""
        for host, all_of_it in self.hosts.items():
            banned = list(self.refusals(all_of_it))
            for i, second in enumerate(banned):
                others = [w for w in banned[:i] if w.region != second.region and second.end - w.end < self.ban_s]
                if not others:
                    continue
                known = {second.region, *(w.region for w in others)}
                later = [x for x in all_of_it if x.begin > second.end]
                let_in = min((x.end for x in later if x.answered and x.status != 403), default=math.inf)
                for x in later:
                    if x.begin >= let_in or not self.binds(second, x):
                        continue
                    if x.begin < second.end + self.ban_s or x.region not in known:
                        yield f"host {host} had refused {sorted(known)} and was asked by {x.region} after {x.begin - second.end:.3f} s: {x}"

    def in_flight(self):
        """Never more at a time than the host has places."""
        for host, all_of_it in self.hosts.items():
            open_now = []
            for x in all_of_it:
                open_now = [o for o in open_now if self.over(o) > x.begin] + [x]
                if len(open_now) > self.places[host]:
                    yield f"host {host} had {len(open_now)} requests at a time: {' '.join(map(str, open_now))}"

    def gap(self):
        """Two requests are no nearer than nine tenths of the gap."""
        for host, all_of_it in self.hosts.items():
            for earlier, later in zip(all_of_it, all_of_it[1:]):
                if later.begin - earlier.begin < 0.9 * self.gap_s:
                    yield f"host {host} was asked twice within {later.begin - earlier.begin:.3f} s: {earlier}; {later}"

    def violations(self):
        for rule in (self.held, self.backed_off, self.refused, self.third_region, self.in_flight, self.gap):
            for text in rule():
                yield f"{rule.__name__}: {text}"

    # -- the ledger

    def hidden(self, host, status=None):
        """What kill -9 may hide of this host: (missing, too many). A killed worker takes with it what it had not told: at most what it
        had in flight or was telling; its permits count as requests, also one that had not become a request. Main takes nothing with it:
        a worker that main has not told that its word is stored says it to the next one."""
        missing = too_many = 0
        all_of_it = [x for x in self.hosts.get(host, []) if status is None or x.status == status]
        for moment, region in self.blows.worker_kills:
            missing += sum(x.region == region and x.begin <= moment < max(x.end + TELLING_S, self.telling(x)) for x in all_of_it)
            too_many += self.places[host] if status is None else 0
        return missing, too_many

    def telling(self, x):
        told = self.told_at(x) if x.answered else x.end
        return x.end if math.isinf(told) else told

    def ledger(self, rows, names):
        """rows: host's name -> the ledger's row."""
        for host, all_of_it in self.hosts.items():
            row = rows.get(names(host), {})
            for key, status in (("requests", None), ("refused", 403), ("rateLimited", (429, 503))):
                wanted = status if isinstance(status, tuple) else (status,)
                seen = sum(status is None or (x.status in wanted and x.answered) for x in all_of_it)
                bounds = [self.hidden(host, s) for s in wanted]
                missing, too_many = (sum(b[i] for b in bounds) for i in (0, 1))
                counted = row.get(key, 0)
                if not seen - missing <= counted <= seen + too_many:
                    yield (f"ledger: of host {host} it has {counted} {key}, the host saw {seen} "
                           f"(kill -9 may hide {missing} and count {too_many} too many)")
