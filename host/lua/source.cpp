#include "lua/source.h"

#include <algorithm>

#include "lua/budget.h"

namespace tidings::lua {
namespace {

constexpr size_t kPiece = 4096;

const char* NextPiece(lua_State* L, void* data, size_t* size) {
  auto& rest = *static_cast<std::string_view*>(data);
  Budget::Of(L).Look(L);
  *size = std::min(kPiece, rest.size());
  const char* piece = rest.data();
  rest.remove_prefix(*size);
  return piece;
}

}  // namespace

void LoadSource(lua_State* L, std::string_view text, const std::string& name) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  if (text.substr(0, 1) == "\x1b") luaL_error(L, "%s:1: is compiled Lua, not text", name.c_str());
  if (lua_load(L, NextPiece, &text, ("@" + name).c_str(), "t") == LUA_OK) return;
  if (Budget::Of(L).tripped()) luaL_error(L, "%s: %s", name.c_str(), lua_tostring(L, -1));
  lua_error(L);
}

}  // namespace tidings::lua
