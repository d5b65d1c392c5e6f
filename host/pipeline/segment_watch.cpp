#include "pipeline/segment_watch.h"

#include <set>

#include <sys/stat.h>

#include "base/log.h"
#include "lua/cases.h"
#include "rule/rule.h"

namespace tidings::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr const char* kComponent = "segments";
constexpr const char* kLib = "lib";

std::vector<fs::path> LuaFilesIn(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".lua") files.push_back(entry.path());
  }
  return files;
}

// What is in one but not, or not alike, in the other.
template <class Map>
std::set<fs::path> Differences(const Map& before, const Map& now) {
  std::set<fs::path> paths;
  auto add = [&](const Map& one, const Map& other) {
    for (const auto& [path, print] : one) {
      auto found = other.find(path);
      if (found == other.end() || found->second != print) paths.insert(path);
    }
  };
  add(before, now);
  add(now, before);
  return paths;
}

}  // namespace

Result<std::unique_ptr<SegmentWatch>> SegmentWatch::Start(ScriptRules rules,
                                                          crm::SegmentStore segments) try {
  std::unique_ptr<SegmentWatch> watch(new SegmentWatch(std::move(rules), segments));
  TRY(watch->Begin());
  return watch;
} catch (const std::runtime_error& error) {  // of the temporary folder
  return Fail(Code::kUnavailable, error.what());
}

SegmentWatch::SegmentWatch(ScriptRules rules, crm::SegmentStore segments)
    : rules_(std::move(rules)), segments_(segments) {}

SegmentWatch::~SegmentWatch() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Status SegmentWatch::Begin() {
  taken_up_ = seen_ = LookAtFiles();
  TRY_ASSIGN(lib_, CopyModules());
  TRY(SaveScriptSegments(rules_, lib_, segments_));
  return {};
}

void SegmentWatch::Run(Duration pause) {
  thread_ = std::thread([this, pause] {
    for (std::unique_lock lock(mutex_); !stop_.wait_for(lock, pause, [&] { return stopping_; });) {
      lock.unlock();
      Look();
      lock.lock();
    }
  });
}

fs::path SegmentWatch::lib() const {
  std::lock_guard lock(mutex_);
  return lib_;
}

Result<rule::Rule> SegmentWatch::RuleOf(const std::string& script) {
  TRY_ASSIGN(auto segment, segments_.Find(crm::SegmentStore::IdOfScript(script)));
  return crm::RuleOf(segment, lib(), rules_.limits());
}

void SegmentWatch::Look() {
  auto now = LookAtFiles();
  bool settled = now == std::exchange(seen_, now);
  if (!settled || now == taken_up_) return;
  if (auto done = TakeUp(now)) {
    taken_up_ = std::move(now);
  } else {  // tried again at the next look
    log::Warning(kComponent, "changed scripts cannot be saved: {}", done.error().message);
  }
}

std::optional<SegmentWatch::Print> SegmentWatch::PrintOf(const fs::path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return std::nullopt;
  int64_t modified = found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec;
  return Print{modified, found.st_size, found.st_ino};
}

// The rules' scripts and cases, and the modules.
SegmentWatch::Prints SegmentWatch::LookAtFiles() const {
  auto files = LuaFilesIn(rules_.scripts() / kLib);
  for (const auto& script : rules_.Files()) {
    files.push_back(script);
    files.push_back(lua::CasesBeside(script));
  }
  Prints prints;
  for (const auto& file : files) {
    if (auto print = PrintOf(file)) prints[file] = *print;
  }
  return prints;
}

// Of a rule: its script and its cases.
bool SegmentWatch::IsStill(const fs::path& script, const Prints& now) {
  for (const auto& file : {script, lua::CasesBeside(script)}) {
    auto found = now.find(file);
    if (PrintOf(file) != (found == now.end() ? std::nullopt : std::optional(found->second))) {
      return false;
    }
  }
  return true;
}

// Fails where the database does; rules that are refused are no failure.
Status SegmentWatch::TakeUp(const Prints& now) {
  std::set<fs::path> changed_rules;
  bool modules = modules_refused_;
  for (const auto& path : Differences(taken_up_, now)) {
    bool module = path.parent_path() == rules_.scripts() / kLib;
    modules = modules || module;
    if (!module) changed_rules.insert(lua::ScriptOf(path));
  }
  if (modules) {
    TRY_ASSIGN(bool all, TakeUpModules(now));
    modules_refused_ = !all;
  }
  for (const auto& file : changed_rules) TRY(TakeUpRule(file, now));
  return {};
}

// Whether every rule passes its cases with the modules as they are now; then all are used.
Result<bool> SegmentWatch::TakeUpModules(const Prints& now) {
  TRY_ASSIGN(auto copy, CopyModules());
  auto checked = rules_.CheckAll(copy);
  if (!checked) {
    log::Failure(kComponent, "the modules in {} stay as they were: {}",
                 (rules_.scripts() / kLib).string(), checked.error().message);
    return false;
  }
  if (LookAtFiles() != now) return false;  // they were changed meanwhile: the next look sees it
  for (const auto& rule : *checked) TRY(segments_.PutScript(rule.path, rule.name, rule.source));
  log::Info(kComponent, "{} rules pass their cases with the changed modules, which are used now",
            checked->size());
  std::lock_guard lock(mutex_);
  lib_ = copy;
  return true;
}

Status SegmentWatch::TakeUpRule(const fs::path& file, const Prints& now) {
  auto path = file.lexically_relative(rules_.scripts()).string();
  if (!now.contains(file)) return RetireScript(path);
  auto rule = rules_.Check(file, lib());
  if (!rule) {
    log::Failure(kComponent, "{} stays as it was: {}", path, rule.error().message);
    return {};
  }
  if (!IsStill(file, now)) return {};  // changed meanwhile: the next look sees it
  TRY(segments_.PutScript(rule->path, rule->name, rule->source));
  log::Info(kComponent, "{} passes its cases and is used now", path);
  return {};
}

// What never was a segment (its cases failed) leaves nothing behind.
Status SegmentWatch::RetireScript(const std::string& script) {
  TRY_ASSIGN(auto saved, segments_.Scripts());
  for (const auto& segment : saved) {
    if (segment.script == script) TRY(RetireSegment(segments_, segment));
  }
  return {};
}

// Into a folder of their own, called as errors call it: "lib/dates.lua:3: ...".
Result<fs::path> SegmentWatch::CopyModules() {
  auto copy = copies_.path() / std::to_string(++copy_) / kLib;
  std::error_code error;
  fs::create_directories(copy, error);
  for (const auto& file : LuaFilesIn(rules_.scripts() / kLib)) {
    fs::copy_file(file, copy / file.filename(), error);
    if (!error) continue;
    return Fail(Code::kUnavailable,
                "cannot copy " + file.string() + " to " + copy.string() + ": " + error.message());
  }
  return copy;
}

}  // namespace tidings::pipeline
