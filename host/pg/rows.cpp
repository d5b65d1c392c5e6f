#include "pg/rows.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/core.h>
#include <libpq-fe.h>

#include "base/log.h"
#include "pg/binary.h"

namespace tidings::pg {
namespace {

// A statement and the code that reads it disagree: no input can cause that, so nothing may go on.
[[noreturn]] void Mismatch(const std::string& what) {
  log::Failure("pg", "{}; the statement and the code that reads it disagree", what);
  std::abort();
}

template <class T>
T Parsed(std::string_view text, const char* type) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    Mismatch(fmt::format("`{}` was read as {}", text, type));
  }
  return value;
}

int64_t BinaryInteger(std::string_view bytes, uint32_t type) {
  switch (type) {
    case binary::kInt2: return static_cast<int16_t>(binary::Get<uint16_t>(bytes));
    case binary::kInt4: return static_cast<int32_t>(binary::Get<uint32_t>(bytes));
    case binary::kInt8: return static_cast<int64_t>(binary::Get<uint64_t>(bytes));
    default: Mismatch(fmt::format("a column of type {} was read as an integer", type));
  }
}

double BinaryReal(std::string_view bytes, uint32_t type) {
  switch (type) {
    case binary::kFloat4: return std::bit_cast<float>(binary::Get<uint32_t>(bytes));
    case binary::kFloat8: return std::bit_cast<double>(binary::Get<uint64_t>(bytes));
    case binary::kNumeric: return binary::ToReal(bytes);
    default: return static_cast<double>(BinaryInteger(bytes, type));
  }
}

std::string_view BinaryText(std::string_view bytes, uint32_t type) {
  switch (type) {
    case binary::kText:
    case binary::kVarchar:
    case binary::kBpchar:
    case binary::kJson: return bytes;
    case binary::kJsonb: return bytes.substr(1);  // behind the version
    default: Mismatch(fmt::format("a binary column of type {} was read as text", type));
  }
}

// PostgreSQL's text of a time. Years outside 0001..9999 come with more digits or a " BC" behind and
// are read as the same day of another era of 400 years, which all have as many days.
Time TextTime(std::string_view text) {
  if (auto time = ParseTime(text)) return *time;
  if (text == "infinity") return Time::max();
  if (text == "-infinity") return Time::min();
  auto dash = text.find('-');
  int year = Parsed<int>(text.substr(0, dash), "a time");
  if (text.ends_with(" BC")) {
    year = 1 - year;
    text.remove_suffix(3);
  }
  int era = (year - 2000) / 400 - (year < 2000);
  auto time = ParseTime(fmt::format("{}{}", year - era * 400, text.substr(dash)));
  if (!time) Mismatch(time.error().message);
  return *time + era * std::chrono::days(146'097);
}

// For what an amount cannot hold exactly: averages, sums of sums.
Money NearestMoney(double value) {
  constexpr double kLargest = 9.2e18;
  return {std::isnan(value) ? 0 : std::llround(std::clamp(value * 1e4, -kLargest, kLargest))};
}

void Expect(uint32_t type, uint32_t expected, const char* name) {
  if (type != expected) Mismatch(fmt::format("a column of type {} was read as {}", type, name));
}

}  // namespace

void Rows::Clear::operator()(pg_result* result) const { ::PQclear(result); }

int Rows::size() const { return ::PQntuples(result_.get()); }
int Rows::columns() const { return ::PQnfields(result_.get()); }

int64_t Rows::affected() const {
  std::string_view count = ::PQcmdTuples(result_.get());
  return count.empty() ? 0 : Parsed<int64_t>(count, "a count of rows");
}

std::string_view Rows::Command() const { return ::PQcmdStatus(result_.get()); }

int Rows::Column(const char* name) const {
  int column = ::PQfnumber(result_.get(), name);
  if (column < 0) Mismatch(fmt::format("there is no column `{}`", name));
  return column;
}

std::string_view Rows::Name(int column) const { return ::PQfname(result_.get(), column); }

Rows::Cell Rows::At(int row, int column) const {
  if (row < 0 || row >= size() || column < 0 || column >= columns()) {
    Mismatch(fmt::format("row {}, column {} of {} rows and {} columns was read", row, column,
                         size(), columns()));
  }
  const auto* result = result_.get();
  if (::PQgetisnull(result, row, column)) return {.null = true};
  auto length = static_cast<size_t>(::PQgetlength(result, row, column));
  return {{::PQgetvalue(result, row, column), length},
          ::PQftype(result, column),
          ::PQfformat(result, column) == 1};
}

bool Rows::IsNull(int row, int column) const { return At(row, column).null; }

std::string_view Rows::Text(int row, int column) const {
  Cell cell = At(row, column);
  return cell.binary ? BinaryText(cell.bytes, cell.type) : cell.bytes;
}

int64_t Rows::Int(int row, int column) const {
  Cell cell = At(row, column);
  if (cell.null) return 0;
  return cell.binary ? BinaryInteger(cell.bytes, cell.type)
                     : Parsed<int64_t>(cell.bytes, "an integer");
}

double Rows::Real(int row, int column) const {
  Cell cell = At(row, column);
  if (cell.null) return 0;
  return cell.binary ? BinaryReal(cell.bytes, cell.type) : Parsed<double>(cell.bytes, "a number");
}

bool Rows::Bool(int row, int column) const {
  Cell cell = At(row, column);
  if (cell.null) return false;
  Expect(cell.type, binary::kBool, "a boolean");
  return cell.binary ? cell.bytes[0] != 0 : cell.bytes == "t";
}

Id Rows::Uuid(int row, int column) const {
  Cell cell = At(row, column);
  if (cell.null) return Id();
  Expect(cell.type, binary::kUuid, "a uuid");
  Id id;
  if (cell.binary) {
    std::memcpy(id.bytes.data(), cell.bytes.data(), id.bytes.size());
    return id;
  }
  auto parsed = Id::Parse(cell.bytes);
  if (!parsed) Mismatch(parsed.error().message);
  return *parsed;
}

Time Rows::Timestamp(int row, int column) const {
  Cell cell = At(row, column);
  if (cell.null) return Time();
  if (cell.binary) {
    Expect(cell.type, binary::kTimestamptz, "a time");
    return binary::ToTime(binary::Get<uint64_t>(cell.bytes));
  }
  return TextTime(cell.bytes);
}

Money Rows::Amount(int row, int column) const {
  Cell cell = At(row, column);
  if (cell.null) return Money();
  Expect(cell.type, binary::kNumeric, "an amount");
  if (!cell.binary) {
    auto parsed = Money::Parse(cell.bytes);
    return parsed ? *parsed : NearestMoney(Parsed<double>(cell.bytes, "a number"));
  }
  Money amount;
  return binary::ToMoney(cell.bytes, &amount) ? amount : NearestMoney(binary::ToReal(cell.bytes));
}

std::optional<std::string_view> Rows::OptText(int row, int column) const {
  return IsNull(row, column) ? std::nullopt : std::optional(Text(row, column));
}

std::optional<Id> Rows::OptUuid(int row, int column) const {
  return IsNull(row, column) ? std::nullopt : std::optional(Uuid(row, column));
}

std::optional<Time> Rows::OptTimestamp(int row, int column) const {
  return IsNull(row, column) ? std::nullopt : std::optional(Timestamp(row, column));
}

}  // namespace tidings::pg
