// now, days_since, days_ago and its like, time.
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "base/clock.h"
#include "rule/symbolic_compare.h"
#include "rule/symbolic_interpreter.h"
#include "rule/symbolic_library.h"
#include "rule/symbolic_number.h"

namespace tidings::rule::symbolic {
namespace {

using lua_syntax::Operator;

constexpr double kEarliest = -62'135'596'800;  // year 1, as scripts may name times
constexpr double kLatest = 253'402'300'799;    // year 9999

double Seconds(Time time) { return static_cast<double>(time.time_since_epoch().count()) / 1e6; }

Values DaysSince(Interpreter& in, Values& arguments) {
  Site site = in.Here();
  Value time = Resolve(site, Argument(arguments, 0));
  bool number = time.As<int64_t>() || time.As<double>() || time.As<Number>();
  bool perhaps = time.As<Attribute>() || time.As<Unknown>() || time.As<Something>() ||
                 std::string_view(KindOf(time)) == "string";
  if (perhaps) return {site.Opaque("`days_since` of what may be no time")};
  if (!number)
    site.Raise(
        fmt::format("bad argument #1 to 'days_since' (number expected, got {})", KindOf(time)));
  Value now{Seconds(in.now())};
  if (auto* then = time.As<int64_t>()) time = {static_cast<double>(*then)};
  if (auto* then = time.As<double>()) {
    in.NoteNow();
    return {{(Seconds(in.now()) - *then) / 86'400}};
  }
  Value seconds = Calculate(in.Here(), Operator::kSubtract, now, time);
  return {Calculate(in.Here(), Operator::kDivide, seconds, {86'400.0})};
}

Values ParseMoment(Interpreter& in, Values& arguments) {
  auto* text = Argument(arguments, 0).As<std::string>();
  if (text == nullptr) return {in.Here().Opaque("`time.parse` of a customer's text")};
  auto time = ParseTime(*text);
  if (time.has_value()) return {{Moment{*time, Seconds(*time)}}};
  return {{Nil{}}, {time.error().message}};
}

// days_ago(90) and its like.
Values SoManyAgo(Interpreter& in, const Values& arguments, Ago::Unit unit) {
  Site site = in.Here();
  const Value& count = Argument(arguments, 0);
  auto* integer = count.As<int64_t>();
  auto* real = count.As<double>();
  if (integer == nullptr && real == nullptr) return {site.Opaque("a time so long ago as differs")};
  Ago ago{real != nullptr ? *real : static_cast<double>(*integer), unit};
  if (!IsSpan(ago.count, unit)) site.Raise("bad argument #1 to a function such as 'days_ago'");
  in.NoteNow();
  return {{Moment{ago, Seconds(ago.Before(in.now()))}}};
}

// A time that is known; nothing for one that differs from customer to customer.
std::optional<Time> KnownTime(Interpreter& in, const Values& arguments) {
  Value time = Plain(Argument(arguments, 0));
  auto* integer = time.As<int64_t>();
  auto* real = time.As<double>();
  if (integer == nullptr && real == nullptr) return std::nullopt;
  double seconds = real != nullptr ? *real : static_cast<double>(*integer);
  bool fits = seconds >= kEarliest && seconds <= kLatest;
  if (!fits) in.Here().Raise("is no time between the years 1 and 9999");
  in.NoteNow();
  return Time(Duration(std::llround(seconds * 1e6)));
}

Values Format(Interpreter& in, const Values& arguments) {
  auto time = KnownTime(in, arguments);
  if (!time) return {in.Here().Opaque("`time.format` of a customer's time")};
  return {{FormatTime(*time)}};
}

Values PartsOf(Interpreter& in, const Values& arguments) {
  using namespace std::chrono;
  auto time = KnownTime(in, arguments);
  if (!time) return {in.Here().Opaque("`time.parts` of a customer's time")};
  auto day = floor<days>(*time);
  year_month_day date(day);
  hh_mm_ss clock(floor<seconds>(*time - day));
  TableObject* table = in.NewTable();
  const std::pair<const char*, int64_t> kParts[] = {
      {"year", static_cast<int>(date.year())},    {"month", static_cast<unsigned>(date.month())},
      {"day", static_cast<unsigned>(date.day())}, {"hour", clock.hours().count()},
      {"minute", clock.minutes().count()},        {"second", clock.seconds().count()},
      {"weekday", weekday(day).iso_encoding()}};
  for (const auto& [name, value] : kParts) {
    in.SetMember(*table, {std::string(name)}, {value}, in.line());
  }
  return {{table}};
}

Values DateOf(Interpreter& in, const Values& arguments) {
  if (auto known = KnownTime(in, arguments)) return {{FormatTime(*known).substr(0, 10)}};
  Value time = Resolve(in.Here(), Argument(arguments, 0));
  auto* number = time.As<Number>();
  bool moment = number != nullptr && number->expr.type() == Type::kTime;
  if (moment) return {{Date{number->expr}}};
  if (time.IsNil()) in.Here().Raise("bad argument #1 to 'date' (number expected, got nil)");
  return {in.Here().Opaque("`time.date` of what is no field")};
}

}  // namespace

void AddTimes(Functions& functions) {
  const std::pair<const char*, Ago::Unit> kUnits[] = {
      {"minutes_ago", Ago::Unit::kMinutes}, {"hours_ago", Ago::Unit::kHours},
      {"days_ago", Ago::Unit::kDays},       {"weeks_ago", Ago::Unit::kWeeks},
      {"months_ago", Ago::Unit::kMonths},   {"years_ago", Ago::Unit::kYears}};
  for (const auto& [name, unit] : kUnits) {
    Add(functions, name, [unit = unit](Interpreter& in, Values& arguments) {
      return SoManyAgo(in, arguments, unit);
    });
  }
  Add(functions, "now", [](Interpreter& in, Values&) -> Values {
    in.NoteNow();
    return {{Seconds(in.now())}};
  });
  Add(functions, "days_since", DaysSince);
  Add(functions, "time.parse", ParseMoment);
  Add(functions, "time.date", DateOf);
  Add(functions, "time.format", Format);
  Add(functions, "time.parts", PartsOf);
}

}  // namespace tidings::rule::symbolic
