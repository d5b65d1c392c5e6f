// now, days_since, days_ago and its like, time. A time is a number: seconds since 1970 in UTC, as a
// float.
#include <cmath>
#include <string>

#include "lua/freeze.h"
#include "lua/library.h"

namespace tidings::lua {
namespace {

constexpr double kSecondsADay = 86'400;
constexpr double kEarliest = -62'135'596'800;  // year 1
constexpr double kLatest = 253'402'300'799;    // year 9999

Time CheckTime(lua_State* L, int index) {
  double seconds = luaL_checknumber(L, index);
  bool fits = seconds >= kEarliest && seconds <= kLatest;
  luaL_argcheck(L, fits, index, "is no time between the years 1 and 9999");
  return Time(Duration(std::llround(seconds * 1e6)));
}

int Now(lua_State* L) {
  lua_pushnumber(L, SecondsOf(Context::Of(L).now));
  return 1;
}

int DaysSince(lua_State* L) {
  double time = luaL_checknumber(L, 1);
  lua_pushnumber(L, (SecondsOf(Context::Of(L).now) - time) / kSecondsADay);
  return 1;
}

// days_ago(90), months_ago(6): so many before now. Upvalues: the context and the unit.
int Ago(lua_State* L) {
  auto unit = static_cast<TimeUnit>(lua_tointeger(L, lua_upvalueindex(2)));
  double count = luaL_checknumber(L, 1);
  luaL_argcheck(L, IsSpan(count, unit), 1,
                "has to be at most 200 years, not negative, and whole for months and years");
  lua_pushnumber(L, SecondsOf(Before(Context::Of(L).now, count, unit)));
  return 1;
}

void AddAgo(lua_State* L, const char* name, TimeUnit unit, Context& context) {
  lua_pushlightuserdata(L, &context);
  lua_pushinteger(L, static_cast<lua_Integer>(unit));
  lua_pushcclosure(L, Ago, 2);
  lua_setfield(L, -2, name);
}

// time.parse("2026-03-01T09:30:00Z"): seconds, or nil and why not.
int Parse(lua_State* L) {
  auto time = ParseTime(CheckText(L, 1));
  if (time.has_value()) return lua_pushnumber(L, SecondsOf(*time)), 1;
  lua_pushnil(L);
  PushText(L, time.error().message);
  return 2;
}

int Format(lua_State* L) {
  PushText(L, FormatTime(CheckTime(L, 1)));
  return 1;
}

// time.date(t): "2026-03-01", the day in UTC.
int Date(lua_State* L) {
  PushText(L, FormatTime(CheckTime(L, 1)).substr(0, 10));
  return 1;
}

void SetInteger(lua_State* L, const char* name, lua_Integer value) {
  lua_pushinteger(L, value);
  lua_setfield(L, -2, name);
}

// time.parts(t): {year, month, day, hour, minute, second, weekday}; Monday is 1.
int Parts(lua_State* L) {
  using namespace std::chrono;
  Time time = CheckTime(L, 1);
  auto day = floor<days>(time);
  year_month_day date(day);
  hh_mm_ss clock(floor<seconds>(time - day));
  lua_createtable(L, 0, 7);
  SetInteger(L, "year", static_cast<int>(date.year()));
  SetInteger(L, "month", static_cast<unsigned>(date.month()));
  SetInteger(L, "day", static_cast<unsigned>(date.day()));
  SetInteger(L, "hour", clock.hours().count());
  SetInteger(L, "minute", clock.minutes().count());
  SetInteger(L, "second", clock.seconds().count());
  SetInteger(L, "weekday", weekday(day).iso_encoding());
  return 1;
}

}  // namespace

void AddTime(lua_State* L, Context& context) {
  AddFunction(L, "now", Now, context);
  AddFunction(L, "days_since", DaysSince, context);
  const std::pair<const char*, TimeUnit> kUnits[] = {
      {"minutes_ago", TimeUnit::kMinutes}, {"hours_ago", TimeUnit::kHours},
      {"days_ago", TimeUnit::kDays},       {"weeks_ago", TimeUnit::kWeeks},
      {"months_ago", TimeUnit::kMonths},   {"years_ago", TimeUnit::kYears}};
  for (const auto& [name, unit] : kUnits) AddAgo(L, name, unit, context);
  lua_newtable(L);
  AddFunction(L, "parse", Guarded<Parse>);
  AddFunction(L, "format", Guarded<Format>);
  AddFunction(L, "date", Guarded<Date>);
  AddFunction(L, "parts", Guarded<Parts>);
  FreezeLibrary(L);
  lua_setfield(L, -2, "time");
}

}  // namespace tidings::lua
