// Which variable a name of a Lua file means.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rule/lua_syntax.h"

namespace tidings::rule {

// The functions that are being read, the innermost last, with the locals that are in sight.
class LuaScopes {
 public:
  void Enter(lua_syntax::Function& function) { functions_.push_back({&function, {}, {}}); }
  void Leave() { functions_.pop_back(); }

  // A block: its locals go out of sight when it closes.
  void Open() { functions_.back().blocks.push_back(functions_.back().visible.size()); }
  void Close() {
    functions_.back().visible.resize(functions_.back().blocks.back());
    functions_.back().blocks.pop_back();
  }

  // A new local of the innermost function; its number.
  int Declare(std::string name) {
    auto& inner = functions_.back();
    inner.visible.emplace_back(std::move(name), inner.function->locals);
    return inner.function->locals++;
  }

  // The local, capture or global of that name.
  lua_syntax::Expression Find(const std::string& name, lua_syntax::Place place) {
    size_t innermost = functions_.size() - 1;
    int local = LocalOf(functions_[innermost], name);
    if (local >= 0) return {place, lua_syntax::Local{local}};
    int capture = CaptureOf(innermost, name);
    if (capture >= 0) return {place, lua_syntax::Upvalue{capture}};
    return {place, lua_syntax::Global{name}};
  }

 private:
  struct Reading {
    lua_syntax::Function* function;
    std::vector<std::pair<std::string, int>> visible;
    std::vector<size_t> blocks;  // where in `visible` each begins
  };

  static int LocalOf(const Reading& open, const std::string& name) {
    for (auto at = open.visible.rbegin(); at != open.visible.rend(); ++at) {
      if (at->first == name) return at->second;
    }
    return -1;
  }

  // The number of the capture in the function at `depth`, made if there is none; -1 for a global.
  int CaptureOf(size_t depth, const std::string& name) {
    if (depth == 0) return -1;
    int local = LocalOf(functions_[depth - 1], name);
    int index = local >= 0 ? local : CaptureOf(depth - 1, name);
    if (index < 0) return -1;
    auto& captures = functions_[depth].function->captures;
    for (size_t i = 0; i < captures.size(); ++i) {
      if (captures[i].from_local == (local >= 0) && captures[i].index == index) {
        return static_cast<int>(i);
      }
    }
    captures.push_back({local >= 0, index});
    return static_cast<int>(captures.size()) - 1;
  }

  std::vector<Reading> functions_;
};

}  // namespace tidings::rule
