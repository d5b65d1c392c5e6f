#include "pipeline/report.h"

namespace tidings::pipeline {
namespace {

Json ToJson(const VendorStatus& v) {
  return {{"name", v.name},          {"breaker", v.breaker},   {"accepted", v.accepted},
          {"retried", v.retried},    {"rejected", v.rejected}, {"failures", v.failures},
          {"in_flight", v.in_flight}};
}

Json ToJson(const StageStatus& s) {
  Json json{{"pipeline", s.pipeline},
            {"stage", s.stage},
            {"kind", s.kind},
            {"failing", s.failing},
            {"last_error", s.last_error},
            {"workers", s.workers},
            {"min_workers", s.min_workers},
            {"max_workers", s.max_workers},
            {"waiting", s.waiting},
            {"in_flight", s.in_flight},
            {"processed", s.processed},
            {"failed", s.failed},
            {"batches", s.batches},
            {"lost_workers", s.lost_workers},
            {"restarts", s.restarts},
            {"busy_seconds", s.busy_seconds}};
  if (s.queued) {
    json["queue"] = {{"chunks_ready", s.chunks_ready},
                     {"chunks_leased", s.chunks_leased},
                     {"retries", s.retries},
                     {"dead_letters", s.dead_letters}};
  }
  for (const auto& vendor : s.vendors) json["vendors"].push_back(ToJson(vendor));
  return json;
}

}  // namespace

const char* RowChangeName(RowChange change) {
  switch (change) {
    case RowChange::kCreated: return "created";
    case RowChange::kUpdated: return "updated";
    case RowChange::kUnchanged: return "unchanged";
    case RowChange::kRefused: return "refused";
    case RowChange::kDropped: return "dropped";
  }
  return "";
}

void RowCounts::Add(RowChange change) {
  switch (change) {
    case RowChange::kCreated: ++created; break;
    case RowChange::kUpdated: ++updated; break;
    case RowChange::kUnchanged: ++unchanged; break;
    case RowChange::kRefused: ++refused; break;
    case RowChange::kDropped: ++dropped; break;
  }
}

Json EngineStatus::ToJson() const {
  Json json{{"draining", draining}, {"stages", Json::array()}};
  for (const auto& stage : stages) json["stages"].push_back(pipeline::ToJson(stage));
  for (const auto& c : counters) json["counters"][c.plugin][c.name] = c.value;
  return json;
}

}  // namespace tidings::pipeline
