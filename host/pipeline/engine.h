// The engine: every stage of every pipeline, running.
//
// The API and the command line talk to this class only. It starts a dispatcher and workers for each
// stage, feeds deliver and summarize stages from their durable queues, and takes in rows and
// receipts from callers. Several engines may share a database.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/result.h"
#include "pipeline/batch.h"
#include "pipeline/report.h"

namespace tidings::config {
struct Config;
}
namespace tidings::net {
class HttpClient;
}
namespace tidings::pg {
class Pool;
}
namespace tidings::plugin {
class PluginRegistry;
}

namespace tidings::pipeline {

class SegmentWatch;

// Pointers outlive the engine; `config` is copied and must be free of errors.
struct EngineOptions {
  const config::Config* config = nullptr;
  pg::Pool* pool = nullptr;  // at least 8 connections
  const plugin::PluginRegistry* registry = nullptr;
  net::HttpClient* http = nullptr;      // for plugins and scripts; null: their calls fail
  std::vector<std::string> http_allow;  // what `http` allows, for workers in processes of their own
  std::filesystem::path scripts;
  SegmentWatch* segments = nullptr;  // null: segment stages that name a script cannot be asked
  // For sockets of workers in processes of their own. Made with mode 0700 where it is missing. A
  // socket's path holds 107 characters: keep it short. Empty = below the system's temporary folder.
  std::filesystem::path run_folder;
  std::filesystem::path program;  // run as `program worker ...`; empty = the running program
  std::string receipts_url;       // where vendors send receipts; empty where no HTTP is served
  const Clock* clock = &Clock::System();
  IdSource* ids = &IdSource::System();
};

// Thread-safe: every function may be called from any thread, at the same time.
class Engine {
 public:
  // Loads every plugin and script before anything runs. Fails with what is wrong with the first
  // that cannot be loaded, naming its stage.
  static Result<std::unique_ptr<Engine>> Start(EngineOptions options);

  // Drains for at most five seconds.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Takes in customers or orders: parses the payloads with the first ingest stage of the pipeline
  // of that entity, runs its further stages over each record, and upserts. Returns after the
  // commit, with an outcome for each row in the order of the input. The payloads are one stream.
  //
  // Refused rows are no failure. Fails with kNotFound where no pipeline takes in that entity, and
  // when a stage or the database fails: rows of earlier batches may have been committed then, so
  // the caller should send the call again (the same rows again change nothing).
  Result<IngestReport> Ingest(const std::string& entity, std::vector<Payload> payloads);

  // Books a vendor's callback; returns after the commit. Concurrent calls share transactions.
  // `stage` names the receipt stage ("receipts"); "" = the first one. Fails with kInvalidArgument
  // where the stage refuses the request as a whole (bad JSON, wrong signature), kNotFound where
  // there is no such stage, and when the stage or the database fails: then nothing was booked, and
  // the vendor should call again.
  using ReceiptDone = std::function<void(Result<ReceiptReport>)>;
  Result<ReceiptReport> Receive(HttpRequest request, const std::string& stage = "");
  // The same without waiting: `done` is called once, from any thread, possibly before this returns.
  // It must not block.
  void ReceiveAsync(HttpRequest request, const std::string& stage, ReceiptDone done);

  // What a campaign is for, in a few words, written by the summarize stage (its `otherwise` after
  // half a second). `facts` is what the stage gets as its task's facts.
  Result<std::string> Intent(const Json& facts);

  // Asks a segment stage that is a plugin or one script which of `customers` belong to it, as of
  // `now`; as many answers as customers. A plugin sees them as they are given. A script's stage is
  // the segment of that script: it answers as the audience of that segment does, for the stored
  // customers of these ids; of any other id it says no. Fails with kNotFound where there is no such
  // stage, kInvalidArgument where an id is none, and as SegmentStore::Find does.
  Result<std::vector<bool>> Match(const std::string& stage, std::vector<Customer> customers,
                                  Time now);

  // The queue that a campaign of `channel` is launched into: the deliver stage of that name, else
  // the first deliver stage. Fails with kNotFound where there is none.
  Result<std::string> DeliverQueue(const std::string& channel) const;
  // The queue of the summarize stage that belongs to a deliver queue; "" where there is none.
  std::string SummarizeQueue(const std::string& deliver_queue) const;

  // Says that work has been put into `queue`: it is looked at now instead of at the next poll.
  void Wake(const std::string& queue);

  // A snapshot; queue depths are at most a second old.
  EngineStatus Status();

  // Takes no new work, finishes what is under way, and stops every worker. What is not finished by
  // `limit` from now is given back to its queue. Receipts are taken until the vendors have drained,
  // so let the HTTP server run until this returns. May be called again.
  void Drain(Duration limit);

 private:
  class Parts;
  explicit Engine(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace tidings::pipeline
