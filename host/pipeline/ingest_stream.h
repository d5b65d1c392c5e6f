// A stream of any length into the stores: what `tidings import` and `tidings generate` do.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/result.h"
#include "pipeline/batch.h"
#include "pipeline/report.h"

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

struct StreamOptions {
  pg::Pool* pool = nullptr;  // at least 2 connections
  const plugin::PluginRegistry* registry = nullptr;
  net::HttpClient* http = nullptr;
  const Clock* clock = &Clock::System();
  IdSource* ids = &IdSource::System();

  std::string plugin;             // the id of an ingest plugin ...
  Json options = Json::object();  // ... and options that fit its schema
  std::string script;             // or else an ingest script, where a piece is one JSON record
  std::filesystem::path scripts_folder;
  std::map<std::string, std::string> scripts;  // entity -> ingest script, relative to the folder
};

struct StreamProgress {
  uint64_t bytes = 0, pieces = 0;         // read so far
  std::map<std::string, RowCounts> rows;  // by entity, committed so far; "" = refused while parsing
};

struct StreamCallbacks {
  // The next piece, or none at the end. `first`, `last` and the line of later pieces are set by the
  // stream; content_type, entity, source are the caller's. Pieces of 64 KiB to 4 MiB do well.
  std::function<Result<std::optional<Payload>>()> next;
  // A row that was refused or dropped. `record` is the record as JSON, or ""
  // where it did not get that far.
  std::function<void(const RowReport& row, const std::string& record)> refused;
  // After each committed batch. Optional.
  std::function<void(const StreamProgress& progress)> progress;
};

// Reads to the end: one plugin instance sees the pieces in order; records run through the script of
// their entity and are upserted in batches, customers before orders, while the next piece is
// parsed. Callbacks come from one thread at a time. Fails when the plugin, a callback or the
// database fails; what was committed stays, and the same stream again changes nothing.
Result<StreamProgress> IngestStream(const StreamOptions& options, const StreamCallbacks& callbacks);

}  // namespace tidings::pipeline
