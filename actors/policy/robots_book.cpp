#include "actors/policy/robots_book.hpp"

#include <algorithm>

#include "actors/policy/not_before.hpp"
#include "actors/policy/robots_line.hpp"
#include "actors/policy/url_reference.hpp"

namespace vigie {

namespace {

std::string root_of(parsed_url url, const std::string& target) {
  url.target = target;
  return to_string(url);
}

std::string authority_of(const parsed_url& url) {
  auto out = root_of(url, "/");
  out.pop_back();
  return out;
}

/// "HTTP 429", or why none came.
std::string answer_of(const robots_copy& x) {
  return x.status > 0 ? "HTTP " + std::to_string(x.status) : std::string{to_string(x.problem)};
}

/// For whoever reads why an alert was not looked for.
std::string sentence(const robots_verdict& verdict, const std::string& authority, const std::string& version,
                     const robots_copy& copy) {
  auto file = authority + "/robots.txt";
  auto again = "; it is asked for again from " + to_rfc3339(copy.next_fetch) + " on";
  switch (verdict.why) {
  case robots_reason::rule:
    return file + " says \"" + verdict.rule + "\" (line " + std::to_string(verdict.line) + ", version " + version +
           ", fetched " + to_rfc3339(copy.settled) + ") to \"" + verdict.group + "\"";
  case robots_reason::refused:
    return file + " was refused to us (" + answer_of(copy) + "), so nothing is asked there" + again;
  case robots_reason::undecided:
    return file + " could not be read for 30 days; nothing is asked there until you decide";
  default:
    return file + " cannot be read now (" + answer_of(copy) +
           "), and there is no earlier copy, so nothing is asked there" + again;
  }
}

/// About what rules take: a path is kept twice.
size_t weight_of(const robots_rules& x) {
  size_t out = x.rules.size() * sizeof(robots_rule);
  for (const auto& rule : x.rules)
    out += 2 * rule.path.size();
  return out;
}

/// What they are judged by from now on allowed requests so far: by rules, or since there were none.
optional<robots_rules> allowing_rules(const robots_cache& x) {
  if (x.copy().has_body || x.copy().standing == robots_standing::unavailable)
    return x.rules();
  return {};
}

/// The rules in force, or what stands in their place.
std::string version_of(const robots_cache& x) {
  auto standing = x.copy().standing;
  if (standing == robots_standing::unknown)
    return {};
  return standing == robots_standing::rules || x.copy().has_body ? x.version() : std::string{to_string(standing)};
}

/// No word of the site, and perhaps no fault of the site either.
bool is_no_answer(errc code) {
  return code == errc::network || code == errc::timed_out || code == errc::blocked_address ||
         code == errc::bad_certificate;
}

} // namespace

error validate(const robots_book_config& config) {
  if (!is_product_token(config.product_token))
    return {errc::bad_config, "\"" + config.product_token + "\" is no product token", {}};
  if (config.max_authorities == 0 || config.longest_crawl_delay <= duration{0} ||
      config.second_opinion <= duration{0} || config.max_bytes < 16 * config.cache.limits.body_bytes)
    return {errc::bad_config, "the limits of the robots book must be above 0, and max_bytes 16 copies", {}};
  return validate(config.cache);
}

robots_book::robots_book(robots_book_config config) : config_(std::move(config)) {}

robots_book::entry& robots_book::add(const std::string& authority, robots_copy copy) {
  entry made{robots_cache{config_.cache, config_.product_token, std::move(copy)}, authority + "/robots.txt", 0};
  auto& e = entries_.emplace(authority, std::move(made)).first->second;
  weigh(e);
  use(authority, e);
  return e;
}

void robots_book::use(const std::string& authority, entry& e) {
  by_use_.erase(e.used);
  e.used = ++last_use_;
  by_use_.emplace(e.used, authority);
}

void robots_book::weigh(entry& e) {
  bytes_ -= e.bytes;
  e.bytes = e.cache.copy().body.size() + weight_of(e.cache.rules()) + (e.former ? weight_of(*e.former) : 0);
  bytes_ += e.bytes;
  e.version = version_of(e.cache);
}

void robots_book::forget(const std::string& authority) {
  auto i = entries_.find(authority);
  bytes_ -= i->second.bytes;
  by_use_.erase(i->second.used);
  bool known = i->second.cache.copy().standing != robots_standing::unknown;
  entries_.erase(i);
  if (known)
    changed(authority);
}

void robots_book::changed(const std::string& authority) {
  // While the store is away: a row too many in it is loaded and forgotten again some day, and that is all.
  if (entries_.contains(authority) || unstored_.size() < 2 * size_t{config_.max_authorities})
    unstored_[authority] = ++last_version_;
}

void robots_book::restore(std::vector<stored_robots> copies, wall_time now) {
  for (auto& x : copies)
    x.copy.next_fetch = not_before(x.copy.next_fetch, x.copy.next_fetch - x.copy.settled, now);
  std::stable_sort(copies.begin(), copies.end(),
                   [](const auto& a, const auto& b) { return a.copy.settled > b.copy.settled; });
  std::vector<stored_robots*> taken;
  auto room = config_.max_bytes - std::min(bytes_, config_.max_bytes);
  for (auto& x : copies) {
    bool fits = entries_.size() + taken.size() < config_.max_authorities && 3 * x.copy.body.size() <= room;
    if (!fits || entries_.contains(x.authority)) {
      if (!fits)
        unstored_[x.authority] = ++last_version_;
      continue;
    }
    room -= 3 * x.copy.body.size();
    taken.push_back(&x);
  }
  std::reverse(taken.begin(), taken.end()); // what was fetched last counts as used last
  for (auto* x : taken)
    add(x->authority, std::move(x->copy));
  make_room({}, {});
}

robots_book::entry* robots_book::find_or_make(const parsed_url& url, const std::string& authority, wall_time now) {
  if (auto i = entries_.find(authority); i != entries_.end()) {
    use(authority, i->second);
    return &i->second;
  }
  // What would have to be fetched again is not worth its place.
  if (entries_.size() >= config_.max_authorities) {
    std::vector<std::string> stale;
    for (const auto& [name, e] : entries_)
      if (e.cache.need(now) == robots_need::fetch)
        stale.push_back(name);
    for (const auto& name : stale)
      forget(name);
  }
  if (entries_.size() >= config_.max_authorities)
    return nullptr;
  auto& made = add(authority, {});
  made.next_url = root_of(url, "/robots.txt");
  return &made;
}

/// Never the one that room is made for, nor one that is being fetched.
void robots_book::make_room(const std::string& for_whom, wall_time now) {
  for (auto i = by_use_.begin(); bytes_ > config_.max_bytes && i != by_use_.end();) {
    const auto name = (i++)->second;
    if (name != for_whom && entries_.at(name).bytes > 0 && entries_.at(name).cache.need(now) != robots_need::wait)
      forget(name);
  }
}

robots_advice robots_book::consult(const parsed_url& url, const worker_id& by, wall_time now) {
  robots_advice out;
  out.authority = authority_of(url);
  auto* e = find_or_make(url, out.authority, now);
  if (e == nullptr) {
    out.step = robots_step::denied;
    out.why = {errc::busy, std::to_string(entries_.size()) + " sites are asked already", {}};
    return out;
  }
  switch (e->cache.need(now)) {
  case robots_need::fetch:
    if (e->no_word && e->no_word->first == by && now >= e->no_word->second &&
        now - e->no_word->second < config_.second_opinion) {
      out.step = robots_step::denied;
      out.why = {e->problem.code,
                 out.authority + "/robots.txt has no word for " + by.value +
                     "; another worker may try: " + e->problem.detail,
                 e->problem.place};
      return out;
    }
    e->cache.begin(now);
    out.step = robots_step::fetch;
    out.fetch_url = e->next_url;
    return out;
  case robots_need::wait:
    out.step = robots_step::wait;
    return out;
  case robots_need::use:
    break;
  }
  return judge(*e, url, std::move(out), now);
}

robots_advice robots_book::judge(entry& e, const parsed_url& url, robots_advice out, wall_time now) const {
  auto verdict = e.cache.decide(url.target, now);
  out.crawl_delay = e.cache.crawl_delay(now).value_or(duration{0});
  out.version = e.cache.copy().has_body ? e.version : "none";
  if (verdict.allowed && out.crawl_delay <= config_.longest_crawl_delay)
    return out;
  out.step = robots_step::denied;
  out.news = verdict.why == robots_reason::rule && e.former && decide(*e.former, url.target).allowed &&
             e.denied_by.insert(verdict.line).second;
  out.why = {errc::robots_disallowed, sentence(verdict, out.authority, e.version, e.cache.copy()), {}};
  if (verdict.why == robots_reason::rule)
    out.why.place = place_of_line(out.authority, verdict.line);
  if (verdict.why == robots_reason::unreachable && e.cache.copy().problem == errc::bad_certificate)
    out.why.detail += std::string{". "} + std::string{remedy(errc::bad_certificate)};
  if (verdict.allowed) {
    auto line = e.cache.rules().crawl_delay_line;
    out.why.detail = out.authority + "/robots.txt wants " + std::to_string(out.crawl_delay.count() / 1000) +
                     " s between requests (Crawl-delay, line " + std::to_string(line) + ", fetched " +
                     to_rfc3339(e.cache.copy().settled) + "), more than we wait";
    out.why.place = place_of_line(out.authority, line);
  }
  return out;
}

/// The first to get no answer where nothing else is known, and the first to be refused; a second one's word counts, and
/// after its time the same one's.
bool robots_book::leave_to_another(entry& e, const worker_id& by, const robots_report& report, bool refused,
                                   wall_time now) {
  bool no_answer = is_no_answer(report.problem.code) && !e.cache.copy().has_body;
  if ((!no_answer && !refused) || e.no_word || config_.alone)
    return false;
  e.no_word = std::pair{by, now};
  e.problem = refused ? error{errc::refused, "HTTP " + std::to_string(report.answer.status), {}} : report.problem;
  e.cache.give_up();
  return true;
}

robots_news robots_book::settle(const std::string& authority, const worker_id& by, const robots_report& report,
                                const fetch_report& judged, wall_time now) {
  auto i = entries_.find(authority);
  if (i == entries_.end() || report.url != i->second.next_url)
    return {};
  auto& e = i->second;
  bool refused = judged.kind == answer_kind::refused;
  if (report.problem.code == errc::none && !refused && follows_redirect(config_.cache, report.answer, e.redirects)) {
    auto here = parse_url(report.url);
    if (auto hop = resolve_url(*here, report.answer.headers.value("location"))) {
      e.next_url = to_string(*hop);
      ++e.redirects;
      e.cache.give_up();
      return {};
    }
  }
  if (leave_to_another(e, by, report, refused, now))
    return {};
  result<http_response> answer = report.answer;
  if (report.problem.code != errc::none)
    answer = tl::unexpected<error>(report.problem);
  robots_news out{true, e.version, {}};
  auto former = allowing_rules(e.cache);
  e.cache.settle(answer, e.redirects, {judged.retry_after, refused}, now);
  e.next_url = authority + "/robots.txt";
  e.redirects = 0;
  e.no_word.reset();
  if (out.after = version_of(e.cache); out.after != out.before) {
    e.former = std::move(former);
    e.denied_by.clear();
  }
  weigh(e);
  changed(authority);
  make_room(authority, now);
  return out;
}

optional<host_hold> robots_book::hold_of(const std::string& authority, const entry& e, wall_time now) {
  const auto& copy = e.cache.copy();
  auto mute = copy.standing == robots_standing::refused || e.cache.asks_operator(now) ||
              (copy.standing == robots_standing::unreachable && !copy.has_body);
  auto url = parse_url(authority + "/");
  if (!mute || e.cache.need(now) != robots_need::use || !url)
    return {};
  auto undecided = e.cache.asks_operator(now);
  return host_hold{host_key_of(*url), copy.next_fetch, undecided,
                   authority + "/robots.txt: " + (undecided ? "not read for 30 days, " : "") + answer_of(copy)};
}

std::vector<host_hold> robots_book::holds(wall_time now) const {
  std::vector<host_hold> out;
  for (const auto& [authority, e] : entries_)
    if (auto x = hold_of(authority, e, now))
      out.push_back(std::move(*x));
  return out;
}

std::vector<host_hold> robots_book::lift(const host_key& host, wall_time now) {
  std::vector<host_hold> out;
  for (auto& [authority, e] : entries_) {
    auto x = hold_of(authority, e, now);
    if (!x || x->host != host)
      continue;
    e.cache.ask_again(now);
    e.no_word.reset();
    changed(authority);
    out.push_back(std::move(*x));
  }
  return out;
}

void robots_book::give_up(const std::string& authority) {
  if (auto i = entries_.find(authority); i != entries_.end())
    i->second.cache.give_up();
}

optional<robots_book::change> robots_book::next_change() const {
  if (unstored_.empty())
    return {};
  const auto& [authority, version] = *unstored_.begin();
  change out{version, {authority, {}}};
  if (auto i = entries_.find(authority); i != entries_.end())
    out.what.copy = i->second.cache.copy();
  return out;
}

void robots_book::stored(const std::string& authority, uint64_t version) {
  if (auto i = unstored_.find(authority); i != unstored_.end() && i->second == version)
    unstored_.erase(i);
}

} // namespace vigie
