#include "crm/customer_record.h"

#include <utility>

#include <fmt/core.h>

#include "base/text.h"
#include "crm/json_reader.h"

namespace tidings::crm {
namespace {

constexpr size_t kLongestKey = 200, kLongestName = 500, kLongestCity = 200, kLongestStatus = 50;
constexpr size_t kLongestTag = 100, kMostTags = 100;

enum Field {
  kId,
  kExternalId,
  kName,
  kEmail,
  kPhone,
  kCity,
  kStatus,
  kSpend,
  kVisit,
  kLastOrder,
  kTags,
  kAttributes,
  kCreatedAt,
  kReadOnly,
  kFieldCount
};

// clang-format off
constexpr NameTable::Entry kNames[] = {
    {"id", kId}, {"customerid", kId}, {"externalid", kExternalId},
    {"customerexternalid", kExternalId}, {"name", kName}, {"fullname", kName},
    {"customername", kName}, {"email", kEmail}, {"emailaddress", kEmail},
    {"customeremail", kEmail}, {"phone", kPhone}, {"phonenumber", kPhone}, {"mobile", kPhone},
    {"city", kCity}, {"location", kCity}, {"status", kStatus}, {"totalspend", kSpend},
    {"totalspent", kSpend}, {"totalspends", kSpend}, {"lifetimespend", kSpend},
    {"openingspend", kSpend}, {"visit", kVisit}, {"visits", kVisit}, {"visitcount", kVisit},
    {"totalvisits", kVisit}, {"openingvisit", kVisit}, {"lastorderdate", kLastOrder},
    {"lastorderat", kLastOrder}, {"lastordered", kLastOrder},
    {"openinglastorderdate", kLastOrder}, {"tags", kTags}, {"attributes", kAttributes},
    {"createdat", kCreatedAt}, {"ordercount", kReadOnly}, {"totalorders", kReadOnly},
    {"updatedat", kReadOnly}};
// clang-format on

const NameTable& Names() {
  static const NameTable table(kNames);
  return table;
}

// Reads one record; used once.
class CustomerReader {
 public:
  explicit CustomerReader(ParseMode mode) : patch_(mode == ParseMode::kPatch) {}

  JsonError Member(std::string_view key, JsonValue value) {
    int field = Names().Find(key);
    if (field < 0) {
      return patch_ ? attributes_.Add("", key, value, complaints_)
                    : attributes_.AddUnknown(key, value, complaints_);
    }
    key_ = key;
    if (field == kAttributes) return Attributes(value);
    if (field == kTags) return Tags(value);
    Scalar scalar;
    if (auto error = ReadScalar(value, scalar)) return error;
    if (scalar.Missing() && (!patch_ || !Clears(field))) return simdjson::SUCCESS;
    if (!First(field, scalar)) return simdjson::SUCCESS;
    scalar.Missing() ? Clear(field) : Set(field, scalar);
    return simdjson::SUCCESS;
  }

  tl::expected<CustomerRecord, std::vector<FieldError>> Finish() {
    record_.attributes = attributes_.Take();
    bool keyed = record_.id || record_.external_id || record_.email || record_.phone;
    if (!patch_ && !keyed && !complaints_.Any()) {
      complaints_.Add("", "", "a customer needs an email, phone, external_id or id; add one");
    }
    if (complaints_.Any()) return tl::unexpected(complaints_.Take());
    return std::move(record_);
  }

 private:
  static bool Clears(int field) {
    return field != kId && field != kCreatedAt && field != kReadOnly && field != kStatus;
  }

  // Two names of one field in one record would leave it to chance which counts.
  bool First(int field, const Scalar& scalar) {
    bool first = (seen_ & (1u << field)) == 0;
    seen_ |= 1u << field;
    if (!first) Complain(scalar, "this field is given twice; keep one");
    return first;
  }

  void Complain(const Scalar& scalar, std::string message) {
    complaints_.Add(Pointer("", key_), scalar.text, std::move(message));
  }

  template <class T, class U>
  void Take(std::optional<T>& field, const Scalar& scalar, Checked<U> checked) {
    if (checked) {
      field = std::move(*checked);
    } else {
      Complain(scalar, std::move(checked.error()));
    }
  }

  void Set(int field, const Scalar& scalar) {
    switch (field) {
      case kId: return SetId(scalar);
      case kExternalId: return SetExternalId(scalar);
      case kName: return Take(record_.name, scalar, ToLine(scalar, kLongestName));
      case kEmail: return Take(record_.email, scalar, Email(scalar));
      case kPhone: return Take(record_.phone, scalar, Phone(scalar));
      case kCity: return Take(record_.city, scalar, ToLine(scalar, kLongestCity));
      case kStatus: return Take(record_.status, scalar, Status(scalar));
      case kSpend: return Take(record_.opening_spend, scalar, ToPositive(scalar));
      case kVisit: return Take(record_.opening_visit, scalar, ToCount(scalar));
      case kLastOrder: return Take(record_.opening_last_order_date, scalar, ToTime(scalar));
      case kCreatedAt: return Take(record_.created_at, scalar, ToTime(scalar));
      default: return Complain(scalar, "the store keeps this itself; leave it out");
    }
  }

  void Clear(int field) {
    switch (field) {
      case kExternalId: record_.external_id = ""; break;
      case kName: record_.name = ""; break;
      case kEmail: record_.email = ""; break;
      case kPhone: record_.phone = ""; break;
      case kCity: record_.city = ""; break;
      case kSpend: record_.opening_spend = Money{0}; break;
      case kVisit: record_.opening_visit = 0; break;
      default: record_.opening_last_order_date = kNoTime; break;
    }
  }

  void SetId(const Scalar& scalar) {
    if (patch_) return Complain(scalar, "an id cannot be changed; leave it out");
    record_.id = ToId(scalar);
    if (record_.id) return;
    if (First(kExternalId, scalar)) SetExternalId(scalar);
  }

  void SetExternalId(const Scalar& scalar) {
    auto key = ToKey(scalar, kLongestKey);
    if (key && key->empty()) return;
    Take(record_.external_id, scalar, std::move(key));
  }

  static Checked<std::string> Email(const Scalar& scalar) {
    return ToLine(scalar, SIZE_MAX).and_then(CleanEmail);
  }
  static Checked<std::string> Phone(const Scalar& scalar) {
    return ToKey(scalar, SIZE_MAX).and_then(CleanPhone);
  }
  static Checked<std::string> Status(const Scalar& scalar) {
    return ToLine(scalar, kLongestStatus).map([](const auto& text) { return LowerAscii(text); });
  }

  JsonError Attributes(JsonValue value) {
    simdjson::ondemand::json_type type;
    if (auto error = value.type().get(type)) return error;
    if (type != simdjson::ondemand::json_type::object) return NotA(value, "an object");
    return attributes_.AddAll(Pointer("", key_), value, complaints_);
  }

  JsonError NotA(JsonValue value, const char* wanted) {
    Scalar scalar;
    if (auto error = ReadScalar(value, scalar)) return error;
    if (!scalar.Missing()) Complain(scalar, fmt::format("this must be {}", wanted));
    return simdjson::SUCCESS;
  }

  // A list of texts, or one text with commas.
  JsonError Tags(JsonValue value) {
    simdjson::ondemand::json_type type;
    if (auto error = value.type().get(type)) return error;
    Scalar scalar;
    if (type != simdjson::ondemand::json_type::array) {
      if (auto error = ReadScalar(value, scalar)) return error;
      if (!First(kTags, scalar)) return simdjson::SUCCESS;
      if (scalar.Missing()) return ClearTags();
      if (!scalar.IsText()) return NotAList(scalar);
      for (auto tag : Split(scalar.text, ',')) AddTag({Scalar::Kind::kString, tag});
      return simdjson::SUCCESS;
    }
    if (!First(kTags, scalar)) return simdjson::SUCCESS;
    record_.tags.emplace();
    simdjson::ondemand::array array;
    if (auto error = value.get_array().get(array)) return error;
    for (auto element : array) {
      JsonValue member;
      if (auto error = element.get(member)) return error;
      if (auto error = ReadScalar(member, scalar)) return error;
      AddTag(scalar);
    }
    return simdjson::SUCCESS;
  }

  JsonError ClearTags() {
    if (patch_) record_.tags.emplace();
    return simdjson::SUCCESS;
  }

  JsonError NotAList(const Scalar& scalar) {
    Complain(scalar, "tags are a list of texts");
    return simdjson::SUCCESS;
  }

  void AddTag(const Scalar& scalar) {
    auto tag = ToLine(scalar, kLongestTag);
    if (!tag) return Complain(scalar, std::move(tag.error()));
    if (!record_.tags) record_.tags.emplace();
    auto& tags = *record_.tags;
    if (tag->empty() || std::find(tags.begin(), tags.end(), *tag) != tags.end()) return;
    if (tags.size() == kMostTags) return Complain(scalar, "a customer has at most 100 tags");
    tags.push_back(std::move(*tag));
  }

  const bool patch_;
  std::string_view key_;  // of the member being read
  uint32_t seen_ = 0;     // a bit for each Field
  CustomerRecord record_;
  AttributeWriter attributes_;
  Complaints complaints_;
};

}  // namespace

tl::expected<CustomerRecord, std::vector<FieldError>> ParseCustomer(std::string_view json,
                                                                    ParseMode mode) {
  thread_local JsonBuffer buffer;
  CustomerReader reader(mode);
  auto malformed = ReadObject(json, buffer, [&](std::string_view key, JsonValue value) {
    return reader.Member(key, value);
  });
  if (malformed) return tl::unexpected(std::vector<FieldError>{std::move(*malformed)});
  return reader.Finish();
}

}  // namespace tidings::crm
