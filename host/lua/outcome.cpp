#include "lua/outcome.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "lua/context.h"
#include "lua/convert.h"
#include "lua/library.h"

namespace tidings::lua {
namespace {

// The first of the two values is at -2, the second at -1.
constexpr int kFirst = -2;
constexpr int kSecond = -1;

Json Record(lua_State* L) {
  if (lua_isnil(L, kFirst)) {
    bool why = lua_isstring(L, kSecond);
    return {{"dropped", why ? std::string(TextAt(L, kSecond)) : "dropped by the script"}};
  }
  if (!lua_istable(L, kFirst)) {
    luaL_error(L,
               "`process` has to return the record, or nil and why it is dropped; it returned a %s",
               luaL_typename(L, kFirst));
  }
  Json record = ToJson(L, kFirst);
  if (!record.is_object()) luaL_error(L, "`process` returned a list instead of a record");
  return {{"record", std::move(record)}};
}

Json Verdict(lua_State* L) {
  Json verdict = lua_istable(L, kFirst) ? ToJson(L, kFirst) : Json();
  std::string name = verdict.is_object() ? TextOf(verdict, "verdict") : "";
  if (name != "accept" && name != "retry" && name != "reject") {
    luaL_error(L, "`send` has to return accept(reference), retry(seconds, why) or reject(why)");
  }
  if (name == "accept" && !verdict.contains("reference")) verdict["reference"] = nullptr;
  return verdict;
}

void CheckReceipt(lua_State* L, const Json& receipt, size_t number) {
  auto at = static_cast<int>(number);
  if (!receipt.is_object()) luaL_error(L, "receipt %d is not a table", at);
  if (!receipt.contains("message_id") || !receipt["message_id"].is_string()) {
    luaL_error(L, "receipt %d has no `message_id`", at);
  }
  std::string status = TextOf(receipt, "status");
  if (status != "sent" && status != "delivered" && status != "failed") {
    luaL_error(L, "receipt %d has the status \"%s\"; it is \"sent\", \"delivered\" or \"failed\"",
               at, status.c_str());
  }
  const std::vector<std::string> known = {"message_id", "status", "reason", "reference",
                                          "occurred_at"};
  for (const auto& [name, value] : receipt.items()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    luaL_error(L, "receipt %d has an unknown member `%s`%s", at, name.c_str(),
               Hint(L, name, known).c_str());
  }
}

Json Receipts(lua_State* L) {
  if (!lua_istable(L, kFirst)) {
    luaL_error(L, "`parse` has to return a list of receipts; it returned a %s",
               luaL_typename(L, kFirst));
  }
  Json receipts = ToJson(L, kFirst);
  if (receipts.is_object() && receipts.empty()) receipts = Json::array();
  if (receipts.is_object()) receipts = Json::array({std::move(receipts)});
  for (size_t i = 0; i < receipts.size(); ++i) CheckReceipt(L, receipts[i], i + 1);
  return receipts;
}

Json Text(lua_State* L) {
  if (lua_type(L, kFirst) != LUA_TSTRING) {
    luaL_error(L, "`write` has to return text; it returned a %s", luaL_typename(L, kFirst));
  }
  return ToJson(L, kFirst);
}

Json Order(lua_State* L, const Json& argument) {
  Json order = lua_istable(L, kFirst) ? ToJson(L, kFirst) : Json();
  if (order.is_object() && order.empty()) order = Json::array();
  if (!order.is_array()) luaL_error(L, "`choose` has to return a list of the vendors' names");
  std::vector<std::string> known;
  for (const Json& vendor : argument.value("vendors", Json::array())) {
    known.push_back(vendor.is_object() ? TextOf(vendor, "name") : vendor.get<std::string>());
  }
  for (const Json& name : order) {
    std::string text = name.is_string() ? name.get<std::string>() : name.dump();
    if (std::find(known.begin(), known.end(), text) != known.end()) continue;
    luaL_error(L, "`choose` returned `%s`, which is none of the vendors%s", text.c_str(),
               Hint(L, text, known).c_str());
  }
  return order;
}

}  // namespace

Json TakeOutcome(lua_State* L, ScriptKind kind, const Json& argument) {
  switch (kind) {
    case ScriptKind::kIngest: return Record(L);
    case ScriptKind::kDeliver: return Verdict(L);
    case ScriptKind::kReceipt: return Receipts(L);
    case ScriptKind::kSummarize: return Text(L);
    case ScriptKind::kRoute: return Order(L, argument);
    case ScriptKind::kSegment: break;
  }
  return static_cast<bool>(lua_toboolean(L, kFirst));
}

}  // namespace tidings::lua
