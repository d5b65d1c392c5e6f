#include "pg/copy.h"

#include <bit>
#include <utility>

#include <fmt/core.h>
#include <libpq-fe.h>

#include "pg/binary.h"
#include "pg/connection.h"

namespace tidings::pg {
namespace {

constexpr size_t kFlushSize = 128 * 1024;
constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);

}  // namespace

CopyIn::CopyIn(Connection& connection) : connection_(&connection) {
  buffer_.reserve(kFlushSize + 4096);
  buffer_ = kSignature;
  binary::Put<uint32_t>(buffer_, 0);  // flags
  binary::Put<uint32_t>(buffer_, 0);  // no extension of the header
  row_ = buffer_.size();
  binary::Put<uint16_t>(buffer_, 0);  // the count of fields, filled in by EndRow
}

CopyIn::CopyIn(CopyIn&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)),
      buffer_(std::move(other.buffer_)),
      row_(other.row_),
      fields_(other.fields_) {}

CopyIn::~CopyIn() { Abort(); }

void CopyIn::Abort() {
  if (!connection_) return;
  ::PQputCopyEnd(connection_->connection_.get(), "given up by the client");
  connection_->Drain();
  connection_ = nullptr;
}

void CopyIn::Field(int32_t length) {
  binary::Put(buffer_, static_cast<uint32_t>(length));
  ++fields_;
}

void CopyIn::Null() { Field(-1); }

void CopyIn::Bool(bool value) {
  Field(1);
  buffer_.push_back(value ? '\1' : '\0');
}

void CopyIn::SmallInt(int16_t value) {
  Field(2);
  binary::Put(buffer_, static_cast<uint16_t>(value));
}

void CopyIn::Int(int32_t value) {
  Field(4);
  binary::Put(buffer_, static_cast<uint32_t>(value));
}

void CopyIn::BigInt(int64_t value) {
  Field(8);
  binary::Put(buffer_, static_cast<uint64_t>(value));
}

void CopyIn::Real(double value) {
  Field(8);
  binary::Put(buffer_, std::bit_cast<uint64_t>(value));
}

void CopyIn::Text(std::string_view value) {
  Field(static_cast<int32_t>(value.size()));
  buffer_.append(value);
}

void CopyIn::Jsonb(std::string_view json) {
  Field(static_cast<int32_t>(json.size() + 1));
  buffer_.push_back('\1');  // the version of the format
  buffer_.append(json);
}

void CopyIn::Uuid(const Id& value) {
  Field(16);
  buffer_.append(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
}

void CopyIn::Timestamp(Time value) {
  Field(8);
  binary::Put(buffer_, binary::OfTime(value));
}

void CopyIn::Amount(Money value) {
  auto numeric = binary::OfMoney(value);
  Field(numeric.size());
  binary::Put(buffer_, numeric);
}

void CopyIn::TextArray(std::span<const std::string> values) {
  size_t start = buffer_.size();
  Field(0);  // the length is filled in below
  binary::PutArrayHead(buffer_, binary::kText, values.size(), false);
  for (const auto& value : values) binary::PutSized(buffer_, value);
  binary::PutAt(buffer_, start, static_cast<uint32_t>(buffer_.size() - start - 4));
}

void CopyIn::OptText(const std::optional<std::string>& value) { value ? Text(*value) : Null(); }
void CopyIn::OptTimestamp(const std::optional<Time>& value) { value ? Timestamp(*value) : Null(); }
void CopyIn::OptAmount(const std::optional<Money>& value) { value ? Amount(*value) : Null(); }
void CopyIn::OptUuid(const std::optional<Id>& value) { value ? Uuid(*value) : Null(); }
void CopyIn::OptBigInt(const std::optional<int64_t>& value) { value ? BigInt(*value) : Null(); }
void CopyIn::OptJsonb(const std::optional<std::string>& json) { json ? Jsonb(*json) : Null(); }

Status CopyIn::EndRow() {
  binary::PutAt(buffer_, row_, static_cast<uint16_t>(fields_));
  fields_ = 0;
  if (buffer_.size() >= kFlushSize) TRY(Flush());
  row_ = buffer_.size();
  binary::Put<uint16_t>(buffer_, 0);
  return {};
}

Status CopyIn::Flush() {
  if (!connection_) return Fail(Code::kInternal, "this COPY has ended already");
  auto* handle = connection_->connection_.get();
  bool sent = ::PQputCopyData(handle, buffer_.data(), static_cast<int>(buffer_.size())) == 1;
  buffer_.clear();
  return sent ? Status() : Fail(connection_->LastError(nullptr));
}

Result<int64_t> CopyIn::Finish() {
  if (fields_ != 0) {
    Abort();
    return Fail(Code::kInternal, "the last row of a COPY was not ended");
  }
  binary::PutAt(buffer_, row_, uint16_t{0xFFFF});  // in the place of another row: the end
  TRY(Flush());
  auto* connection = std::exchange(connection_, nullptr);
  if (::PQputCopyEnd(connection->connection_.get(), nullptr) != 1) {
    return Fail(connection->LastError(nullptr));
  }
  auto rows = connection->Take(::PQgetResult(connection->connection_.get()));
  connection->Drain();
  if (!rows) return Fail(std::move(rows.error()));
  return rows->affected();
}

}  // namespace tidings::pg
