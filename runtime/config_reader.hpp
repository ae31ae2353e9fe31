// Typed reading of a configuration document: every wrong value becomes a problem with its place, its key and a remedy,
// and reading goes on, so that one `vigie check` shows them all.
#pragma once

#include <deque>
#include <initializer_list>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/config.hpp"
#include "runtime/config_document.hpp"

namespace vigie {

/// A value that does not come from the file: from the environment or the command line.
struct config_override {
  std::string text;
  std::string place; ///< "environment MAX_RETRIES"
};

/// What all readers of one load share.
class config_context {
public:
  std::string path;
  std::map<std::string, std::string> variables;     ///< for ${NAME}: the environment over the env file
  std::map<std::string, std::string> places;        ///< of the variables that an env file gives: "prod.env:3"
  std::set<std::string> exposed;                    ///< variables that come from an env file that others may read
  std::map<std::string, config_override> overrides; ///< by key: "cycle.interval"
  bool file_exposed = false;                        ///< the configuration file may be read by others
  wall_time now{};

  void error(file_position at, config_problem problem);
  void warn(file_position at, config_problem problem);
  std::string place(file_position at) const;

  /// A later note on the same name adds to the earlier one.
  void note(checked_variable variable);
  /// A path of the file: a relative one begins at the file's folder, not where somebody stands.
  std::string beside_file(const std::string& x) const;
  /// From now on this value is shown nowhere.
  void keep_secret(const std::string& value);
  /// The value of a key that holds; of the same key the last counts.
  void in_force(setting x);
  /// "environment NAME", and the env file's line if that gives it.
  std::string place_of_variable(const std::string& name) const;
  /// Writes ${NAME} and ${NAME:-default} out. False when a variable is missing, which is then reported.
  bool expand(const config_value& value, const std::string& key, bool secret, std::string& out);

  /// Moves what was found into `out`, in the order of the file.
  void finish(loaded_config& out);

private:
  struct located {
    file_position at;
    config_problem problem;
  };
  bool expand_one(std::string_view inside, file_position at, const std::string& key, bool secret, std::string& out);

  std::vector<located> errors_;
  std::vector<located> warnings_;
  std::vector<checked_variable> variables_;
  std::map<std::string, size_t, std::less<>> noted_; ///< places in variables_, by name
  std::set<std::string> secrets_;
  std::vector<setting> settings_;
  std::map<std::string, size_t, std::less<>> set_; ///< places in settings_, by key
};

/// A view of one table. Values are read into variables that hold the default already; a wrong value leaves them alone.
/// Every name that was asked for is known; `finish` reports the others.
class config_reader {
public:
  config_reader(config_context& context, const config_value* table, std::string key, file_position at);

  /// The table stands in the file.
  bool present() const { return table_ != nullptr; }
  /// The file, the environment or the command line says something of this key.
  bool has(const std::string& name) const;
  const std::string& key() const { return key_; }
  /// When the file is read.
  wall_time now() const { return context_->now; }

  /// This one and the list: true = it is there and right.
  bool read(const std::string& name, std::string& out);
  /// A text that names a file or folder; see config_context::beside_file. One of the command line or the environment is
  /// taken as it is.
  bool read_path(const std::string& name, std::string& out);
  void read(const std::string& name, bool& out);
  void read(const std::string& name, uint32_t& out, uint32_t min, uint32_t max = std::numeric_limits<uint32_t>::max());
  void read(const std::string& name, duration& out, duration min = duration{1});
  void read_number(const std::string& name, uint64_t& out);
  void read_size(const std::string& name, uint64_t& out, uint64_t min = 1);
  void read(const std::string& name, endpoint& out);
  bool read(const std::string& name, std::vector<std::string>& out);
  /// Port numbers, 1 to 65535.
  void read(const std::string& name, std::vector<uint16_t>& out);
  void read(const std::string& name, std::map<std::string, std::string>& out, bool secret = false);
  /// One of `words`; false = absent or wrong, `index` is then untouched: it holds the default's.
  bool read_word(const std::string& name, std::span<const std::string> words, size_t& index);
  /// A text, or "file:PATH" of a file that holds it and that others cannot read; PATH as of read_path.
  void read_secret(const std::string& name, std::string& out);
  /// Says what holds where that is not what was read: a default that follows from others. "\"5m\"", as in the file.
  void in_force(const std::string& name, std::string value);
  /// Lists the key among the required ones; reports it when it is missing.
  bool require(const std::string& name, std::string_view remedy, bool secret = false);

  void keep_secret(const std::string& value) { context_->keep_secret(value); }
  /// See config_context::beside_file.
  std::string beside_file(const std::string& x) const { return context_->beside_file(x); }

  config_reader table(const std::string& name);
  /// The tables under [name.…] by their names; anything else there is reported.
  std::vector<std::pair<std::string, config_reader>> named_tables(const std::string& name);
  /// The [[name]] tables.
  std::vector<config_reader> tables(const std::string& name);

  /// At the key's value, or at the table's line where the key is missing.
  void problem(const std::string& name, std::string what, std::string remedy);
  void warning(const std::string& name, std::string what, std::string remedy);
  /// The element of a list.
  void problem_at(const std::string& name, size_t element, std::string what, std::string remedy);
  void finish();

private:
  struct found {
    const config_value* value = nullptr;
    const config_override* override = nullptr;
    explicit operator bool() const { return value != nullptr || override != nullptr; }
  };

  found find(const std::string& name);
  std::string key_of(const std::string& name) const;
  file_position position_of(const std::string& name) const;
  /// The text of a value that has to be one.
  bool text_of(const std::string& name, const found& what, std::string_view expected, bool secret, std::string& out);
  void wrong_type(const std::string& name, const found& what, std::string_view expected);
  bool whole_number(const std::string& name, const found& what, int64_t& out);
  void read_secret_file(const std::string& name, const std::string& path, std::string& out);

  config_context* context_;
  const config_value* table_;
  std::string key_;
  file_position at_;
  std::vector<std::string> known_;
};

} // namespace vigie
