// The rules in scripts/segment over a shop full of odd customers: each chooses exactly the
// customers that the same rule, written by hand in SQL, chooses, and fails for none.
#include <gmock/gmock.h>

#include "base/file.h"
#include "crm/audience.h"
#include "crm/scratch_shop.h"
#include "lua/cases.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

namespace fs = std::filesystem;

const fs::path kScripts = fs::path(TIDINGS_SOURCE_DIR) / "scripts";
const Time kNow = *ParseTime("2026-03-01");

// 3,000 customers: without address, city, birthday or orders, some with all of them.
constexpr const char kCustomers[] = R"(
  insert into customers (id, name, email, city, attributes, tags, status, created_at)
  select md5('customer' || i)::uuid, 'Person ' || i,
         case when i % 5 > 0 then 'p' || i || '@example.com' end,
         (array['Mumbai', 'Delhi', 'Bengaluru', 'Pune', 'Satara', ''])[1 + i % 6],
         case i % 4 when 0 then jsonb_build_object('birthday', date '1960-01-01' + i * 37 % 15000)
                    when 1 then '{"vip": false}' when 2 then '{"birthday": 17}' else '{}' end,
         case when i % 7 = 0 then array['no-mail'] when i % 11 = 0 then array['vip', 'no-praise']
              else '{}' end,
         case when i % 13 = 0 then 'deleted' else 'active' end,
         timestamptz '2026-03-01Z' - i * 7 % 400 * interval '1 day'
    from generate_series(1, 3000) i)";

// Up to eleven orders for each, most of them regular, some all at once, some refunded.
constexpr const char kOrders[] = R"(
  insert into orders (customer_id, id, order_date, amount, status)
  select md5('customer' || i)::uuid, md5('order' || i || '.' || j)::uuid,
         timestamptz '2026-03-01Z' - ((i * 31 % 420) + (j - 1) * (i % 60)) * interval '1 day'
             - i * j % 86400 * interval '1 second',
         (array[80, 450.5, 500, 900, 2500, 9000])[1 + (i / 7 + j * (i % 3)) % 6],
         case (i + j) % 9 when 0 then 'CANCELLED' when 4 then 'REFUNDED' when 7 then 'PENDING'
                          else 'COMPLETED' end
    from generate_series(1, 3000) i, generate_series(1, 11) j where j <= i % 12)";
constexpr const char kItems[] = R"(
  insert into order_items (customer_id, order_id, position, name, sku, quantity, unit_price, total)
  select customer_id, id, 1, (array['Assam Tea', 'Teapot', 'Sugar', 'Samovar', 'Coffee', 'Milk',
         'Earl Grey Tea', 'Cup'])[1 + get_byte(uuid_send(id), 3) % 8],
         case when get_byte(uuid_send(id), 5) % 9 = 0 then 'Darjeeling Tea' end, 1, amount, amount
    from orders)";

// The rules by hand; `done` are the completed orders of c.
const std::map<std::string, std::string>& ByHand() {
  static const std::map<std::string, std::string> kByHand = {
      {"lapsed_big_spenders",
       "c.last_order_date < n - '180 days'::interval and (c.total_spend > 5000 or c.visit >= 10)"},
      {"champions",
       "not 'no-praise' = any (c.tags) and coalesce(c.attributes -> 'vip' <> 'false', true) and"
       " case when c.last_order_date >= n - '30 days'::interval then 2"
       "      when c.last_order_date >= n - '90 days'::interval then 1 else 0 end"
       " + (c.order_count >= 5)::int + (c.order_count >= 10)::int"
       " + (c.total_spend >= 2000)::int + (c.total_spend >= 10000)::int >= 5"},
      {"first_order_anniversary",
       "(select extract(epoch from n - min(order_date)) / 86400 >= 365.2425"
       "    and mod(extract(epoch from n - min(order_date)) / 86400, 365.2425) < 7 from done)"},
      {"category_buyers",
       "exists (select from done d join order_items i on i.order_id = d.id where d.order_date >="
       " n - '365 days'::interval and array[i.name, i.sku] &&"
       " array['Assam Tea', 'Darjeeling Tea', 'Earl Grey Tea']) and not exists (select from done d"
       " join order_items i on i.order_id = d.id where i.name in ('Teapot', 'Samovar'))"},
      {"churn_risk",
       "(select count(*) >= 3 and n - max(order_date) > greatest('14 days', 2 * (max(order_date) -"
       " min(order_date)) / nullif(count(*) - 1, 0)) and n - max(order_date) < '365 days' from "
       "done)"},
      {"win_back",
       "c.last_order_date < n - '90 days'::interval and c.last_order_date >= n -"
       " '365 days'::interval and c.order_count >= 4 and reachable"},
      {"one_time_buyers",
       "(select count(*) = 1 and max(order_date) between n - '180 days'::interval and n -"
       " '30 days'::interval from done) and reachable"},
      {"high_average_order",
       "(select count(*) >= 3 and avg(amount) >= 2500 from done"
       " where order_date >= n - '365 days'::interval)"},
      {"birthday_month", "substr(c.attributes ->> 'birthday', 6, 2) = '03' and reachable"},
      {"city_vips",
       "c.city <> '' and c.order_count >= 2 and (c.total_spend >= case c.city when 'Mumbai' then"
       " 20000 when 'Delhi' then 18000 when 'Bengaluru' then 18000 when 'Pune' then 12000 else 8000"
       " end or 'vip' = any (c.tags))"},
      {"discount_seekers",
       "(select count(*) >= 4 and 4 * count(*) filter (where amount <= 500) >= 3 * count(*) from"
       " done where order_date >= n - '365 days'::interval)"},
      {"new_without_order",
       "c.created_at between n - '30 days'::interval and n - '1 day'::interval and c.order_count ="
       " 0 and reachable"},
  };
  return kByHand;
}

std::string SqlOf(const std::string& condition) {
  return "select c.id from customers c cross join (select timestamptz '2026-03-01Z' as n) t"
         " cross join lateral (select c.email is not null and c.status = 'active' and not"
         " 'no-mail' = any (c.tags) as reachable) r where (with done as (select * from orders o"
         " where o.customer_id = c.id and o.status = 'COMPLETED') select " +
         condition + ") order by c.id";
}

TEST(ShippedRules, ChooseWhatTheSameRulesInSqlChoose) {
  ScratchShop shop;
  auto connection = shop.pool.Acquire().value();
  for (const char* sql : {kCustomers, kOrders, kItems}) {
    auto done = connection->Execute(sql);
    ASSERT_TRUE(done) << done.error().message;
  }
  auto scripts = lua::ScriptsBelow(kScripts / "segment");
  EXPECT_EQ(scripts.size(), ByHand().size());
  for (const auto& script : scripts) {
    auto name = script.stem().string();
    ASSERT_TRUE(ByHand().contains(name)) << name;
    auto rule = rule::Rule::FromLua(name, *ReadFile(script), kScripts / "lib", {});
    ASSERT_TRUE(rule) << rule.error().message;
    auto matched = MatchAll(*connection, *rule, kNow);
    ASSERT_TRUE(matched) << matched.error().message;
    std::vector<std::string> ids;
    for (const Id& id : matched->ids) ids.push_back(id.ToString());
    EXPECT_EQ(matched->errors, 0) << name << ": " << matched->first_error;
    EXPECT_EQ(ids, shop.Ask(SqlOf(ByHand().at(name)))) << name;
    auto preview = AudienceStore(shop.pool).PreviewOf(*rule, kNow);
    ASSERT_TRUE(preview) << preview.error().message;
    EXPECT_EQ(preview->count, static_cast<int64_t>(ids.size())) << name;
    EXPECT_EQ(preview->errors, 0) << name << ": " << preview->first_error;
    EXPECT_GE(ids.size(), 5u) << name << ": too few to mean anything";
    EXPECT_LE(ids.size(), 2'000u) << name;
  }
}

}  // namespace
}  // namespace tidings::crm
