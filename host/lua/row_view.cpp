#include "lua/row_view.h"

#include <string>

#include "base/text.h"
#include "lua/context.h"
#include "lua/library.h"
#include "lua/orders.h"

namespace tidings::lua {
namespace {

const char kJsonMetatable = 0;
const char kOrdersMetatable = 0;

int RefuseWrite(lua_State* L) { return luaL_error(L, "a customer cannot be changed by a script"); }

int UnknownField(lua_State* L, const RowType& type) {
  std::vector<std::string> names;
  for (const auto& field : type.fields) names.push_back(field.name);
  PushString(L, 2);
  std::string name(TextAt(L, -1));
  return luaL_error(L, "a customer has no field `%s`%s", name.c_str(),
                    Hint(L, name, names).c_str());
}

}  // namespace

RowView::RowView(const RowType& type) : type_(type), parsed_(type.fields.size()) {}

RowView& RowView::Of(lua_State* L) {
  return *static_cast<RowView*>(lua_touserdata(L, lua_upvalueindex(1)));
}

// Upvalues of its __index: this, and a table from the name of a field to its slot.
void RowView::Push(lua_State* L) {
  luaL_checkstack(L, 8, "rows");
  lua_newuserdatauv(L, 0, static_cast<int>(type_.fields.size()));
  lua_createtable(L, 0, 4);
  lua_pushlightuserdata(L, this);
  lua_createtable(L, 0, static_cast<int>(type_.fields.size()));
  for (size_t slot = 0; slot < type_.fields.size(); ++slot) {
    PushText(L, type_.fields[slot].name);
    lua_pushinteger(L, static_cast<lua_Integer>(slot));
    lua_rawset(L, -3);
  }
  lua_pushcclosure(L, Guarded<&RowView::Index>, 2);
  lua_setfield(L, -2, "__index");
  AddFunction(L, "__newindex", RefuseWrite);
  lua_pushliteral(L, "customer");
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
}

int RowView::Index(lua_State* L) {
  RowView& self = Of(L);
  if (self.values_ == nullptr) return luaL_error(L, "this customer belongs to an earlier call");
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNUMBER) return UnknownField(L, self.type_);
  return self.PushField(L, static_cast<size_t>(lua_tointeger(L, -1)));
}

int RowView::PushField(lua_State* L, size_t slot) {
  const Value& value = values_[slot];
  if (auto* text = std::get_if<std::string_view>(&value)) {
    PushText(L, *text);
  } else if (auto* number = std::get_if<double>(&value)) {
    lua_pushnumber(L, *number);
  } else if (auto* integer = std::get_if<int64_t>(&value)) {
    lua_pushinteger(L, *integer);
  } else if (auto* time = std::get_if<Time>(&value)) {
    lua_pushnumber(L, SecondsOf(*time));
  } else if (auto* money = std::get_if<Money>(&value)) {
    lua_pushnumber(L, static_cast<double>(money->units) / 1e4);
  } else if (auto* flag = std::get_if<bool>(&value)) {
    lua_pushboolean(L, *flag);
  } else if (auto* json = std::get_if<const Json*>(&value)) {
    return PushTop(L, slot, **json);
  } else if (auto* unparsed = std::get_if<JsonText>(&value)) {
    return PushParsed(L, slot, unparsed->text);
  } else if (auto* missing = std::get_if<NotRead>(&value)) {
    *missing->wanted = true;
    return RefuseRead(L, slot);
  } else if (type_.fields[slot].kind == FieldKind::kOrders) {
    return RefuseRead(L, slot);
  } else {
    lua_pushnil(L);
  }
  return 1;
}

int RowView::RefuseRead(lua_State* L, size_t slot) {
  return luaL_error(L, "the %s of this customer were not read", type_.fields[slot].name.c_str());
}

// Parses once a row.
int RowView::PushParsed(lua_State* L, size_t slot, std::string_view text) {
  Parsed& parsed = parsed_[slot];
  if (parsed.generation != generation_) {
    Budget::Of(L).ChargeBytes(L, text.size());
    auto json = ParseJson(text);
    if (!json.has_value()) {
      return luaL_error(L, "`%s` of this customer is no JSON: %s", type_.fields[slot].name.c_str(),
                        json.error().message.c_str());
    }
    parsed.json = std::move(*json);
    parsed.generation = generation_;
  }
  return PushTop(L, slot, *parsed.json);
}

// The views of a row's own fields are made once and used again for each row.
int RowView::PushTop(lua_State* L, size_t slot, const Json& json) {
  if (!json.is_structured()) return PushMember(L, json), 1;
  if (lua_getiuservalue(L, 1, static_cast<int>(slot) + 1) == LUA_TUSERDATA) {
    *static_cast<JsonView*>(lua_touserdata(L, -1)) = {&json, generation_};
    return 1;
  }
  lua_pop(L, 1);
  NewView(L, &json);
  if (type_.fields[slot].kind == FieldKind::kOrders) {
    PushOrdersMetatable(L);
    lua_setmetatable(L, -2);
  }
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, 1, static_cast<int>(slot) + 1);
  return 1;
}

RowView::JsonView* RowView::NewView(lua_State* L, const Json* json) {
  auto* view = static_cast<JsonView*>(lua_newuserdatauv(L, sizeof(JsonView), 0));
  *view = {json, generation_};
  PushJsonMetatable(L);
  lua_setmetatable(L, -2);
  return view;
}

void RowView::PushJsonMetatable(lua_State* L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &kJsonMetatable) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 8);
  const std::pair<const char*, lua_CFunction> kFunctions[] = {
      {"__index", Guarded<&RowView::JsonIndex>},
      {"__len", Guarded<&RowView::JsonLength>},
      {"__pairs", Guarded<&RowView::JsonPairs>},
      {"__newindex", RefuseWrite}};
  for (const auto& [name, function] : kFunctions) {
    lua_pushlightuserdata(L, this);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
  }
  lua_pushliteral(L, "object");
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &kJsonMetatable);
}

// What `c.orders` is: a view that answers questions, and shows nothing else.
void RowView::PushOrdersMetatable(lua_State* L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &kOrdersMetatable) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 4);
  lua_createtable(L, 0, 9);
  AddOrderFunctions(L, this, CheckOrders);
  lua_pushcclosure(L, OrdersIndex, 1);
  lua_setfield(L, -2, "__index");
  AddFunction(L, "__newindex", RefuseWrite);
  lua_pushliteral(L, "orders");
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &kOrdersMetatable);
}

// Upvalue: the table of functions.
int RowView::OrdersIndex(lua_State* L) {
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TFUNCTION) return 1;
  auto names = NamesOf(L, lua_upvalueindex(1));
  PushString(L, 2);
  std::string name(TextAt(L, -1));
  return luaL_error(L, "`orders` has no function `%s`%s", name.c_str(),
                    Hint(L, name, names).c_str());
}

const Json& RowView::CheckOrders(lua_State* L) {
  bool fits = lua_getmetatable(L, 1) && lua_rawgetp(L, LUA_REGISTRYINDEX, &kOrdersMetatable) &&
              lua_rawequal(L, -1, -2);
  if (!fits) luaL_error(L, "is asked with a colon: c.orders:count{...}");
  lua_pop(L, 2);
  return Of(L).CheckView(L);
}

// The view at 1, which only these metamethods ever see.
const Json& RowView::CheckView(lua_State* L) {
  if (lua_type(L, 1) != LUA_TUSERDATA || lua_rawlen(L, 1) != sizeof(JsonView)) {
    luaL_error(L, "this is no part of a customer");
  }
  auto* view = static_cast<JsonView*>(lua_touserdata(L, 1));
  if (values_ == nullptr || view->generation != generation_) {
    luaL_error(L, "this belongs to the customer of an earlier call");
  }
  return *view->json;
}

void RowView::PushMember(lua_State* L, const Json& json) {
  switch (json.type()) {
    case Json::value_t::object:
    case Json::value_t::array: NewView(L, &json); return;
    case Json::value_t::string: return PushText(L, json.get_ref<const std::string&>());
    case Json::value_t::boolean: return lua_pushboolean(L, json.get<bool>());
    case Json::value_t::number_integer: return lua_pushinteger(L, json.get<int64_t>());
    case Json::value_t::number_unsigned:
      if (json.get<uint64_t>() <= INT64_MAX) return lua_pushinteger(L, json.get<int64_t>());
      return lua_pushnumber(L, json.get<double>());
    case Json::value_t::number_float: return lua_pushnumber(L, json.get<double>());
    default: return lua_pushnil(L);
  }
}

int RowView::JsonIndex(lua_State* L) {
  RowView& self = Of(L);
  const Json& json = self.CheckView(L);
  if (json.is_object() && lua_type(L, 2) == LUA_TSTRING) {
    auto member = json.find(std::string(TextAt(L, 2)));
    if (member != json.end()) return self.PushMember(L, *member), 1;
  }
  int exact = 0;
  lua_Integer number = lua_tointegerx(L, 2, &exact);
  bool inside = json.is_array() && lua_type(L, 2) == LUA_TNUMBER && exact && number >= 1 &&
                static_cast<size_t>(number) <= json.size();
  if (inside)
    self.PushMember(L, json[static_cast<size_t>(number - 1)]);
  else
    lua_pushnil(L);
  return 1;
}

int RowView::JsonLength(lua_State* L) {
  const Json& json = Of(L).CheckView(L);
  lua_pushinteger(L, json.is_array() ? static_cast<lua_Integer>(json.size()) : 0);
  return 1;
}

int RowView::JsonPairs(lua_State* L) {
  lua_settop(L, 1);
  lua_pushlightuserdata(L, &Of(L));
  lua_pushcclosure(L, Guarded<&RowView::JsonNext>, 1);
  lua_insert(L, 1);
  lua_pushnil(L);
  return 3;
}

// Objects go by the order of their names.
int RowView::JsonNext(lua_State* L) {
  RowView& self = Of(L);
  const Json& json = self.CheckView(L);
  Budget::Of(L).Charge(L, 4);
  if (json.is_array()) {
    auto next = static_cast<size_t>(std::max<lua_Integer>(0, luaL_optinteger(L, 2, 0)));
    if (next >= json.size()) return lua_pushnil(L), 1;
    lua_pushinteger(L, static_cast<lua_Integer>(next) + 1);
    self.PushMember(L, json[next]);
    return 2;
  }
  const auto& members = json.get_ref<const Json::object_t&>();
  auto next =
      lua_isnoneornil(L, 2) ? members.begin() : members.upper_bound(std::string(CheckText(L, 2)));
  if (next == members.end()) return lua_pushnil(L), 1;
  PushText(L, next->first);
  self.PushMember(L, next->second);
  return 2;
}

}  // namespace tidings::lua
