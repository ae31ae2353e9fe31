// Where a page is read: in the scraper's own handler, or on a thread that nobody else waits for.
#include "actors/scraper.hpp"

namespace vigie {

namespace {

bool may_take_long(const scraper_state& s, uint64_t bytes) {
  return bytes >= s.config.large_page || s.plan.source.extract.selectors == selector_kind::xpath;
}

/// What the reading of a page needs. The thread that reads may be the last to let go of it.
struct page_at_hand {
  std::shared_ptr<extractor> reader;
  http_response answer;
  page_origin from;
  result<extraction> found;

  void read() { found = reader->extract(answer.body, from); }
};

} // namespace

void read_page(scraper_ptr self, http_response& answer, std::function<void(const walk_step&)> then) {
  auto& s = self->state;
  page_origin from{s.walk->request().url, std::string{answer.headers.value("content-type")}};
  auto long_one = s.parts.threads && may_take_long(s, answer.body.size());
  auto page = std::make_shared<page_at_hand>(page_at_hand{s.reader, std::move(answer), std::move(from), {}});
  *s.parts.reading = true;
  auto was_read = [self, page, then = std::move(then)](const error& problem) {
    auto& mine = self->state;
    *mine.parts.reading = false;
    if (mine.done)
      return;
    // After a problem the page may still be read, and is not looked at.
    then(problem.code == errc::none ? take_page(self, page->answer, page->found) : mine.walk->unreadable(problem));
  };
  if (long_one)
    return s.parts.threads->read(
        s.plan.source.id, [page] { page->read(); }, self->bridge(std::move(was_read)));
  page->read();
  was_read({});
}

} // namespace vigie
