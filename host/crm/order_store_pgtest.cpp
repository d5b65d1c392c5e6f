#include "crm/order_store.h"

#include <gmock/gmock.h>

#include <thread>

#include "base/random.h"
#include "crm/scratch_shop.h"

namespace tidings::crm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Customers whose totals are not what their orders say.
constexpr const char kWrongTotals[] = R"(
  select c.email from customers c left join lateral (
           select sum(amount) as spend, count(*) as n, max(order_date) as latest from orders o
            where o.customer_id = c.id and o.status = 'COMPLETED') o on true
   where (c.total_spend, c.visit, c.order_count, c.last_order_date) is distinct from
         (c.opening_spend + coalesce(o.spend, 0), c.opening_visit + o.n, o.n,
          greatest(c.opening_last_order_date, o.latest))
  union all
  select o.id::text from orders o left join customers c on c.id = o.customer_id where c.id is null
  union all
  select i.order_id::text from order_items i left join orders o
      on o.customer_id = i.customer_id and o.id = i.order_id where o.id is null)";

Id IdOf(const Json& json) { return *Id::Parse(json["id"].get<std::string>()); }

TEST(OrderStore, CreatesUpdatesAndLeavesAlone) {
  ScratchShop shop;
  shop.AddCustomers({R"({"external_id": "A", "email": "a@x.de"})"});
  std::vector<std::string> rows = {
      R"({"external_id": "1", "customer_id": "A", "order_date": "2025-01-02", "note": "x",
          "items": [{"name": "Cup", "quantity": 2, "price": 5}, {"name": "Tea", "price": 1.5}]})",
      R"({"external_id": "2", "customer_email": "a@x.de", "order_date": "2025-02-02",
          "amount": 7, "status": "pending"})"};
  EXPECT_THAT(shop.AddOrders(rows), ElementsAre("created", "created"));
  EXPECT_THAT(shop.AddOrders(rows), ElementsAre("unchanged", "unchanged"));
  EXPECT_EQ(shop.Customer("a@x.de")["total_spend"], 11.5);
  EXPECT_THAT(shop.AddOrders({R"({"external_id": "2", "status": "COMPLETED"})"}),
              ElementsAre("updated"));
  auto ann = shop.Customer("a@x.de");
  EXPECT_EQ(ann["total_spend"], 18.5);
  EXPECT_EQ(ann["order_count"], 2);
  EXPECT_EQ(ann["visit"], 2);
  EXPECT_EQ(ann["last_order_date"], "2025-02-02T00:00:00Z");
  auto order = shop.orders.Get(OrderIdFor("1"));
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ((*order)["items"][0], (Json{{"name", "Cup"},
                                        {"sku", nullptr},
                                        {"quantity", 2.0},
                                        {"unit_price", 5.0},
                                        {"total", 10.0}}));
  EXPECT_EQ((*order)["items_total"], 11.5);
  EXPECT_EQ((*order)["attributes"], (Json{{"note", "x"}}));
}

TEST(OrderStore, ItemsAreReplacedWhereTheyDiffer) {
  ScratchShop shop;
  shop.AddCustomers({R"({"external_id": "A"})"});
  auto order = [](const char* items) {
    return fmt::format(R"({{"external_id": "1", "customer_id": "A", "amount": 9,
                            "order_date": "2025-01-01", "items": {}}})",
                       items);
  };
  shop.AddOrders({order(R"([{"name": "a", "price": 1}, {"name": "b", "price": 2}])")});
  EXPECT_THAT(shop.AddOrders({order(R"([{"name": "b", "price": 2}])")}), ElementsAre("updated"));
  EXPECT_THAT(shop.AddOrders({order(R"([{"name": "b", "price": 2}])")}), ElementsAre("unchanged"));
  EXPECT_THAT(shop.Ask("select name from order_items"), ElementsAre("b"));
  EXPECT_THAT(shop.AddOrders({order("[]")}), ElementsAre("updated"));
  EXPECT_THAT(shop.Ask("select name from order_items"), IsEmpty());
}

TEST(OrderStore, SaysWhyItRefuses) {
  ScratchShop shop;
  shop.AddCustomers({R"({"external_id": "A"})", R"({"external_id": "B"})"});
  EXPECT_THAT(
      shop.AddOrders({R"({"customer_id": "C-17", "amount": 1})",
                      R"({"customer_email": "no@x.de", "amount": 1})",
                      R"({"customer_id": "0190c1d2-0000-7000-8000-000000000001", "amount": 1})",
                      R"({"external_id": "1", "customer_id": "A"})",
                      R"({"external_id": "1", "amount": 3})",
                      R"({"external_id": "1", "customer_id": "A", "amount": 3})",
                      R"({"external_id": "1", "customer_id": "B", "amount": 3})",
                      R"({"external_id": "1", "amount": 4})"}),
      ElementsAre(
          HasSubstr("/customer_external_id 'C-17': there is no customer with external id 'C-17'"),
          HasSubstr("/customer_email 'no@x.de': there is no customer with e-mail 'no@x.de'"),
          HasSubstr("no customer with id 0190c1d2-0000-7000-8000-000000000001"),
          HasSubstr("/amount: a new order needs an amount or items"),
          HasSubstr("/customer_id: a new order needs its customer"), "created",
          HasSubstr("cannot move"), "updated"));
  EXPECT_THAT(shop.AddOrders({R"({"external_id": "1", "customer_id": "B", "amount": 3})"}),
              ElementsAre(HasSubstr("/customer_external_id 'B': the order belongs to customer")));
  EXPECT_EQ(*shop.orders.Count(), 1);
}

TEST(OrderStore, PatchAndDeleteMoveTheTotals) {
  ScratchShop shop;
  shop.AddCustomers({R"({"email": "a@x.de"})"});
  shop.AddOrders({R"({"external_id": "1", "customer_email": "a@x.de", "amount": 5})",
                  R"({"external_id": "2", "customer_email": "a@x.de", "amount": 6})"});
  auto patched = shop.orders.Patch(
      OrderIdFor("1"),
      ScratchShop::Parsed(ParseOrder(R"({"status": "refunded", "amount": 4})", ParseMode::kPatch)));
  ASSERT_TRUE(patched) << patched.error().message;
  EXPECT_EQ((*patched)["status"], "REFUNDED");
  EXPECT_EQ((*patched)["amount"], 4.0);
  EXPECT_EQ(shop.Customer("a@x.de")["total_spend"], 6.0);
  EXPECT_TRUE(shop.orders.Delete(OrderIdFor("2")));
  EXPECT_EQ(shop.Customer("a@x.de")["total_spend"], 0.0);
  EXPECT_TRUE(shop.Customer("a@x.de")["last_order_date"].is_null());
  EXPECT_EQ(shop.orders.Delete(OrderIdFor("2")).error().code, Code::kNotFound);
  EXPECT_EQ(shop.orders.Get(OrderIdFor("2")).error().code, Code::kNotFound);
  EXPECT_EQ(shop.orders.Patch(OrderIdFor("2"), {}).error().code, Code::kNotFound);
}

TEST(OrderStore, ListsPageByPageAndFilters) {
  ScratchShop shop;
  shop.AddCustomers({R"({"email": "a@x.de"})", R"({"email": "b@x.de"})"});
  std::vector<std::string> rows;
  for (int i = 0; i < 21; ++i) {
    rows.push_back(fmt::format(
        R"({{"external_id": "{}", "customer_email": "{}@x.de", "amount": 1, "status": "{}"}})", i,
        i % 3 ? "a" : "b", i % 2 ? "PENDING" : "COMPLETED"));
  }
  shop.AddOrders(rows);
  std::set<std::string> seen;
  OrderQuery query;
  query.limit = 10;
  do {
    auto page = shop.orders.List(query);
    ASSERT_TRUE(page) << page.error().message;
    for (const auto& item : page->items) seen.insert(item["external_id"]);
    query.cursor = page->next;
  } while (query.cursor);
  EXPECT_EQ(seen.size(), 21u);
  query.customer = IdOf(shop.Customer("b@x.de"));
  EXPECT_EQ(shop.orders.List(query)->items.size(), 7u);
  query.status = "pending";
  EXPECT_EQ(shop.orders.List(query)->items.size(), 3u);
  query.external_id = "3";
  EXPECT_EQ(shop.orders.List(query)->items[0]["external_id"], "3");
}

// Threads bring in, change and delete orders and customers of a small shop. Totals must agree.
TEST(OrderStore, ConcurrentChangesKeepTotalsExact) {
  ScratchShop shop;
  auto work = [&](uint64_t seed) {
    Random random(seed);
    for (int round = 0; round < 20; ++round) {
      std::vector<CustomerRecord> people(3);
      for (auto& row : people) {
        row.email = fmt::format("m{}@x.de", random.Below(8));
        if (random.Chance(0.3)) row.opening_last_order_date = Time(Duration(random.Below(99)));
        if (random.Chance(0.3)) row.opening_spend = Money{static_cast<int64_t>(random.Below(9))};
      }
      auto customers = shop.customers.Upsert(people);
      EXPECT_TRUE(customers) << customers.error().message;
      std::vector<OrderRecord> rows(20);
      for (auto& row : rows) {
        auto n = random.Below(60);
        row.id = OrderIdFor(std::to_string(n));
        row.customer.email = fmt::format("m{}@x.de", n % 8);
        row.order_date = Time(Duration(random.Below(100)));
        row.amount = Money{static_cast<int64_t>(random.Below(50))};
        row.status = random.Chance(0.7) ? "COMPLETED" : "CANCELLED";
        row.items = {{"x", std::nullopt, {10000}, *row.amount, *row.amount}};
      }
      auto outcomes = shop.orders.Upsert(rows);
      if (!outcomes) {
        ADD_FAILURE() << outcomes.error().message;
        continue;
      }
      (void)shop.orders.Delete(OrderIdFor(std::to_string(random.Below(60))));
      if (random.Chance(0.2)) (void)shop.customers.Delete((*customers)[0].id);
    }
  };
  std::vector<std::thread> threads;
  for (uint64_t seed = 1; seed <= 4; ++seed) threads.emplace_back(work, seed);
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(shop.Ask(kWrongTotals), IsEmpty());
}

}  // namespace
}  // namespace tidings::crm
