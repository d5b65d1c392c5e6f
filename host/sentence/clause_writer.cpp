#include "sentence/clause_writer.h"

#include <span>
#include <string_view>
#include <unordered_map>

#include "sentence/rule_json.h"

namespace tidings::sentence {
namespace {

constexpr const char* kAmbiguous = "ambiguous";
constexpr const char* kUnsupported = "unsupported";
constexpr const char* kNobody = "no customer can fit this; was something else meant?";

struct Pair {
  std::string_view op, other;
};
std::string Look(std::span<const Pair> pairs, const std::string& op) {
  for (const Pair& pair : pairs) {
    if (op == pair.op) return std::string(pair.other);
  }
  return "";
}

// The exact opposite, for fields that are never missing.
constexpr Pair kOpposites[] = {{"<", ">="},
                               {"<=", ">"},
                               {">", "<="},
                               {">=", "<"},
                               {"=", "!="},
                               {"!=", "="},
                               {"in", "notIn"},
                               {"between", "notBetween"},
                               {"contains", "doesNotContain"},
                               {"notNull", "null"}};
// More time ago is an earlier time.
constexpr Pair kEarlier[] = {{"<", ">"}, {"<=", ">="}, {">", "<"}, {">=", "<="}};

bool IsLower(const std::string& op) { return op == ">" || op == ">="; }

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
      {"order_amount", &ClauseWriter::OrderAmount},
      {"amount", &ClauseWriter::AmountOfOrder},
      {"status", &ClauseWriter::Status},
      {"item", &ClauseWriter::Item},
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

Json ClauseWriter::Limited(const std::string& field, const std::vector<Limit>& limits, Sign sign) {
  if (limits.size() == 1) {
    std::string op = sign.here ? Look(kOpposites, limits[0].op) : limits[0].op;
    return Compare(field, op, limits[0].value);
  }
  Json rules = Json::array();
  for (const Limit& limit : limits) rules.push_back(Compare(field, limit.op, limit.value));
  return sign.here ? Not(GroupOf("and", rules)) : GroupOf("and", rules);
}

Json ClauseWriter::Bounded(const std::string& field, const Json& bounds, Sign sign) {
  std::vector<Limit> limits;
  if (!ReadLimits(bounds, limits) || !CheckBoth(limits)) return Refuse(kAmbiguous, kNobody);
  return Limited(field, limits, sign);
}

// None of them is "= 0", however it is said.
Json ClauseWriter::Counted(const std::string& field, const Json& bounds, Sign sign) {
  std::vector<Limit> limits;
  if (!ReadLimits(bounds, limits) || !CheckBoth(limits)) return Refuse(kAmbiguous, kNobody);
  for (const Limit& limit : limits) {
    bool count = limit.amount.IsWhole() && (!limit.amount.money || limit.amount.scaled);
    if (!count)
      return Refuse(kAmbiguous, "is this a number of " + field + " or an amount of money?");
  }
  Json rule = Limited(field, limits, sign);
  bool none = rule.contains("field") && rule["operator"] == "<" && rule["value"] == 1;
  return none ? Compare(field, "=", 0) : rule;
}

Json ClauseWriter::Spend(const Json& m, Sign sign) { return Bounded("total_spend", m[1], sign); }
Json ClauseWriter::Orders(const Json& m, Sign sign) { return Counted("order_count", m[1], sign); }
Json ClauseWriter::Visits(const Json& m, Sign sign) { return Counted("visit", m[1], sign); }

// Comparisons with times -----------------------------------------------------------------------

bool ClauseWriter::IsRecent(const When& when) { return IsLower(when.op); }

std::optional<ClauseWriter::When> ClauseWriter::ReadWhen(const Json& m) {
  std::optional<When> when;
  if (m[0] == "period")
    when = ReadPeriod(m);
  else if (m[0] == "ago_range")
    when = ReadAgoRange(m);
  else if (m[0] == "date")
    when = ReadOnDate(m);
  else
    when = ReadAgo(m);
  if (!when)
    Refuse(kAmbiguous, "this is no date or span; write it as in \"5 March 2026\" or \"90 days\"");
  return when;
}

// ["since", op, span] compares dates; ["ago", op, span] and ["for", op, span] the time since.
std::optional<ClauseWriter::When> ClauseWriter::ReadAgo(const Json& m) {
  auto span = ReadSpan(m[2], meaning_.assumptions);
  std::string op = m[0] == "since" ? m[1].get<std::string>() : Look(kEarlier, m[1]);
  if (!span || op.empty()) return std::nullopt;
  return When{op, *span};
}

std::optional<ClauseWriter::When> ClauseWriter::ReadAgoRange(const Json& m) {
  Json near = m[1].is_array() && m[1][0] == "span" ? m[1] : Json{"span", m[1], m[2][2]};
  auto newest = ReadSpan(near, meaning_.assumptions), oldest = ReadSpan(m[2], meaning_.assumptions);
  if (!newest || !oldest) return std::nullopt;
  if (newest->begin().key() != oldest->begin().key()) return std::nullopt;
  if (*newest->begin() > *oldest->begin()) std::swap(newest, oldest);
  return When{"between", {*oldest, *newest}};
}

std::optional<ClauseWriter::When> ClauseWriter::ReadOnDate(const Json& m) {
  auto days = ReadDate(m[2]);
  if (!days) return std::nullopt;
  std::string op = m[1];
  if (op == "=") return Between(*days, *days);
  if (op == "!=") return std::nullopt;
  return When{op, op == ">" || op == "<=" ? days->last : days->first};
}

std::optional<ClauseWriter::When> ClauseWriter::ReadPeriod(const Json& m) {
  auto first = ReadDate(m[1]), last = ReadDate(m[2]);
  if (!first || !last || first->first > last->last) return std::nullopt;
  return Between(*first, *last);
}

ClauseWriter::When ClauseWriter::Between(const Days& first, const Days& last) {
  return {"between", {first.first, last.last}};
}

// A date that may be missing: its negation includes those without one.
Json ClauseWriter::Dated(const std::string& field, const Json& when_meaning, Sign sign) {
  auto when = ReadWhen(when_meaning);
  if (!when) return Compare("", "", nullptr);
  if (field == "created_at" && sign.here)
    return Compare(field, Look(kOpposites, when->op), when->value);
  Json rule = Compare(field, when->op, when->value);
  return sign.here ? Not(rule) : rule;
}

Json ClauseWriter::LastOrder(const Json& m, Sign sign) {
  return Dated("last_order_date", m[1], sign);
}
Json ClauseWriter::OrderDate(const Json& m, Sign sign) { return Dated("order_date", m[1], sign); }
Json ClauseWriter::Joined(const Json& m, Sign sign) { return Dated("created_at", m[1], sign); }

// That someone ordered since a time is the date of the last order; in a period, of any order.
Json ClauseWriter::Bought(const Json& m, Sign sign) {
  auto when = ReadWhen(m[1]);
  if (!when) return Compare("", "", nullptr);
  if (when->op == "between") return OrderDate(m, sign);
  if (IsRecent(*when)) return Since(*when, sign);
  return Refuse(kAmbiguous, "say \"last ordered\" if the last order is meant");
}

Json ClauseWriter::Since(const When& when, Sign sign) {
  if (!sign.here) return Recent(when);
  if (sign.around || sign.exact) return Not(Recent(when));
  return QuietSince({Look(kOpposites, when.op), when.value});
}
Json ClauseWriter::Recent(const When& when) {
  return Compare("last_order_date", when.op, when.value);
}

Json ClauseWriter::QuietSince(const When& quiet) {
  meaning_.assumptions.Add(
      "who has never ordered has no last order, and is not among those who "
      "have not ordered lately");
  return Compare("last_order_date", quiet.op, quiet.value);
}

// No order since a time. Inside a negated group this has to be the exact opposite of an order
// since then, or those who never ordered would slip in.
Json ClauseWriter::Quiet(const Json& m, Sign sign) {
  auto when = ReadWhen(m[1]);
  if (!when) return Compare("", "", nullptr);
  if (when->op == "between")
    return Refuse(kUnsupported, "name one date since when they have not ordered");
  bool silence = m[1][0] == "for";
  if (silence && IsRecent(*when)) return sign.here ? Not(Recent(*when)) : Recent(*when);
  if (!silence && !IsRecent(*when))
    return Refuse(kAmbiguous, "say \"last ordered\" if the last order is meant");
  When since = silence ? When{Look(kOpposites, when->op), when->value} : *when;
  if (sign.here) return Recent(since);
  if (sign.around) return Not(Recent(since));
  return QuietSince({Look(kOpposites, since.op), since.value});
}

Json ClauseWriter::Active(const Json& m, Sign sign) {
  meaning_.assumptions.Add("who has ordered is active");
  return Bought(m, sign);
}

Json ClauseWriter::BoughtOften(const Json& m, Sign sign) {
  Assumptions ignored;
  const Json& often = m[1];
  auto number = often[0] == "bound" ? ReadAmount(often[2], ignored) : std::nullopt;
  bool once = number && ((often[1] == ">=" && number->millionths == 1'000'000) ||
                         (often[1] == ">" && number->millionths == 0));
  if (once) return Bought({"bought", m[2]}, sign);
  return Refuse(kUnsupported,
                "orders are counted in total, not for a period; ask for at least one");
}

Json ClauseWriter::DaysSince(const Json& m, Sign sign) {
  std::vector<Limit> limits;
  if (!ReadLimits(m[1], limits) || !CheckBoth(limits)) return Refuse(kAmbiguous, kNobody);
  Json rules = Json::array();
  for (const Limit& limit : limits) {
    auto ago = [](const Json& days) { return Json{{"daysAgo", days}}; };
    std::string op = Look(kEarlier, limit.op);
    if (limit.op == "between")
      rules.push_back(
          Compare("last_order_date", "between", {ago(limit.value[1]), ago(limit.value[0])}));
    else if (op.empty())
      return Refuse(kAmbiguous, "days pass; say more or less than how many");
    else
      rules.push_back(Compare("last_order_date", op, ago(limit.value)));
  }
  Json rule = rules.size() == 1 ? rules[0] : GroupOf("and", rules);
  return sign.here ? Not(rule) : rule;
}

// Single orders --------------------------------------------------------------------------------

Json ClauseWriter::OrderAmount(const Json& m, Sign sign) {
  Json rule = Bounded("order_amount", m[1], {});
  if (rule.contains("rules"))
    return Refuse(kUnsupported, "a rule cannot limit the same order twice; say \"between\"");
  return sign.here ? Not(rule) : rule;
}

// ["amount", "one" or "many", "worth" or null, bounds]
Json ClauseWriter::AmountOfOrder(const Json& m, Sign sign) {
  std::vector<Limit> limits;
  if (!ReadLimits(m[3], limits)) return Compare("", "", nullptr);
  bool many = m[1] != "one";
  if (m[1] == "all" || (many && (!limits[0].amount.money || m[2].is_string())))
    return Refuse(kAmbiguous,
                  "say \"an order over 500\" for one order's amount, \"more than 5 orders\" "
                  "for their number");
  return OrderAmount({"order_amount", m[3]}, sign);
}

Json ClauseWriter::Status(const Json& m, Sign sign) { return OfOrder("order_status", m[1], sign); }
Json ClauseWriter::Item(const Json& m, Sign sign) { return OfOrder("order_item", m[1], sign); }
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
  return Compare("city", sign.here ? Look(kOpposites, op) : op,
                 cities.size() == 1 ? cities[0] : cities);
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
  Json rule = Bounded("attributes." + m[1].get<std::string>(), m[2], {});
  return sign.here ? Not(rule) : rule;
}

}  // namespace tidings::sentence
