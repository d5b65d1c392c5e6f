// More customers than one block, so that several threads ask.
#include "crm/asking.h"

#include <set>

#include <gmock/gmock.h>

#include "crm/scratch_shop.h"
#include "pg/transaction.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Time kNow = *ParseTime("2026-03-01");
constexpr const char kCustomers[] = R"(
  insert into customers (id, name, visit)
  select lpad(to_hex(i), 32, '0')::uuid, 'N' || i, i from generate_series(1, 9000) i)";

Result<Asked> Ask(ScratchShop& shop, const std::string& match, const rule::Sql& whom) {
  auto text = "return segment { match = function(c) " + match + " end }";
  TRY_ASSIGN(auto rule, rule::Rule::FromLua("it.lua", text, ".", {}));
  TRY_ASSIGN(auto connection, shop.pool.Acquire());
  TRY(connection->Execute(kCustomers));
  TRY_ASSIGN(auto snapshot, pg::Transaction::Begin(*connection));
  return AskScript(snapshot, rule, kNow, whom);
}

TEST(Asking, HearsEveryCustomerOnce) {
  ScratchShop shop;
  auto asked = Ask(shop,
                   "if c.visit % 1000 == 77 then error('no') end "
                   "return c.name:gsub('N', '') + 0 > 100 and c.visit % 2 == 0",
                   {"customers c", "c.visit <= $1::bigint", {"8500"}});
  ASSERT_TRUE(asked) << asked.error().message;
  EXPECT_EQ(asked->ids.size(), 4200u);
  EXPECT_EQ(std::set<Id>(asked->ids.begin(), asked->ids.end()).size(), 4200u);
  EXPECT_EQ(asked->errors, 9);
  EXPECT_THAT(asked->first_error,
              StartsWith("customer 00000000-0000-0000-0000-00000000004d: it.lua:1: no"));
}

TEST(Asking, BeginsAgainWhereTheScriptWantsMore) {
  ScratchShop shop;
  auto asked = Ask(shop, "return c['vi' .. 'sit'] > 8000", {"customers c", "true", {}});
  ASSERT_TRUE(asked) << asked.error().message;
  EXPECT_EQ(asked->ids.size(), 1000u);
  EXPECT_EQ(asked->errors, 0) << asked->first_error;
}

TEST(Asking, StopsWhereTheDatabaseFails) {
  ScratchShop shop;
  auto asked =
      Ask(shop, "return c.visit > 1", {"customers c", "1 / (c.visit - $1::bigint) < 2", {"8000"}});
  ASSERT_FALSE(asked);
  EXPECT_THAT(asked.error().message, HasSubstr("division by zero"));
}

}  // namespace
}  // namespace tidings::crm
