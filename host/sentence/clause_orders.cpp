// The clauses of a ClauseWriter that are about several orders, or several things of one order.
#include <algorithm>

#include "sentence/clause_writer.h"
#include "sentence/rule_json.h"
#include "sentence/rule_operators.h"

namespace tidings::sentence {
namespace {

constexpr const char* kAmbiguous = "ambiguous";
constexpr const char* kUnsupported = "unsupported";

bool HasTrait(const Json& m, const char* kind) {
  if (!m.is_array() || m.empty()) return false;
  return m[0] == kind ||
         std::any_of(m.begin(), m.end(), [&](const Json& part) { return HasTrait(part, kind); });
}

bool IsBound(const Json& bounds, const char* op, int number) {
  if (bounds[0] != "bound" || bounds[1] != op) return false;
  Assumptions ignored;
  auto amount = ReadAmount(bounds[2], ignored);
  return amount && amount->ToJson() == number;
}

Json AnyOf(Json where) { return {{"orders", "any"}, {"where", std::move(where)}}; }

}  // namespace

// ["asked", "count", "sum", "avg", "min" or "max", bounds, trait, ...]
Json ClauseWriter::Asked(const Json& m, Sign sign) {
  Json orders = {{"orders", m[1]}};
  Json where = Where(m, 3);
  if (!where.is_null()) orders["where"] = std::move(where);
  if (!HasTrait(m, "status")) meaning_.assumptions.Add("all orders count, whatever their status");
  Json value = {{"subject", std::move(orders)}};
  if (m[1] == "sum") return Spent(value, m[2], sign);
  if (m[1] == "count") return CountedOrders(value, m, sign);
  Json rule = Bounded(value, m[2], {});
  if (!sign.here) return rule;
  meaning_.assumptions.Add(
      "who has no such orders has no average, largest or smallest of them, and is among those for "
      "whom this is not so");
  return Not(rule);
}

// One cancelled order is some cancelled order.
Json ClauseWriter::CountedOrders(const Json& value, const Json& m, Sign sign) {
  bool some = IsBound(m[2], ">=", 1) || IsBound(m[2], ">", 0);
  if (some) {
    Json order = {"some_order"};
    order.insert(order.end(), m.begin() + 3, m.end());
    return SomeOrder(order, sign);
  }
  if (IsBound(m[2], "bare", 1) && !HasTrait(m, "placed"))
    return Refuse(kAmbiguous, "say \"at least one\" or \"exactly one\"");
  Json rule = Counted(value, m[2], sign);
  bool none = rule.contains("subject") && rule["operator"] == "=" && rule["value"] == 0;
  return none ? Not(AnyOf(rule["subject"]["where"])) : rule;
}

// ["some_order", trait, ...]
Json ClauseWriter::SomeOrder(const Json& m, Sign sign) {
  if (HasTrait(m, "status") && HasTrait(m, "placed"))
    meaning_.assumptions.Add("the time is that of the order, not of what became of it");
  Json rule = AnyOf(Where(m, 1));
  return sign.here ? Not(rule) : rule;
}

// All traits from the `first` part of a meaning; null where there are none.
Json ClauseWriter::Where(const Json& m, size_t first) {
  Json rules = Json::array();
  for (size_t i = first; i < m.size(); ++i) {
    Json rule = m[i].is_null() ? Json() : Trait(m[i]);
    if (!rule.is_null()) rules.push_back(std::move(rule));
  }
  if (rules.empty()) return nullptr;
  return rules.size() == 1 ? rules[0] : GroupOf("and", rules);
}

// A condition on an order, or null where only what stands beside it is checked.
Json ClauseWriter::Trait(const Json& m) {
  if (m[0] == "placed") return Placed(m[1]);
  if (m[0] == "worth") return Worth(m);
  if (m[0] == "any") return GroupOf("or", {Trait(m[1]), Trait(m[2])});
  if (m[0] == "scope" && m[1] == "ever")
    return Refuse(kAmbiguous, "say what was spent in all, or in some time");
  if (m[0] == "all_of" && m[1] == "one")
    return Refuse(kAmbiguous, "say whether this was spent on one order or on all of them");
  if (m[0] == "scope" || m[0] == "all_of") return nullptr;
  return Compare("order_" + m[0].get<std::string>(), "=", m[1]);
}

// A time in which orders may be added up: one that says where it begins.
Json ClauseWriter::Placed(const Json& m) {
  auto when = ReadWhen(m);
  if (!when) return Compare("", "", nullptr);
  if (m[0] == "since" && m.size() > 3)
    return Refuse(kAmbiguous, "say which days, as in \"in the last 30 days\"");
  if (m[0] == "ago" && !IsRecent(*when))
    return Refuse(kUnsupported, "name the time, as in \"in the last 90 days\" or \"before 2025\"");
  return Compare("order_date", when->op, when->value);
}

// ["worth", "one", "many" or "all", "worth" or null, bounds]
Json ClauseWriter::Worth(const Json& m) {
  if (!IsOfOneOrder(m)) return Compare("", "", nullptr);
  return Bounded({{"field", "order_amount"}}, m[3], {});
}

}  // namespace tidings::sentence
