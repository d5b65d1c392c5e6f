// Random customers with orders in a scratch database, and what rules choose of them; for tests.
//
// Their fields lie where rules are likely to be wrong: NULLs, empty and non-ASCII text, numbers
// around 0, 2^53 and 2^63, times around midnight and a night of daylight saving.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/random.h"
#include "base/text.h"
#include "pg/testing.h"
#include "rule/rule.h"

namespace tidings::rule {

using pg::Got;
using std::chrono::days;

inline constexpr int kCustomers = 400;
inline const Time kNow = *ParseTime("2026-03-29T01:30:00Z");  // a night of daylight saving

template <size_t N>
const char* Pick(Random& random, const char* const (&pool)[N]) {
  return pool[random.Below(N)];
}

inline constexpr const char* kTexts[] = {"",          "Pune",        "pune",   "PUNE ", "Mumbai",
                                         "São Paulo", "東京",        "O'Hare", "a%b_c", "100",
                                         "41",        "back\\slash", "\"q\"",  "{x,y}", "null",
                                         "é",         "e\u0301",     "x",      "Z",     "a,b"};
inline constexpr const char* kSpends[] = {
    "0", "0.0001", "-3", "4999.9999", "5000", "5000.0001", "99999999999999.9999", "1234.5"};
inline constexpr const char* kCounts[] = {
    "0", "1", "3", "10", "9007199254740992", "9007199254740993", "9223372036854775807", "-1"};
inline constexpr const char* kMembers[] = {"\"x\"",
                                           "\"41\"",
                                           "41",
                                           "41.0",
                                           "4.1e1",
                                           "true",
                                           "false",
                                           "null",
                                           "[]",
                                           "{}",
                                           "\"\"",
                                           "[\"x\",\"y\"]",
                                           "[[\"x\"]]",
                                           "{\"a\":\"x\"}",
                                           "9007199254740993",
                                           "0.1",
                                           "-1e-7",
                                           "\"true\"",
                                           "\"東京\"",
                                           "\"a\\\"b\\\\c\"",
                                           "1e40"};
inline constexpr const char* kTagLists[] = {
    "{}", "{vip}", "{vip,new}", "{\"a,b\",\"\\\"q\\\"\"}", "{東京,VIP}", "{\"\"}"};

// A moment near one that rules are likely to name.
inline Time RandomTime(Random& random) {
  Time base = kNow - days(random.Below(200));
  switch (random.Below(4)) {
    case 0: return base;
    case 1: return std::chrono::floor<days>(base);
    case 2: return base + Duration(static_cast<int64_t>(random.Below(3)) - 1);
    default: return base - Duration(random.Below(86'400'000'000));
  }
}

inline Id CustomerId(int number) {
  Id id;
  id.bytes[15] = static_cast<uint8_t>(number);
  id.bytes[14] = static_cast<uint8_t>(number >> 8);
  return id;
}

inline void InsertCustomer(pg::Connection& connection, Random& random, int number) {
  Id id = CustomerId(number);
  auto maybe = [&](std::string text) {
    return random.Chance(0.3) ? std::nullopt : std::optional(text);
  };
  std::string attributes = "{";
  for (const char* key : {"k", "k\\\"'", "東"}) {
    if (random.Chance(0.25)) continue;
    attributes +=
        std::string(attributes.size() > 1 ? "," : "") + "\"" + key + "\":" + Pick(random, kMembers);
  }
  pg::Params params;
  params.Uuid(id).OptText(maybe(Pick(random, kTexts))).Text(Pick(random, kTexts));
  params.OptText(maybe(Pick(random, kTexts)))
      .OptText(maybe(Pick(random, kTexts)))
      .Text(Pick(random, kTexts));
  params.Text(attributes + "}")
      .Text(Pick(random, kTagLists))
      .Text(random.Chance(0.5) ? "active" : "left");
  params.Text(Pick(random, kSpends)).Text(Pick(random, kCounts)).Text(Pick(random, kCounts));
  params.OptTimestamp(random.Chance(0.2) ? std::nullopt : std::optional(RandomTime(random)));
  params.Timestamp(RandomTime(random));
  Got(
      connection.Execute("insert into customers (id, external_id, name, email, phone, city, "
                         "attributes, tags, status, total_spend, "
                         "visit, order_count, last_order_date, created_at) values ($1, $2, $3, $4, "
                         "$5, $6, $7::jsonb, $8::text[], $9, "
                         "$10::numeric, $11::bigint, $12::bigint, $13, $14)",
                         params));
}

inline void InsertItem(pg::Connection& connection, Random& random, const Id& customer,
                       const Id& order, int position) {
  pg::Params params;
  params.Uuid(customer).Uuid(order).Int(position).Text(Pick(random, kTexts));
  params.OptText(random.Chance(0.5) ? std::nullopt : std::optional(Pick(random, kTexts)));
  Got(
      connection.Execute("insert into order_items (customer_id, order_id, position, name, sku, "
                         "quantity, unit_price, total) values ($1, $2, $3::int, $4, $5, 1, 1, 1)",
                         params));
}

// Written past the triggers, so that the totals stay as they were made.
inline void InsertOrders(pg::Connection& connection, Random& random, int number) {
  static constexpr const char* kStatuses[] = {"PENDING", "COMPLETED", "COMPLETED", "CANCELLED",
                                              "REFUNDED"};
  Id customer = CustomerId(number);
  for (uint64_t i = 0, count = random.Below(4); i < count; ++i) {
    Id order = customer;
    order.bytes[0] = static_cast<uint8_t>(i + 1);
    pg::Params params;
    params.Uuid(customer).Uuid(order).Timestamp(RandomTime(random));
    params.Text(Pick(random, kSpends)).Text(Pick(random, kStatuses));
    Got(
        connection.Execute("insert into orders (customer_id, id, order_date, amount, status) "
                           "values ($1, $2, $3, $4::numeric, $5)",
                           params));
    for (uint64_t item = 0, items = random.Below(3); item < items; ++item) {
      InsertItem(connection, random, customer, order, static_cast<int>(item));
    }
  }
}

// The customers in the database, and in memory with all of their fields.
class ScratchCustomers {
 public:
  using Columns = std::vector<std::optional<std::string_view>>;

  ScratchCustomers() : connection_(pg::Connect(pg::SharedDatabase())) {
    Random random(7);
    Got(connection_.Execute("truncate customers, orders, order_items"));
    Got(connection_.Execute("alter table orders disable trigger user"));
    for (int i = 0; i < kCustomers; ++i) {
      InsertCustomer(connection_, random, i + 1);
      InsertOrders(connection_, random, i + 1);
    }
    Got(connection_.Execute("analyze customers, orders, order_items"));
    auto with_orders =
        Got(Rule::FromJson(R"({"field": "order_amount", "operator": ">", "value": 1})"));
    rows_.emplace(Got(connection_.Execute("select " + Got(with_orders.NewMatcher(kNow))->Columns() +
                                          " from customers c order by c.id")));
  }

  int size() const { return rows_->size(); }
  std::string IdAt(int row) const { return std::string(rows_->Text(row, 0)); }

  Columns RowAt(int row) const {
    Columns columns;
    for (int i = 0; i < rows_->columns(); ++i) columns.push_back(rows_->OptText(row, i));
    return columns;
  }

  std::string Shown(int row) const {
    std::string text;
    for (const auto& column : RowAt(row)) text += " | " + std::string(column.value_or("NULL"));
    return text;
  }

  // `matcher` is one with Fields::kAll.
  bool Match(Matcher& matcher, int row) const { return matcher.Match(*rows_, row); }

  // The ids.
  Result<pg::Rows> Select(const Sql& sql) {
    pg::Params params;
    for (const std::string& text : sql.params) params.Text(text);
    return connection_.Execute(sql.Select("c.id"), params);
  }

  pg::Connection& connection() { return connection_; }

 private:
  pg::Connection connection_;
  std::optional<pg::Rows> rows_;
};

}  // namespace tidings::rule
