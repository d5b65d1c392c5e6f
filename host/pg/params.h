// The positional parameters of one statement.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/money.h"

namespace tidings::pg {

// The text with what PostgreSQL cannot keep (malformed UTF-8, NUL) replaced by U+FFFD: for error
// texts of scripts and vendors, which must not stop the row they stand in.
std::string Storable(std::string_view text);
// The same for JSON: the escape of NUL, which is valid JSON, is replaced as well.
std::string StorableJson(std::string_view json);

// Built in order: Params().Uuid(id).Text(name) are $1 and $2. Holds copies of all it is given, so
// it may outlive them. A value; not thread-safe.
//
// Scalars travel as text, so PostgreSQL reads them as whatever type the statement asks for
// (Int(5) suits int, bigint and numeric alike). Arrays travel in binary and must match the
// statement's element type exactly: IntArray `int[]`, SmallArray `smallint[]`, BigArray `bigint[]`,
// RealArray `float8[]`, TextArray `text[]`, UuidArray `uuid[]`, TimestampArray `timestamptz[]`,
// AmountArray `numeric[]`. Write the cast: unnest($1::uuid[]).
//
// A text with a NUL byte cannot be kept by PostgreSQL: executing with it fails with
// kInvalidArgument, naming the parameter's number.
class Params {
 public:
  Params& Null();
  Params& Text(std::string_view value);
  Params& OptText(const std::optional<std::string>& value);  // none is NULL
  Params& Int(int64_t value);
  Params& Real(double value);
  Params& Bool(bool value);
  Params& Uuid(const Id& value);
  Params& OptUuid(const std::optional<Id>& value);
  Params& Timestamp(Time value);
  Params& OptTimestamp(std::optional<Time> value);
  Params& Interval(Duration value);  // for $1::interval
  Params& Amount(Money value);
  Params& Jsonb(std::string_view json) { return Text(json); }

  Params& IntArray(std::span<const int32_t> values);
  Params& SmallArray(std::span<const int16_t> values);
  Params& BigArray(std::span<const int64_t> values);
  Params& RealArray(std::span<const double> values);
  Params& BoolArray(const std::vector<bool>& values);
  Params& UuidArray(std::span<const Id> values);
  Params& TimestampArray(std::span<const std::optional<Time>> values);  // none is NULL
  Params& AmountArray(std::span<const Money> values);
  Params& TextArray(std::span<const std::string> values);
  Params& TextArray(std::span<const std::string_view> values);
  Params& TextArray(std::span<const std::optional<std::string>> values);  // none is NULL

  int size() const { return static_cast<int>(values_.size()); }

 private:
  friend class Connection;

  struct Value {
    size_t offset = 0;  // into bytes_
    int length = -1;    // -1: NULL; without the terminating zero
    bool binary = false;
    bool has_nul = false;
  };

  Params& Add(size_t offset, bool binary);
  template <class Values, class PutElement>
  Params& Array(uint32_t element_type, const Values& values, bool has_null, PutElement put);

  std::string bytes_;  // all values, one after the other
  std::vector<Value> values_;
};

}  // namespace tidings::pg
