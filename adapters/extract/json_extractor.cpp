#include "adapters/extract/json_extractor.hpp"

#include <algorithm>

#include "actors/policy/dates.hpp"
#include "actors/policy/page_notes.hpp"
#include "adapters/extract/extract_rules.hpp"
#include "adapters/extract/html_references.hpp"
#include "adapters/extract/json_lines.hpp"
#include "adapters/extract/page_text.hpp"
#include "adapters/json/json_reader.hpp"

namespace vigie {

namespace {

/// Text, or a number's own text.
std::optional<std::string_view> text_of(json_node x) {
  return x.as_string() ? x.as_string() : x.as_decimal_text();
}

bool is_absent(json_node x) {
  return x.is_null() || (x.as_string() && x.as_string()->empty());
}

class json_extractor : public extractor {
public:
  json_extractor(const extract_spec& spec, extract_rules rules)
      : framing_(spec.framing), header_row_(spec.header_row), unit_(spec.unit), html_references_(spec.html_references),
        items_(std::move(rules.items)), rules_(std::move(rules.fields)), fixed_(std::move(rules.fixed)),
        empty_(std::move(rules.empty)), next_(std::move(rules.next)), dated_(std::move(rules.dated)),
        parser_(wanted()) {}

  result<extraction> extract(std::string_view page, const page_origin& from) override {
    auto text = text_of_page(page, from.content_type, page_form::json, decoded_);
    if (!text)
      return tl::unexpected<error>(text.error());
    page = text->text;
    base_ = asks_address(rules_) ? address_base{from.url} : address_base{};
    out_ = {};
    count_.emplace(limits_);
    header_read_ = false;
    line_ = 0;
    index_.reset();
    if (auto problem = framing_ == page_framing::json ? read_document(page) : read_lines(page))
      return tl::unexpected<error>(*problem);
    note_doubtful_encoding(*text, out_.page_notes);
    note_doubtful_titles(out_);
    return std::move(out_);
  }

private:
  /// Nothing = all is well.
  using trouble = std::optional<error>;

  /// Whatever is not read is only checked.
  json_projection wanted() {
    json_projection out;
    auto& row = items_.keep_in(out);
    for (auto& rule : rules_)
      rule.path.keep_in(row);
    if (dated_)
      dated_->path.keep_in(row);
    if (next_)
      next_->keep_in(out);
    if (empty_)
      empty_->path.keep_in(out);
    return out;
  }

  trouble read_document(std::string_view page) {
    auto root = parser_.parse(page);
    if (!root)
      return error{errc::bad_page, root.error().detail, root.error().place};
    auto problem = items_.wild() ? read_scattered(*root) : read_array(*root);
    if (!problem)
      problem = close();
    if (problem && out_.items.empty() && empty_ && empty_->stands_in(*root)) {
      out_ = {};
      problem.reset();
    }
    if (problem)
      return problem;
    if (!out_.items.empty() && empty_ && empty_->stands_in(*root))
      note_idle_empty_sign(out_);
    return next_ ? read_next(*root) : trouble{};
  }

  trouble read_array(json_node root) {
    auto list = items_.find(root);
    prefix_ = items_.pointer(root);
    if (!list)
      return no_items("the items are missing");
    if (list->kind() != json_kind::array)
      return no_items("expected the array of items, found " + std::string{to_string(list->kind())});
    out_.items.reserve(list->size());
    if (auto problem = read_elements(*list))
      return problem;
    return header_row_ && !header_read_ ? bad_page({}, "the header row is missing") : trouble{};
  }

  /// The rows of the array at prefix_.
  trouble read_elements(json_node list) {
    size_t index = 0;
    for (auto element : list.elements()) {
      index_ = index++;
      if (auto problem = read_row(element))
        return problem;
    }
    index_.reset();
    return {};
  }

  /// Behind a [*]: arrays are taken for lists of items, objects for items; null is nothing.
  trouble read_scattered(json_node root) {
    trouble problem;
    auto there = items_.each(root, [&](json_node x, const std::string& pointer) {
      prefix_ = pointer;
      if (x.kind() == json_kind::array)
        problem = read_elements(x);
      else if (!x.is_null())
        problem = read_row(x);
      return !problem;
    });
    prefix_ = there ? std::string{} : items_.pointer(root);
    return problem || there ? problem : no_items("the items are missing");
  }

  trouble close() {
    auto first = count_->close(out_);
    return first ? trouble{std::move(*first)} : trouble{};
  }

  trouble no_items(const std::string& why) const {
    return bad_page({}, why + (empty_ ? ", and what extract.empty names too"
                                      : "; if only a search that finds nothing looks so, say in extract.empty what "
                                        "such a page has"));
  }

  /// The cursor or URL of the next page; null, "" and false say that there is none.
  trouble read_next(json_node root) {
    auto value = next_->find(root);
    if (!value || is_absent(*value) || value->as_bool() == false)
      return {};
    auto text = text_of(*value);
    if (text && text->size() <= limits_.value_bytes) {
      out_.next = *text;
      return {};
    }
    prefix_ = next_->pointer(root);
    if (text)
      return bad_page({}, "the next page's cursor or URL " + too_long(limits_));
    return bad_page({}, "expected the next page's cursor or URL, found " + std::string{to_string(value->kind())});
  }

  trouble read_lines(std::string_view page) {
    prefix_.clear();
    json_lines lines{page};
    while (auto line = lines.next()) {
      line_ = lines.number();
      auto root = parser_.parse(*line);
      if (!root)
        return lines.problem(root.error());
      if (auto problem = read_row(*root))
        return problem;
    }
    return line_ > 0 ? close() : error{errc::bad_page, "the page is empty", "line 1"};
  }

  trouble read_row(json_node row) {
    if (!header_row_)
      return row.kind() == json_kind::object || row.kind() == json_kind::array
                 ? read_item(row)
                 : leave_out({odd_entry::no_item, not_a_row(row, "object")});
    if (!header_read_)
      return row.kind() == json_kind::array ? read_header(row) : not_a_row(row, "array");
    if (row.kind() != json_kind::array)
      return leave_out({odd_entry::no_item, not_a_row(row, "array")});
    if (row.size() != columns_)
      return leave_out(
          {odd_entry::no_item, bad_page({}, "expected " + std::to_string(columns_) +
                                                " columns as in the header row, found " + std::to_string(row.size()))});
    return read_item(row);
  }

  trouble leave_out(odd_one x) { return count_->leave_out(std::move(x)) ? trouble{} : bad_page({}, too_many(limits_)); }

  error not_a_row(json_node row, std::string_view expected) const {
    return bad_page({},
                    "expected an item (" + std::string{expected} + "), found " + std::string{to_string(row.kind())});
  }

  trouble read_header(json_node row) {
    header_read_ = true;
    columns_ = row.size();
    if (dated_)
      if (auto problem = find_column(row, *dated_))
        return problem;
    for (auto& rule : rules_)
      if (auto problem = find_column(row, rule))
        return problem;
    return {};
  }

  trouble find_column(json_node row, field_rule& rule) {
    rule.column.reset();
    size_t index = 0;
    for (auto name : row.elements()) {
      if (!name.as_string())
        return bad_page("/" + std::to_string(index), "the header row holds something that is no name");
      if (*name.as_string() == rule.path_text && !rule.column)
        rule.column = index;
      ++index;
    }
    auto why = "the header row has no column \"" + rule.path_text + "\"";
    if (!rule.column && rule.required())
      return bad_page({}, why);
    if (!rule.column)
      note(rule, why, {});
    return {};
  }

  trouble read_item(json_node row) {
    auto& next = out_.items.emplace_back();
    auto before = notes_so_far{out_};
    std::string currency_said;
    for (const auto& rule : rules_) {
      auto value = find(rule, row);
      if (rule.required()) {
        if (auto odd = read_required(rule, row, value, next)) {
          out_.items.pop_back();
          before.restore(out_);
          return leave_out(std::move(*odd));
        }
      } else if (rule.field.member) {
        read_text(rule, row, value, next);
      } else {
        read_price(rule, row, value, next, currency_said);
      }
    }
    if (dated_)
      read_date(*dated_, row);
    fill_fixed(fixed_, currency_said, next);
    return count_->add(next) ? trouble{} : bad_page({}, too_many(limits_));
  }

  /// Good until the next call.
  std::optional<std::string_view> words_of(json_node x) {
    auto text = text_of(x);
    if (!html_references_ || !text || text->size() > limits_.value_bytes || text->find('&') == text->npos)
      return text;
    room_ = without_html_references(*text);
    return room_;
  }

  std::optional<json_node> find(const field_rule& rule, json_node row) const {
    if (!header_row_)
      return rule.path.find(row);
    return rule.column ? row.at(*rule.column) : std::nullopt;
  }

  std::string pointer(const field_rule& rule, json_node row) const {
    auto column = rule.column ? "/" + std::to_string(*rule.column) : std::string{};
    return header_row_ ? column : rule.path.pointer(row);
  }

  std::optional<odd_one> read_required(const field_rule& rule, json_node row, const std::optional<json_node>& value,
                                       item& next) {
    bool is_id = rule.field.name == "id";
    auto text = !value ? std::nullopt : is_id ? text_of(*value) : words_of(*value);
    bool blank = text && text->find_first_not_of(" \t\r\n") == text->npos;
    if (text && is_id)
      text = without_blanks(*text);
    auto odd = [&](odd_entry kind, const std::string& why) {
      return odd_one{kind, bad_page(pointer(rule, row), std::string{rule.field.name} + " " + why)};
    };
    if (text && text->size() > limits_.value_bytes)
      return odd(odd_entry::too_long, too_long(limits_));
    if (text && !blank) {
      (is_id ? next.id.value : next.title) = *text;
      return {};
    }
    if (!is_id && fixed_.title && (!value || blank || value->is_null()))
      return {};
    return odd(is_id ? odd_entry::without_id : odd_entry::without_title,
               !value  ? "is missing"
               : blank ? "is empty"
                       : "is " + std::string{to_string(value->kind())});
  }

  void read_text(const field_rule& rule, json_node row, const std::optional<json_node>& value, item& next) {
    auto text = value ? words_of(*value) : std::nullopt;
    if (text && text->size() > limits_.value_bytes)
      note(rule, too_long(limits_), pointer(rule, row));
    else if (text && !text->empty())
      (next.*rule.field.member).emplace(value_of_text(rule.field, *text, base_));
    else if (!value)
      note_missing(rule, row);
    else if (!is_absent(*value))
      note(rule, "expected text, found " + std::string{to_string(value->kind())}, pointer(rule, row));
  }

  void read_price(const field_rule& rule, json_node row, const std::optional<json_node>& value, item& next,
                  std::string& currency) {
    if (!value) {
      note_missing(rule, row);
    } else if (auto long_text = text_of(*value); long_text && long_text->size() > limits_.value_bytes) {
      note(rule, too_long(limits_), pointer(rule, row));
    } else if (auto number = value->as_decimal_text()) {
      take_price(rule, row, price_of_number(*number, unit_), next, currency);
    } else if (auto text = value->as_string() ? words_of(*value) : std::nullopt) {
      take_price(rule, row, price_of_text(*text, unit_), next, currency);
    } else if (!value->is_null()) {
      note(rule, "expected a price, found " + std::string{to_string(value->kind())}, pointer(rule, row));
    }
  }

  void take_price(const field_rule& rule, json_node row, price_found&& found, item& next, std::string& currency) {
    next.price = found.price;
    currency = std::move(found.currency);
    if (found.why.empty())
      return;
    auto where = pointer(rule, row);
    add_note(out_.page_notes, note_of_price(found, place(where)));
    note(rule, found.why, where, found);
  }

  void read_date(const field_rule& rule, json_node row) {
    auto value = find(rule, row);
    auto text = value ? text_of(*value) : std::nullopt;
    if (text && text->size() > limits_.value_bytes)
      note(rule, too_long(limits_), pointer(rule, row));
    else if (auto date = text ? parse_date(*text) : std::nullopt)
      out_.newest = out_.newest ? std::max(*out_.newest, *date) : *date;
    else if (!value)
      note_missing(rule, row);
    else if (!is_absent(*value))
      note(rule, "is no date that is understood", pointer(rule, row));
  }

  void note_missing(const field_rule& rule, json_node row) {
    // A column that the header lacks was noted there, once.
    if (!header_row_) // the place of what is only counted need not be found
      note(rule, "missing", keeps_notes(out_) ? pointer(rule, row) : std::string{});
  }

  void note(const field_rule& rule, std::string reason, const std::string& pointer, const price_found& of = {}) {
    // Of the item at hand, which is the last one; before the first one, of the header row.
    auto index = std::max<size_t>(out_.items.size(), 1) - 1;
    note_field(out_, {index, std::string{rule.field.name}, std::move(reason), place(pointer), of.amount, of.text});
  }

  error bad_page(const std::string& pointer, std::string why) const {
    return {errc::bad_page, std::move(why), place(pointer)};
  }

  std::string place(const std::string& pointer) const {
    auto whole = prefix_ + (index_ ? "/" + std::to_string(*index_) : "") + pointer;
    if (line_ == 0)
      return whole.empty() ? "/" : whole;
    return "line " + std::to_string(line_) + (whole.empty() ? "" : ", " + whole);
  }

  page_framing framing_;
  bool header_row_;
  price_unit unit_;
  bool html_references_;
  json_path items_;
  std::vector<field_rule> rules_;
  fixed_fields fixed_;
  std::optional<empty_sign> empty_;
  std::optional<json_path> next_;
  std::optional<field_rule> dated_;
  json_parser parser_;

  const item_limits limits_{};

  // Of the page at hand.
  extraction out_;
  address_base base_;
  std::string decoded_; ///< its text, where that had to be made
  std::optional<item_count> count_;
  bool header_read_ = false;
  size_t columns_ = 0;
  std::string room_;   ///< of words_of
  size_t line_ = 0;    ///< NDJSON: from 1
  std::string prefix_; ///< JSON pointer of the row at hand, or of the array that it is an element of
  std::optional<size_t> index_;
};

} // namespace

result<std::unique_ptr<extractor>> make_json_extractor(const source_spec& source) {
  return compile_rules(source).map([&](extract_rules&& rules) -> std::unique_ptr<extractor> {
    return std::make_unique<json_extractor>(source.extract, std::move(rules));
  });
}

} // namespace vigie
