// Alerts as JSON: the form of the API and of import files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/json/json_reader.hpp"
#include "adapters/json/json_writer.hpp"
#include "messages/values/alert.hpp"
#include "messages/values/error.hpp"

namespace vigie {

struct alert_limits {
  bool baseline = true; ///< of an alert that does not say (cycle.baseline)
  size_t name_bytes = 200;
  size_t query_bytes = 500;
  size_t word_bytes = 200;     ///< one keyword, brand, size, condition, channel, source
  size_t words_per_list = 100; ///< keywords of one list, brands, sizes, conditions, channels
  size_t alerts_per_import = 100000;
  cents price = 1'000'000'000'00; ///< largest absolute price
};

/// {"id","name","source","query","keywords":{"all","any","none"},"price":{"min","max","currency"},"conditions","brands",
/// "sizes","foldAccents","channels","enabled","baseline","baselineDone"}; prices are numbers (12.5), absent bounds
/// null.
json_value alert_json(const alert& what);
/// The same without what the store gives: "id", "baselineDone", "pausedWhy". Where it is imported it is a new alert.
/// `baseline` false: nor does it say whether it begins with a baseline; the node's configuration does.
json_value import_json(const alert& what, bool baseline = true);

/// What is wrong with an alert by itself, wherever it comes from (JSON, an import, a command line): a text that is too
/// long, no UTF-8, empty where it may not be, or has control characters; a keyword of "~" alone; a currency that there
/// is not; bounds the wrong way round. bad_request, `place` = its JSON pointer, which begins with `pointer`.
error check_alert(const alert& what, const alert_limits& limits = {}, const std::string& pointer = {});

/// One alert. name and source are needed, everything else has the value's default; "baselineDone" is read over (it is
/// output only). Unknown keys, wrong types and values above the limits are bad_request, `place` = the JSON pointer,
/// which begins with `pointer`.
result<alert> read_alert(const json_node& from, const alert_limits& limits, const std::string& pointer = {});
/// The same without check_alert: of what a node shows, which it has taken once.
result<alert> parse_alert(const json_node& from, const alert_limits& limits = {}, const std::string& pointer = {});
result<alert> alert_from_json(std::string_view text, const alert_limits& limits = {});

/// A JSON array of alerts, or NDJSON: one alert a line, empty lines skipped. `place` = "/3/price/min" or "line 4:
/// /price/min".
result<std::vector<alert>> alerts_from_json(std::string_view text, const alert_limits& limits = {});

/// 1250 from "12.5", exactly. bad_request: no plain decimal number, more than two decimals, or beyond the limit.
result<cents> read_exact_cents(std::string_view number, const alert_limits& limits = {});

} // namespace vigie
