#include "adapters/extract/html_extractor.hpp"

#include <algorithm>
#include <numeric>

#include "actors/policy/address_base.hpp"
#include "actors/policy/dates.hpp"
#include "actors/policy/page_notes.hpp"
#include "adapters/extract/charset_encoder.hpp"
#include "adapters/extract/extract_rules.hpp"
#include "adapters/extract/html_stream.hpp"
#include "adapters/extract/markup_tree.hpp"
#include "adapters/extract/page_text.hpp"

namespace vigie {

namespace {

/// What a column of the rows is good for. Null = the date.
using column_field = const field_name*;

std::string unusable_value(const markup_rows::cell& value, const markup_limits& limits) {
  if (!value)
    return "matches nothing";
  if (value->size() > limits.value_bytes)
    return too_long(limits);
  return value->empty() ? "is empty" : "";
}

class markup_extractor : public extractor {
public:
  markup_extractor(const source_spec& source, markup_queries queries, std::vector<column_field> columns,
                   fixed_fields fixed, std::unique_ptr<markup_tree> tree, std::unique_ptr<html_stream> stream)
      : unit_(source.extract.unit), queries_(std::move(queries)), columns_(std::move(columns)),
        fixed_(std::move(fixed)), tree_(std::move(tree)), stream_(std::move(stream)) {
    order_.resize(columns_.size());
    std::iota(order_.begin(), order_.end(), size_t{0});
    // First what decides whether there is an item: of what is left out nothing else is read, nor noted.
    std::stable_partition(order_.begin(), order_.end(), [&](size_t i) {
      return columns_[i] && (columns_[i]->name == "id" || columns_[i]->name == "title");
    });
  }

  result<extraction> extract(std::string_view page, const page_origin& from) override {
    out_ = {};
    auto text = text_of_page(page, from.content_type,
                             queries_.dialect == css_dialect::html ? page_form::html : page_form::xml, room_);
    if (!text)
      return tl::unexpected<error>(text.error());
    page = text->text;
    charset_ = text->from;
    if (!stream_ || !stream_->read(page, rows_))
      if (auto problem = tree_->read(page, rows_))
        return tl::unexpected<error>(std::move(*problem));
    auto problem = rows_.size() == 0 && !rows_.list_seen ? no_items() : trouble{};
    base_ = address_base{from.url};
    inner_bases_.clear();
    if (rows_.base)
      base_ = base_.within(*rows_.base);
    if (!problem)
      problem = read_items();
    if (problem && queries_.empty) {
      auto empty = tree_->says_empty(page);
      if (!empty)
        return tl::unexpected<error>(empty.error());
      if (*empty) {
        out_ = {};
        problem.reset();
      }
    }
    if (problem)
      return tl::unexpected<error>(std::move(*problem));
    if (!out_.items.empty() && queries_.empty && tree_->says_empty(page).value_or(false))
      note_idle_empty_sign(out_);
    if (rows_.next && rows_.next->size() <= queries_.limits.value_bytes)
      out_.next = queries_.next_is_url ? absolute(*rows_.next, rows_.next_bases) : *rows_.next;
    note_doubtful_encoding(*text, out_.page_notes);
    note_doubtful_titles(out_);
    return std::move(out_);
  }

private:
  using trouble = std::optional<error>;

  error no_items() const {
    std::string why = "no element matches the items selector";
    if (!queries_.list.empty())
      why += ", and none what stands around the items in it";
    if (queries_.empty)
      why += ", nor does extract.empty";
    else
      why += "; if only a search that finds nothing looks so, say in extract.empty what such a page has";
    return {errc::bad_page, why, "selector " + queries_.items.text};
  }

  trouble read_items() {
    item_count count{queries_.limits};
    out_.items.reserve(rows_.size());
    for (size_t row = 0; row < rows_.size(); ++row) {
      auto before = notes_so_far{out_};
      if (auto odd = read_item(row)) {
        before.restore(out_);
        count.leave_out(std::move(*odd)); // the table has no more rows than that
      }
    }
    auto first = count.close(out_);
    return first ? trouble{std::move(*first)} : trouble{};
  }

  std::optional<odd_one> read_item(size_t row) {
    item next;
    std::string currency_said;
    for (auto column : order_) {
      auto& value = rows_.at(row, column);
      auto field = columns_[column];
      auto why = unusable_value(value, queries_.limits);
      if (field && !field->member && field->name != "price") {
        if (auto odd = read_required(*field, row, column, why, next))
          return odd;
      } else if (!why.empty()) {
        if (!value || !value->empty())
          note(row, column, std::move(why));
      } else if (!field) {
        read_date(row, column, *value);
      } else if (is_address(*field)) {
        next.*field->member = absolute(*value, rows_.bases(row, column));
      } else if (field->member) {
        next.*field->member = field->name == "currency" ? normal_currency(*value) : std::move(*value);
      } else {
        read_price(row, column, *value, next, currency_said);
      }
    }
    fill_fixed(fixed_, currency_said, next);
    out_.items.push_back(std::move(next));
    return {};
  }

  std::optional<odd_one> read_required(const field_name& field, size_t row, size_t column, const std::string& why,
                                       item& next) {
    auto& value = rows_.at(row, column);
    bool is_id = field.name == "id";
    if (why.empty())
      (is_id ? next.id.value : next.title) = std::move(*value);
    else if (is_id || !fixed_.title || (value && !value->empty()))
      return odd_one{value && !value->empty() ? odd_entry::too_long
                     : is_id                  ? odd_entry::without_id
                                              : odd_entry::without_title,
                     {errc::bad_page, std::string{field.name} + " " + why, place(row, column)}};
    return {};
  }

  void read_price(size_t row, size_t column, const std::string& value, item& next, std::string& currency) {
    auto price = price_of_text(value, unit_);
    next.price = price.price;
    currency = std::move(price.currency);
    if (price.why.empty())
      return;
    add_note(out_.page_notes, note_of_price(price, place(row, column)));
    note(row, column, std::move(price.why), std::move(price.amount), std::move(price.text));
  }

  void read_date(size_t row, size_t column, const std::string& value) {
    if (auto date = parse_date(value))
      out_.newest = out_.newest ? std::max(*out_.newest, *date) : *date;
    else
      note(row, column, "is no date that is understood");
  }

  /// `bases` are those around it in the page, as markup_rows has them.
  std::string absolute(const std::string& address, const std::string& bases) {
    if (queries_.dialect == css_dialect::html && charset_ != charset::utf_8)
      return base_.absolute(with_encoded_query(address, charset_));
    if (bases.empty())
      return base_.absolute(address);
    // Items of one page stand within the same ones, mostly.
    if (bases != inner_bases_) {
      inner_bases_ = bases;
      inner_base_ = base_;
      for (std::string_view rest{bases}; !rest.empty();) {
        auto end = std::min(rest.find('\n'), rest.size());
        inner_base_ = inner_base_.within(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    return inner_base_.absolute(address);
  }

  std::string place(size_t row, size_t column) const {
    return "item " + std::to_string(row + 1) + ", " + queries_.columns[column].text;
  }

  void note(size_t row, size_t column, std::string reason, std::string read = {}, std::string text = {}) {
    note_field(out_, {out_.items.size(), columns_[column] ? std::string{columns_[column]->name} : "date",
                      std::move(reason), place(row, column), std::move(read), std::move(text)});
  }

  price_unit unit_;
  markup_queries queries_;
  std::vector<column_field> columns_;
  std::vector<size_t> order_; ///< in which they are read
  fixed_fields fixed_;
  std::unique_ptr<markup_tree> tree_;
  std::unique_ptr<html_stream> stream_; ///< null: the selectors need the tree

  // Of the page at hand.
  extraction out_;
  markup_rows rows_;
  address_base base_;
  charset charset_ = charset::utf_8;
  address_base inner_base_; ///< within inner_bases_
  std::string inner_bases_;
  std::string room_;
};

result<std::vector<column_field>> fields_of(const source_spec& source) {
  std::vector<column_field> out;
  for (const auto& [name, text] : source.extract.fields) {
    auto field = find_field(name);
    if (!field)
      return unknown_field(name, "extract.fields." + name);
    out.push_back(field);
  }
  if (!source.sanity.dated.empty())
    out.push_back(nullptr);
  return out;
}

result<std::unique_ptr<extractor>> make(const source_spec& source, page_framing framing, markup_path path) {
  auto spec = source.extract;
  spec.framing = framing;
  auto columns = fields_of(source);
  if (!columns)
    return tl::unexpected<error>(columns.error());
  auto fixed = compile_constants(spec);
  if (!fixed)
    return tl::unexpected<error>(fixed.error());
  if (!spec.fields.contains("id"))
    return fail(errc::bad_config, "there is no selector of an item's id", "extract.fields");
  if (!spec.fields.contains("title") && !fixed->title)
    return fail(errc::bad_config, "there is no selector of an item's title", "extract.fields");
  bool link = source.paging.kind == paging_kind::next_link;
  bool named = link || source.paging.kind == paging_kind::cursor;
  auto queries = compile_queries(spec, named ? source.paging.next : "", link, source.sanity.dated);
  if (!queries)
    return tl::unexpected<error>(queries.error());
  auto tree = markup_tree::make(*queries);
  if (!tree)
    return tl::unexpected<error>(tree.error());
  auto stream = path == markup_path::automatic ? html_stream::make(*queries) : nullptr;
  return std::make_unique<markup_extractor>(source, std::move(*queries), std::move(*columns), std::move(*fixed),
                                            std::move(*tree), std::move(stream));
}

} // namespace

result<std::unique_ptr<extractor>> make_html_extractor(const source_spec& source, markup_path path) {
  return make(source, page_framing::html, path);
}

result<std::unique_ptr<extractor>> make_xml_extractor(const source_spec& source) {
  return make(source, page_framing::xml, markup_path::tree);
}

} // namespace vigie
