#include "rule/fields.h"

#include <algorithm>
#include <cctype>

namespace tidings::rule {
namespace {

constexpr FieldInfo kFields[] = {
    {Column::kExternalId, "external_id", Type::kText, "c.external_id", true, "external_id",
     "external id"},
    {Column::kName, "name", Type::kText, "c.name", false, "name", "name"},
    {Column::kEmail, "email", Type::kText, "c.email", true, "email", "e-mail"},
    {Column::kPhone, "phone", Type::kText, "c.phone", true, "phone", "phone"},
    {Column::kCity, "city", Type::kText, "c.city", false, "city", "city"},
    {Column::kStatus, "status", Type::kText, "c.status", false, "status", "status"},
    {Column::kTotalSpend, "total_spend", Type::kNumber, "c.total_spend", false, "total_spend",
     "spend"},
    {Column::kVisit, "visit", Type::kInteger, "c.visit", false, "visit", "visits"},
    {Column::kOrderCount, "order_count", Type::kInteger, "c.order_count", false, "order_count",
     "orders"},
    {Column::kLastOrderDate, "last_order_date", Type::kTime, "c.last_order_date", true,
     "last_order_date", "last order"},
    {Column::kCreatedAt, "created_at", Type::kTime, "c.created_at", false, "created_at", "arrival"},
    {Column::kTags, "tags", Type::kTags, "c.tags", false, "tags", "tags"},
    {Column::kAttribute, "attributes", Type::kAttribute, "c.attributes", true, "attributes",
     "attribute"},
    {Column::kOrderAmount, "order_amount", Type::kNumber, "o.amount", false, "amount", "amount"},
    {Column::kOrderStatus, "order_status", Type::kText, "o.status", false, "status", "status"},
    {Column::kOrderDate, "order_date", Type::kTime, "o.order_date", false, "date", "date"},
    {Column::kOrderItem, "order_item", Type::kItems, "i.name", false, "name", "item"},
    {Column::kOrderSku, "order_sku", Type::kItems, "i.sku", true, "sku", "SKU"},
};

// Other names, in lower case and letters only; the names above are known besides.
struct Alias {
  const char* name;
  Column column;
};
constexpr Alias kAliases[] = {
    {"totalspent", Column::kTotalSpend},
    {"lifetimespend", Column::kTotalSpend},
    {"lifetimespent", Column::kTotalSpend},
    {"spend", Column::kTotalSpend},
    {"spent", Column::kTotalSpend},
    {"amountspent", Column::kTotalSpend},
    {"visits", Column::kVisit},
    {"visitcount", Column::kVisit},
    {"totalvisits", Column::kVisit},
    {"numberofvisits", Column::kVisit},
    {"orders", Column::kOrderCount},
    {"totalorders", Column::kOrderCount},
    {"numberoforders", Column::kOrderCount},
    {"purchasecount", Column::kOrderCount},
    {"lastordered", Column::kLastOrderDate},
    {"lastorderedat", Column::kLastOrderDate},
    {"lastorderat", Column::kLastOrderDate},
    {"lastorder", Column::kLastOrderDate},
    {"lastpurchase", Column::kLastOrderDate},
    {"lastpurchasedate", Column::kLastOrderDate},
    {"created", Column::kCreatedAt},
    {"createddate", Column::kCreatedAt},
    {"joined", Column::kCreatedAt},
    {"joinedat", Column::kCreatedAt},
    {"signupdate", Column::kCreatedAt},
    {"registeredat", Column::kCreatedAt},
    {"fullname", Column::kName},
    {"customername", Column::kName},
    {"emailaddress", Column::kEmail},
    {"customeremail", Column::kEmail},
    {"phonenumber", Column::kPhone},
    {"mobile", Column::kPhone},
    {"location", Column::kCity},
    {"customercity", Column::kCity},
    {"customerstatus", Column::kStatus},
    {"customerexternalid", Column::kExternalId},
    {"tag", Column::kTags},
    {"ordertotal", Column::kOrderAmount},
    {"ordervalue", Column::kOrderAmount},
    {"orderstate", Column::kOrderStatus},
    {"orderedat", Column::kOrderDate},
    {"item", Column::kOrderItem},
    {"itemname", Column::kOrderItem},
    {"product", Column::kOrderItem},
    {"productname", Column::kOrderItem},
    {"orderproduct", Column::kOrderItem},
    {"sku", Column::kOrderSku},
    {"itemsku", Column::kOrderSku},
};

// A number of days; more of them means an older last order.
constexpr std::string_view kInactive[] = {
    "inactivedays", "daysinactive",   "dayssincelastorder",   "inactivefordays",
    "inactive",     "dayssinceorder", "dayssincelastpurchase"};

std::string Letters(std::string_view name) {
  std::string letters;
  for (char c : name) {
    auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || byte >= 0x80) letters += static_cast<char>(std::tolower(byte));
  }
  return letters;
}

// "attributes.plan" -> "plan".
std::optional<std::string_view> AttributeName(std::string_view name) {
  for (std::string_view prefix : {"attributes.", "attribute.", "customer.attributes."}) {
    if (name.starts_with(prefix) && name.size() > prefix.size()) {
      return name.substr(prefix.size());
    }
  }
  return std::nullopt;
}

}  // namespace

const FieldInfo& Info(Column column) { return kFields[static_cast<int>(column)]; }

std::optional<NamedField> FindField(std::string_view name) {
  if (auto attribute = AttributeName(name)) {
    return NamedField{{Column::kAttribute, std::string(*attribute)}};
  }
  for (std::string_view prefix : {"customer.", "customers.", "c."}) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  std::string letters = Letters(name);
  for (std::string_view inactive : kInactive) {
    if (letters == inactive) return NamedField{{Column::kLastOrderDate, ""}, true};
  }
  for (const FieldInfo& info : kFields) {
    bool same = letters == Letters(info.name) && info.column != Column::kAttribute;
    if (same) return NamedField{{info.column, ""}};
  }
  for (const Alias& alias : kAliases) {
    if (letters == alias.name) return NamedField{{alias.column, ""}};
  }
  return std::nullopt;
}

const std::vector<std::string>& FieldNames() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const FieldInfo& info : kFields) {
      bool attribute = info.column == Column::kAttribute;
      names.emplace_back(attribute ? "attributes.NAME" : info.name);
    }
    for (const char* other : {"inactive_days", "totalSpend", "orderCount", "lastOrderDate"}) {
      names.emplace_back(other);
    }
    return names;
  }();
  return kNames;
}

bool IsOfOrder(Column column) { return column >= Column::kOrderAmount; }

Type Field::type() const { return Info(column).type; }

std::string Field::Name() const {
  std::string name = Info(column).name;
  return column == Column::kAttribute ? name + "." + attribute : name;
}

}  // namespace tidings::rule
