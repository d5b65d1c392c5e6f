// One Lua script in a sandbox of its own.
//
//   TRY_ASSIGN(auto script, lua::Script::Load("scripts/ingest/tidy.lua", {}, {.lib =
//   "scripts/lib"})); script->SetNow(clock.Now()); TRY_ASSIGN(Json outcome, script->Call(record));
//
// A script sees an allow-list of functions and nothing of the machine; its instructions, time and
// memory are limited (limits.h). After loading, everything that it can reach is frozen: no call can
// leave anything behind for the next one, neither in a global, nor in a table, nor in a local that
// its functions share. scripts/README.md tells how scripts are written.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "lua/coverage.h"
#include "lua/limits.h"
#include "lua/row.h"

namespace tidings::lua {

// What a script's table says that it is: `return segment { ... }`.
enum class ScriptKind { kIngest, kSegment, kDeliver, kReceipt, kSummarize, kRoute };

std::string_view KindName(ScriptKind kind);  // "ingest"

struct Options {
  std::filesystem::path lib;           // where `require "x"` finds x.lua; empty: nowhere
  Hooks hooks;                         // what the script may reach
  const RowType* row_type = nullptr;   // of Test; must outlive the script
  Time now{};                          // until SetNow
  ScriptCoverage* coverage = nullptr;  // is told which lines run; must outlive the script
};

// A loaded script. One thread at a time; may move between threads. A script that has failed may be
// called again: nothing of the failed call is left.
//
// Every failure is an Error whose message begins with file:line and ends with the traceback:
// kInvalidArgument for an error in the script, kResourceExhausted for instructions and memory,
// kTimeout for the wall clock.
class Script {
 public:
  // Reads the file, runs it once, and keeps the table that it returns. Errors name the file by its
  // folder and name ("ingest/tidy.lua").
  static Result<std::unique_ptr<Script>> Load(const std::filesystem::path& file,
                                              const Limits& limits, const Options& options);
  // The same for a text; `name` stands for the file in errors.
  static Result<std::unique_ptr<Script>> LoadText(std::string name, std::string_view text,
                                                  const Limits& limits, const Options& options);
  ~Script();
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  ScriptKind kind() const;
  const std::string& name() const;  // the table's `name`, or that of the file
  const Json& meta() const;         // the table's other plain members: entity, description, ...

  // What `now()` answers and `days_since` counts from.
  void SetNow(Time now);

  // segment: match(c). `row.type` must be the Options' row_type. Copies nothing of the row.
  // nil and false are false, anything else is true.
  Result<bool> Test(const Row& row);

  // The other kinds. What goes in and what comes out, checked:
  //   ingest     record                  -> {"record": {...}} or {"dropped": "why"}
  //   deliver    message                 -> {"verdict": "accept", "reference": text or null}
  //                                         {"verdict": "retry", "seconds": n, "reason": text}
  //                                         {"verdict": "reject", "reason": text}
  //   receipt    request                 -> [{"message_id", "status", "reason"?, "reference"?,
  //                                           "occurred_at"?: seconds or ISO text}, ...]
  //   summarize  task                    -> text
  //   route      {"message", "vendors"}  -> [vendor name, ...], each one of the given vendors
  Result<Json> Call(const Json& argument);

 private:
  class Impl;
  explicit Script(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidings::lua
