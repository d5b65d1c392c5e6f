// The clauses of a ClauseWriter that are about times: when customers ordered, or have not, or
// joined.
#include <algorithm>

#include "sentence/clause_writer.h"
#include "sentence/rule_json.h"
#include "sentence/rule_operators.h"

namespace tidings::sentence {
namespace {

constexpr const char* kAmbiguous = "ambiguous";
constexpr const char* kUnsupported = "unsupported";
constexpr const char* kNobody = "no customer can fit this; was something else meant?";

bool IsWithoutYear(const Json& when) {
  return std::any_of(when.begin(), when.end(), [](const Json& part) {
    return part.is_array() && !part.empty() && part[0] == "yearless";
  });
}

}  // namespace

bool ClauseWriter::IsRecent(const When& when) { return IsLower(when.op); }

std::optional<ClauseWriter::When> ClauseWriter::ReadWhen(const Json& m) {
  std::optional<When> when;
  if (m[0] == "moment")
    Refuse(kAmbiguous, "say \"more than\" or \"less than\" so long ago");
  else if (IsWithoutYear(m))
    Refuse(kAmbiguous, "name the year as well, as in \"5 March 2026\"");
  else if (m[0] == "period")
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
  std::string op = m[0] == "since" ? m[1].get<std::string>() : EarlierOf(m[1]);
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
  if (field == "created_at" && sign.here) return Compare(field, OppositeOf(when->op), when->value);
  Json rule = Compare(field, when->op, when->value);
  return sign.here ? Not(rule) : rule;
}

Json ClauseWriter::LastOrder(const Json& m, Sign sign) {
  return Dated("last_order_date", m[1], sign);
}
Json ClauseWriter::OrderDate(const Json& m, Sign sign) { return Dated("order_date", m[1], sign); }
Json ClauseWriter::Joined(const Json& m, Sign sign) { return Dated("created_at", m[1], sign); }

Json ClauseWriter::CustomerSince(const Json&, Sign) {
  return Refuse(kAmbiguous,
                "say whether they joined before or after that: \"joined before 2024\", \"joined "
                "since March 2024\"");
}

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
  return QuietSince({OppositeOf(when.op), when.value});
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
  When since = silence ? When{OppositeOf(when->op), when->value} : *when;
  if (sign.here) return Recent(since);
  if (sign.around) return Not(Recent(since));
  return QuietSince({OppositeOf(since.op), since.value});
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
  if (once) return Bought({"bought", m[2][1]}, sign);
  return Asked({"asked", "count", often, m[2]}, sign);
}

Json ClauseWriter::DaysSince(const Json& m, Sign sign) {
  if (m.size() > 2 && m[2] != "day") return Refuse(kAmbiguous, "say how many days");
  std::vector<Limit> limits;
  if (!ReadLimits(m[1], limits) || !CheckBoth(limits)) return Refuse(kAmbiguous, kNobody);
  Json rules = Json::array();
  for (const Limit& limit : limits) {
    auto ago = [](const Json& days) { return Json{{"daysAgo", days}}; };
    std::string op = EarlierOf(limit.op);
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

}  // namespace tidings::sentence
