#include "sentence/clause_writer.h"

#include <unordered_map>

#include "sentence/rule_json.h"
#include "sentence/rule_operators.h"

namespace tidings::sentence {
namespace {

constexpr const char* kAmbiguous = "ambiguous";
constexpr const char* kUnsupported = "unsupported";
constexpr const char* kNobody = "no customer can fit this; was something else meant?";

// "2k orders" may be worth so much each.
bool IsCount(const Amount& amount, bool visits) {
  bool money = amount.money && (!amount.scaled || !visits);
  return amount.IsWhole() && !money;
}

}  // namespace

Json ClauseWriter::Write(const Json& m, Sign sign) {
  using Writing = Json (ClauseWriter::*)(const Json&, Sign);
  static const std::unordered_map<std::string, Writing> kWritings = {
      {"refuse", &ClauseWriter::Refused},
      {"spend", &ClauseWriter::Spend},
      {"orders", &ClauseWriter::Orders},
      {"visits", &ClauseWriter::Visits},
      {"bought", &ClauseWriter::Bought},
      {"bought_often", &ClauseWriter::BoughtOften},
      {"quiet", &ClauseWriter::Quiet},
      {"active", &ClauseWriter::Active},
      {"last_order", &ClauseWriter::LastOrder},
      {"days_since", &ClauseWriter::DaysSince},
      {"order_date", &ClauseWriter::OrderDate},
      {"joined", &ClauseWriter::Joined},
      {"customer_since", &ClauseWriter::CustomerSince},
      {"order_amount", &ClauseWriter::OrderAmount},
      {"largest_order", &ClauseWriter::LargestOrder},
      {"asked", &ClauseWriter::Asked},
      {"some_order", &ClauseWriter::SomeOrder},
      {"amount", &ClauseWriter::AmountOfOrder},
      {"status", &ClauseWriter::Status},
      {"item", &ClauseWriter::Item},
      {"sku", &ClauseWriter::Sku},
      {"city", &ClauseWriter::City},
      {"signed_city", &ClauseWriter::SignedCity},
      {"known", &ClauseWriter::Known},
      {"text", &ClauseWriter::Text},
      {"tag", &ClauseWriter::Tag},
      {"attribute", &ClauseWriter::Attribute},
      {"bounded_attribute", &ClauseWriter::BoundedAttribute},
  };
  return (this->*kWritings.at(m[0].get<std::string>()))(m, sign);
}

Json ClauseWriter::Refuse(const char* code, const std::string& hint) {
  if (meaning_.refused.empty()) meaning_.refused = code, meaning_.hint = hint;
  return Compare("", "", nullptr);
}

Json ClauseWriter::Refused(const Json& m, Sign) {
  return Refuse(m[1].get_ref<const std::string&>().c_str(), m[2]);
}

// Comparisons with numbers ---------------------------------------------------------------------

bool ClauseWriter::ReadLimits(const Json& bounds, std::vector<Limit>& limits) {
  if (bounds[0] == "both") return ReadLimits(bounds[1], limits) && ReadLimits(bounds[2], limits);
  if (bounds[0] == "range") {
    auto range = ReadRange(bounds[1], bounds[2], meaning_.assumptions);
    if (!range)
      return Refuse(kAmbiguous, "the first number of a range has to be the smaller"), false;
    range->low.money = range->low.money || range->high.money;
    limits.push_back({"between", {range->low.ToJson(), range->high.ToJson()}, range->low});
    return true;
  }
  if (bounds[0] == "either") {
    auto range = ReadRange(bounds[1], bounds[2], meaning_.assumptions);
    if (!range) return Refuse(kAmbiguous, "say the smaller number first"), false;
    limits.push_back({"in", {range->low.ToJson(), range->high.ToJson()}, range->low});
    return true;
  }
  auto amount = ReadAmount(bounds[2], meaning_.assumptions);
  if (!amount)
    return Refuse(kUnsupported,
                  "this number is too large or too fine, or its point may stand for thousands"),
           false;
  std::string op = bounds[1] == "bare" ? "=" : bounds[1].get<std::string>();
  limits.push_back({op, amount->ToJson(), *amount});
  return true;
}

// "more than 3 and less than 10" limits from both sides, and leaves something between.
bool ClauseWriter::CheckBoth(const std::vector<Limit>& limits) {
  if (limits.size() < 2) return true;
  const Limit* low = &limits[0];
  const Limit* high = &limits[1];
  if (IsLower(high->op)) std::swap(low, high);
  bool sides = IsLower(low->op) && high->op[0] == '<';
  bool room = low->amount.millionths < high->amount.millionths;
  if (!sides || !room) Refuse(kAmbiguous, kNobody);
  return sides && room;
}

// `value` is {"field": ...} or {"subject": ...}.
Json ClauseWriter::Limited(const Json& value, const std::vector<Limit>& limits, Sign sign) {
  if (limits.size() == 1) {
    std::string op = sign.here ? OppositeOf(limits[0].op) : limits[0].op;
    return CompareValue(value, op, limits[0].value);
  }
  Json rules = Json::array();
  for (const Limit& limit : limits) rules.push_back(CompareValue(value, limit.op, limit.value));
  return sign.here ? Not(GroupOf("and", rules)) : GroupOf("and", rules);
}

Json ClauseWriter::Bounded(const Json& value, const Json& bounds, Sign sign) {
  std::vector<Limit> limits;
  if (!ReadLimits(bounds, limits) || !CheckBoth(limits)) return Refuse(kAmbiguous, kNobody);
  return Limited(value, limits, sign);
}

// None of them is "= 0", however it is said.
Json ClauseWriter::Counted(const Json& value, const Json& bounds, Sign sign) {
  bool visits = value.value("field", "") == "visit";
  std::vector<Limit> limits;
  if (!ReadLimits(bounds, limits) || !CheckBoth(limits)) return Refuse(kAmbiguous, kNobody);
  for (const Limit& limit : limits) {
    if (limit.op == "<" && limit.value == 0) return Refuse(kAmbiguous, kNobody);
    if (!IsCount(limit.amount, visits))
      return Refuse(kAmbiguous, "say whether this is a number or an amount of money");
  }
  if (sign.here && bounds[1] == "bare")
    return Refuse(kAmbiguous, "say \"fewer than\", \"not exactly\" or \"never\"");
  Json rule = Limited(value, limits, sign);
  bool none = !rule.contains("rules") && rule["operator"] == "<" && rule["value"] == 1;
  return none ? CompareValue(value, "=", 0) : rule;
}

// "spent 5000" may be the least or the exact amount; nothing is nothing.
Json ClauseWriter::Spend(const Json& m, Sign sign) {
  return Spent({{"field", "total_spend"}}, m[1], sign);
}
Json ClauseWriter::Spent(const Json& value, const Json& bounds, Sign sign) {
  Json rule = Bounded(value, bounds, sign);
  bool open = bounds[1] == "bare" && rule["value"] != 0;
  return open ? Refuse(kAmbiguous,
                       "say whether this amount is the least, the most or exact: \"spent at least "
                       "5,000\"")
              : rule;
}
Json ClauseWriter::Orders(const Json& m, Sign sign) {
  return Counted({{"field", "order_count"}}, m[1], sign);
}
Json ClauseWriter::Visits(const Json& m, Sign sign) {
  return Counted({{"field", "visit"}}, m[1], sign);
}

// Single orders --------------------------------------------------------------------------------

Json ClauseWriter::OrderAmount(const Json& m, Sign sign) {
  Json rule = Bounded({{"field", "order_amount"}}, m[1], {});
  if (rule.contains("rules"))
    return Refuse(kUnsupported, "a rule cannot limit the same order twice; say \"between\"");
  return sign.here ? Not(rule) : rule;
}

// One of the orders is over 500 if the largest is; under 500 says something of all.
Json ClauseWriter::LargestOrder(const Json& m, Sign sign) {
  std::vector<Limit> limits;
  if (!ReadLimits(m[1], limits)) return Compare("", "", nullptr);
  bool one = limits.size() == 1 && IsLower(limits[0].op);
  return one ? OrderAmount(m, sign) : Asked({"asked", "max", m[1]}, sign);
}

// ["amount", "one" or "many", "worth" or null, bounds]
Json ClauseWriter::AmountOfOrder(const Json& m, Sign sign) {
  if (!IsOfOneOrder(m)) return Compare("", "", nullptr);
  return OrderAmount({"order_amount", m[3]}, sign);
}

bool ClauseWriter::IsOfOneOrder(const Json& m) {
  std::vector<Limit> limits;
  if (!ReadLimits(m[3], limits)) return false;
  bool many = m[1] != "one";
  bool open = m[1] == "all" || (many && (!limits[0].amount.money || m[2].is_string()));
  if (open)
    Refuse(kAmbiguous,
           "say \"an order over 500\" for one order's amount, \"more than 5 orders\" "
           "for their number");
  return !open;
}

Json ClauseWriter::Status(const Json& m, Sign sign) { return OfOrder("order_status", m[1], sign); }
Json ClauseWriter::Item(const Json& m, Sign sign) { return OfOrder("order_item", m[1], sign); }
Json ClauseWriter::Sku(const Json& m, Sign sign) { return OfOrder("order_sku", m[1], sign); }
Json ClauseWriter::OfOrder(const char* field, const Json& value, Sign sign) {
  Json rule = Compare(field, "=", value);
  return sign.here ? Not(rule) : rule;
}

// What customers are ---------------------------------------------------------------------------

void ClauseWriter::ListPlaces(const Json& m, Json& cities, bool& both) {
  if (m.is_string()) return cities.push_back(m);
  both = both || m[2] == "and";
  ListPlaces(m[1], cities, both);
  ListPlaces(m[3], cities, both);
}

Json ClauseWriter::City(const Json& m, Sign sign) {
  Json cities = Json::array();
  bool both = false;
  ListPlaces(m[1], cities, both);
  if (both && !sign.here)
    meaning_.assumptions.Add("a customer has one city: cities joined by \"and\" mean any of them");
  std::string op = cities.size() == 1 ? "=" : "in";
  return Compare("city", sign.here ? OppositeOf(op) : op, cities.size() == 1 ? cities[0] : cities);
}

Json ClauseWriter::SignedCity(const Json& m, Sign sign) {
  if (m[1] == "=") return City({"city", m[2]}, sign);
  if (m[1] == "!=") return City({"city", m[2]}, sign.Flipped());
  return Refuse(kUnsupported, "cities are the same or not");
}

Json ClauseWriter::Known(const Json& m, Sign sign) {
  return Compare(m[1], sign.here ? "null" : "notNull", nullptr);
}

Json ClauseWriter::Text(const Json& m, Sign sign) {
  Json rule = Compare(m[1], m[2], m[3]);
  return sign.here ? Not(rule) : rule;
}

Json ClauseWriter::Tag(const Json& m, Sign sign) {
  return Compare("tags", sign.here ? "doesNotContain" : "contains", m[1]);
}

Json ClauseWriter::Attribute(const Json& m, Sign sign) {
  Json rule = Compare("attributes." + m[1].get<std::string>(), m[2], m[3]);
  return sign.here ? Not(rule) : rule;
}

Json ClauseWriter::BoundedAttribute(const Json& m, Sign sign) {
  Json rule = Bounded({{"field", "attributes." + m[1].get<std::string>()}}, m[2], {});
  return sign.here ? Not(rule) : rule;
}

}  // namespace tidings::sentence
