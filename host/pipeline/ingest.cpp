#include "pipeline/ingest.h"

#include <future>

#include "pipeline/rows.h"
#include "pipeline/stage.h"

namespace tidings::pipeline {

// Goes from stage to stage on the threads of their dispatchers; whoever holds its future waits.
class IngestFlow::Journey : public std::enable_shared_from_this<Journey> {
 public:
  Journey(const IngestFlow& ingest, uint64_t first) : ingest_(ingest), first_(first) {}

  void Add(Payload payload) {
    bytes_ += payload.bytes.size();
    payloads_.push_back(std::move(payload));
  }
  // Pieces of one stream must reach one instance in order, so they stay together.
  bool MayEndBefore(const Payload& next) const {
    bool full = payloads_.size() >= ingest_.options_.rows ||
                bytes_ + next.bytes.size() > ingest_.options_.bytes;
    return full && next.first && !payloads_.empty();
  }
  uint64_t end() const { return first_ + payloads_.size(); }

  void Begin() {
    Batch batch{payloads_, ingest_.options_.clock->Now(), {}};
    Submit(0, batch);
  }

  bool Home() { return future_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
  Result<std::vector<IngestRow>> Wait() { return future_.get(); }

 private:
  void Submit(size_t stage, const Batch& batch) {
    size_t items = batch.size();
    ingest_.stages_[stage]->Submit(
        batch, Duration(), [self = shared_from_this(), stage, items](Result<Outcome> outcome) {
          if (!outcome && outcome.error().code == Code::kInvalidArgument) {
            outcome = RefuseAll(items, outcome.error());
          }
          self->OnOutcome(stage, std::move(outcome));
        });
  }

  void OnOutcome(size_t stage, Result<Outcome> outcome) {
    if (!outcome) return done_.set_value(Fail(outcome.error()));
    if (stage == 0) {
      auto rows = RowsOf(payloads_, first_, std::move(*outcome));
      if (!rows) return done_.set_value(Fail(rows.error()));
      rows_ = std::move(*rows);
    } else {
      rows_ = Apply(std::move(rows_), std::move(*outcome));
    }
    GoOn(stage + 1);
  }

  void GoOn(size_t stage) {
    if (stage == ingest_.stages_.size()) return done_.set_value(std::move(rows_));
    Batch batch{PayloadsOf(rows_, payloads_[0].source), ingest_.options_.clock->Now(), {}};
    if (batch.size() == 0) return done_.set_value(std::move(rows_));
    Submit(stage, batch);
  }

  const IngestFlow& ingest_;
  const uint64_t first_;  // index of its first payload in the call
  std::vector<Payload> payloads_;
  size_t bytes_ = 0;
  std::vector<IngestRow> rows_;
  std::promise<Result<std::vector<IngestRow>>> done_;
  std::future<Result<std::vector<IngestRow>>> future_ = done_.get_future();
};

std::vector<std::shared_ptr<IngestFlow::Journey>> IngestFlow::Cut(const std::string& entity,
                                                                  std::vector<Payload> payloads) {
  std::vector<std::shared_ptr<Journey>> journeys;
  uint64_t index = 0;
  for (auto& payload : payloads) {
    if (payload.entity.empty()) payload.entity = entity;
    if (journeys.empty() || journeys.back()->MayEndBefore(payload)) {
      journeys.push_back(std::make_shared<Journey>(*this, index));
    }
    journeys.back()->Add(std::move(payload));
    ++index;
  }
  return journeys;
}

Result<IngestReport> IngestFlow::Take(const std::string& entity, std::vector<Payload> payloads) {
  auto journeys = Cut(entity, std::move(payloads));
  IngestReport report;
  Status status;
  std::vector<IngestRow> rows;  // that have come through and are not stored yet
  size_t begun = 0;
  for (size_t i = 0; i < journeys.size() && (status || begun > i); ++i) {
    // After a failure nothing new is begun, but what is on its way must come home.
    for (; status && begun < journeys.size() && begun < i + options_.in_flight; ++begun) {
      journeys[begun]->Begin();
    }
    bool wait = rows.empty() || rows.size() >= options_.upsert || !journeys[i]->Home();
    if (status && wait) status = Store(std::exchange(rows, {}), entity, report);
    auto come = journeys[i]->Wait();
    journeys[i].reset();
    if (status && !come) status = Fail(come.error());
    if (status) std::move(come->begin(), come->end(), std::back_inserter(rows));
  }
  if (status) status = Store(std::move(rows), entity, report);
  if (!status) return Fail(status.error());
  return report;
}

Status IngestFlow::Store(std::vector<IngestRow> rows, const std::string& entity,
                         IngestReport& report) {
  if (rows.empty()) return {};
  TRY(upserter_.Upsert(rows, entity));
  for (auto& row : rows) {
    report.counts.Add(row.report.change);
    report.rows.push_back(std::move(row.report));
  }
  return {};
}

}  // namespace tidings::pipeline
