// Reading one JSON object with simdjson, member by member. For the record parsers only: nothing
// outside their .cpp files includes this header, as it brings in all of simdjson.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/money.h"
#include "crm/contact.h"
#include "crm/field_error.h"
#include "crm/names.h"

namespace tidings::crm {

using JsonValue = simdjson::ondemand::value;
using JsonError = simdjson::error_code;  // converts to true where something is malformed

// A JSON text with the room behind it that simdjson needs. One document at a time.
class JsonBuffer {
 public:
  JsonError Open(std::string_view json, simdjson::ondemand::document& document);

 private:
  simdjson::ondemand::parser parser_;
  std::string padded_;
};

// A value that is no array and no object. `text` is the unescaped string or the token; it lives as
// long as the document.
struct Scalar {
  enum class Kind { kNull, kBool, kNumber, kString, kContainer } kind = Kind::kNull;
  std::string_view text;  // of a container its raw JSON, for errors

  bool IsText() const { return kind == Kind::kString; }
  bool IsTextOrNumber() const { return kind == Kind::kString || kind == Kind::kNumber; }
  bool Missing() const { return kind == Kind::kNull || (IsText() && text.empty()); }
};
JsonError ReadScalar(JsonValue value, Scalar& scalar);

// Amounts stay under 10^11, so that totals stay far from overflowing; in Money's units.
inline constexpr int64_t kAmountBound = 1'000'000'000'000'000;

// Scalars as what a field wants.
Checked<Money> ToMoney(const Scalar& scalar);
Checked<Money> ToPositive(const Scalar& scalar);  // 0 or more
Checked<int64_t> ToCount(const Scalar& scalar);   // whole, 0 or more, under 10^12
Checked<Time> ToTime(const Scalar& scalar);
Checked<std::string> ToLine(const Scalar& scalar, size_t longest);  // text only
Checked<std::string> ToKey(const Scalar& scalar, size_t longest);   // text, or a number's digits
std::optional<Id> ToId(const Scalar& scalar);                       // none: no UUID

// What is wrong with one record, and under which part of it.
class Complaints {
 public:
  // `pointer` names members from the record down: "/items/2/total".
  void Add(std::string pointer, std::string_view value, std::string message);
  bool Any() const { return !errors_.empty(); }
  std::vector<FieldError> Take() { return std::move(errors_); }

 private:
  std::vector<FieldError> errors_;
};

std::string Pointer(std::string_view parent, std::string_view key);  // escapes ~ and /

// The attributes of a record: a JSON object, written member by member in one line, checked wholly.
class AttributeWriter {
 public:
  // Adds one member. Complains about a bad or over-long key or value.
  JsonError Add(std::string_view pointer, std::string_view key, JsonValue value,
                Complaints& complaints);
  // The same for a member that no field is called by: null and "" mean "not said".
  JsonError AddUnknown(std::string_view key, JsonValue value, Complaints& complaints);
  // The members of an object, each of them.
  JsonError AddAll(std::string_view pointer, JsonValue object, Complaints& complaints);
  std::optional<std::string> Take();  // none when nothing was added

 private:
  std::string json_;
};

// What to say of a text that simdjson could not read.
FieldError Malformed(std::string_view json, JsonError error);

// Calls `on_member(key, value)` for each member; stops at the first error it returns.
template <class OnMember>
JsonError EachMember(simdjson::ondemand::object object, OnMember on_member) {
  for (auto member : object) {
    std::string_view key;
    JsonValue value;
    if (auto error = member.unescaped_key().get(key)) return error;
    if (auto error = member.value().get(value)) return error;
    if (auto error = on_member(key, value)) return error;
  }
  return simdjson::SUCCESS;
}

// The same for a text that must hold one object and nothing behind it.
template <class OnMember>
std::optional<FieldError> ReadObject(std::string_view json, JsonBuffer& buffer,
                                     OnMember on_member) {
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  if (auto error = buffer.Open(json, document)) return Malformed(json, error);
  if (auto error = document.get_object().get(object)) return Malformed(json, error);
  if (auto error = EachMember(object, on_member)) return Malformed(json, error);
  if (!document.current_location().error()) return Malformed(json, simdjson::TRAILING_CONTENT);
  return std::nullopt;
}

}  // namespace tidings::crm
