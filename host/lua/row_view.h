// The one object through which a script sees row after row.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <lua.hpp>

#include "lua/row.h"

namespace tidings::lua {

// Points at the row that is looked at now; no table is made for a row. What a script keeps of an
// earlier row (a list, an object) it cannot use any more. Must outlive the state, and stay where it
// is.
class RowView {
 public:
  explicit RowView(const RowType& type);
  RowView(const RowView&) = delete;
  RowView& operator=(const RowView&) = delete;

  // Pushes the object that scripts get. Once. Raises.
  void Push(lua_State* L);

  // Between Show and Hide the script sees the row. Neither copies nor raises.
  void Show(const Row& row) {
    values_ = row.values;
    ++generation_;
  }
  void Hide() { values_ = nullptr; }

  const RowType& type() const { return type_; }

 private:
  struct Parsed {
    int64_t generation = 0;
    std::optional<Json> json;
  };
  // What a script gets for an object or list inside a row.
  struct JsonView {
    const Json* json;
    int64_t generation;
  };

  static RowView& Of(lua_State* L);
  static int Index(lua_State* L);
  static int JsonIndex(lua_State* L);
  static int JsonLength(lua_State* L);
  static int JsonPairs(lua_State* L);
  static int JsonNext(lua_State* L);
  static int OrdersIndex(lua_State* L);
  static const Json& CheckOrders(lua_State* L);

  int PushField(lua_State* L, size_t slot);
  int PushParsed(lua_State* L, size_t slot, std::string_view text);
  int PushTop(lua_State* L, size_t slot, const Json& json);
  void PushMember(lua_State* L, const Json& json);
  JsonView* NewView(lua_State* L, const Json* json);
  int RefuseRead(lua_State* L, size_t slot);
  void PushOrdersMetatable(lua_State* L);
  const Json& CheckView(lua_State* L);
  void PushJsonMetatable(lua_State* L);

  const RowType& type_;
  const Value* values_ = nullptr;
  int64_t generation_ = 0;
  std::vector<Parsed> parsed_;  // by slot
};

}  // namespace tidings::lua
