#include "crm/order_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::crm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

OrderRecord Good(std::string_view json, ParseMode mode = ParseMode::kIngest) {
  auto record = ParseOrder(json, mode);
  EXPECT_TRUE(record) << json << ": "
                      << Describe(record ? std::vector<FieldError>{} : record.error());
  return record.value_or(OrderRecord{});
}

TEST(OrderRecord, ReadsEveryField) {
  auto record = Good(R"({"id": "0190c1d2-0000-7000-8000-000000000009", "external_id": "O-1",
      "customerId": "0190c1d2-0000-7000-8000-000000000001", "order_date": "2025-03-04T05:06:07Z",
      "amount": 30.5, "status": "pending", "note": "gift",
      "items": [{"name": "Cup", "sku": "C1", "quantity": 2, "unitPrice": 10, "total": 20},
                {"name": "Tea", "quantity": 1.5, "unitPrice": "7.00"}]})");
  EXPECT_EQ(record.id->ToString(), "0190c1d2-0000-7000-8000-000000000009");
  EXPECT_EQ(record.external_id, "O-1");
  EXPECT_EQ(record.customer.id->ToString(), "0190c1d2-0000-7000-8000-000000000001");
  EXPECT_EQ(FormatTime(*record.order_date), "2025-03-04T05:06:07Z");
  EXPECT_EQ(record.amount->ToString(), "30.50");
  EXPECT_EQ(record.status, "PENDING");
  EXPECT_EQ(record.attributes, R"({"note":"gift"})");
  EXPECT_THAT(*record.items,
              ElementsAre(OrderItem{"Cup", "C1", {20000}, {100000}, {200000}},
                          OrderItem{"Tea", std::nullopt, {15000}, {70000}, {105000}}));
}

TEST(OrderRecord, KnowsTheShapesOfOthers) {
  auto mail =
      Good(R"({"customer_email": "A@b.de", "order_amount": "9.99", "order_status": "COMPLETED"})");
  EXPECT_EQ(mail.customer.email, "a@b.de");
  EXPECT_EQ(mail.amount->ToString(), "9.99");
  EXPECT_FALSE(mail.id);
  auto csv = Good(R"({"order_external_id": 5, "customer_identifier": "C-9", "total_amount": 1,
      "order_date": "2024-01-01", "items_description": "a cup"})");
  EXPECT_EQ(csv.external_id, "5");
  EXPECT_EQ(csv.id, OrderIdFor("5"));
  EXPECT_EQ(csv.customer.external_id, "C-9");
  EXPECT_EQ(csv.attributes, R"({"items_description":"a cup"})");
  auto flat = Good(R"({"customerId": "c@d.ef", "totalAmount": "3", "orderReference": "R1",
      "timestamp": 1700000000000,
      "products": "[{\"name\": \"A\", \"quantity\": 3, \"price\": 1}]"})");
  EXPECT_EQ(flat.customer.email, "c@d.ef");
  EXPECT_EQ(flat.items->size(), 1u);
  auto nested = Good(R"({"customer": {"externalId": "7"}, "amount": 1})");
  EXPECT_EQ(nested.customer.external_id, "7");
}

TEST(OrderRecord, AmountIsGivenOrTheSumOfTheItems) {
  auto sum = Good(R"({"customer_id": "x", "items": [{"name": "a", "unit_price": 1.1},
      {"sku": "b", "quantity": 3, "total": 10}, {"name": "back", "quantity": -1, "price": 0.1}]})");
  EXPECT_EQ(sum.amount->ToString(), "11.00");
  EXPECT_EQ((*sum.items)[1].unit_price.ToString(), "3.3333");
  EXPECT_EQ((*sum.items)[1].name, "b");
  auto discount =
      Good(R"({"customer_id": "x", "amount": 9, "items": [{"name": "a", "price": 10}]})");
  EXPECT_EQ(discount.amount->ToString(), "9.00");
}

TEST(OrderRecord, ATotalMayDifferByRounding) {
  Good(
      R"({"customer_id": "x", "items": [{"name": "a", "quantity": 3, "price": 3.33, "total": 10}]})");
  auto far = ParseOrder(
      R"({"customer_id": "x", "items": [{"name": "a", "quantity": 3, "price": 3.33, "total": 10.1}]})");
  ASSERT_FALSE(far);
  EXPECT_EQ(far.error()[0].pointer, "/items/0/total");
  EXPECT_THAT(far.error()[0].message, HasSubstr("3.00 x 3.33 = 9.99"));
}

TEST(OrderRecord, TheIdOfAnExternalIdNeverChanges) {
  EXPECT_EQ(OrderIdFor("536365").ToString(), OrderIdFor("536365").ToString());
  EXPECT_EQ(OrderIdFor("").ToString(), "6c62272e-07bb-8142-a2b8-21756295c58d");
  EXPECT_EQ(OrderIdFor("a").ToString(), "d228cb69-6f1a-8caf-b891-2b704e4a8964");
  EXPECT_NE(OrderIdFor("536365"), OrderIdFor("536366"));
}

struct Bad {
  const char *json, *pointer, *value, *message;
};
void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.json; }

class BadOrder : public testing::TestWithParam<Bad> {};

TEST_P(BadOrder, IsRefusedWithWhereAndWhy) {
  auto record = ParseOrder(GetParam().json);
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error()[0].pointer, GetParam().pointer);
  EXPECT_THAT(record.error()[0].value, HasSubstr(GetParam().value));
  EXPECT_THAT(record.error()[0].message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadOrder,
    testing::Values(
        Bad{"5", "", "", "no JSON object"}, Bad{"{}", "", "", "needs its customer"},
        Bad{R"({"customer_id":"x","status":"COMPLETE"})", "/status", "COMPLETE", "`COMPLETED`"},
        Bad{R"({"customer_id":"x","amount":-1})", "/amount", "-1", "negative"},
        Bad{R"({"customer_id":"x","amount":"NaN"})", "/amount", "NaN", "no amount"},
        Bad{R"({"customer_email":"x"})", "/customer_email", "x", "exactly one @"},
        Bad{R"({"customer_id":"x","amount":1,"order_amount":2})", "/order_amount", "2", "twice"},
        Bad{R"({"customer_id":"x","items":5})", "/items", "5", "list of objects"},
        Bad{R"({"customer_id":"x","items":"[{]"})", "/items", "[{]", "list of objects"},
        Bad{R"({"customer_id":"x","items":[7]})", "/items/0", "", "an item is an object"},
        Bad{R"({"customer_id":"x","items":[{"name":"a","price":1},{"price":1}]})", "/items/1", "",
            "a name or a sku"},
        Bad{R"({"customer_id":"x","items":[{"name":"a"}]})", "/items/0", "",
            "a unit_price or a total"},
        Bad{R"({"customer_id":"x","items":[{"name":"a","price":"x"}]})", "/items/0/price", "x",
            "no amount"},
        Bad{R"({"customer_id":"x","items":[{"name":"a","quantity":0,"total":1}]})", "/items/0", "",
            "unit_price"},
        Bad{R"({"customer_id":"x","items":[{"name":"a","quantity":0.0001,"total":99999999999}]})",
            "/items/0", "", "unit_price"},
        Bad{R"({"customer_id":"x","items":[{"name":"a","quantity":9999999999,"price":9999999999}]})",
            "/items/0", "", "100,000,000,000"},
        Bad{R"({"customer_id":"x","items":[{"name":"a","price":-5}]})", "/items", "-5.00",
            "less than 0"},
        Bad{R"({"customer_id":"x","order_date":"yesterday"})", "/order_date", "yesterday",
            "no time"}));

TEST(OrderRecord, APatchKeepsIdAndCustomer) {
  EXPECT_EQ(Good(R"({"status": "refunded"})", ParseMode::kPatch).status, "REFUNDED");
  auto moved = ParseOrder(R"({"customer_id": "x"})", ParseMode::kPatch);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error()[0].pointer, "/customer_id");
}

}  // namespace
}  // namespace tidings::crm
