// Rows on their way through the ingest stages.
#pragma once

#include <string>
#include <vector>

#include "pipeline/batch.h"
#include "pipeline/report.h"

namespace tidings::pipeline {

// A record that is still on its way, or a row that has its answer. In the order of the input.
struct IngestRow {
  RowReport report;
  std::string record;    // JSON; also of a row that was refused later on, as far as it had come
  bool settled = false;  // refused or dropped
};

// What the first stage made of `payloads`; `first` is the index of payloads[0] in its call. Fails
// with kUnavailable where the stage asks to try a payload again.
Result<std::vector<IngestRow>> RowsOf(const std::vector<Payload>& payloads, uint64_t first,
                                      Outcome outcome);

// The rows that are not settled, for the next stage; `source` is for its errors.
std::vector<Payload> PayloadsOf(const std::vector<IngestRow>& rows, const std::string& source);

// What a further stage made of PayloadsOf(rows).
std::vector<IngestRow> Apply(std::vector<IngestRow> rows, Outcome outcome);

// Settles every payload (or row) of a batch that its stage found invalid as a whole.
Outcome RefuseAll(size_t items, const Error& error);

}  // namespace tidings::pipeline
