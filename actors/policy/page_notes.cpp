#include "actors/policy/page_notes.hpp"

#include <algorithm>
#include <map>

#include "actors/policy/plain_text.hpp"

namespace vigie {

namespace {

constexpr size_t shown_points = 60; ///< of an item's title or id

page_note unshown() {
  return {"one more kind of note is not shown", "more notes, of other kinds, are not shown"};
}

bool is_same_item(const item& a, const item& b) {
  return a.title == b.title && a.price == b.price && a.url == b.url;
}

} // namespace

void add_note(std::vector<page_note>& to, page_note what) {
  auto same = [&](const page_note& x) { return x.one == what.one; };
  auto known = std::find_if(to.begin(), to.end(), same);
  if (known != to.end()) {
    known->count += what.count;
    return;
  }
  if (to.size() + 1 < max_page_notes) {
    to.push_back(std::move(what));
    return;
  }
  auto more = unshown();
  more.count = what.count;
  if (to.size() < max_page_notes)
    to.push_back(std::move(more));
  else
    to.back().count += more.count;
}

std::string to_sentence(const page_note& x) {
  auto counted = x.count > 1 && !x.many.empty();
  auto out = counted ? std::to_string(x.count) + " " + x.many : x.one;
  if (!x.place.empty())
    out += (x.count > 1 ? ", first at " : ", at ") + x.place;
  return clip(strip_control(out), max_note_points);
}

std::vector<std::string> to_sentences(const std::vector<page_note>& x) {
  std::vector<std::string> out;
  for (const auto& note : x)
    out.push_back(to_sentence(note));
  return out;
}

std::string to_lines(const std::vector<std::string>& sentences) {
  std::string out;
  size_t lines = 0;
  for (const auto& x : sentences) {
    auto line = clip(strip_control(x), max_note_points);
    if (line.empty())
      continue;
    if (++lines > max_page_notes)
      break;
    out += (out.empty() ? "" : "\n") + line;
  }
  return out;
}

std::vector<std::string> from_lines(std::string_view lines) {
  std::vector<std::string> out;
  while (!lines.empty()) {
    auto end = std::min(lines.find('\n'), lines.size());
    out.emplace_back(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

page_note find_same_ids(const std::vector<item>& page) {
  page_note out{"an item has the id of another one on its page: of these only the first counts",
                "items have the id of another one on their page: of these only the first counts",
                {},
                0};
  std::map<std::string_view, const item*> firsts;
  for (size_t i = 0; i < page.size(); ++i) {
    auto [first, fresh] = firsts.emplace(page[i].id.value, &page[i]);
    if (fresh || is_same_item(*first->second, page[i]))
      continue;
    if (out.count++ == 0)
      out.place = "item " + std::to_string(i + 1) + ", \"" + clip(page[i].title, shown_points) + "\", id " +
                  clip(page[i].id.value, shown_points);
  }
  return out;
}

} // namespace vigie
