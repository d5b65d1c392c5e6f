#include "lua/convert.h"

#include <cmath>
#include <string>

#include "base/text.h"
#include "lua/freeze.h"
#include "lua/library.h"

namespace tidings::lua {
namespace {

const char kListMetatable = 0;

// Turns one Lua value into JSON, knowing where it is for the sake of errors.
class Reader {
 public:
  explicit Reader(lua_State* L) : L_(L) {}

  Json Read(int index, int depth) {
    Spend(16);
    switch (lua_type(L_, index)) {
      case LUA_TNIL: return nullptr;
      case LUA_TBOOLEAN: return static_cast<bool>(lua_toboolean(L_, index));
      case LUA_TNUMBER: return ReadNumber(index);
      case LUA_TSTRING: return ReadText(index);
      case LUA_TTABLE: return ReadTable(index, depth);
      case LUA_TLIGHTUSERDATA: return nullptr;
      default: Refuse(luaL_typename(L_, index), " has no form in JSON"); return nullptr;
    }
  }

 private:
  void Spend(size_t bytes) {
    Budget& budget = Budget::Of(L_);
    budget.ChargeBytes(L_, bytes);
    spent_ += bytes;
    if (spent_ > budget.value_limit()) luaL_error(L_, "the value is too large to become JSON");
  }

  void Refuse(const char* what, const char* why) {
    luaL_error(L_, "%s%s%s%s", path_.empty() ? "" : path_.c_str(), path_.empty() ? "a " : ": a ",
               what, why);
  }

  Json ReadNumber(int index) {
    if (lua_isinteger(L_, index)) return static_cast<int64_t>(lua_tointeger(L_, index));
    double number = lua_tonumber(L_, index);
    if (!std::isfinite(number)) Refuse("number that is not finite", " has no form in JSON");
    return number;
  }

  Json ReadText(int index) {
    std::string_view text = TextAt(L_, index);
    Spend(text.size());
    if (!IsUtf8(text)) Refuse("text", " is not UTF-8");
    return std::string(text);
  }

  Json ReadTable(int index, int depth) {
    if (depth >= kMaxJsonDepth) Refuse("table", " nests too deeply, or contains itself");
    luaL_checkstack(L_, 8, "JSON");
    PushThawed(L_, index);
    int table = lua_gettop(L_);
    Json result = IsList(table) ? ReadList(table, depth) : ReadObject(table, depth);
    lua_settop(L_, table - 1);
    return result;
  }

  // With members: whether one has number 1. Without: whether it was marked as a list.
  bool IsList(int table) {
    lua_pushnil(L_);
    bool list = false;
    if (lua_next(L_, table) != 0) {
      list = lua_rawgeti(L_, table, 1) != LUA_TNIL;
    } else if (lua_getmetatable(L_, table)) {
      lua_rawgetp(L_, LUA_REGISTRYINDEX, &kListMetatable);
      list = lua_rawequal(L_, -1, -2);
    }
    lua_settop(L_, table);
    return list;
  }

  Json ReadList(int table, int depth) {
    Json list = Json::array();
    auto length = static_cast<lua_Integer>(lua_rawlen(L_, table));
    lua_Integer members = 0;
    for (lua_pushnil(L_); lua_next(L_, table) != 0; lua_pop(L_, 1)) ++members;
    if (members != length) Refuse("table", " is a list and has other members, or has gaps");
    for (lua_Integer i = 1; i <= length; ++i) {
      size_t before = path_.size();
      path_ += '[' + std::to_string(i) + ']';
      lua_rawgeti(L_, table, i);
      list.push_back(Read(lua_gettop(L_), depth + 1));
      lua_settop(L_, table);
      path_.resize(before);
    }
    return list;
  }

  Json ReadObject(int table, int depth) {
    Json object = Json::object();
    for (lua_pushnil(L_); lua_next(L_, table) != 0; lua_pop(L_, 1)) {
      if (lua_type(L_, -2) != LUA_TSTRING)
        Refuse("table", " has members that are not named by text");
      std::string name(TextAt(L_, -2));
      size_t before = path_.size();
      path_ += (path_.empty() ? "" : ".") + (IsUtf8(name) ? name.substr(0, 100) : "?");
      if (!IsUtf8(name)) Refuse("name", " is not UTF-8");
      Spend(name.size());
      object[name] = Read(lua_gettop(L_), depth + 1);
      path_.resize(before);
    }
    return object;
  }

  lua_State* const L_;
  size_t spent_ = 0;
  std::string path_;  // "items[3].name"
};

void Push(lua_State* L, const Json& json, int depth);

void PushMembers(lua_State* L, const Json& json, int depth) {
  lua_createtable(L, 0, static_cast<int>(json.size()));
  for (const auto& [name, value] : json.items()) {
    if (value.is_null()) continue;
    PushText(L, name);
    Push(L, value, depth);
    lua_rawset(L, -3);
  }
}

void PushList(lua_State* L, const Json& json, int depth) {
  lua_createtable(L, static_cast<int>(json.size()), 0);
  lua_Integer i = 0;
  for (const Json& value : json) {
    if (value.is_null())
      lua_pushlightuserdata(L, nullptr);
    else
      Push(L, value, depth);
    lua_rawseti(L, -2, ++i);
  }
  MarkAsList(L);
}

void Push(lua_State* L, const Json& json, int depth) {
  if (depth > kMaxJsonDepth) luaL_error(L, "the JSON nests too deeply");
  luaL_checkstack(L, 8, "JSON");
  switch (json.type()) {
    case Json::value_t::object: return PushMembers(L, json, depth + 1);
    case Json::value_t::array: return PushList(L, json, depth + 1);
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

}  // namespace

void MarkAsList(lua_State* L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &kListMetatable) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kListMetatable);
  }
  lua_setmetatable(L, -2);
}

void PushJson(lua_State* L, const Json& json) { Push(L, json, 0); }

Json ToJson(lua_State* L, int index) { return Reader(L).Read(lua_absindex(L, index), 0); }

}  // namespace tidings::lua
