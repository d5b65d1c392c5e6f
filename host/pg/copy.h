// Rows into a table at the speed of COPY.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/id.h"
#include "base/money.h"
#include "base/result.h"

namespace tidings::pg {

class Connection;

// Writes PostgreSQL's binary COPY format. Made by Connection::BeginCopyIn. Per row: one call per
// column in the order of the COPY statement, then EndRow. The calls must match the columns' types
// exactly (Int for int, BigInt for bigint, Text for text, Jsonb for jsonb, ...); PostgreSQL refuses
// the whole COPY otherwise. Buffered: what is wrong with a row may come out at a later EndRow or at
// Finish. Unless Finish has succeeded, nothing was copied; the destructor aborts.
//
// Move-only; same thread as its connection, which must outlive it.
class CopyIn {
 public:
  CopyIn(CopyIn&& other) noexcept;
  CopyIn& operator=(CopyIn&&) = delete;
  ~CopyIn();

  void Null();
  void Bool(bool value);
  void SmallInt(int16_t value);
  void Int(int32_t value);
  void BigInt(int64_t value);
  void Real(double value);  // float8
  void Text(std::string_view value);
  void Jsonb(std::string_view json);
  void Uuid(const Id& value);
  void Timestamp(Time value);  // timestamptz
  void Amount(Money value);    // numeric
  void TextArray(std::span<const std::string> values);

  void OptText(const std::optional<std::string>& value);
  void OptTimestamp(const std::optional<Time>& value);
  void OptAmount(const std::optional<Money>& value);
  void OptUuid(const std::optional<Id>& value);
  void OptBigInt(const std::optional<int64_t>& value);
  void OptJsonb(const std::optional<std::string>& json);

  Status EndRow();
  Result<int64_t> Finish();  // how many rows were copied; call once

 private:
  friend class Connection;
  explicit CopyIn(Connection& connection);
  void Field(int32_t length);  // starts a field of so many bytes; -1 is NULL
  Status Flush();
  void Abort();

  Connection* connection_;  // null once finished, aborted or moved from
  std::string buffer_;      // sent when over 128 KiB
  size_t row_ = 0;          // where the row being written starts in buffer_
  int16_t fields_ = 0;      // of that row, so far
};

}  // namespace tidings::pg
