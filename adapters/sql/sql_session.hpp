// The seam between what we ask of SQL and the driver that asks it: sessions, rows, transactions.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "messages/values/error.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/optional.hpp"
#include "messages/values/time.hpp"

namespace vigie {

using sql_value = std::variant<std::monostate, int64_t, double, std::string_view>;

/// What a C++ value is in SQL: enumerations by their word, times as milliseconds since 1970. A view of `x` where it is
/// text.
template <class T>
sql_value to_sql(const T& x) {
  if constexpr (std::is_enum_v<T>)
    return std::string_view{to_string(x)};
  else if constexpr (std::integral<T>)
    return static_cast<int64_t>(x);
  else if constexpr (std::floating_point<T>)
    return static_cast<double>(x);
  else
    return std::string_view{x};
}
template <class Tag, class Rep>
sql_value to_sql(const strong_id<Tag, Rep>& x) {
  return to_sql(x.value);
}
inline sql_value to_sql(wall_time x) {
  return to_unix_ms(x);
}
inline sql_value to_sql(duration x) {
  return static_cast<int64_t>(x.count());
}
template <class T>
sql_value to_sql(const optional<T>& x) {
  return x ? to_sql(*x) : sql_value{};
}

/// The rows of one query, read forward. Belongs to its session and must be gone before the transaction ends.
class sql_rows {
public:
  virtual ~sql_rows() = default;

  /// Moves to the next row, the first at the first call. False at the end and after any error of the session.
  virtual bool next() = 0;
  virtual bool null(int column) = 0;
  virtual int64_t integer(int column) = 0;
  virtual double real(int column) = 0;
  virtual std::string text(int column) = 0;
  /// The row cannot be understood: fails the session.
  virtual void reject(error why) = 0;

  /// The columns of the current row, from the first, into `out`.
  template <class... Ts>
  void read(Ts&... out) {
    int column = 0;
    (get(column++, out), ...);
  }

private:
  template <class T>
  void get(int column, T& out) {
    if constexpr (std::same_as<T, std::string>)
      out = text(column);
    else if constexpr (std::same_as<T, bool>)
      out = integer(column) != 0;
    else if constexpr (std::integral<T>)
      out = static_cast<T>(integer(column));
    else
      out = static_cast<T>(real(column));
  }
  template <class Tag, class Rep>
  void get(int column, strong_id<Tag, Rep>& out) {
    get(column, out.value);
  }
  template <class T>
  void get(int column, optional<T>& out) {
    out.reset();
    if (T value{}; !null(column)) {
      get(column, value);
      out = std::move(value);
    }
  }
  void get(int column, wall_time& out) { out = from_unix_ms(integer(column)); }
  void get(int column, duration& out) { out = duration{integer(column)}; }
};

enum class sql_access : uint8_t { read, write };

/// One connection, used by one thread at a time.
///
/// Errors stick: after the first one in a transaction everything else does nothing and yields nothing, and commit
/// fails. So the code above reads straight on and asks once, at the end; in_transaction does that for it.
///
/// Parameters are written $1, $2, … in the order of their first use, which every driver understands.
class sql_session {
public:
  virtual ~sql_session() = default;

  /// Starts afresh: forgets the last transaction's error.
  virtual void begin(sql_access access) = 0;
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
  /// Several statements without parameters; for migrations.
  virtual void execute_script(const char* sql) = 0;
  virtual std::vector<std::string> table_names() = 0;
  /// False when the connection is of no more use and should be made anew.
  virtual bool usable() const = 0;

  /// `args` are copied. Never null.
  template <class... Ts>
  std::unique_ptr<sql_rows> query(std::string_view sql, const Ts&... args) {
    const sql_value values[] = {to_sql(args)..., sql_value{}};
    return do_query(sql, {values, sizeof...(args)});
  }
  /// How many rows were changed.
  template <class... Ts>
  int64_t execute(std::string_view sql, const Ts&... args) {
    const sql_value values[] = {to_sql(args)..., sql_value{}};
    return do_execute(sql, {values, sizeof...(args)});
  }

  bool ok() const { return problem_.code == errc::none; }
  const error& problem() const { return problem_; }
  /// The first one stays.
  void reject(error why) {
    if (ok())
      problem_ = std::move(why);
  }

protected:
  void forget_problem() { problem_ = {}; }

private:
  virtual std::unique_ptr<sql_rows> do_query(std::string_view sql, std::span<const sql_value> args) = 0;
  virtual int64_t do_execute(std::string_view sql, std::span<const sql_value> args) = 0;

  error problem_;
};

/// Runs `work` (a function to result<T>) wholly or not at all: anything that is wrong, here or in the session, undoes
/// it.
template <class Work>
auto in_transaction(sql_session& session, sql_access access, Work&& work) -> decltype(work()) {
  session.begin(access);
  if (!session.ok())
    return tl::unexpected(session.problem());
  try {
    auto out = work();
    if (out && session.ok()) {
      session.commit();
      if (session.ok())
        return out;
    }
    session.rollback();
    if (!session.ok())
      return tl::unexpected(session.problem());
    return out;
  } catch (const std::exception& x) {
    session.rollback();
    return fail(errc::store_unavailable, std::string{"the operation was undone: "} + x.what());
  }
}

/// An enumerator from its word in the store; a word that nobody knows fails the session.
template <class T>
T parse_word(sql_rows& rows, const result<T>& parsed) {
  if (parsed)
    return *parsed;
  rows.reject({errc::store_unavailable, "a stored row is not understood: " + parsed.error().detail, {}});
  return {};
}

} // namespace vigie
