// POST of customers and orders: one object, an array, or NDJSON.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "http/body_reader.h"
#include "http/request.h"
#include "http/responder.h"
#include "pipeline/batch.h"
#include "pipeline/report.h"

namespace tidings::api {

// The most a bulk call may hold, and the most of it that waits in memory: rows go on to the
// pipeline in batches while the rest is still arriving.
inline constexpr size_t kLargestBulk = 64 << 20;
inline constexpr size_t kLargestRow = 1 << 20;
inline constexpr size_t kRowsPerBatch = 10000;
inline constexpr size_t kBytesPerBatch = 4 << 20;

// What takes the rows in: the engine, or a test's stand-in. Returns after the commit.
using TakeIn = std::function<Result<pipeline::IngestReport>(std::vector<pipeline::Payload> rows)>;

// What a single created object is answered with: its representation, read back.
using ReadBack = std::function<Result<Json>(const Id& id)>;

struct BulkCall {
  std::string entity;    // "customer", "order"
  std::string location;  // "/api/v1/customers/"
  TakeIn take_in;
  ReadBack read_back;
};

// Answers one call.
//   One object: 201 with Location and the object, 200 where it existed, 400 with a pointer to each
//   bad field where it was refused. Many: 200 with the counts and an entry for each row in the
//   order of the body:
//     {"created": 2, ..., "rows": [{"row": 1, "line": 1, "status": "created", "id": "..."}, ...]}
//   Good rows are kept whatever happens to others. A body that breaks off or is no JSON at some
//   place is answered with 400, saying how many rows before that place were kept. `?rows=refused`
//   lists only the refused ones.
void HandleBulk(const BulkCall& call, const http::Request& request, http::BodyReader body,
                const http::Responder& responder);

}  // namespace tidings::api
