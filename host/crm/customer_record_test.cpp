#include "crm/customer_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::crm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CustomerRecord Good(std::string_view json, ParseMode mode = ParseMode::kIngest) {
  auto record = ParseCustomer(json, mode);
  EXPECT_TRUE(record) << json << ": "
                      << Describe(record ? std::vector<FieldError>{} : record.error());
  return record.value_or(CustomerRecord{});
}

TEST(CustomerRecord, ReadsEveryField) {
  auto record = Good(R"({"id": "0190c1d2-0000-7000-8000-000000000001", "external_id": "C-1",
      "name": " Ana  Lima ", "email": " Ana.Lima@Example.COM ", "phone": "+91 98765-43210",
      "city": "Goa", "status": "VIP", "tags": ["new", "new", " big "], "total_spend": 12.3456,
      "visit": 3, "last_order_date": "2025-01-02", "created_at": 1700000000,
      "attributes": {"plan": "pro", "n": {"a": [1, true, null]}}})");
  EXPECT_EQ(record.id->ToString(), "0190c1d2-0000-7000-8000-000000000001");
  EXPECT_EQ(record.external_id, "C-1");
  EXPECT_EQ(record.name, "Ana  Lima");
  EXPECT_EQ(record.email, "ana.lima@example.com");
  EXPECT_EQ(record.phone, "+919876543210");
  EXPECT_EQ(record.city, "Goa");
  EXPECT_EQ(record.status, "vip");
  EXPECT_THAT(*record.tags, ElementsAre("new", "big"));
  EXPECT_EQ(record.opening_spend->ToString(), "12.3456");
  EXPECT_EQ(record.opening_visit, 3);
  EXPECT_EQ(FormatTime(*record.opening_last_order_date), "2025-01-02T00:00:00Z");
  EXPECT_EQ(FormatTime(*record.created_at), "2023-11-14T22:13:20Z");
  EXPECT_EQ(record.attributes, R"({"plan":"pro","n":{"a":[1,true,null]}})");
}

TEST(CustomerRecord, KnowsTheNamesOfOthers) {
  auto record = Good(R"({"customer_external_id": 77, "Full Name": "B", "E-Mail": "b@c.de",
      "location": "Rome", "totalSpend": "99.5", "total_visits": "4",
      "last_order_at": 1700000000000})");
  EXPECT_EQ(record.external_id, "77");
  EXPECT_EQ(record.name, "B");
  EXPECT_EQ(record.email, "b@c.de");
  EXPECT_EQ(record.city, "Rome");
  EXPECT_EQ(record.opening_spend->ToString(), "99.50");
  EXPECT_EQ(record.opening_visit, 4);
  EXPECT_EQ(FormatTime(*record.opening_last_order_date), "2023-11-14T22:13:20Z");
}

TEST(CustomerRecord, AnIdThatIsNoUuidIsAnExternalId) {
  auto record = Good(R"({"id": "crm-5"})");
  EXPECT_FALSE(record.id);
  EXPECT_EQ(record.external_id, "crm-5");
}

TEST(CustomerRecord, NullAndEmptyMeanNotSaid) {
  auto record = Good(R"({"email": "a@b.de", "name": null, "city": "", "colour": null, "x": ""})");
  EXPECT_FALSE(record.name);
  EXPECT_FALSE(record.city);
  EXPECT_FALSE(record.attributes);
}

TEST(CustomerRecord, UnknownMembersBecomeAttributes) {
  auto record = Good(R"({"email": "a@b.de", "colour": "r\"ed\n", "attributes": {"size": 1e3},
      "deep": [{"a": 1 }, [] , {}]})");
  EXPECT_EQ(record.attributes, R"({"colour":"r\"ed\u000a","size":1e3,"deep":[{"a":1},[],{}]})");
}

TEST(CustomerRecord, APatchClears) {
  auto record = Good(R"({"email": null, "name": "", "last_order_date": null, "tags": null,
      "visit": null, "attributes": {"plan": null}})",
                     ParseMode::kPatch);
  EXPECT_EQ(record.email, "");
  EXPECT_EQ(record.name, "");
  EXPECT_EQ(record.opening_last_order_date, kNoTime);
  EXPECT_EQ(record.opening_visit, 0);
  EXPECT_TRUE(record.tags->empty());
  EXPECT_EQ(record.attributes, R"({"plan":null})");
}

TEST(CustomerRecord, ReportsEveryBadFieldAtOnce) {
  auto record = ParseCustomer(R"({"email": "x@", "phone": "12a", "total_spend": -1, "visit": 1.5,
      "last_order_at": "soon", "name": 5, "order_count": 3, "tags": 7, "attributes": []})");
  ASSERT_FALSE(record);
  std::vector<std::string> pointers;
  for (const auto& error : record.error()) pointers.push_back(error.pointer);
  EXPECT_THAT(pointers, ElementsAre("/email", "/phone", "/total_spend", "/visit", "/last_order_at",
                                    "/name", "/order_count", "/tags", "/attributes"));
}

struct Bad {
  const char *json, *pointer, *value, *message;
};
void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.json; }

class BadCustomer : public testing::TestWithParam<Bad> {};

TEST_P(BadCustomer, IsRefusedWithWhereAndWhy) {
  auto record = ParseCustomer(GetParam().json);
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error()[0].pointer, GetParam().pointer);
  EXPECT_THAT(record.error()[0].value, HasSubstr(GetParam().value));
  EXPECT_THAT(record.error()[0].message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadCustomer,
    testing::Values(
        Bad{"", "", "", "no JSON object"}, Bad{"[]", "", "", "no JSON object"},
        Bad{"{\"email\":\"a@b.de\"", "", "", "no JSON object"},
        Bad{"{\"email\":\"a@b.de\"} x", "", "", "no JSON object"},
        Bad{"{\"email\":tru}", "", "", "no JSON object"},
        Bad{"{\"email\":\"a@b.de\",\"x\":01}", "", "", "no JSON object"},
        Bad{"{\"email\":\"a@b.de\",\"x\":1e9999}", "", "", "no JSON object"},
        Bad{"{\"email\":\"a@b.de\",\"x\":[1 2]}", "", "", "no JSON object"},
        Bad{"{\"name\":\"\xff\"}", "", "", "UTF-8"},
        Bad{R"({"name":"Ana"})", "", "", "needs an email, phone, external_id or id"},
        Bad{R"({"email":"a.de"})", "/email", "a.de", "exactly one @"},
        Bad{R"({"email":"a@b@c.de"})", "/email", "a@b@c.de", "exactly one @"},
        Bad{R"({"email":"a b@c.de"})", "/email", "a b@c.de", "before the @"},
        Bad{R"({"email":".a@c.de"})", "/email", ".a", "before the @"},
        Bad{R"({"email":"a@b"})", "/email", "a@b", "after the @"},
        Bad{R"({"email":"a@-b.de"})", "/email", "a@-b.de", "after the @"},
        Bad{R"({"email":"a@b..de"})", "/email", "a@b..de", "after the @"},
        Bad{R"({"E/mail":"x","email":"Ana <a@b.de>"})", "/email", "Ana", "before the @"},
        Bad{R"({"email":"a@b.de\u0000"})", "/email", "a@b.de", "control characters"},
        Bad{R"({"phone":"12"})", "/phone", "12", "2 digits"},
        Bad{R"({"phone":"1234567890123456"})", "/phone", "1234567890123456", "16 digits"},
        Bad{R"({"email":"a@b.de","EMAIL":"c@d.ef"})", "/EMAIL", "c@d.ef", "twice"},
        Bad{R"({"email":"a@b.de","total_spend":1,"totalSpend":1})", "/totalSpend", "1", "twice"},
        Bad{R"({"email":"a@b.de","total_spend":0.00001})", "/total_spend", "0.00001",
            "four decimals"},
        Bad{R"({"email":"a@b.de","total_spend":"1,000"})", "/total_spend", "1,000", "no amount"},
        Bad{R"({"email":"a@b.de","total_spend":100000000000})", "/total_spend", "1", "under"},
        Bad{R"({"email":"a@b.de","total_spend":true})", "/total_spend", "true", "no amount"},
        Bad{R"({"email":"a@b.de","visit":{"a": 1}})", "/visit", "{\"a\": 1}", "no count"},
        Bad{R"({"email":"a@b.de","last_order_date":"2024-02-30"})", "/last_order_date",
            "2024-02-30", "no time"},
        Bad{R"({"email":"a@b.de","last_order_date":1e300})", "/last_order_date", "1e300",
            "no time"},
        Bad{R"({"email":"a@b.de","a/b~c":"\u0000"})", "/a~1b~0c", "", "NUL"},
        Bad{R"({"email":"a@b.de","x":"\udc00"})", "", "", ""},
        Bad{R"({"email":"a@b.de","":1})", "/", "", "1 to 100 bytes"},
        Bad{R"({"email":"a@b.de","x":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]})", "/x", "", "deeper"},
        Bad{R"({"email":"a@b.de","tags":["a",5]})", "/tags", "5", "must be text"},
        Bad{R"({"id":"x","external_id":"y"})", "/external_id", "y", "twice"},
        Bad{R"({"email":"a@b.de","updated_at":"2024-01-01"})", "/updated_at", "2024",
            "leave it out"}));

TEST(CustomerRecord, PhonesTakeOneForm) {
  for (auto [text, phone] : {std::pair{"\"+91 98765-43210\"", "+919876543210"},
                             {"\"0091 (98765) 43210\"", "+919876543210"},
                             {"9876543210", "9876543210"},
                             {"\"022/12.34\"", "0221234"}}) {
    EXPECT_EQ(Good(std::string("{\"phone\":") + text + "}").phone, phone) << text;
  }
}

TEST(CustomerRecord, LongTextIsRefusedNotCut) {
  auto json = R"({"email":"a@b.de","name":")" + std::string(501, 'x') + "\"}";
  auto record = ParseCustomer(json);
  ASSERT_FALSE(record);
  EXPECT_THAT(record.error()[0].message, HasSubstr("shorten it to 500"));
  EXPECT_EQ(record.error()[0].value.size(), 100u);
}

}  // namespace
}  // namespace tidings::crm
