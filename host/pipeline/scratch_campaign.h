// For the tests of this folder: a scratch database with customers and campaigns.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/id.h"
#include "crm/customer_store.h"
#include "pg/pool.h"
#include "pg/scratch.h"
#include "pg/transaction.h"
#include "queue/chunk_queue.h"

namespace tidings::pipeline {

inline constexpr char kDeliverQueue[] = "campaigns/email";
inline constexpr char kSummarizeQueue[] = "campaigns/insight";

class ScratchCampaigns {
 public:
  pg::ScratchDatabase database;
  pg::Pool pool{database.conninfo(), 16};

  void AddCustomers(int count) {
    std::vector<crm::CustomerRecord> records;
    for (int i = 1; i <= count; ++i) {
      crm::CustomerRecord record;
      record.name = "Person " + std::to_string(i);
      record.email = "person" + std::to_string(i) + "@example.com";
      records.push_back(std::move(record));
    }
    auto outcomes = crm::CustomerStore(pool, IdSource::System()).Upsert(records);
    ASSERT_TRUE(outcomes) << outcomes.error().message;
  }

  // A campaign to every customer, as a launch would leave it.
  Id Launch(int chunk_size = 5000) {
    Id id = IdSource::System().Next();
    auto connection = pool.Acquire().value();
    auto status = pg::InTransaction(*connection, [&](pg::Transaction& t) -> Status {
      auto params = pg::Params().Uuid(id);
      TRY(
          t.Execute("insert into campaigns (id, name, language, rule, rule_now, message, status,"
                    " subject, deliver_queue, summarize_queue, audience)"
                    " select $1, 'test', 'json', '{\"combinator\":\"and\",\"rules\":[]}', now(),"
                    " 'Hello {{name}}', 'running', 'Hi', 'campaigns/email', 'campaigns/insight',"
                    " count(*) from customers",
                    params));
      TRY(
          t.Execute("insert into messages (campaign_id, n, customer_id)"
                    " select $1, row_number() over (order by id), id from customers",
                    params));
      TRY_ASSIGN(auto rows, t.Execute("select count(*) from customers"));
      return queue::ChunkQueue::Add(t, id, kDeliverQueue, static_cast<int>(rows.Int(0, 0)),
                                    chunk_size);
    });
    EXPECT_TRUE(status) << status.error().message;
    return id;
  }

  // The single value of a query.
  int64_t Number(const std::string& sql) {
    auto connection = pool.Acquire().value();
    auto rows = connection->Execute(sql);
    EXPECT_TRUE(rows) << rows.error().message;
    return rows && rows->size() > 0 ? rows->Int(0, 0) : -1;
  }
  std::string Text(const std::string& sql) {
    auto connection = pool.Acquire().value();
    auto rows = connection->Execute(sql);
    EXPECT_TRUE(rows) << rows.error().message;
    return rows && rows->size() > 0 ? std::string(rows->Text(0, 0)) : "";
  }
  void Run(const std::string& sql) {
    auto connection = pool.Acquire().value();
    auto status = connection->Script(sql);
    EXPECT_TRUE(status) << status.error().message;
  }

  template <class Condition>
  static bool Eventually(Condition condition, int seconds = 30) {
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }
};

}  // namespace tidings::pipeline
