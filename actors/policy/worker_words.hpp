// What a worker's silence about a permit says. Each second a worker names every permit whose end main may not have
// heard (permits_held). Pure; the shell is host-gates.
//
// Everything between main and a worker's gate-client keeps its order, so main's answer to one word comes behind every
// permit that was given before that word was heard. Hence: if a word says that the one before it was answered, what was
// given before that one and is not named now will not be used any more. Links may have broken and been made anew in the
// meantime: that changes nothing.
#pragma once

#include <cstdint>
#include <map>

#include "messages/values/ids.hpp"
#include "messages/values/permits.hpp"

namespace vigie {

class worker_words {
public:
  struct meaning {
    uint64_t over = 0; ///< permits up to this one are over unless the word names them
    uint64_t used = 0; ///< of them, those up to this one may have been used: by a process that cannot tell any more
  };

  /// `newest` is the newest permit that was given to anyone.
  meaning hear(const worker_id& by, const permits_held& what, uint64_t newest) {
    auto [i, fresh] = last_.try_emplace(by);
    auto& last = i->second;
    meaning out;
    if (fresh || last.process != what.process)
      last.used = newest;
    else if (what.continued)
      out = {last.heard, last.used};
    last.process = what.process;
    last.heard = newest;
    return out;
  }

private:
  struct word {
    uint64_t process = 0;
    uint64_t heard = 0; ///< the newest permit when it was heard
    uint64_t used = 0;  ///< the newest permit when this process was first heard
  };

  std::map<worker_id, word> last_;
};

} // namespace vigie
