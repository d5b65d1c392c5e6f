// c.orders: what scripts may ask of a customer's orders.
#include "lua/orders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lua/case_row.h"
#include "lua/script.h"

namespace tidings::lua {
namespace {

using testing::HasSubstr;

const Json kCustomer = Json::parse(R"({"orders": [
    {"amount": 100.5, "date": "2026-01-10", "items": ["Tea", {"name": "Cup", "sku": "C1"}]},
    {"amount": 20, "date": "2026-02-10", "status": "cancelled"},
    {"amount": "7.25", "date": "2026-02-20", "status": "COMPLETED"}]})");

// "yes", "no" or the error.
std::string Ask(const std::string& condition, const Json& customer = kCustomer) {
  auto script = Script::LoadText(
      "it.lua", "return segment { match = function(c) return " + condition + " end }", {}, {});
  if (!script.has_value()) return script.error().message;
  auto row = CaseRow::Read(customer);
  if (!row.has_value()) return row.error().message;
  auto answer = (*script)->Test(row->row());
  return !answer.has_value() ? answer.error().message : *answer ? "yes" : "no";
}

TEST(Orders, AnswerEveryQuestion) {
  const char* const kTrue[] = {
      "c.orders:count() == 3",
      "c.orders:count{status = 'completed'} == 2",
      "c.orders:count{status = {'Completed', 'CANCELLED'}} == 3",
      "c.orders:count{since = time.parse('2026-02-10'), before = time.parse('2026-02-20')} == 1",
      "c.orders:count{min_amount = 20, max_amount = 100.5} == 2",
      "c.orders:count{item = 'Tea'} == 1 and c.orders:count{item = 'C1'} == 1",
      "c.orders:sum() == 127.75",
      "c.orders:sum{item = 'none'} == 0",
      "c.orders:avg{status = 'completed'} == 53.875",
      "c.orders:avg{item = 'none'} == nil",
      "c.orders:min() == 7.25 and c.orders:max() == 100.5 and c.orders:max{item = 'x'} == nil",
      "c.orders:first() == time.parse('2026-01-10')",
      "c.orders:last{status = 'cancelled'} == time.parse('2026-02-10')",
      "c.orders:any{item = 'Cup'} and not c.orders:any{item = 'cup'}",
      "c.orders:all{min_amount = 7.25} and not c.orders:all{status = 'completed'}",
      "c.orders:count(function(o) return o.amount > 20 and o.status == 'COMPLETED' end) == 1",
      "c.orders:any(function(o) return o.date < time.parse('2026-02-01') end)",
      "c.orders:count(function(o) return any(o.items, function(i) return i.sku == 'C1' end) end) "
      "== 1",
      "math.type(c.orders:count()) == 'integer' and math.type(c.orders:sum()) == 'float'",
  };
  for (const char* condition : kTrue) EXPECT_EQ(Ask(condition), "yes") << condition;
  EXPECT_EQ(Ask("c.orders:all{min_amount = 1} and c.orders:first() == nil", Json::object()), "yes");
}

TEST(Orders, SayWhatIsWrong) {
  const std::pair<const char*, const char*> kWrong[] = {
      {"c.orders:cuont()", "`orders` has no function `cuont`; did you mean `count`?"},
      {"c.orders:count{staus = 'x'}", "cannot be asked by `staus`; did you mean `status`?"},
      {"c.orders:count{status = 'complete'}", "not `complete`; did you mean `COMPLETED`?"},
      {"c.orders:count{status = {}}", "the list of `status` is empty"},
      {"c.orders:count{min_amount = '5'}", "`min_amount` has to be a number, not a string"},
      {"c.orders:count{item = 5}", "`item` has to be text"},
      {"c.orders:count(function(o) return o.nothing.x end)", "attempt to index a nil value"},
      {"c.orders:count{5}", "are asked by name"},
      {"c.orders.count()", "c.orders:count{...}"},
      {"c.orders.count(c.tags)", "c.orders:count{...}"},
      {"c.orders.count(c)", "c.orders:count{...}"},
  };
  for (const auto& [condition, error] : kWrong) EXPECT_THAT(Ask(condition), HasSubstr(error));
}

TEST(Orders, AreAnErrorWhereTheyWereNotRead) {
  auto script = Script::LoadText(
      "it.lua", "return segment { match = function(c) return c.orders:any() end }", {}, {});
  std::vector<Value> values(CustomerRow().fields.size());
  auto answer = (*script)->Test({&CustomerRow(), values.data()});
  EXPECT_THAT(answer.error().message, HasSubstr("the orders of this customer were not read"));
}

TEST(Orders, OfACaseAreChecked) {
  auto read = [](const char* orders) { return ReadOrders(Json::parse(orders)).error().message; };
  EXPECT_THAT(read("5"), HasSubstr("expected a list of orders"));
  EXPECT_THAT(read(R"([{"amount": 1, "date": "2026-01-01", "stats": "x"}])"),
              HasSubstr("unknown member `stats`; did you mean `status`?"));
  EXPECT_THAT(read(R"([{"amount": 1, "date": "yesterday"}])"), HasSubstr("order 1"));
  EXPECT_THAT(read(R"([{"amount": 1, "date": "2026-01-01", "items": [5]}])"),
              HasSubstr("an item is its name"));
}

}  // namespace
}  // namespace tidings::lua
