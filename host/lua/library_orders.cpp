// c.orders: count, sum, avg, min, max, first, last, any, all. Which orders, a table says, or a
// function that sees each as {amount, status, date, items}.
#include <algorithm>

#include "base/money.h"
#include "base/text.h"
#include "lua/context.h"
#include "lua/convert.h"
#include "lua/freeze.h"
#include "lua/library.h"
#include "lua/orders.h"

namespace tidings::lua {
namespace {

__extension__ using Int128 = __int128;

constexpr lua_Integer kMostStatuses = 16;

using Check = const Json& (*)(lua_State*);

// What the orders that fit came to.
struct Totals {
  int64_t orders = 0;           // all that there are
  int64_t count = 0;            // of them, those that fit
  Int128 units = 0;             // ten-thousandths, exactly
  int64_t least = 0, most = 0;  // likewise, of one order
  int64_t first = 0, last = 0;  // microseconds

  void Add(const Json& order) {
    int64_t amount = Money::Parse(TextOf(order, "amount")).value_or(Money()).units;
    int64_t date = order.value("date", int64_t{0});
    least = count == 0 ? amount : std::min(least, amount);
    most = count == 0 ? amount : std::max(most, amount);
    first = count == 0 ? date : std::min(first, date);
    last = count == 0 ? date : std::max(last, date);
    units += amount;
    ++count;
  }
};

std::string ReadStatus(lua_State* L, int index) {
  if (lua_type(L, index) != LUA_TSTRING) luaL_error(L, "`status` has to be text, or a list of it");
  auto status = ReadOrderStatus(TextAt(L, index));
  if (!status.has_value()) luaL_error(L, "%s", status.error().message.c_str());
  return *status;
}

void ReadStatuses(lua_State* L, OrderFilter& filter) {
  if (!lua_istable(L, -1)) return filter.statuses.push_back(ReadStatus(L, -1));
  int list = lua_gettop(L);
  lua_Integer length = luaL_len(L, list);
  if (length > kMostStatuses) luaL_error(L, "the list of `status` is too long");
  for (lua_Integer i = 1; i <= length; ++i) {
    lua_geti(L, list, i);
    filter.statuses.push_back(ReadStatus(L, -1));
    lua_settop(L, list);
  }
  if (filter.statuses.empty()) luaL_error(L, "the list of `status` is empty");
}

double ReadNumber(lua_State* L, const std::string& name) {
  if (lua_type(L, -1) != LUA_TNUMBER) {
    luaL_error(L, "`%s` has to be a number, not a %s", name.c_str(), luaL_typename(L, -1));
  }
  return lua_tonumber(L, -1);
}

// The member on top of the stack.
void ReadMember(lua_State* L, const std::string& name, OrderFilter& filter) {
  if (name == "status") return ReadStatuses(L, filter);
  if (name == "since") return void(filter.since = ReadNumber(L, name));
  if (name == "before") return void(filter.before = ReadNumber(L, name));
  if (name == "min_amount") return void(filter.min_amount = ReadNumber(L, name));
  if (name == "max_amount") return void(filter.max_amount = ReadNumber(L, name));
  if (name == "item" && lua_type(L, -1) == LUA_TSTRING) {
    filter.item = std::string(TextAt(L, -1));
    return;
  }
  if (name == "item") luaL_error(L, "`item` has to be text: the name or SKU of an item");
  luaL_error(L, "orders cannot be asked by `%s`%s", name.c_str(),
             Hint(L, name, OrderFilterNames()).c_str());
}

OrderFilter ReadFilter(lua_State* L, int index) {
  OrderFilter filter;
  if (lua_isnoneornil(L, index)) return filter;
  luaL_checktype(L, index, LUA_TTABLE);
  PushThawed(L, index);
  int table = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_settop(L, table + 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) luaL_error(L, "orders are asked by name: {status = ...}");
    ReadMember(L, std::string(TextAt(L, -2)), filter);
  }
  return filter;
}

// The order as a function that chooses orders sees it.
void PushOrder(lua_State* L, const Json& order) {
  auto money = Money::Parse(TextOf(order, "amount")).value_or(Money());
  lua_createtable(L, 0, 4);
  lua_pushnumber(L, static_cast<double>(money.units) / 1e4);
  lua_setfield(L, -2, "amount");
  lua_pushnumber(L, static_cast<double>(order.value("date", int64_t{0})) / 1e6);
  lua_setfield(L, -2, "date");
  PushText(L, TextOf(order, "status"));
  lua_setfield(L, -2, "status");
  PushJson(L, order.value("items", Json::array()));
  lua_setfield(L, -2, "items");
}

// Whether the function at 2 chooses the order.
bool Chooses(lua_State* L, const Json& order) {
  lua_pushvalue(L, 2);
  PushOrder(L, order);
  lua_call(L, 1, 1);
  bool chosen = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return chosen;
}

Totals TotalsOf(lua_State* L) {
  auto check = reinterpret_cast<Check>(lua_touserdata(L, lua_upvalueindex(2)));
  const Json& orders = check(L);
  bool function = lua_isfunction(L, 2);
  OrderFilter filter = function ? OrderFilter() : ReadFilter(L, 2);
  Budget::Of(L).Charge(L, 8 * orders.size());
  Totals totals;
  for (const Json& order : orders) {
    ++totals.orders;
    if (function ? Chooses(L, order) : filter.Fits(order)) totals.Add(order);
  }
  return totals;
}

int PushReal(lua_State* L, const Totals& totals, double value) {
  if (totals.count == 0)
    lua_pushnil(L);
  else
    lua_pushnumber(L, value);
  return 1;
}

double Amount(Int128 units) { return static_cast<double>(units) / 1e4; }

int Count(lua_State* L) { return lua_pushinteger(L, TotalsOf(L).count), 1; }
int Sum(lua_State* L) { return lua_pushnumber(L, Amount(TotalsOf(L).units)), 1; }
int Any(lua_State* L) { return lua_pushboolean(L, TotalsOf(L).count > 0), 1; }
int All(lua_State* L) {
  Totals totals = TotalsOf(L);
  return lua_pushboolean(L, totals.count == totals.orders), 1;
}
int Average(lua_State* L) {
  Totals totals = TotalsOf(L);
  return PushReal(L, totals, Amount(totals.units) / static_cast<double>(totals.count));
}
int Least(lua_State* L) {
  Totals totals = TotalsOf(L);
  return PushReal(L, totals, Amount(totals.least));
}
int Most(lua_State* L) {
  Totals totals = TotalsOf(L);
  return PushReal(L, totals, Amount(totals.most));
}
int First(lua_State* L) {
  Totals totals = TotalsOf(L);
  return PushReal(L, totals, static_cast<double>(totals.first) / 1e6);
}
int Last(lua_State* L) {
  Totals totals = TotalsOf(L);
  return PushReal(L, totals, static_cast<double>(totals.last) / 1e6);
}

}  // namespace

void AddOrderFunctions(lua_State* L, void* owner, Check check) {
  const std::pair<const char*, lua_CFunction> kFunctions[] = {
      {"count", Guarded<Count>}, {"sum", Guarded<Sum>},  {"avg", Guarded<Average>},
      {"min", Guarded<Least>},   {"max", Guarded<Most>}, {"first", Guarded<First>},
      {"last", Guarded<Last>},   {"any", Guarded<Any>},  {"all", Guarded<All>}};
  for (const auto& [name, function] : kFunctions) {
    lua_pushlightuserdata(L, owner);
    lua_pushlightuserdata(L, reinterpret_cast<void*>(check));
    lua_pushcclosure(L, function, 2);
    lua_setfield(L, -2, name);
  }
}

}  // namespace tidings::lua
