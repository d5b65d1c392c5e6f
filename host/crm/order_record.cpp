#include "crm/order_record.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/text.h"
#include "crm/derived_id.h"
#include "crm/json_reader.h"
#include "crm/order_item.h"

namespace tidings::crm {
namespace {

constexpr size_t kLongestKey = 200, kMostItems = 10'000;

enum Field {
  kId,
  kExternalId,
  kCustomer,
  kCustomerExternalId,
  kCustomerEmail,
  kDate,
  kAmount,
  kStatus,
  kItems,
  kAttributes,
  kReadOnly
};

// clang-format off
constexpr NameTable::Entry kNames[] = {
    {"id", kId}, {"externalid", kExternalId}, {"orderexternalid", kExternalId},
    {"orderid", kId}, {"orderreference", kExternalId}, {"ordernumber", kExternalId},
    {"invoiceno", kExternalId}, {"customerid", kCustomer}, {"customeridentifier", kCustomer},
    {"customer", kCustomer}, {"customerexternalid", kCustomerExternalId},
    {"customeremail", kCustomerEmail}, {"orderdate", kDate}, {"date", kDate},
    {"orderedat", kDate}, {"timestamp", kDate}, {"amount", kAmount}, {"orderamount", kAmount},
    {"totalamount", kAmount}, {"total", kAmount}, {"status", kStatus}, {"orderstatus", kStatus},
    {"items", kItems}, {"products", kItems}, {"lines", kItems}, {"attributes", kAttributes},
    {"itemstotal", kReadOnly}, {"createdat", kReadOnly}, {"updatedat", kReadOnly}};
constexpr NameTable::Entry kCustomerNames[] = {
    {"id", kCustomer}, {"externalid", kCustomerExternalId}, {"email", kCustomerEmail}};
// clang-format on

const NameTable& Names() {
  static const NameTable table(kNames);
  return table;
}
const NameTable& CustomerNames() {
  static const NameTable table(kCustomerNames);
  return table;
}
Checked<std::string> ToStatus(const Scalar& scalar) {
  static const std::vector<std::string> kStatuses = {"PENDING", "COMPLETED", "CANCELLED",
                                                     "REFUNDED"};
  auto text = ToLine(scalar, kLongestKey);
  if (!text) return text;
  for (char& c : *text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  if (*text == "CANCELED") *text = "CANCELLED";
  if (std::find(kStatuses.begin(), kStatuses.end(), *text) != kStatuses.end()) return text;
  return tl::unexpected("a status is PENDING, COMPLETED, CANCELLED or REFUNDED" +
                        DidYouMean(*text, kStatuses));
}

Checked<std::string> ToEmail(const Scalar& scalar) {
  return ToLine(scalar, SIZE_MAX).and_then(CleanEmail);
}

// Reads one record; used once.
class OrderReader {
 public:
  explicit OrderReader(ParseMode mode) : patch_(mode == ParseMode::kPatch) {}

  JsonError Member(std::string_view key, JsonValue value) {
    key_ = key;
    int field = Names().Find(key);
    if (field < 0) return attributes_.AddUnknown(key, value, complaints_);
    simdjson::ondemand::json_type type;
    if (auto error = value.type().get(type)) return error;
    using Type = simdjson::ondemand::json_type;
    if (field == kAttributes && type == Type::object)
      return attributes_.AddAll(Pointer("", key), value, complaints_);
    if (field == kCustomer && type == Type::object) return Customer(value);
    if (field == kItems && type == Type::array) return Items(value);
    Scalar scalar;
    if (auto error = ReadScalar(value, scalar)) return error;
    if (scalar.Missing() || !First(field, scalar)) return simdjson::SUCCESS;
    Set(field, scalar);
    return simdjson::SUCCESS;
  }

  tl::expected<OrderRecord, std::vector<FieldError>> Finish() {
    record_.attributes = attributes_.Take();
    if (!record_.amount && record_.items) SumItems();
    if (!record_.id && record_.external_id) record_.id = OrderIdFor(*record_.external_id);
    bool known = record_.id || record_.customer.Any();
    if (!patch_ && !known && !complaints_.Any()) {
      complaints_.Add("", "", "an order needs its customer: customer_id or customer_email");
    }
    if (complaints_.Any()) return tl::unexpected(complaints_.Take());
    return std::move(record_);
  }

 private:
  bool First(int field, const Scalar& scalar) {
    bool first = (seen_ & (1u << field)) == 0;
    seen_ |= 1u << field;
    if (!first) Complain(scalar.text, "this field is given twice; keep one");
    return first;
  }

  void Complain(std::string_view value, std::string message) {
    complaints_.Add(Pointer("", key_), value, std::move(message));
  }

  template <class T>
  void Take(std::optional<T>& field, const Scalar& scalar, Checked<T> checked) {
    if (checked) {
      field = std::move(*checked);
    } else {
      Complain(scalar.text, std::move(checked.error()));
    }
  }

  void Set(int field, const Scalar& scalar) {
    auto& customer = record_.customer;
    if (patch_ && (field <= kCustomerEmail)) {
      return Complain(scalar.text, "an order keeps its id and its customer; leave it out");
    }
    switch (field) {
      case kId: return SetId(scalar);
      case kExternalId: return SetExternalId(scalar);
      case kCustomer: return SetCustomer(scalar);
      case kCustomerExternalId:
        return Take(customer.external_id, scalar, ToKey(scalar, kLongestKey));
      case kCustomerEmail: return Take(customer.email, scalar, ToEmail(scalar));
      case kDate: return Take(record_.order_date, scalar, ToTime(scalar));
      case kAmount: return Take(record_.amount, scalar, ToPositive(scalar));
      case kStatus: return Take(record_.status, scalar, ToStatus(scalar));
      case kItems: return ItemsAsText(scalar);
      case kAttributes: return Complain(scalar.text, "attributes are an object");
      default: return Complain(scalar.text, "the store keeps this itself; leave it out");
    }
  }

  void SetId(const Scalar& scalar) {
    record_.id = ToId(scalar);
    if (!record_.id && First(kExternalId, scalar)) SetExternalId(scalar);
  }

  void SetExternalId(const Scalar& scalar) {
    auto key = ToKey(scalar, kLongestKey);
    if (key && key->empty()) return;
    Take(record_.external_id, scalar, std::move(key));
  }

  // A UUID is an id, what has an @ is an e-mail address, anything else an external id.
  void SetCustomer(const Scalar& scalar) {
    auto& customer = record_.customer;
    if (auto id = ToId(scalar)) {
      customer.id = id;
    } else if (scalar.text.find('@') != scalar.text.npos) {
      Take(customer.email, scalar, ToEmail(scalar));
    } else {
      Take(customer.external_id, scalar, ToKey(scalar, kLongestKey));
    }
  }

  JsonError Customer(JsonValue value) {
    simdjson::ondemand::object object;
    if (auto error = value.get_object().get(object)) return error;
    return EachMember(object, [&](std::string_view key, JsonValue member) -> JsonError {
      Scalar scalar;
      int field = CustomerNames().Find(key);
      if (field < 0) return simdjson::SUCCESS;
      if (auto error = ReadScalar(member, scalar)) return error;
      if (!scalar.Missing()) Set(field, scalar);
      return simdjson::SUCCESS;
    });
  }

  JsonError Items(JsonValue value) {
    simdjson::ondemand::array array;
    if (!First(kItems, Scalar())) return simdjson::SUCCESS;
    if (auto error = value.get_array().get(array)) return error;
    return Items(array, Pointer("", key_));
  }

  JsonError Items(simdjson::ondemand::array array, const std::string& pointer) {
    std::vector<OrderItem> items;
    size_t count = 0;
    for (auto element : array) {
      JsonValue value;
      if (auto error = element.get(value)) return error;
      auto where = fmt::format("{}/{}", pointer, count++);
      if (auto error = Item(value, where, items)) return error;
    }
    if (count > kMostItems) complaints_.Add(pointer, "", "an order has at most 10,000 items");
    record_.items = std::move(items);
    return simdjson::SUCCESS;
  }

  JsonError Item(JsonValue value, const std::string& where, std::vector<OrderItem>& items) {
    simdjson::ondemand::json_type type;
    if (auto error = value.type().get(type)) return error;
    if (type != simdjson::ondemand::json_type::object) {
      complaints_.Add(where, "", "an item is an object with name, quantity and unit_price");
      Scalar scalar;
      return ReadScalar(value, scalar);
    }
    simdjson::ondemand::object object;
    if (auto error = value.get_object().get(object)) return error;
    ItemReader reader(where, complaints_);
    auto error = EachMember(
        object, [&](std::string_view key, JsonValue member) { return reader.Member(key, member); });
    if (error) return error;
    if (auto item = reader.Finish(); item && items.size() < kMostItems) {
      items.push_back(std::move(*item));
    }
    return simdjson::SUCCESS;
  }

  // Queues with flat fields carry the items as JSON text.
  void ItemsAsText(const Scalar& scalar) {
    thread_local JsonBuffer buffer;
    simdjson::ondemand::document document;
    simdjson::ondemand::array array;
    JsonError error =
        scalar.IsText() ? buffer.Open(scalar.text, document) : simdjson::INCORRECT_TYPE;
    if (!error) error = document.get_array().get(array);
    if (!error) error = Items(array, Pointer("", key_));
    if (error) Complain(scalar.text, "items are a list of objects, or one as JSON text");
  }

  void SumItems() {
    Money sum;
    for (const OrderItem& item : *record_.items) sum = sum + item.total;
    record_.amount = sum;
    if (sum.units >= 0 && sum.units < kAmountBound) return;
    complaints_.Add("/items", sum.ToString(), "the items add up to less than 0 or far too much");
  }

  const bool patch_;
  std::string_view key_;  // of the member being read
  uint32_t seen_ = 0;     // a bit for each Field
  OrderRecord record_;
  AttributeWriter attributes_;
  Complaints complaints_;
};

}  // namespace

tl::expected<OrderRecord, std::vector<FieldError>> ParseOrder(std::string_view json,
                                                              ParseMode mode) {
  thread_local JsonBuffer buffer;
  OrderReader reader(mode);
  auto malformed = ReadObject(json, buffer, [&](std::string_view key, JsonValue value) {
    return reader.Member(key, value);
  });
  if (malformed) return tl::unexpected(std::vector<FieldError>{std::move(*malformed)});
  return reader.Finish();
}

std::string CustomerReference::ToString() const {
  if (id) return "id " + id->ToString();
  if (external_id) return fmt::format("external id '{}'", *external_id);
  return fmt::format("e-mail '{}'", email.value_or(""));
}

Id OrderIdFor(std::string_view external_id) { return DerivedId(external_id); }

}  // namespace tidings::crm
