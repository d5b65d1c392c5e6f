// json: decode, encode, null, list.
#include <cmath>
#include <string>

#include "lua/convert.h"
#include "lua/freeze.h"
#include "lua/library.h"

namespace tidings::lua {
namespace {

// Builds Lua values while the text is read, so that no second copy of it stands outside the
// script's memory. On the stack: for each open object its table and, waiting for its value, the
// name; for each open list its table.
class Decoder {
 public:
  explicit Decoder(lua_State* L) : L_(L) {}
  const std::string& error() const { return error_; }

  bool null() {
    lua_pushlightuserdata(L_, nullptr);
    return Store();
  }
  bool boolean(bool value) {
    lua_pushboolean(L_, value);
    return Store();
  }
  bool number_integer(int64_t value) {
    lua_pushinteger(L_, value);
    return Store();
  }
  bool number_unsigned(uint64_t value) {
    if (value <= INT64_MAX)
      lua_pushinteger(L_, static_cast<lua_Integer>(value));
    else
      lua_pushnumber(L_, static_cast<lua_Number>(value));
    return Store();
  }
  bool number_float(double value, const std::string&) {
    if (!std::isfinite(value)) return Fail("a number is too large");
    lua_pushnumber(L_, value);
    return Store();
  }
  bool string(const std::string& value) {
    PushText(L_, value);
    return Store();
  }
  bool binary(const Json::binary_t&) { return Fail("binary data"); }
  bool start_object(size_t) { return Open('{'); }
  bool end_object() { return Close(); }
  bool start_array(size_t) { return Open('['); }
  bool end_array() {
    MarkAsList(L_);
    return Close();
  }
  bool key(const std::string& name) {
    PushText(L_, name);
    return true;
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) {
    return Fail("it is no JSON at byte " + std::to_string(position));
  }

 private:
  bool Fail(std::string why) {
    error_ = std::move(why);
    return false;
  }

  bool Open(char kind) {
    if (open_.size() >= kMaxJsonDepth) return Fail("it nests too deeply");
    luaL_checkstack(L_, 8, "JSON");
    lua_newtable(L_);
    open_.push_back(kind);
    counts_.push_back(0);
    return true;
  }

  bool Close() {
    open_.pop_back();
    counts_.pop_back();
    return Store();
  }

  // The value on top goes where it belongs; the outermost stays.
  bool Store() {
    Budget::Of(L_).Charge(L_, 4);
    if (open_.empty()) return true;
    if (open_.back() == '[') {
      lua_rawseti(L_, -2, ++counts_.back());
    } else {
      if (lua_islightuserdata(L_, -1)) {
        lua_pop(L_, 1);
        lua_pushnil(L_);
      }
      lua_rawset(L_, -3);
    }
    return true;
  }

  lua_State* const L_;
  std::string open_;
  std::vector<lua_Integer> counts_;
  std::string error_;
};

// json.decode(text): the value, or nil and why not.
int Decode(lua_State* L) {
  std::string_view text = CheckText(L, 1);
  Budget::Of(L).ChargeBytes(L, text.size());
  lua_settop(L, 1);
  Decoder decoder(L);
  if (Json::sax_parse(text.begin(), text.end(), &decoder) && lua_gettop(L) == 2) return 1;
  lua_settop(L, 1);
  lua_pushnil(L);
  PushText(L, decoder.error());
  return 2;
}

int Encode(lua_State* L) {
  luaL_checkany(L, 1);
  std::string text = ToLine(ToJson(L, 1));
  Budget::Of(L).ChargeBytes(L, text.size());
  PushText(L, text);
  return 1;
}

int List(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
    return luaL_error(L, "cannot change this table");
  MarkAsList(L);
  return 1;
}

}  // namespace

void AddJson(lua_State* L, Context&) {
  lua_newtable(L);
  AddFunction(L, "decode", Guarded<Decode>);
  AddFunction(L, "encode", Guarded<Encode>);
  AddFunction(L, "list", Guarded<List>);
  lua_pushlightuserdata(L, nullptr);
  lua_setfield(L, -2, "null");
  FreezeLibrary(L);
  lua_setfield(L, -2, "json");
}

}  // namespace tidings::lua
