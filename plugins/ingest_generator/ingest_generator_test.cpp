#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "names.h"
#include "tidings/testing.hpp"
#include "tidings/text.hpp"

namespace {

using namespace tidings::sdk::testing;
using nlohmann::json;
using testing::MatchesRegex;
using tidings::sdk::ParseTime;
using tidings::sdk::ToText;

tidings_payload Wish(std::string_view text) {
  tidings_payload item{};
  item.bytes = ToText(text);
  item.content_type = ToText("application/x-generate+json");
  item.first = item.last = 1;
  return item;
}

std::vector<FakeRecord> Make(const std::string& wish, const std::string& options = "{}") {
  FakeHost host;
  Driver plugin(host, options);
  auto out = plugin.Process<tidings_payload>({Wish(wish)});
  EXPECT_EQ(out.status, TIDINGS_OK);
  EXPECT_TRUE(out.verdicts.empty()) << out.verdicts[0].reason;
  return out.records;
}

std::vector<json> MakeJson(const std::string& wish, const std::string& options = "{}") {
  std::vector<json> rows;
  for (auto& record : Make(wish, options)) rows.push_back(json::parse(record.json));
  return rows;
}

std::string WhyNot(const std::string& wish) {
  FakeHost host;
  Driver plugin(host);
  auto& out = plugin.Process<tidings_payload>({Wish(wish)});
  EXPECT_TRUE(out.records.empty());
  return out.verdicts.count(0) ? out.verdicts.at(0).reason : "nothing";
}

int64_t TimeOf(const json& text) { return ParseTime(text.get<std::string>()).value(); }

TEST(Generator, MakesTheSameRowsInAnyBatches) {
  auto whole = Make(R"({"customers": 300, "orders": 500, "seed": 9, "until": "2026-01-01"})");
  std::vector<FakeRecord> parts;
  for (int i = 0; i < 3; ++i) {
    std::string wish = R"({"customers": 100, "seed": 9, "until": "2026-01-01", "from_customer": )" +
                       std::to_string(i * 100) + "}";
    for (auto& record : Make(wish)) parts.push_back(record);
  }
  for (int i = 0; i < 5; ++i) {
    std::string wish = R"({"orders": 100, "seed": 9, "until": "2026-01-01", "population": 300,
                           "from_order": )" +
                       std::to_string(i * 100) + "}";
    for (auto& record : Make(wish)) parts.push_back(record);
  }
  ASSERT_EQ(parts.size(), whole.size());
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(parts[i].json, whole[i].json);
    EXPECT_EQ(parts[i].entity, i < 300 ? "customer" : "order");
    EXPECT_EQ(parts[i].line, whole[i].line);
  }
}

TEST(Generator, MakesOtherRowsOfAnotherSeed) {
  auto one = Make(R"({"customers": 50, "seed": 1})"), two = Make(R"({"customers": 50, "seed": 2})");
  std::set<std::string> rows;
  for (auto& record : one) rows.insert(record.json);
  for (auto& record : two) rows.insert(record.json);
  EXPECT_EQ(rows.size(), 100u);
  EXPECT_EQ(Make(R"({"customers": 5})", R"({"seed": 2})").at(3).json, two.at(3).json);
}

TEST(Generator, MakesPlausibleCustomers) {
  int64_t until = ParseTime("2026-11-01").value();
  std::set<std::string> emails, ids, names, countries, tiers;
  for (auto& c : MakeJson(R"({"customers": 5000, "until": "2026-11-01"})")) {
    EXPECT_THAT(c["email"].get<std::string>(),
                MatchesRegex("[a-z]+\\.[a-z]+\\.[0-9]+@example\\.(com|org|net)"));
    EXPECT_THAT(c["phone"].get<std::string>(), MatchesRegex("\\+[0-9]+"));
    EXPECT_THAT(c["external_id"].get<std::string>(), MatchesRegex("gen-1-[0-9]+"));
    EXPECT_FALSE(c["city"].get<std::string>().empty());
    EXPECT_LT(TimeOf(c["created_at"]), until);
    EXPECT_GT(TimeOf(c["created_at"]), until - 5 * 365 * tidings::sdk::kDay);
    EXPECT_FALSE(c.contains("total_spend"));
    emails.insert(c["email"]);
    ids.insert(c["external_id"]);
    names.insert(c["name"]);
    countries.insert(c["attributes"]["country"]);
    tiers.insert(c["attributes"]["tier"]);
  }
  EXPECT_EQ(emails.size(), 5000u);
  EXPECT_EQ(ids.size(), 5000u);
  EXPECT_GT(names.size(), 1000u);
  EXPECT_EQ(countries.size(), ingest_generator::CultureCount());
  EXPECT_EQ(tiers.size(), 4u);
}

TEST(Generator, GivesCustomersTheirTotalsWhereWanted) {
  int with = 0;
  for (auto& c : MakeJson(R"({"customers": 1000})", R"({"totals": true})")) {
    if (!c.contains("total_spend")) continue;
    ++with;
    EXPECT_GT(c["total_spend"].get<double>(), 0);
    EXPECT_GT(c["visit"].get<int>(), 0);
    EXPECT_GE(TimeOf(c["last_order_date"]), TimeOf(c["created_at"]));
  }
  EXPECT_GT(with, 500);
}

int64_t Cents(const json& amount) { return std::llround(amount.get<double>() * 100); }

TEST(Generator, MakesOrdersThatAddUp) {
  int64_t until = ParseTime("2026-11-01").value();
  std::map<std::string, json> customers;
  std::map<std::string, int> statuses;
  for (auto& row : MakeJson(R"({"customers": 500, "orders": 5000, "until": "2026-11-01"})")) {
    if (row.contains("email")) {
      customers[row["external_id"]] = row;
      continue;
    }
    ASSERT_EQ(customers.count(row["customer_external_id"]), 1u);
    EXPECT_GE(TimeOf(row["order_date"]),
              TimeOf(customers[row["customer_external_id"]]["created_at"]));
    EXPECT_LE(TimeOf(row["order_date"]), until);
    int64_t cents = 0;
    for (auto& item : row["items"]) {
      EXPECT_EQ(item["quantity"].get<int64_t>() * Cents(item["unit_price"]), Cents(item["total"]));
      cents += Cents(item["total"]);
    }
    EXPECT_EQ(Cents(row["amount"]), cents);
    EXPECT_GT(cents, 0);
    ++statuses[row["status"]];
  }
  EXPECT_GT(statuses["COMPLETED"], 4300);
  EXPECT_GT(statuses["CANCELLED"], 50);
  EXPECT_GT(statuses["REFUNDED"], 50);
  EXPECT_GT(statuses["PENDING"], 0);
  EXPECT_EQ(statuses.size(), 4u);
}

TEST(Generator, LetsFewBuyMostAndManyLapse) {
  std::map<std::string, int64_t> spent, last;
  for (auto& o : MakeJson(R"({"population": 2000, "orders": 20000, "until": "2026-11-01"})")) {
    auto& latest = last[o["customer_external_id"]];
    latest = std::max(latest, TimeOf(o["order_date"]));
    spent[o["customer_external_id"]] += Cents(o["amount"]);
  }
  std::vector<int64_t> sums;
  int64_t all = 0, best = 0;
  for (auto& [id, cents] : spent) sums.push_back(cents), all += cents;
  std::sort(sums.rbegin(), sums.rend());
  for (size_t i = 0; i < 400; ++i) best += sums[i];
  EXPECT_GT(static_cast<double>(best), 0.5 * static_cast<double>(all));

  int64_t half_a_year_ago = ParseTime("2026-11-01").value() - 180 * tidings::sdk::kDay;
  auto lapsed = std::count_if(last.begin(), last.end(),
                              [&](auto& one) { return one.second < half_a_year_ago; });
  EXPECT_GT(lapsed, 200);
  EXPECT_LT(lapsed, 1200);
}

TEST(Generator, KnowsSeasonsAndWeekends) {
  std::map<std::string, int> months;
  std::map<int64_t, int> weekdays;
  for (auto& o : MakeJson(R"({"population": 3000, "orders": 30000, "until": "2026-01-01"})")) {
    std::string date = o["order_date"];
    if (date.substr(0, 4) == "2025") ++months[date.substr(5, 2)];
    ++weekdays[(TimeOf(date) / tidings::sdk::kDay + 3) % 7];
  }
  EXPECT_GT(months["12"], months["08"] * 3 / 2);
  EXPECT_GT(weekdays[5], weekdays[0] * 5 / 4);
}

TEST(Generator, SaysWhyAWishMakesNoSense) {
  struct Case {
    const char *wish, *why;
  } cases[] = {
      {"", "must be a JSON object like {\"customers\": 1000, \"seed\": 7}"},
      {"[]", "must be a JSON object like {\"customers\": 1000, \"seed\": 7}"},
      {R"({"customers": -1})", "`customers` must be a whole number from 0"},
      {R"({"orders": 1.5})", "`orders` must be a whole number from 0"},
      {R"({"seed": 9007199254740992})", "`seed` must be a whole number from 0"},
      {R"({"until": "soon"})", "`until` must be a date from 1980 on, like 2026-11-01"},
      {R"({"until": 5})", "`until` must be a date from 1980 on, like 2026-11-01"},
      {R"({"orders": 5})", "`population` must say how many customers there are to order"},
      {R"({"custmers": 5})",
       "`custmers` is unknown; customers, orders, seed, until, from_customer, from_order and "
       "population are not"},
  };
  for (auto& c : cases) EXPECT_EQ(WhyNot(c.wish), c.why) << c.wish;
}

TEST(Generator, EndsWhenItIsCancelled) {
  FakeHost host;
  host.cancelled = true;
  Driver plugin(host);
  EXPECT_EQ(plugin.Process<tidings_payload>({Wish(R"({"customers": 1000000000})")}).status,
            TIDINGS_CANCELLED);
}

TEST(Generator, WritesNamesAsAddresses) {
  std::string slug;
  for (auto name : {"Łukasz", " O'Neil", " Groß", " Íñigo", " Yılmaz", " Sōta"}) {
    ingest_generator::AppendSlug(slug, name);
  }
  EXPECT_EQ(slug, "lukaszoneilgrossinigoyilmazsota");
  // No name may lose all of its letters, or hold one that the table does not know.
  for (size_t i = 0; i < ingest_generator::CultureCount(); ++i) {
    auto& culture = ingest_generator::CultureAt(i);
    for (auto& words : {culture.given, culture.family}) {
      for (size_t k = 0; k < words.size; ++k) {
        std::string one;
        ingest_generator::AppendSlug(one, words[k]);
        size_t letters = 0;
        for (char c : words[k]) letters += (c & 0xc0) != 0x80 && c != ' ' && c != '\'' && c != '-';
        EXPECT_GE(one.size(), letters) << words[k];
      }
    }
  }
}

TEST(Generator, CostsLittleForARow) {
  FakeHost host;
  Driver plugin(host);
  auto start = std::chrono::steady_clock::now();
  size_t rows = 0;
  for (int i = 0; i < 20; ++i) {
    rows += plugin.Process<tidings_payload>({Wish(R"({"customers": 1000, "orders": 4000})")})
                .records.size();
  }
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(rows, 100'000u);
  double rate = static_cast<double>(rows) / took.count();
  std::cout << static_cast<int64_t>(rate) << " rows/s\n";
  EXPECT_GT(rate, 5'000);  // far under what it does: sanitizers and crowds allowed for
}

}  // namespace
