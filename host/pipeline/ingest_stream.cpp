#include "pipeline/ingest_stream.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "pipeline/rows.h"
#include "pipeline/runner.h"
#include "pipeline/upsert.h"

namespace tidings::pipeline {
namespace {

constexpr size_t kRowsAtOnce = 20'000;  // of one upsert; fewer where a piece holds fewer
constexpr size_t kWaiting = 2;          // upserts that may wait for the one under way

// Upserts batches of rows one after the other on a thread of its own.
class Writing {
 public:
  explicit Writing(Upserter& upserter) : upserter_(upserter), thread_([this] { Run(); }) {}
  ~Writing() {
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
      changed_.notify_all();
    }
    thread_.join();
  }

  struct Batch {
    std::vector<IngestRow> rows;
    Status status;
    uint64_t bytes = 0, pieces = 0;  // read up to its end
  };

  // Waits while too many wait already.
  void Put(Batch batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return todo_.size() < kWaiting; });
    todo_.push_back(std::move(batch));
    changed_.notify_all();
  }

  // What has been written since the last call; with `wait`, everything that was put.
  std::deque<Batch> Take(bool wait) {
    std::unique_lock lock(mutex_);
    if (wait) changed_.wait(lock, [this] { return todo_.empty() && !busy_; });
    return std::exchange(done_, {});
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return !todo_.empty() || ended_; });
      if (ended_) return;  // whoever left early does not want the rest
      Batch batch = std::move(todo_.front());
      todo_.pop_front();
      busy_ = true;
      changed_.notify_all();
      lock.unlock();
      batch.status = upserter_.Upsert(batch.rows, "");
      lock.lock();
      busy_ = false;
      done_.push_back(std::move(batch));
      changed_.notify_all();
    }
  }

  Upserter& upserter_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<Batch> todo_, done_;
  bool busy_ = false, ended_ = false;
  std::thread thread_;  // last: it uses the others
};

class Stream {
 public:
  Stream(const StreamOptions& options, const StreamCallbacks& callbacks)
      : options_(options),
        callbacks_(callbacks),
        upserter_(*options.pool, *options.ids, *options.clock),
        writing_(upserter_) {}

  Status Load() {
    RunnerContext context;
    context.clock = options_.clock;
    context.registry = options_.registry;
    context.http = options_.http;
    RunnerSpec spec;
    spec.plugin = options_.plugin;
    spec.script = options_.script;
    spec.name = spec.Label();
    spec.options = options_.options;
    spec.scripts = options_.scripts_folder;
    TRY_ASSIGN(parser_, LoadOne(spec, context));
    for (const auto& [entity, script] : options_.scripts) {
      spec.name = spec.script = script;
      TRY_ASSIGN(scripts_[entity], LoadOne(spec, context));
    }
    return {};
  }

  static Result<std::unique_ptr<Runner>> LoadOne(const RunnerSpec& spec,
                                                 const RunnerContext& context) {
    if (!spec.script.empty()) TRY(CheckCases(spec));
    return MakeRunner(spec, context);
  }

  Result<StreamProgress> Run() {
    TRY_ASSIGN(auto next, callbacks_.next());
    for (bool first = true; next; first = false) {
      Payload piece = std::move(*next);
      TRY_ASSIGN(next, callbacks_.next());
      piece.first = first;
      piece.last = !next;
      bytes_ += piece.bytes.size();
      ++pieces_;
      TRY(TakeIn(std::move(piece)));
      TRY(Report(false));
    }
    while (!rows_.empty()) Flush();
    TRY(Report(true));
    parser_->Drain(options_.clock->Now() + std::chrono::seconds(10));
    return progress_;
  }

 private:
  Status TakeIn(Payload piece) {
    Batch batch{std::vector<Payload>{std::move(piece)}, options_.clock->Now(), {}};
    TRY_ASSIGN(Outcome outcome, parser_->Process(batch));
    const auto& payloads = std::get<std::vector<Payload>>(batch.items);
    TRY_ASSIGN(auto rows, RowsOf(payloads, pieces_ - 1, std::move(outcome)));
    TRY_ASSIGN(rows, RunScripts(std::move(rows), payloads[0].source));
    std::move(rows.begin(), rows.end(), std::back_inserter(rows_));
    while (rows_.size() >= kRowsAtOnce) Flush();
    return {};
  }

  // Rows of an entity without a script pass as they are.
  Result<std::vector<IngestRow>> RunScripts(std::vector<IngestRow> rows,
                                            const std::string& source) {
    for (auto& [entity, script] : scripts_) {
      std::vector<IngestRow> theirs;
      std::vector<size_t> places;
      for (size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].settled || rows[i].report.entity != entity) continue;
        places.push_back(i);
        theirs.push_back(std::move(rows[i]));
      }
      if (theirs.empty()) continue;
      Batch batch{PayloadsOf(theirs, source), options_.clock->Now(), {}};
      TRY_ASSIGN(Outcome outcome, script->Process(batch));
      theirs = Apply(std::move(theirs), std::move(outcome));  // a script gives one row for one
      for (size_t i = 0; i < places.size(); ++i) rows[places[i]] = std::move(theirs[i]);
    }
    return rows;
  }

  // Hands over what makes one upsert.
  void Flush() {
    auto rest = rows_.begin() + static_cast<ptrdiff_t>(std::min(kRowsAtOnce, rows_.size()));
    std::vector<IngestRow> later(std::make_move_iterator(rest),
                                 std::make_move_iterator(rows_.end()));
    rows_.erase(rest, rows_.end());
    writing_.Put({std::exchange(rows_, std::move(later)), {}, bytes_, pieces_});
  }

  Status Report(bool wait) {
    for (auto& batch : writing_.Take(wait)) {
      TRY(batch.status);
      for (const auto& row : batch.rows) {
        progress_.rows[row.report.entity].Add(row.report.change);
        if (row.settled && callbacks_.refused) callbacks_.refused(row.report, row.record);
      }
      progress_.bytes = batch.bytes;
      progress_.pieces = batch.pieces;
      if (callbacks_.progress) callbacks_.progress(progress_);
    }
    return {};
  }

  const StreamOptions& options_;
  const StreamCallbacks& callbacks_;
  std::unique_ptr<Runner> parser_;
  std::map<std::string, std::unique_ptr<Runner>> scripts_;  // by entity
  std::vector<IngestRow> rows_;                             // that wait to be written
  uint64_t bytes_ = 0, pieces_ = 0;
  StreamProgress progress_;
  Upserter upserter_;
  Writing writing_;
};

}  // namespace

Result<StreamProgress> IngestStream(const StreamOptions& options,
                                    const StreamCallbacks& callbacks) {
  Stream stream(options, callbacks);
  TRY(stream.Load());
  return stream.Run();
}

}  // namespace tidings::pipeline
