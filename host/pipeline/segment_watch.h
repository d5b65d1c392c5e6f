// Keeps the segments as the scripts folder has them, while the host runs.
//
// A rule that was changed, added or deleted is noticed within two seconds. As at start, it is used
// only once its cases pass; else the log says what is wrong, and the rule before stays. The segment
// of one that was deleted, now or while no host ran, is retired. Modules in
// lib/ are used in a copy, which is replaced only when every rule passes its cases with the new
// ones: so neither can half an edit reach a campaign.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "crm/segment_store.h"
#include "pipeline/script_segments.h"

namespace tidings::pipeline {

class SegmentWatch {
 public:
  // Saves all rules, as SaveScriptSegments does, and fails where it does. Call Run to watch on.
  static Result<std::unique_ptr<SegmentWatch>> Start(ScriptRules rules, crm::SegmentStore segments);
  ~SegmentWatch();  // stops watching
  SegmentWatch(const SegmentWatch&) = delete;
  SegmentWatch& operator=(const SegmentWatch&) = delete;

  // Looks at the folder in a thread of its own, again and again after `pause`.
  void Run(Duration pause = std::chrono::milliseconds(500));

  // One look. A change is taken up at the second look that finds it, so that nothing is taken up
  // while it is being written. Not while Run does it.
  void Look();

  // The folder of the modules that rules may require. Thread-safe; stays as long as this object.
  std::filesystem::path lib() const;

  // The rule of a script ("segment/champions.lua") as it is used now: that of its segment, with
  // those modules. Thread-safe. Fails as SegmentStore::Find does.
  Result<rule::Rule> RuleOf(const std::string& script);

 private:
  // What tells one state of a file from another; editors that write by rename change the inode.
  struct Print {
    int64_t modified, size;
    uint64_t inode;
    bool operator==(const Print&) const = default;
  };
  using Prints = std::map<std::filesystem::path, Print>;

  SegmentWatch(ScriptRules rules, crm::SegmentStore segments);
  Status Begin();
  static std::optional<Print> PrintOf(const std::filesystem::path& file);
  static bool IsStill(const std::filesystem::path& script, const Prints& now);
  Prints LookAtFiles() const;
  Status TakeUp(const Prints& now);
  Result<bool> TakeUpModules(const Prints& now);
  Status TakeUpRule(const std::filesystem::path& file, const Prints& now);
  Status RetireScript(const std::string& script);
  Result<std::filesystem::path> CopyModules();

  const ScriptRules rules_;
  const TempDir copies_{"tidings-lib"};
  crm::SegmentStore segments_;

  // Of the thread that looks.
  Prints taken_up_, seen_;
  bool modules_refused_ = false;
  int copy_ = 0;

  mutable std::mutex mutex_;
  std::filesystem::path lib_;  // guarded by mutex_
  bool stopping_ = false;      // guarded by mutex_
  std::condition_variable stop_;
  std::thread thread_;
};

}  // namespace tidings::pipeline
