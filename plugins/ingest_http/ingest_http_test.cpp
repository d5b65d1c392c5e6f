#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tidings/testing.hpp"

namespace {

using namespace tidings::sdk::testing;
using tidings::sdk::ToText;

tidings_payload Item(std::string_view json, std::string_view entity = {}, uint64_t line = 1) {
  tidings_payload item{};
  item.bytes = ToText(json);
  item.content_type = ToText("application/json");
  item.entity = ToText(entity);
  item.line = line;
  item.first = item.last = 1;
  return item;
}

// "line entity json" of each record, then "line pointer=value reason" of each refusal.
std::vector<std::string> Found(const std::string& options, std::string_view json,
                               std::string_view entity = {}) {
  FakeHost host;
  Driver plugin(host, options);
  auto& out = plugin.Process<tidings_payload>({Item(json, entity, 7)});
  EXPECT_EQ(out.status, TIDINGS_OK);
  EXPECT_TRUE(out.problems.empty());
  std::vector<std::string> found;
  for (auto& r : out.records) {
    found.push_back(std::to_string(r.line) + " " + r.entity + " " + r.json);
  }
  for (auto& r : out.refusals) {
    found.push_back(std::to_string(r.line) + " " + r.field + "=" + r.value + " " + r.reason);
  }
  return found;
}

TEST(IngestHttp, Takes) {
  struct Case {
    const char *name, *entity, *json;
    std::vector<std::string> found;
  } cases[] = {
      {"a plain object as it is",
       "customer",
       " {\"name\" : \"A\",\"n\":1.10}\n",
       {"7 customer  {\"name\" : \"A\",\"n\":1.10}\n"}},
      {"an envelope",
       "",
       R"({"eventType":"CUSTOMER_CREATED","timestamp":1,"source":"web",)"
       R"("data":{"name":"A","n":1.10}})",
       {R"(7 customer {"name":"A","n":1.10})"}},
      {"an envelope with its data first",
       "",
       R"({"data":{"amount":12345678901234.5678},"eventType":"order:created"})",
       {R"(7 order {"amount":12345678901234.5678})"}},
      {"an envelope of many",
       "order",
       R"({"eventType":"x","data":[{"a":1},2,[3],{"b":4}]})",
       {R"(7 order {"a":1})", R"(7 order {"b":4})", "7 /data/1=2 must be a JSON object",
        "7 /data/2=[3] must be a JSON object"}},
      {"what the caller says before the envelope",
       "order",
       R"({"eventType":"customer:created","data":{"a":1}})",
       {R"(7 order {"a":1})"}},
      {"data that is a field of the customer's",
       "customer",
       R"({"data":{"a":1},"email":"x"})",
       {R"(7 customer {"data":{"a":1},"email":"x"})"}},
      {"eventType without data",
       "customer",
       R"({"eventType":"a","x":"\"data\""})",
       {R"(7 customer {"eventType":"a","x":"\"data\""})"}},
      {"no deletion",
       "",
       R"({"eventType":"customer:deleted","data":{"id":1}})",
       {"7 /eventType=customer:deleted deletions are not taken in here; call DELETE instead"}},
      {"no other data",
       "",
       R"({"eventType":"customer:created","data":"x"})",
       {"7 /data=\"x\" must be a JSON object"}},
      {"nothing of unknown kind",
       "",
       R"({"a":1})",
       {"7 = nothing says whether this is a customer or an order; set the option `entity`"}},
      {"no array", "customer", R"([{"a":1}])", {"7 =[{\"a\":1}] must be a JSON object"}},
      {"no number", "customer", "12", {"7 =12 must be a JSON object"}},
  };
  for (auto& c : cases) EXPECT_EQ(Found("{}", c.json, c.entity), c.found) << c.name;
}

TEST(IngestHttp, PrefersItsOption) {
  EXPECT_EQ(Found(R"({"entity": "order"})", R"({"a":1})", "customer"),
            std::vector<std::string>{R"(7 order {"a":1})"});
}

TEST(IngestHttp, RefusesWhatIsNoJson) {
  std::string deep = std::string(100, '[') + std::string(100, ']');
  for (std::string json : {"", " ", "{", "{\"a\":}", "{\"a\":1}{\"b\":2}", "{'a':1}", "{\"a\":tru}",
                           "{\"a\":\"\xff\"}", "nul", "{\"a\":01}"}) {
    auto found = Found("{}", json, "customer");
    ASSERT_EQ(found.size(), 1u) << json;
    EXPECT_THAT(found[0], testing::HasSubstr("no valid JSON: ")) << json;
  }
  EXPECT_THAT(Found("{}", "{\"a\":" + deep + "}", "customer").at(0),
              testing::HasSubstr("no valid JSON: "));
}

TEST(IngestHttp, GoesOnBehindABadItem) {
  FakeHost host;
  Driver plugin(host, R"({"entity": "customer"})");
  std::string large = R"({"name": ")" + std::string(100'000, 'x') + "\"}";
  auto& out = plugin.Process<tidings_payload>(
      {Item("{\"a\":1}", "", 1), Item("{", "", 2), Item(large, "", 3), Item("{\"b\":1}", "", 4)});
  ASSERT_EQ(out.records.size(), 3u);
  EXPECT_EQ(out.records[1].json, large);
  EXPECT_EQ(out.records[2].item, 3u);
  ASSERT_EQ(out.refusals.size(), 1u);
  EXPECT_EQ(out.refusals[0].item, 1u);
}

TEST(IngestHttp, CostsLittleForARow) {
  std::string json =
      R"({"name":"Asha Verma","email":"asha.verma@example.com","phone":"+919876543210",)"
      R"("city":"Pune","visit":12,"total_spend":"10234.50","attributes":{"tier":"gold"}})";
  std::vector<tidings_payload> items(1000, Item(json, "customer"));
  FakeHost host;
  Driver plugin(host);
  auto start = std::chrono::steady_clock::now();
  size_t rows = 0;
  for (int i = 0; i < 100; ++i) rows += plugin.Process(items).records.size();
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(rows, 100'000u);
  double rate = static_cast<double>(rows) / took.count();
  std::cout << static_cast<int64_t>(rate) << " rows/s\n";
  EXPECT_GT(rate, 50'000);  // a hundredth of what it does here: sanitizers and crowds allowed for
}

}  // namespace
