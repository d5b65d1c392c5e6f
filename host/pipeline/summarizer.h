// Writes the summaries of completed campaigns, from the durable queue of the summarize stage.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "pipeline/lanes.h"
#include "pipeline/writer.h"

namespace tidings::pg {
class Pool;
}
namespace tidings::queue {
struct Chunk;
}

namespace tidings::pipeline {

struct SummarizerOptions {
  std::string queue;                         // "campaigns/insight"
  std::string owner;                         // of leases, for people to read
  std::filesystem::path lib;                 // where rules in Lua may require from
  Duration lease = std::chrono::minutes(2);  // longer than writing may take
  int attempts = 5;  // then the campaign goes without, and a dead letter says why
};

// One lane: lease, gather the facts, write, and save the summary in the transaction that finishes
// the chunk. A summary is saved once, whatever happens and whoever races. A text that cannot be had
// is tried again when its lease has run out.
class Summarizer {
 public:
  Summarizer(pg::Pool& pool, Writer& writer, SummarizerOptions options);  // starts

  void Wake() { lanes_.Wake(); }
  void Stop() { lanes_.Stop(); }
  bool Stopped() { return lanes_.Stopped(); }

 private:
  Result<bool> Work();
  Status Summarize(const queue::Chunk& chunk);
  Status Save(const queue::Chunk& chunk, const Written& written);
  Status GiveUp(const queue::Chunk& chunk, const Error& error);

  pg::Pool& pool_;
  Writer& writer_;
  const SummarizerOptions options_;
  Lanes lanes_;  // last: it uses the others
};

}  // namespace tidings::pipeline
