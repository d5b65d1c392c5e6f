// For the tests of this folder: a scratch database with the stores over it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/id.h"
#include "crm/customer_record.h"
#include "crm/customer_store.h"
#include "crm/order_record.h"
#include "crm/order_store.h"
#include "pg/pool.h"
#include "pg/scratch.h"

namespace tidings::crm {

struct ScratchShop {
  pg::ScratchDatabase database;
  pg::Pool pool{database.conninfo(), 8};
  IdSource& ids = IdSource::System();
  CustomerStore customers{pool, ids};
  OrderStore orders{pool, ids};

  // "created", or for a refused row "refused: " and why.
  static std::vector<std::string> Words(const Result<std::vector<RowOutcome>>& outcomes) {
    std::vector<std::string> words;
    if (!outcomes) return {outcomes.error().message};
    for (const auto& outcome : *outcomes) {
      std::string why = outcome.errors.empty() ? "" : ": " + Describe(outcome.errors);
      words.push_back(ChangeName(outcome.change) + why);
    }
    return words;
  }

  // Rows as JSON through the parser; a row that it refuses fails the test.
  std::vector<std::string> AddCustomers(const std::vector<std::string>& rows) {
    std::vector<CustomerRecord> records;
    for (const auto& row : rows) records.push_back(Parsed(ParseCustomer(row)));
    return Words(customers.Upsert(records));
  }
  std::vector<std::string> AddOrders(const std::vector<std::string>& rows) {
    std::vector<OrderRecord> records;
    for (const auto& row : rows) records.push_back(Parsed(ParseOrder(row)));
    return Words(orders.Upsert(records));
  }

  template <class Record>
  static Record Parsed(tl::expected<Record, std::vector<FieldError>> record) {
    EXPECT_TRUE(record) << Describe(record ? std::vector<FieldError>{} : record.error());
    return record.value_or(Record{});
  }

  // The only customer that `search` finds.
  Json Customer(const std::string& search) {
    CustomerQuery query;
    query.search = search;
    auto page = customers.List(query);
    EXPECT_TRUE(page && page->items.size() == 1) << search;
    return page && !page->items.empty() ? page->items[0] : Json::object();
  }

  // The first column of every row, as text.
  std::vector<std::string> Ask(const std::string& sql) {
    auto lease = pool.Acquire();
    auto rows = (*lease)->Execute(sql);
    EXPECT_TRUE(rows) << (rows ? "" : rows.error().message);
    std::vector<std::string> texts;
    for (int i = 0; rows && i < rows->size(); ++i) texts.emplace_back(rows->Text(i, 0));
    return texts;
  }
};

}  // namespace tidings::crm
