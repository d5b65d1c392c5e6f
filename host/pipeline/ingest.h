// From payloads to stored rows, through the stages of one pipeline.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "pipeline/batch.h"
#include "pipeline/report.h"
#include "pipeline/upsert.h"

namespace tidings::pipeline {

class Stage;

struct IngestOptions {
  size_t rows = 2500;              // payloads a batch ...
  size_t bytes = size_t{1} << 20;  // ... or as many as come to this
  size_t in_flight = 8;            // batches on their way through the stages
  size_t upsert = 10'000;          // rows of batches that have come through are stored together
  const Clock* clock = &Clock::System();
};

// Thread-safe. Stages and upserter outlive it.
class IngestFlow {
 public:
  // `entity`: what its rows are unless they say otherwise; "" = each says it itself.
  IngestFlow(std::string entity, std::vector<Stage*> stages, Upserter& upserter,
             IngestOptions options)
      : entity_(std::move(entity)),
        stages_(std::move(stages)),
        upserter_(upserter),
        options_(options) {}

  const std::string& entity() const { return entity_; }

  // Blocks. While one batch is upserted on this thread, the stages work on the next ones. See
  // Engine::Ingest.
  Result<IngestReport> Take(const std::string& entity, std::vector<Payload> payloads);

 private:
  class Journey;  // of one batch

  Status Store(std::vector<IngestRow> rows, const std::string& entity, IngestReport& report);
  std::vector<std::shared_ptr<Journey>> Cut(const std::string& entity,
                                            std::vector<Payload> payloads);

  const std::string entity_;
  const std::vector<Stage*> stages_;
  Upserter& upserter_;
  const IngestOptions options_;
};

}  // namespace tidings::pipeline
