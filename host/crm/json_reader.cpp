#include "crm/json_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"

namespace tidings::crm {
namespace {

constexpr size_t kLongestRecord = size_t{4} << 20;
constexpr size_t kLongestShown = 100;  // of a bad value
constexpr size_t kLongestAttributeKey = 100;
constexpr size_t kLongestAttributes = size_t{64} << 10;
constexpr int kDeepestAttribute = 16;
constexpr int kMostErrors = 50;  // of one record
constexpr int64_t kCountBound = 1'000'000'000'000;
constexpr int64_t kPlaces = 10'000;
constexpr double kFirstMilliseconds = 1e11;   // numbers from here on are milliseconds since 1970
constexpr double kLastSecond = 253402300799;  // 9999-12-31T23:59:59Z

tl::unexpected<std::string> Refuse(std::string why) { return tl::unexpected(std::move(why)); }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

size_t CountDigits(std::string_view& rest) {
  size_t count = 0;
  while (count < rest.size() && IsDigit(rest[count])) ++count;
  rest.remove_prefix(count);
  return count;
}

// simdjson hands numbers over unread; PostgreSQL's jsonb limits what they may be.
bool IsNumber(std::string_view token) {
  constexpr size_t kLongest = 60, kExponentDigits = 3;
  auto rest = token;
  if (rest.size() > kLongest) return false;
  if (rest.starts_with('-')) rest.remove_prefix(1);
  bool zero = rest.starts_with('0');
  size_t whole = CountDigits(rest);
  if (whole == 0 || (zero && whole > 1)) return false;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    if (CountDigits(rest) == 0) return false;
  }
  if (!rest.empty() && (rest.front() == 'e' || rest.front() == 'E')) {
    rest.remove_prefix(1);
    if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) rest.remove_prefix(1);
    size_t exponent = CountDigits(rest);
    if (exponent == 0 || exponent > kExponentDigits) return false;
  }
  return rest.empty();
}

void AppendQuoted(std::string_view text, std::string& out) {
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

// Copies a value in one line. What stands in `problem` afterwards is wrong with it.
class JsonCopier {
 public:
  JsonCopier(std::string& out, std::string& problem) : out_(out), problem_(problem) {}

  JsonError Value(JsonValue value, int depth) {
    simdjson::ondemand::json_type type;
    if (auto error = value.type().get(type)) return error;
    if (depth > kDeepestAttribute) {
      problem_ = fmt::format("it nests deeper than {}; flatten it", kDeepestAttribute);
      return simdjson::SUCCESS;
    }
    if (type == simdjson::ondemand::json_type::object) return Object(value, depth);
    if (type == simdjson::ondemand::json_type::array) return Array(value, depth);
    Scalar scalar;
    if (auto error = ReadScalar(value, scalar)) return error;
    if (scalar.IsText()) {
      Text(scalar.text);
    } else {
      out_ += scalar.text;
    }
    return simdjson::SUCCESS;
  }

  void Text(std::string_view text) {
    if (text.find('\0') != text.npos) problem_ = "a NUL cannot be kept; remove it";
    if (!IsUtf8(text)) problem_ = "a lone surrogate is no character; remove it";
    AppendQuoted(text, out_);
  }

 private:
  JsonError Object(JsonValue value, int depth) {
    simdjson::ondemand::object object;
    if (auto error = value.get_object().get(object)) return error;
    const char* separator = "{";
    auto error = EachMember(object, [&](std::string_view key, JsonValue member) {
      out_ += std::exchange(separator, ",");
      Text(key);
      out_ += ':';
      return Value(member, depth + 1);
    });
    out_ += *separator == '{' ? "{}" : "}";
    return error;
  }

  JsonError Array(JsonValue value, int depth) {
    simdjson::ondemand::array array;
    if (auto error = value.get_array().get(array)) return error;
    const char* separator = "[";
    for (auto element : array) {
      JsonValue member;
      if (auto error = element.get(member)) return error;
      out_ += std::exchange(separator, ",");
      if (auto error = Value(member, depth + 1)) return error;
    }
    out_ += *separator == '[' ? "[]" : "]";
    return simdjson::SUCCESS;
  }

  std::string& out_;
  std::string& problem_;
};

std::string_view Shown(std::string_view value) {
  if (value.size() <= kLongestShown) return value;
  size_t length = kLongestShown;
  while (length > 0 && (value[length] & 0xc0) == 0x80) --length;
  return value.substr(0, length);
}

Result<Time> FromNumber(std::string_view token) {
  double number = 0;
  std::from_chars(token.data(), token.data() + token.size(), number);
  double seconds = std::abs(number) >= kFirstMilliseconds ? number / 1000 : number;
  if (!(std::abs(seconds) <= kLastSecond)) return Fail(Code::kInvalidArgument, "out of range");
  return Time(Duration(std::llround(seconds * 1e6)));
}

}  // namespace

JsonError JsonBuffer::Open(std::string_view json, simdjson::ondemand::document& document) {
  if (json.size() > kLongestRecord) return simdjson::CAPACITY;
  padded_.reserve(json.size() + simdjson::SIMDJSON_PADDING);
  padded_.assign(json);
  return parser_.iterate(padded_.data(), padded_.size(), padded_.capacity()).get(document);
}

JsonError ReadScalar(JsonValue value, Scalar& scalar) {
  using Type = simdjson::ondemand::json_type;
  Type type;
  if (auto error = value.type().get(type)) return error;
  if (type == Type::string) {
    scalar.kind = Scalar::Kind::kString;
    return value.get_string().get(scalar.text);
  }
  if (type == Type::object || type == Type::array) {
    scalar.kind = Scalar::Kind::kContainer;
    return simdjson::to_json_string(value).get(scalar.text);
  }
  scalar.text = Trim(value.raw_json_token());
  if (type == Type::number) {
    scalar.kind = Scalar::Kind::kNumber;
    return IsNumber(scalar.text) ? simdjson::SUCCESS : simdjson::NUMBER_ERROR;
  }
  scalar.kind = type == Type::null ? Scalar::Kind::kNull : Scalar::Kind::kBool;
  bool known = scalar.text == "null" || scalar.text == "true" || scalar.text == "false";
  return known ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
}

Checked<Money> ToMoney(const Scalar& scalar) {
  if (!scalar.IsTextOrNumber()) return Refuse("this is no amount; write a number such as 12.50");
  auto money = Money::Parse(Trim(scalar.text));
  if (!money) return Refuse("this is no amount with up to four decimals; write it as 12.50");
  if (std::abs(money->units) >= kAmountBound) return Refuse("amounts stay under 100,000,000,000");
  return *money;
}

Checked<Money> ToPositive(const Scalar& scalar) {
  auto money = ToMoney(scalar);
  if (money && money->units < 0) return Refuse("it cannot be negative; give 0 or more");
  return money;
}

Checked<int64_t> ToCount(const Scalar& scalar) {
  auto number = scalar.IsTextOrNumber() ? Money::Parse(Trim(scalar.text))
                                        : Result<Money>(Fail(Code::kInvalidArgument, ""));
  bool whole = number && number->units % kPlaces == 0 && number->units >= 0;
  if (!whole) return Refuse("this is no count; give a whole number, 0 or more");
  int64_t count = number->units / kPlaces;
  if (count >= kCountBound) return Refuse("counts stay under 1,000,000,000,000");
  return count;
}

Checked<Time> ToTime(const Scalar& scalar) {
  bool number = scalar.kind == Scalar::Kind::kNumber;
  if (!number && !scalar.IsText()) return Refuse("this is no time; write 2026-03-01T09:30:00Z");
  auto time = number ? FromNumber(scalar.text) : ParseTime(Trim(scalar.text));
  if (!time) return Refuse("this is no time; write it as 2026-03-01 or 2026-03-01T09:30:00Z");
  return *time;
}

Checked<std::string> ToLine(const Scalar& scalar, size_t longest) {
  if (!scalar.IsText()) return Refuse("this must be text; put it in quotes");
  return CleanLine(scalar.text, longest);
}

Checked<std::string> ToKey(const Scalar& scalar, size_t longest) {
  if (!scalar.IsTextOrNumber()) return Refuse("this must be text or a number");
  return CleanLine(scalar.text, longest);
}

std::optional<Id> ToId(const Scalar& scalar) {
  auto id = Id::Parse(Trim(scalar.text));
  return id ? std::optional(*id) : std::nullopt;
}

void Complaints::Add(std::string pointer, std::string_view value, std::string message) {
  if (errors_.size() >= kMostErrors) return;
  errors_.push_back({std::move(pointer), std::string(Shown(value)), std::move(message)});
}

std::string Pointer(std::string_view parent, std::string_view key) {
  std::string pointer(parent);
  pointer += '/';
  for (char c : Shown(key)) {
    if (c == '~' || c == '/') {
      pointer += c == '~' ? "~0" : "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

JsonError AttributeWriter::Add(std::string_view pointer, std::string_view key, JsonValue value,
                               Complaints& complaints) {
  size_t before = json_.size();
  std::string problem;
  JsonCopier copier(json_, problem);
  json_ += json_.empty() ? '{' : ',';
  copier.Text(key);
  json_ += ':';
  if (key.empty() || key.size() > kLongestAttributeKey) {
    problem = fmt::format("an attribute's name has 1 to {} bytes", kLongestAttributeKey);
  }
  if (auto error = copier.Value(value, 1)) return error;
  if (json_.size() > kLongestAttributes) {
    problem = fmt::format("all attributes together stay under {} bytes", kLongestAttributes);
  }
  if (problem.empty()) return simdjson::SUCCESS;
  complaints.Add(Pointer(pointer, key), std::string_view(json_).substr(before + 1), problem);
  json_.resize(before);
  return simdjson::SUCCESS;
}

JsonError AttributeWriter::AddUnknown(std::string_view key, JsonValue value,
                                      Complaints& complaints) {
  using Type = simdjson::ondemand::json_type;
  Type type;
  if (auto error = value.type().get(type)) return error;
  bool blank = type == Type::string && value.raw_json_token().starts_with("\"\"");
  if (type != Type::null && !blank) return Add("", key, value, complaints);
  Scalar missing;
  return ReadScalar(value, missing);
}

JsonError AttributeWriter::AddAll(std::string_view pointer, JsonValue value,
                                  Complaints& complaints) {
  simdjson::ondemand::object object;
  if (auto error = value.get_object().get(object)) return error;
  return EachMember(object, [&](std::string_view key, JsonValue member) {
    return Add(pointer, key, member, complaints);
  });
}

std::optional<std::string> AttributeWriter::Take() {
  if (json_.empty()) return std::nullopt;
  json_ += '}';
  return std::exchange(json_, "");
}

FieldError Malformed(std::string_view json, JsonError error) {
  std::string why = fmt::format("this is no JSON object: {}", simdjson::error_message(error));
  if (error == simdjson::CAPACITY) why = "a record is longer than 4 MiB; split it";
  if (error == simdjson::UTF8_ERROR) why = "this is not UTF-8; convert it";
  std::string_view shown = IsUtf8(Shown(json)) ? Shown(json) : "";
  return {"", std::string(shown), why};
}

}  // namespace tidings::crm
