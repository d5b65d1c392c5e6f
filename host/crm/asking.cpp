#include "crm/asking.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "crm/sql.h"
#include "pg/transaction.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

constexpr int kBlock = 2000;      // rows
constexpr size_t kWaiting = 4;    // blocks read ahead of the script
constexpr unsigned kThreads = 4;  // at most

// Blocks of rows on their way from the reader to the threads.
class Belt {
 public:
  void Put(pg::Rows block) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return waiting_.size() < kWaiting; });
    waiting_.push_back(std::move(block));
    news_.notify_one();
  }

  void Close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    news_.notify_all();
  }

  // Nothing once it is closed and empty.
  std::optional<pg::Rows> Take() {
    std::unique_lock lock(mutex_);
    news_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return std::nullopt;
    pg::Rows block = std::move(waiting_.front());
    waiting_.pop_front();
    room_.notify_one();
    return block;
  }

 private:
  std::mutex mutex_;
  std::condition_variable news_, room_;
  std::deque<pg::Rows> waiting_;
  bool closed_ = false;
};

// One thread's script, and what it has said.
class Answering {
 public:
  explicit Answering(std::unique_ptr<rule::Matcher> matcher) : matcher_(std::move(matcher)) {}

  void Ask(const pg::Rows& rows) {
    for (int i = 0; i < rows.size(); ++i) {
      if (matcher_->Match(rows, i)) ids_.push_back(rows.Uuid(i, 0));
    }
  }

  const rule::Matcher& matcher() const { return *matcher_; }
  Asked Take() {
    const auto& report = matcher_->report();
    return {std::move(ids_), report.errors, report.first_error};
  }

 private:
  std::unique_ptr<rule::Matcher> matcher_;
  std::vector<Id> ids_;
};

// The threads are started by the first whole block, so that few customers cost none.
class Asking {
 public:
  Asking(const rule::Rule& rule, Time now, rule::Fields fields)
      : rule_(rule), now_(now), fields_(fields) {}
  ~Asking() { Finish(); }

  // The script of the calling thread, which knows the columns and is asked about the last rows.
  Status Prepare() { return AddAnswering(); }
  const std::string& Columns() const { return answering_.front()->matcher().Columns(); }

  Status Add(pg::Rows block) {
    if (block.size() < kBlock) {
      answering_.front()->Ask(block);
      return {};
    }
    if (threads_.empty()) TRY(Start());
    belt_.Put(std::move(block));
    return {};
  }

  // Nothing where the script wanted more than it was given.
  std::optional<Asked> Answers() {
    Finish();
    Asked all;
    for (const auto& answering : answering_) {
      if (answering->matcher().WantedMore()) return std::nullopt;
      all.Add(answering->Take());
    }
    return all;
  }

 private:
  Status AddAnswering() {
    TRY_ASSIGN(auto matcher, rule_.NewMatcher(now_, fields_));
    answering_.push_back(std::make_unique<Answering>(std::move(matcher)));
    return {};
  }

  Status Start() {
    unsigned count = std::clamp(std::thread::hardware_concurrency(), 1u, kThreads);
    for (unsigned i = 0; i < count; ++i) {
      TRY(AddAnswering());
      threads_.emplace_back([this, answering = answering_.back().get()] {
        while (auto block = belt_.Take()) answering->Ask(*block);
      });
    }
    return {};
  }

  void Finish() {
    belt_.Close();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  const rule::Rule& rule_;
  const Time now_;
  const rule::Fields fields_;
  std::vector<std::unique_ptr<Answering>> answering_;
  std::vector<std::thread> threads_;
  Belt belt_;
};

Result<std::optional<Asked>> AskScript(pg::Connection& connection, const rule::Rule& rule, Time now,
                                       const rule::Sql& sql, rule::Fields fields) {
  Asking asking(rule, now, fields);
  TRY(asking.Prepare());
  TRY(connection.StreamBlocks(sql.Select(asking.Columns()), ParamsOf(sql), kBlock,
                              [&](pg::Rows block) { return asking.Add(std::move(block)); }));
  return asking.Answers();
}

}  // namespace

void Asked::Add(Asked other) {
  ids.insert(ids.end(), other.ids.begin(), other.ids.end());
  errors += other.errors;
  bool lower = first_error.empty() || other.first_error < first_error;
  if (!other.first_error.empty() && lower) first_error = std::move(other.first_error);
}

Result<Asked> AskScript(pg::Transaction& transaction, const rule::Rule& rule, Time now,
                        const rule::Sql& sql) {
  for (auto fields : {rule::Fields::kNamed, rule::Fields::kAll}) {
    TRY_ASSIGN(auto asked, AskScript(transaction.connection(), rule, now, sql, fields));
    if (asked) return std::move(*asked);
  }
  return Fail(Code::kInternal, "the script wants a field that customers do not have");
}

}  // namespace tidings::crm
