// Any text as a JSON rule: refused with a reason, or a rule that every backend can take.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "rule/json_frontend.h"
#include "rule/rule.h"
#include "rule/sql.h"
#include "rule/tree.h"

namespace tidings::rule {
namespace {

const Time kNow{std::chrono::seconds(1'772'323'200)};

void Check(bool holds) {
  if (!holds) std::abort();
}

lua::Row SomeCustomer() {
  static const Json kAttributes = {{"plan", "gold"}, {"age", 41}, {"k", {"x", "y"}}};
  static const Json kOrders = {{{"amount", "12.5000"},
                                {"status", "COMPLETED"},
                                {"date", 1'700'000'000'000'000},
                                {"items", {{{"name", "tea"}, {"sku", nullptr}}}}}};
  static const std::vector<lua::Value> kValues = {"id",         {},
                                                  "Asha",       "asha@example.com",
                                                  {},           "Pune",
                                                  "active",     Money{123},
                                                  int64_t{3},   int64_t{2},
                                                  Time{},       Time{},
                                                  &kAttributes, lua::JsonText{R"(["vip"])"},
                                                  &kOrders};
  if (kValues.size() != lua::CustomerRow().fields.size()) std::abort();
  return {&lua::CustomerRow(), kValues.data()};
}

// Each "$n::" of the text has its parameter, and each parameter is one PostgreSQL can take.
void CheckSql(const Sql& sql) {
  size_t highest = 0;
  std::string text = sql.from + sql.where;
  for (size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at + 1)) {
    highest = std::max<size_t>(highest, std::strtoul(text.c_str() + at + 1, nullptr, 10));
  }
  Check(highest == sql.params.size());
  for (const std::string& param : sql.params) {
    Check(IsUtf8(param) && param.find('\0') == std::string::npos);
  }
}

void CheckRule(const Node& node) {
  for (auto plan : {OrdersPlan::kEach, OrdersPlan::kGrouped}) CheckSql(WriteSql(node, kNow, plan));
  Node opposite{true, Group{.nodes = {node}}};
  Check(Evaluate(node, SomeCustomer(), kNow) != Evaluate(opposite, SomeCustomer(), kNow));
}

}  // namespace
}  // namespace tidings::rule

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidings::rule;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto node = ParseJsonRule(text);
  auto rule = Rule::FromJson(text);
  Check(node.has_value() == rule.has_value());
  if (!rule.has_value()) {
    Check(!rule.error().message.empty());
    return 0;
  }
  CheckRule(*node);
  Check(tidings::IsUtf8(rule->ToEnglish()));
  return 0;
}
