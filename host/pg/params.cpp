#include "pg/params.h"

#include <fmt/core.h>

#include "base/text.h"
#include "pg/binary.h"

namespace tidings::pg {
namespace {

using binary::kNullLength;
using binary::PutSized;

template <class T>
void PutInteger(std::string& out, T value) {
  binary::Put(out, static_cast<uint32_t>(sizeof value));
  binary::Put(out, static_cast<std::make_unsigned_t<T>>(value));
}

}  // namespace

std::string Storable(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  while (!text.empty()) {
    size_t length = text[0] == '\0' ? 0 : Utf8Length(text);
    kept += length ? text.substr(0, length) : "\xEF\xBF\xBD";
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return kept;
}

std::string StorableJson(std::string_view json) {
  auto kept = Storable(json);
  for (size_t at = 0; (at = kept.find('\\', at)) != std::string::npos; at += 2) {
    if (kept.compare(at, 6, "\\u0000") == 0) std::memcpy(&kept[at + 2], "fffd", 4);
  }
  return kept;
}

// Ends the value that starts at `offset`; the zero behind it is for libpq's text parameters.
Params& Params::Add(size_t offset, bool binary) {
  Value value;
  value.offset = offset;
  value.length = static_cast<int>(bytes_.size() - offset);
  value.binary = binary;
  if (!binary) {
    value.has_nul = bytes_.find('\0', offset) != std::string::npos;
    bytes_.push_back('\0');
  }
  values_.push_back(value);
  return *this;
}

Params& Params::Null() {
  values_.push_back(Value());
  return *this;
}

Params& Params::Text(std::string_view value) {
  size_t offset = bytes_.size();
  bytes_.append(value);
  return Add(offset, false);
}

Params& Params::OptText(const std::optional<std::string>& value) {
  return value ? Text(*value) : Null();
}

Params& Params::Int(int64_t value) { return Text(std::to_string(value)); }
Params& Params::Real(double value) { return Text(fmt::format("{}", value)); }
Params& Params::Bool(bool value) { return Text(value ? "t" : "f"); }
Params& Params::Uuid(const Id& value) { return Text(value.ToString()); }
Params& Params::OptUuid(const std::optional<Id>& value) { return value ? Uuid(*value) : Null(); }
Params& Params::Timestamp(Time value) { return Text(FormatTime(value)); }

Params& Params::OptTimestamp(std::optional<Time> value) {
  return value ? Timestamp(*value) : Null();
}

Params& Params::Interval(Duration value) {
  return Text(fmt::format("{} microseconds", value.count()));
}

Params& Params::Amount(Money value) { return Text(value.ToString()); }

template <class Values, class PutElement>
Params& Params::Array(uint32_t element_type, const Values& values, bool has_null, PutElement put) {
  size_t offset = bytes_.size();
  binary::PutArrayHead(bytes_, static_cast<binary::Type>(element_type), values.size(), has_null);
  for (const auto& value : values) put(value);
  return Add(offset, true);
}

Params& Params::IntArray(std::span<const int32_t> values) {
  return Array(binary::kInt4, values, false, [&](int32_t value) { PutInteger(bytes_, value); });
}

Params& Params::SmallArray(std::span<const int16_t> values) {
  return Array(binary::kInt2, values, false, [&](int16_t value) { PutInteger(bytes_, value); });
}

Params& Params::BigArray(std::span<const int64_t> values) {
  return Array(binary::kInt8, values, false, [&](int64_t value) { PutInteger(bytes_, value); });
}

Params& Params::RealArray(std::span<const double> values) {
  return Array(binary::kFloat8, values, false,
               [&](double value) { PutInteger(bytes_, std::bit_cast<uint64_t>(value)); });
}

Params& Params::BoolArray(const std::vector<bool>& values) {
  return Array(binary::kBool, values, false,
               [&](bool value) { PutSized(bytes_, std::string_view(value ? "\1" : "\0", 1)); });
}

Params& Params::UuidArray(std::span<const Id> values) {
  return Array(binary::kUuid, values, false, [&](const Id& id) {
    PutSized(bytes_, {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
  });
}

Params& Params::TimestampArray(std::span<const std::optional<Time>> values) {
  return Array(binary::kTimestamptz, values, true, [&](const std::optional<Time>& value) {
    value ? PutInteger(bytes_, binary::OfTime(*value)) : binary::Put(bytes_, kNullLength);
  });
}

Params& Params::AmountArray(std::span<const Money> values) {
  return Array(binary::kNumeric, values, false, [&](Money value) {
    auto numeric = binary::OfMoney(value);
    binary::Put(bytes_, static_cast<uint32_t>(numeric.size()));
    binary::Put(bytes_, numeric);
  });
}

Params& Params::TextArray(std::span<const std::string> values) {
  return Array(binary::kText, values, false,
               [&](const std::string& value) { PutSized(bytes_, value); });
}

Params& Params::TextArray(std::span<const std::string_view> values) {
  return Array(binary::kText, values, false,
               [&](std::string_view value) { PutSized(bytes_, value); });
}

Params& Params::TextArray(std::span<const std::optional<std::string>> values) {
  return Array(binary::kText, values, true, [&](const std::optional<std::string>& value) {
    value ? PutSized(bytes_, *value) : binary::Put(bytes_, kNullLength);
  });
}

}  // namespace tidings::pg
