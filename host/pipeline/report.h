// What the engine answers and reports, as plain structs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/json.h"
#include "crm/field_error.h"

namespace tidings::pipeline {

// ---------------------------------------------------------------- ingest

enum class RowChange { kCreated, kUpdated, kUnchanged, kRefused, kDropped };

const char* RowChangeName(RowChange change);  // "created"

// Why a row is refused. `pointer` may also be a column name.
using RowError = crm::FieldError;

// One record. `kDropped` means that a script wanted nothing of it; `errors` says why.
struct RowReport {
  uint64_t payload = 0;  // index of the payload it came in
  uint64_t line = 0;     // in its stream, from 1; 0 = unknown
  std::string entity;    // "customer" or "order"; "" where a refused row did not get that far
  RowChange change = RowChange::kRefused;
  Id id;                         // nil when refused or dropped
  std::vector<RowError> errors;  // when refused or dropped, at least one
};

struct RowCounts {
  int64_t created = 0, updated = 0, unchanged = 0, refused = 0, dropped = 0;

  int64_t total() const { return created + updated + unchanged + refused + dropped; }
  void Add(RowChange change);
};

// Rows are in the order of the input.
struct IngestReport {
  std::vector<RowReport> rows;
  RowCounts counts;
};

// ---------------------------------------------------------------- receipts

struct RefusedReceipt {
  uint64_t index = 0;      // in the call, from 0
  std::string message_id;  // as it was given
  std::string reason;
};

// Of one call: what has been booked (durably) and what was not. `unknown` receipts name no message
// of ours; like duplicates they change nothing.
struct ReceiptReport {
  int64_t accepted = 0, duplicates = 0, unknown = 0;
  std::vector<RefusedReceipt> refused;
  std::string answer;  // the body that the vendor must get (an echoed challenge); mostly empty
};

// ---------------------------------------------------------------- state

struct VendorStatus {
  std::string name;
  std::string breaker;                                            // "closed", "open", "half-open"
  int64_t accepted = 0, retried = 0, rejected = 0, failures = 0;  // messages; calls that failed
  int64_t in_flight = 0;                                          // messages
};

struct StageStatus {
  std::string pipeline, stage, kind;
  bool failing = false;    // its workers crash in a loop
  std::string last_error;  // of a worker or a batch; empty where there was none
  int workers = 0, min_workers = 0, max_workers = 0;
  int64_t waiting = 0, in_flight = 0;  // batches
  int64_t processed = 0, failed = 0;   // items
  int64_t batches = 0, lost_workers = 0, restarts = 0;
  double busy_seconds = 0;  // spent in plugins and scripts
  // Stages with a durable queue.
  bool queued = false;
  int64_t chunks_ready = 0, chunks_leased = 0, retries = 0, dead_letters = 0;
  std::vector<VendorStatus> vendors;  // deliver
};

// What a plugin has counted, in workers that are threads.
struct PluginCounter {
  std::string plugin, name;
  double value = 0;
};

struct EngineStatus {
  std::vector<StageStatus> stages;
  std::vector<PluginCounter> counters;
  bool draining = false;

  Json ToJson() const;
};

}  // namespace tidings::pipeline
