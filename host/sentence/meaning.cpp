#include "sentence/meaning.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sentence/values.h"

namespace tidings::sentence {
namespace {

constexpr const char* kAmbiguous = "ambiguous";
constexpr const char* kUnsupported = "unsupported";
constexpr const char* kNobody = "no customer can fit this; was something else meant?";

constexpr const char* kSayNotAgain =
    "say whether \"not\" counts for both: repeat \"have not\" or \"have\"";
constexpr const char* kSayGroups = "say what \"or\" joins, by parentheses";
constexpr const char* kSayHowMany = "say of each number whether it is the least, the most or exact";

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

Json Group(const char* combinator, Json rules) {
  return {{"combinator", combinator}, {"rules", std::move(rules)}};
}
Json Not(Json rule) {
  Json group = Group("and", Json::array({std::move(rule)}));
  group["not"] = true;
  return group;
}
Json Compare(const std::string& field, const std::string& op, Json value) {
  return {{"field", field}, {"operator", op}, {"value", std::move(value)}};
}

// Under how many negations a meaning stands. `here` has to be applied to it itself; `around` says
// that it stands in a group that is negated.
struct Sign {
  bool here = false;
  bool around = false;
  bool exact = false;  // the negation was "except": it takes in those who never ordered
  Sign Flipped() const { return {!here, around, exact}; }
};

class Writer {
 public:
  Meaning Write(const Json& parsed) {
    Json rule = Lower(parsed, {});
    if (rule.contains("field") || rule.contains("not")) rule = Group("and", Json::array({rule}));
    meaning_.rule = std::move(rule);
    return std::move(meaning_);
  }

 private:
  using Lowering = Json (Writer::*)(const Json&, Sign);

  Json Refuse(const char* code, const std::string& hint) {
    if (meaning_.refused.empty()) meaning_.refused = code, meaning_.hint = hint;
    return Compare("", "", nullptr);
  }

  Json Lower(const Json& m, Sign sign) {
    static const std::unordered_map<std::string, Lowering> kLowerings = {
        {"all", &Writer::All},
        {"any", &Writer::Any},
        {"not", &Writer::Negated},
        {"except", &Writer::Except},
        {"clause", &Writer::Clause},
        {"narrowed", &Writer::All},
        {"with", &Writer::Inner},
        {"group", &Writer::Inner},
        {"verb", &Writer::Inner},
        {"noun", &Writer::Inner},
        {"state", &Writer::Inner},
        {"refuse", &Writer::Refused},
        {"spend", &Writer::Spend},
        {"orders", &Writer::Orders},
        {"visits", &Writer::Visits},
        {"bought", &Writer::Bought},
        {"bought_often", &Writer::BoughtOften},
        {"quiet", &Writer::Quiet},
        {"active", &Writer::Active},
        {"last_order", &Writer::LastOrder},
        {"days_since", &Writer::DaysSince},
        {"order_date", &Writer::OrderDate},
        {"joined", &Writer::Joined},
        {"order_amount", &Writer::OrderAmount},
        {"amount", &Writer::AmountOfOrder},
        {"status", &Writer::Status},
        {"item", &Writer::Item},
        {"city", &Writer::City},
        {"signed_city", &Writer::SignedCity},
        {"known", &Writer::Known},
        {"text", &Writer::Text},
        {"tag", &Writer::Tag},
        {"attribute", &Writer::Attribute},
        {"bounded_attribute", &Writer::BoundedAttribute},
    };
    return (this->*kLowerings.at(m[0].get<std::string>()))(m, sign);
  }

  // How parts are joined -------------------------------------------------------------------------

  Json Inner(const Json& m, Sign sign) { return Lower(m[1], sign); }
  Json Clause(const Json& m, Sign sign) { return Lower(m[2], sign); }
  Json Negated(const Json& m, Sign sign) { return Lower(m[1], sign.Flipped()); }
  Json Except(const Json& m, Sign sign) { return Lower(m[1], {!sign.here, sign.around, true}); }
  Json Refused(const Json& m, Sign) {
    return Refuse(m[1].get_ref<const std::string&>().c_str(), m[2]);
  }

  // The members of nested lists of the same kind.
  static void Flatten(const Json& m, const Json& kind, std::vector<Json>& members) {
    for (size_t i = 1; i < m.size(); ++i) {
      if (m[i].is_null()) continue;
      if (m[i][0] == kind)
        Flatten(m[i], kind, members);
      else
        members.push_back(m[i]);
    }
  }

  Json Join(const Json& m, Sign sign, const char* combinator) {
    std::vector<Json> members;
    Flatten(m, m[0], members);
    Json rules = Json::array();
    Sign inside{false, sign.here != sign.around, false};
    for (const Json& member : members) {
      Json rule = Lower(member, members.size() == 1 ? sign : inside);
      bool same =
          rule.contains("combinator") && rule["combinator"] == combinator && !rule.contains("not");
      if (same)
        rules.insert(rules.end(), rule["rules"].begin(), rule["rules"].end());
      else
        rules.push_back(std::move(rule));
    }
    if (members.size() == 1) return rules.size() == 1 ? rules[0] : Group(combinator, rules);
    if (!sign.here) return Group(combinator, rules);
    Json group = Group(combinator, rules);
    group["not"] = true;
    return group;
  }

  Json All(const Json& m, Sign sign) {
    std::vector<Json> members;
    Flatten(m, m[0], members);
    if (std::count_if(members.begin(), members.end(), IsCity) > 1)
      return Refuse(kAmbiguous, "a customer has one city; join cities with \"or\"");
    for (size_t i = 1; i < members.size(); ++i) {
      bool nouns = SharesDenial(members[i - 1], members[i]) && Said(members[i])[0] == "noun";
      if (nouns) return Refuse(kAmbiguous, kSayNotAgain);
      if (SharesLimit(members[i - 1], members[i])) return Refuse(kAmbiguous, kSayHowMany);
    }
    return Join(m, sign, "and");
  }

  Json Any(const Json& m, Sign sign) {
    std::vector<Json> members;
    Flatten(m, m[0], members);
    for (size_t i = 0; i < members.size(); ++i) {
      if (members[i][0] == "all") meaning_.assumptions.insert("\"and\" binds before \"or\"");
      if (i + 1 < members.size() && HasWith(members[i])) return Refuse(kAmbiguous, kSayGroups);
      if (i > 0 && SharesDenial(members[i - 1], members[i]))
        return Refuse(kAmbiguous, kSayNotAgain);
      if (i > 0 && SharesLimit(members[i - 1], members[i])) return Refuse(kAmbiguous, kSayHowMany);
    }
    return Join(m, sign, "or");
  }

  static const Json& Edge(const Json& m, bool last) {
    if (m[0] == "all" || m[0] == "narrowed") {
      for (size_t i = 1; i < m.size(); ++i) {
        const Json& member = m[last ? m.size() - i : i];
        if (!member.is_null()) return Edge(member, last);
      }
    }
    return m;
  }

  static bool IsCity(const Json& m) {
    const Json& inner = m[0] == "clause" ? m[2] : m;
    return inner[0] == "city" ||
           (inner.size() == 2 && inner[1].is_array() && inner[0] != "not" && IsCity(inner[1]));
  }

  // "in Pune with 3 orders or 5 visits": the alternatives may begin at "with".
  static bool HasWith(const Json& m) {
    if (!m.is_array() || m.empty() || m[0] == "group") return false;
    return m[0] == "with" || std::any_of(m.begin(), m.end(), HasWith);
  }

  // "have not ordered or visited": the denial of the first verb may reach over the second.
  static bool SharesDenial(const Json& before, const Json& after) {
    const Json& first = Edge(before, true);
    const Json& second = Edge(after, false);
    if (first[0] != "clause" || second[0] != "clause") return false;
    if (first[1] != "denied" || second[1] != "bare") return false;
    const Json denied = first[2][0] == "not" ? first[2][1][0] : Json("verb");
    const Json& bare = Edge(second[2], false);
    bool own_time = bare[1][0] == "last_order" || bare[1][0] == "quiet";
    return !own_time && denied == bare[0];
  }

  static const Json& Said(const Json& member) { return Edge(Edge(member, false)[2], false); }

  // "more than 5 orders and 3 visits": the second number may be limited by the first one's words.
  static bool SharesLimit(const Json& before, const Json& after) {
    const Json& first = Edge(before, true);
    const Json& second = Edge(after, false);
    if (first[0] != "clause" || second[0] != "clause" || second[1] != "bare") return false;
    const Json& bare = Edge(second[2], false);
    return bare[0] == "noun" && OpOf(bare) == "bare" && OpOf(first[2]) != "bare" &&
           OpOf(first[2]) != "=";
  }

  // The operator of the single bound in a meaning; "=" where there is none.
  static std::string OpOf(const Json& m) {
    if (!m.is_array() || m.empty()) return "=";
    if (m[0] == "bound") return m[1];
    for (const Json& part : m) {
      std::string op = OpOf(part);
      if (op != "=") return op;
    }
    return "=";
  }

  // Comparisons with numbers ---------------------------------------------------------------------

  struct Limit {
    std::string op;
    Json value;
    Amount amount;
  };

  bool ReadLimits(const Json& bounds, std::vector<Limit>& limits) {
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
    if (!amount) return Refuse(kUnsupported, "this number is too large or too fine"), false;
    std::string op = bounds[1] == "bare" ? "=" : bounds[1].get<std::string>();
    limits.push_back({op, amount->ToJson(), *amount});
    return true;
  }

  // "more than 3 and less than 10" limits from both sides, and leaves something between.
  bool CheckBoth(const std::vector<Limit>& limits) {
    if (limits.size() < 2) return true;
    const Limit* low = &limits[0];
    const Limit* high = &limits[1];
    if (IsLower(high->op)) std::swap(low, high);
    bool sides = IsLower(low->op) && high->op[0] == '<';
    bool room = low->amount.millionths < high->amount.millionths;
    if (!sides || !room) Refuse(kAmbiguous, kNobody);
    return sides && room;
  }

  Json Limited(const std::string& field, const std::vector<Limit>& limits, Sign sign) {
    if (limits.size() == 1) {
      std::string op = sign.here ? Look(kOpposites, limits[0].op) : limits[0].op;
      return Compare(field, op, limits[0].value);
    }
    Json rules = Json::array();
    for (const Limit& limit : limits) rules.push_back(Compare(field, limit.op, limit.value));
    return sign.here ? Not(Group("and", rules)) : Group("and", rules);
  }

  Json Bounded(const std::string& field, const Json& bounds, Sign sign) {
    std::vector<Limit> limits;
    if (!ReadLimits(bounds, limits) || !CheckBoth(limits)) return Refuse(kAmbiguous, kNobody);
    return Limited(field, limits, sign);
  }

  // None of them is "= 0", however it is said.
  Json Counted(const std::string& field, const Json& bounds, Sign sign) {
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

  Json Spend(const Json& m, Sign sign) { return Bounded("total_spend", m[1], sign); }
  Json Orders(const Json& m, Sign sign) { return Counted("order_count", m[1], sign); }
  Json Visits(const Json& m, Sign sign) { return Counted("visit", m[1], sign); }

  // Comparisons with times -----------------------------------------------------------------------

  struct When {
    std::string op;  // as the date of a row stands to `value`; "between" takes two
    Json value;
  };

  static bool IsRecent(const When& when) { return IsLower(when.op); }

  std::optional<When> ReadWhen(const Json& m) {
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
  std::optional<When> ReadAgo(const Json& m) {
    auto span = ReadSpan(m[2], meaning_.assumptions);
    std::string op = m[0] == "since" ? m[1].get<std::string>() : Look(kEarlier, m[1]);
    if (!span || op.empty()) return std::nullopt;
    return When{op, *span};
  }

  std::optional<When> ReadAgoRange(const Json& m) {
    Json near = m[1].is_array() && m[1][0] == "span" ? m[1] : Json{"span", m[1], m[2][2]};
    auto newest = ReadSpan(near, meaning_.assumptions),
         oldest = ReadSpan(m[2], meaning_.assumptions);
    if (!newest || !oldest) return std::nullopt;
    if (newest->begin().key() != oldest->begin().key()) return std::nullopt;
    if (*newest->begin() > *oldest->begin()) std::swap(newest, oldest);
    return When{"between", {*oldest, *newest}};
  }

  static std::optional<When> ReadOnDate(const Json& m) {
    auto days = ReadDate(m[2]);
    if (!days) return std::nullopt;
    std::string op = m[1];
    if (op == "=") return Between(*days, *days);
    if (op == "!=") return std::nullopt;
    return When{op, op == ">" || op == "<=" ? days->last : days->first};
  }

  static std::optional<When> ReadPeriod(const Json& m) {
    auto first = ReadDate(m[1]), last = ReadDate(m[2]);
    if (!first || !last || first->first > last->last) return std::nullopt;
    return Between(*first, *last);
  }

  static When Between(const Days& first, const Days& last) {
    return {"between", {first.first, last.last}};
  }

  // A date that may be missing: its negation includes those without one.
  Json Dated(const std::string& field, const Json& when_meaning, Sign sign) {
    auto when = ReadWhen(when_meaning);
    if (!when) return Compare("", "", nullptr);
    if (field == "created_at" && sign.here)
      return Compare(field, Look(kOpposites, when->op), when->value);
    Json rule = Compare(field, when->op, when->value);
    return sign.here ? Not(rule) : rule;
  }

  Json LastOrder(const Json& m, Sign sign) { return Dated("last_order_date", m[1], sign); }
  Json OrderDate(const Json& m, Sign sign) { return Dated("order_date", m[1], sign); }
  Json Joined(const Json& m, Sign sign) { return Dated("created_at", m[1], sign); }

  // That someone ordered since a time is the date of the last order; in a period, of any order.
  Json Bought(const Json& m, Sign sign) {
    auto when = ReadWhen(m[1]);
    if (!when) return Compare("", "", nullptr);
    if (when->op == "between") return OrderDate(m, sign);
    if (IsRecent(*when)) return Since(*when, sign);
    return Refuse(kAmbiguous, "say \"last ordered\" if the last order is meant");
  }

  Json Since(const When& when, Sign sign) {
    if (!sign.here) return Recent(when);
    if (sign.around || sign.exact) return Not(Recent(when));
    return QuietSince({Look(kOpposites, when.op), when.value});
  }
  static Json Recent(const When& when) { return Compare("last_order_date", when.op, when.value); }

  Json QuietSince(const When& quiet) {
    meaning_.assumptions.insert(
        "who has never ordered has no last order, and is not among those who "
        "have not ordered lately");
    return Compare("last_order_date", quiet.op, quiet.value);
  }

  // No order since a time. Inside a negated group this has to be the exact opposite of an order
  // since then, or those who never ordered would slip in.
  Json Quiet(const Json& m, Sign sign) {
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

  Json Active(const Json& m, Sign sign) {
    meaning_.assumptions.insert("who has ordered is active");
    return Bought(m, sign);
  }

  Json BoughtOften(const Json& m, Sign sign) {
    Assumptions ignored;
    const Json& often = m[1];
    auto number = often[0] == "bound" ? ReadAmount(often[2], ignored) : std::nullopt;
    bool once = number && ((often[1] == ">=" && number->millionths == 1'000'000) ||
                           (often[1] == ">" && number->millionths == 0));
    if (once) return Bought({"bought", m[2]}, sign);
    return Refuse(kUnsupported,
                  "orders are counted in total, not for a period; ask for at least one");
  }

  Json DaysSince(const Json& m, Sign sign) {
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
    Json rule = rules.size() == 1 ? rules[0] : Group("and", rules);
    return sign.here ? Not(rule) : rule;
  }

  // Single orders --------------------------------------------------------------------------------

  Json OrderAmount(const Json& m, Sign sign) {
    Json rule = Bounded("order_amount", m[1], {});
    if (rule.contains("rules"))
      return Refuse(kUnsupported, "a rule cannot limit the same order twice; say \"between\"");
    return sign.here ? Not(rule) : rule;
  }

  // ["amount", "one" or "many", "worth" or null, bounds]
  Json AmountOfOrder(const Json& m, Sign sign) {
    std::vector<Limit> limits;
    if (!ReadLimits(m[3], limits)) return Compare("", "", nullptr);
    bool many = m[1] != "one";
    if (m[1] == "all" || (many && (!limits[0].amount.money || m[2].is_string())))
      return Refuse(kAmbiguous,
                    "say \"an order over 500\" for one order's amount, \"more than 5 orders\" "
                    "for their number");
    return OrderAmount({"order_amount", m[3]}, sign);
  }

  Json Status(const Json& m, Sign sign) { return OfOrder("order_status", m[1], sign); }
  Json Item(const Json& m, Sign sign) { return OfOrder("order_item", m[1], sign); }
  static Json OfOrder(const char* field, const Json& value, Sign sign) {
    Json rule = Compare(field, "=", value);
    return sign.here ? Not(rule) : rule;
  }

  // What customers are ---------------------------------------------------------------------------

  static void ListPlaces(const Json& m, Json& cities, bool& both) {
    if (m.is_string()) return cities.push_back(m);
    both = both || m[2] == "and";
    ListPlaces(m[1], cities, both);
    ListPlaces(m[3], cities, both);
  }

  Json City(const Json& m, Sign sign) {
    Json cities = Json::array();
    bool both = false;
    ListPlaces(m[1], cities, both);
    if (both && !sign.here)
      meaning_.assumptions.insert(
          "a customer has one city: cities joined by \"and\" mean any of them");
    std::string op = cities.size() == 1 ? "=" : "in";
    return Compare("city", sign.here ? Look(kOpposites, op) : op,
                   cities.size() == 1 ? cities[0] : cities);
  }

  Json SignedCity(const Json& m, Sign sign) {
    if (m[1] == "=") return City({"city", m[2]}, sign);
    if (m[1] == "!=") return City({"city", m[2]}, sign.Flipped());
    return Refuse(kUnsupported, "cities are the same or not");
  }

  Json Known(const Json& m, Sign sign) {
    return Compare(m[1], sign.here ? "null" : "notNull", nullptr);
  }

  Json Text(const Json& m, Sign sign) {
    Json rule = Compare(m[1], m[2], m[3]);
    return sign.here ? Not(rule) : rule;
  }

  Json Tag(const Json& m, Sign sign) {
    return Compare("tags", sign.here ? "doesNotContain" : "contains", m[1]);
  }

  Json Attribute(const Json& m, Sign sign) {
    Json rule = Compare("attributes." + m[1].get<std::string>(), m[2], m[3]);
    return sign.here ? Not(rule) : rule;
  }

  Json BoundedAttribute(const Json& m, Sign sign) {
    Json rule = Bounded("attributes." + m[1].get<std::string>(), m[2], {});
    return sign.here ? Not(rule) : rule;
  }

  Meaning meaning_;
};

}  // namespace

Meaning Understand(const Json& parsed) { return Writer().Write(parsed); }

}  // namespace tidings::sentence
