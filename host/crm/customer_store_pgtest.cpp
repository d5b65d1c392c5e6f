#include "crm/customer_store.h"

#include <gmock/gmock.h>

#include <thread>

#include "base/random.h"
#include "crm/scratch_shop.h"

namespace tidings::crm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Every key belongs to the customer that has it, and every customer has its keys.
constexpr const char kStrayKeys[] = R"(
  select value from customer_keys k left join customers c on c.id = k.customer_id
   where c.id is null or k.value is distinct from
         case k.kind when 1 then c.external_id when 2 then c.email else c.phone end
  union all
  select c.email from customers c left join customer_keys k
      on k.value = c.email and k.kind = 2 and k.customer_id = c.id
   where c.email is not null and k.value is null
  union all
  select c.external_id from customers c left join customer_keys k
      on k.value = c.external_id and k.kind = 1 and k.customer_id = c.id
   where c.external_id is not null and k.value is null)";

TEST(CustomerStore, CreatesUpdatesAndLeavesAlone) {
  ScratchShop shop;
  std::vector<std::string> rows = {
      R"({"external_id": "A", "email": "a@x.de", "name": "Ann", "city": "Goa", "tags": ["t"],
          "total_spend": 12.5, "visit": 3, "last_order_at": "2025-01-02", "plan": "pro"})",
      R"({"email": "b@x.de"})", R"({"phone": "12345"})"};
  EXPECT_THAT(shop.AddCustomers(rows), ElementsAre("created", "created", "created"));
  EXPECT_THAT(shop.AddCustomers(rows), ElementsAre("unchanged", "unchanged", "unchanged"));
  EXPECT_THAT(shop.AddCustomers({R"({"external_id": "A", "name": "Anna", "size": 4})", rows[1]}),
              ElementsAre("updated", "unchanged"));
  auto ann = shop.Customer("a@x.de");
  EXPECT_EQ(ann["name"], "Anna");
  EXPECT_EQ(ann["city"], "Goa");
  EXPECT_EQ(ann["total_spend"], 12.5);
  EXPECT_EQ(ann["visit"], 3);
  EXPECT_EQ(ann["last_order_date"], "2025-01-02T00:00:00Z");
  EXPECT_EQ(ann["attributes"], (Json{{"plan", "pro"}, {"size", 4}}));
  EXPECT_EQ(ann["tags"], Json({"t"}));
  EXPECT_EQ(ann["status"], "active");
  EXPECT_EQ(*shop.customers.Count(), 3);
}

TEST(CustomerStore, KeysFollowAndConflictsAreRefused) {
  ScratchShop shop;
  shop.AddCustomers({R"({"external_id": "A", "email": "a@x.de"})", R"({"email": "b@x.de"})"});
  EXPECT_THAT(shop.AddCustomers({R"({"external_id": "A", "email": "b@x.de"})",
                                 R"({"external_id": "A", "email": "new@x.de"})",
                                 R"({"external_id": "C", "email": "a@x.de"})",
                                 R"({"external_id": "B", "email": "b@x.de"})"}),
              ElementsAre(HasSubstr("/email 'b@x.de': this belongs to another customer"), "updated",
                          "created", "updated"));
  EXPECT_EQ(*shop.customers.Count(), 3);
  EXPECT_THAT(shop.Ask(kStrayKeys), IsEmpty());
}

TEST(CustomerStore, OpeningValuesMoveTheTotalsByTheirDifference) {
  ScratchShop shop;
  shop.AddCustomers({R"({"email": "a@x.de", "total_spend": 100, "visit": 2,
                         "last_order_date": "2025-01-01"})"});
  shop.AddOrders({R"({"customer_email": "a@x.de", "amount": 50, "order_date": "2024-06-01"})"});
  EXPECT_THAT(shop.AddCustomers({R"({"email": "a@x.de", "total_spend": 80.5, "visit": 1,
                                     "last_order_date": "2023-01-01"})"}),
              ElementsAre("updated"));
  auto ann = shop.Customer("a@x.de");
  EXPECT_EQ(ann["total_spend"], 130.5);
  EXPECT_EQ(ann["visit"], 2);
  EXPECT_EQ(ann["last_order_date"], "2024-06-01T00:00:00Z");
}

TEST(CustomerStore, PatchChangesClearsAndRefuses) {
  ScratchShop shop;
  shop.AddCustomers({R"({"external_id": "A", "email": "a@x.de", "phone": "12345", "name": "Ann",
                         "plan": "pro", "size": 4, "last_order_date": "2025-01-01"})",
                     R"({"email": "b@x.de"})"});
  Id id = *Id::Parse(shop.Customer("a@x.de")["id"].get<std::string>());
  auto patch = [&](const char* json) {
    return shop.customers.Patch(id, ScratchShop::Parsed(ParseCustomer(json, ParseMode::kPatch)));
  };
  auto changed =
      patch(R"({"email": "c@x.de", "phone": null, "name": "", "attributes": {"plan": null},
                           "last_order_date": null})");
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ((*changed)["email"], "c@x.de");
  EXPECT_TRUE((*changed)["phone"].is_null());
  EXPECT_EQ((*changed)["name"], "");
  EXPECT_EQ((*changed)["attributes"], (Json{{"size", 4}}));
  EXPECT_TRUE((*changed)["last_order_date"].is_null());
  auto taken = patch(R"({"email": "b@x.de"})");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::kAlreadyExists);
  EXPECT_THAT(taken.error().message, HasSubstr("/email 'b@x.de'"));
  auto nobody = shop.customers.Patch(Id(), CustomerRecord());
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, Code::kNotFound);
  EXPECT_THAT(shop.Ask(kStrayKeys), IsEmpty());
}

TEST(CustomerStore, DeleteRemovesKeysOrdersAndItems) {
  ScratchShop shop;
  shop.AddCustomers({R"({"external_id": "A", "email": "a@x.de"})", R"({"external_id": "B"})"});
  shop.AddOrders({R"({"customer_id": "A", "items": [{"name": "x", "price": 1}]})",
                  R"({"customer_id": "B", "amount": 1})"});
  Id id = *Id::Parse(shop.Customer("a@x.de")["id"].get<std::string>());
  EXPECT_TRUE(shop.customers.Delete(id));
  auto again = shop.customers.Delete(id);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kNotFound);
  EXPECT_EQ(shop.customers.Get(id).error().code, Code::kNotFound);
  EXPECT_EQ(*shop.orders.Count(), 1);
  EXPECT_THAT(shop.Ask("select count(*) from order_items"), ElementsAre("0"));
  EXPECT_THAT(shop.Ask("select value from customer_keys"), ElementsAre("B"));
  EXPECT_THAT(shop.AddCustomers({R"({"external_id": "A"})"}), ElementsAre("created"));
}

TEST(CustomerStore, ListsPageByPageAndFilters) {
  ScratchShop shop;
  std::vector<std::string> rows;
  for (int i = 0; i < 25; ++i) {
    rows.push_back(fmt::format(R"({{"external_id": "E{}", "email": "m{}@x.de", "name": "Ünal {}",
                                    "city": "{}", "tags": ["t{}"]}})",
                               i, i, i, i % 2 ? "Goa" : "Rome", i % 5));
  }
  shop.AddCustomers(rows);
  std::vector<std::string> seen;
  CustomerQuery query;
  query.limit = 10;
  for (int pages = 0; pages < 3; ++pages) {
    auto page = shop.customers.List(query);
    ASSERT_TRUE(page) << page.error().message;
    for (const auto& item : page->items) seen.push_back(item["external_id"]);
    query.cursor = page->next;
    EXPECT_EQ(page->next.has_value(), pages < 2);
  }
  EXPECT_EQ(seen.size(), 25u);
  EXPECT_EQ(seen.front(), "E24");
  auto count = [&](auto set) {
    CustomerQuery filter;
    set(filter);
    auto page = shop.customers.List(filter);
    return page ? static_cast<int>(page->items.size()) : -1;
  };
  EXPECT_EQ(count([](auto& q) { q.search = "ünal 1"; }), 11);
  EXPECT_EQ(count([](auto& q) { q.search = "M2"; }), 6);
  EXPECT_EQ(count([](auto& q) { q.search = "E7"; }), 1);
  EXPECT_EQ(count([](auto& q) { q.search = "'; drop table customers; --"; }), 0);
  EXPECT_EQ(count([](auto& q) { q.email = " M3@x.de"; }), 1);
  EXPECT_EQ(count([](auto& q) { q.external_id = "E3"; }), 1);
  EXPECT_EQ(count([](auto& q) {
              q.city = "Goa";
              q.tag = "t1";
            }),
            3);
  EXPECT_EQ(count([](auto& q) { q.cursor = "nonsense"; }), -1);
  EXPECT_EQ(count([](auto& q) { q.limit = 0; }), -1);
}

// Many threads fight over few keys: no call may fail, and keys and customers must agree afterwards.
TEST(CustomerStore, ConcurrentUpsertsAgree) {
  ScratchShop shop;
  std::atomic<int> failures = 0;
  auto work = [&](uint64_t seed) {
    Random random(seed);
    for (int round = 0; round < 25; ++round) {
      std::vector<CustomerRecord> rows(30);
      for (auto& row : rows) {
        if (random.Chance(0.7)) row.external_id = fmt::format("E{}", random.Below(40));
        row.email = fmt::format("m{}@x.de", random.Below(40));
        row.name = fmt::format("N{}", random.Below(3));
      }
      auto outcomes = shop.customers.Upsert(rows);
      if (!outcomes) ADD_FAILURE() << outcomes.error().message;
      failures += !outcomes;
      if (round % 5 != 0 || !outcomes) continue;
      for (const auto& outcome : *outcomes) {
        if (outcome.change != Change::kRefused && random.Chance(0.1)) {
          auto gone = shop.customers.Delete(outcome.id);
          failures += !gone && gone.error().code != Code::kNotFound;
        }
      }
    }
  };
  std::vector<std::thread> threads;
  for (uint64_t seed = 1; seed <= 4; ++seed) threads.emplace_back(work, seed);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_THAT(shop.Ask(kStrayKeys), IsEmpty());
}

TEST(CustomerStore, AValueThatOnlyPostgresRefusesCostsItsRowAlone) {
  ScratchShop shop;
  std::vector<CustomerRecord> rows(5);
  for (size_t i = 0; i < rows.size(); ++i) rows[i].external_id = std::to_string(i);
  rows[3].name = std::string("a\0b", 3);
  EXPECT_THAT(ScratchShop::Words(shop.customers.Upsert(rows)),
              ElementsAre("created", "created", "created", HasSubstr("refused: "), "created"));
}

}  // namespace
}  // namespace tidings::crm
