#include "config/stage_reader.h"

#include <filesystem>

#include <fmt/core.h>

#include "base/text.h"
#include "config/lookup.h"
#include "config/options.h"
#include "config/values.h"

namespace tidings::config {
namespace {

constexpr int kMostInFlight = 100'000;
constexpr int kMostAttempts = 100;

// What runs a stage or sends for a vendor.
struct Runner {
  std::string plugin;
  std::string script;
  Json options = Json::object();
};

std::vector<std::string> KindNames() {
  std::vector<std::string> names;
  for (StageKind kind : kStageKinds) names.emplace_back(StageName(kind));
  return names;
}

VendorConfig VendorOf(Runner runner) {
  VendorConfig vendor;
  vendor.name =
      runner.script.empty() ? runner.plugin : std::filesystem::path(runner.script).stem().string();
  vendor.plugin = std::move(runner.plugin);
  vendor.script = std::move(runner.script);
  vendor.options = std::move(runner.options);
  return vendor;
}

// Reads one stage; lives for one call of ReadStage().
class StageReader {
 public:
  StageReader(const Node& node, const StageConfig& defaults, const Catalog& catalog, Report& report)
      : in_(node, "a stage", report), stage_(defaults), catalog_(catalog), report_(report) {
    stage_.mark = node.mark;
  }

  std::optional<StageConfig> Read();

 private:
  bool Is(StageKind kind) const { return kind_ == kind; }
  void ReadKind();
  void NoKind();
  void ReadWork();
  void ReadVendors(const Node& list);
  VendorConfig ReadVendor(const Node& node);
  Runner ReadRunner(MapReader& in, const std::string& needs);
  void Forbid(const Node::Entry* entry, const std::string& message);
  const Node* OnlyOf(const std::string& key, std::initializer_list<StageKind> kinds);
  void ReadRetry(const Node& node);
  void ReadOtherwise(const Node& node);

  MapReader in_;
  StageConfig stage_;
  const Catalog& catalog_;
  Report& report_;
  std::optional<StageKind> kind_;  // none = not known
};

std::optional<StageConfig> StageReader::Read() {
  if (!in_.node().Is(Node::Kind::kMap)) return std::nullopt;
  ReadKind();
  ReadWork();
  ReadLimits(in_, stage_, report_);
  if (const Node* route = OnlyOf("route", {StageKind::kDeliver})) {
    stage_.route = ScriptAt(*route, false, catalog_, report_).value_or("");
  }
  if (const Node* retry = OnlyOf("retry", {StageKind::kDeliver, StageKind::kSummarize})) {
    ReadRetry(*retry);
  }
  if (const Node* within = OnlyOf("receipts_within", {StageKind::kDeliver})) {
    auto duration = ValueAt(*within, ParseWait, "a duration such as 10m, 72h or 7d", report_);
    stage_.receipts_within = duration.value_or(stage_.receipts_within);
  }
  if (const Node* otherwise = OnlyOf("otherwise", {StageKind::kSummarize})) {
    ReadOtherwise(*otherwise);
  }
  in_.Finish();
  if (!kind_) return std::nullopt;
  return std::move(stage_);
}

// The key that is a kind; its value is the name.
void StageReader::ReadKind() {
  const Node::Entry* first = nullptr;
  for (StageKind kind : kStageKinds) {
    const auto* entry = in_.Entry(std::string(StageName(kind)));
    if (!entry) continue;
    if (first) {
      const auto& [later, earlier] =
          first->mark < entry->mark ? std::pair(entry, first) : std::pair(first, entry);
      report_.Add(later->mark, fmt::format("a stage has one kind, and this one is {} already; "
                                           "begin another with `- {}:`",
                                           Quoted(earlier->key), later->key));
    }
    if (!first || entry->mark < first->mark) {
      first = entry;
      kind_ = kind;
    }
  }
  if (!first) return NoKind();
  stage_.kind = *kind_;
  stage_.mark = first->mark;
  stage_.name = NameAt(first->value, "a stage", report_).value_or("");
}

// Where the first key is none of ours, it was meant to be the kind.
void StageReader::NoKind() {
  static const std::vector<std::string> kOthers{
      "plugin",    "script",  "options", "vendors", "route",        "retry",          "otherwise",
      "isolation", "workers", "timeout", "memory",  "instructions", "receipts_within"};
  const auto& entries = in_.node().entries;
  bool meant = !entries.empty() && !NearestName(entries[0].key, kOthers);
  if (!meant) {
    report_.Add(in_.node().mark,
                "this stage has no kind; begin it with its kind and name, such as "
                "`ingest: api`; the kinds are " +
                    OneOf(KindNames()));
    return;
  }
  in_.Ignore(entries[0].key);
  report_.Add(entries[0].mark, fmt::format("unknown kind of stage {}{}", Quoted(entries[0].key),
                                           DidYouMeanOrOneOf(entries[0].key, KindNames())));
}

// Who does the work: `vendors`, or `plugin` or `script`, which for a deliver stage is one vendor.
void StageReader::ReadWork() {
  const Node* vendors = OnlyOf("vendors", {StageKind::kDeliver});
  if (vendors) {
    for (auto key : {"plugin", "script", "options"}) {
      Forbid(in_.Entry(key), fmt::format("a stage with `vendors` has no `{}` of its own; write it "
                                         "with the vendor",
                                         key));
    }
    return ReadVendors(*vendors);
  }
  Runner runner = ReadRunner(
      in_, Is(StageKind::kDeliver) ? "`vendors`, `plugin` or `script`" : "`plugin` or `script`");
  if (!Is(StageKind::kDeliver)) {
    stage_.plugin = std::move(runner.plugin);
    stage_.script = std::move(runner.script);
    stage_.options = std::move(runner.options);
    return;
  }
  VendorConfig vendor = VendorOf(std::move(runner));
  vendor.mark = stage_.mark;
  stage_.vendors.push_back(std::move(vendor));
}

Runner StageReader::ReadRunner(MapReader& in, const std::string& needs) {
  Runner runner;
  const auto* plugin = in.Entry("plugin");
  const auto* script = in.Entry("script");
  const auto* options = in.Entry("options");
  if (plugin && script) {
    const auto* later = plugin->mark < script->mark ? script : plugin;
    report_.Add(later->mark, "`plugin` and `script` exclude each other; keep one of them");
  } else if (plugin) {
    if (const auto* info = PluginAt(plugin->value, kind_, catalog_, report_)) {
      runner.plugin = info->id;
      runner.options =
          OptionsAt(options ? &options->value : nullptr, plugin->value.mark, *info, report_);
    }
  } else if (script) {
    runner.script =
        ScriptAt(script->value, Is(StageKind::kSegment), catalog_, report_).value_or("");
    Forbid(options, "`options` are for a plugin; a script has none");
  } else {
    in.Missing("plugin", "nothing does the work here; name " + needs);
  }
  return runner;
}

void StageReader::Forbid(const Node::Entry* entry, const std::string& message) {
  if (entry) report_.Add(entry->mark, message);
}

// The value of a key that only some kinds have; null where it is missing or the kind is another.
const Node* StageReader::OnlyOf(const std::string& key, std::initializer_list<StageKind> kinds) {
  const auto* entry = in_.Entry(key);
  if (!entry || !kind_ || std::find(kinds.begin(), kinds.end(), *kind_) != kinds.end()) {
    return entry ? &entry->value : nullptr;
  }
  std::vector<std::string> names;
  for (StageKind kind : kinds) names.emplace_back(StageName(kind));
  report_.Add(entry->mark, fmt::format("{} belongs to a stage of the kind {}; this one is {}",
                                       Quoted(key), OneOf(names), Quoted(StageName(*kind_))));
  return nullptr;
}

void StageReader::ReadVendors(const Node& list) {
  if (!list.Is(Node::Kind::kList)) return Mismatch(list, "a list of vendors", report_);
  if (list.items.empty()) {
    report_.Add(list.mark,
                "`vendors` is empty; name at least one, such as "
                "`- {plugin: deliver_simulated}`");
  }
  std::map<std::string, Mark> names;
  for (const auto& item : list.items) {
    VendorConfig vendor = ReadVendor(item);
    auto [first, fresh] = names.emplace(vendor.name, vendor.mark);
    if (!fresh && !vendor.name.empty()) {
      report_.Add(vendor.mark, fmt::format("vendor {} stands twice, first on line {}; give each a "
                                           "`name` of its own",
                                           Quoted(vendor.name), first->second.line));
    }
    stage_.vendors.push_back(std::move(vendor));
  }
}

VendorConfig StageReader::ReadVendor(const Node& node) {
  MapReader in(node, "a vendor", report_);
  const Node* name = in.Find("name");
  VendorConfig vendor = VendorOf(ReadRunner(in, "`plugin` or `script`"));
  vendor.mark = node.mark;
  if (name) vendor.name = NameAt(*name, "a vendor", report_).value_or("");
  if (const Node* rate = in.Find("rate")) {
    vendor.rate = ValueAt(*rate, ParseRate, "a rate such as 100/s, 600/m or 5000/h", report_);
  }
  if (const Node* in_flight = in.Find("in_flight")) {
    vendor.in_flight = CountAt(*in_flight, 1, kMostInFlight, report_).value_or(0);
  }
  in.Finish();
  return vendor;
}

void StageReader::ReadRetry(const Node& node) {
  MapReader in(node, "`retry`", report_);
  if (const Node* attempts = in.Find("attempts")) {
    auto value = CountAt(*attempts, 1, kMostAttempts, report_);
    stage_.retry.attempts = value.value_or(stage_.retry.attempts);
  }
  if (const Node* backoff = in.Find("backoff")) {
    auto value = ValueAt(
        *backoff, ParseBackoff,
        "the first and the longest wait, such as 1s..10m (the shorter first, at most 1d)", report_);
    if (value) {
      stage_.retry.first = value->first;
      stage_.retry.longest = value->longest;
    }
  }
  in.Finish();
}

// Either the id of a plugin or {plugin: id, options: {...}}.
void StageReader::ReadOtherwise(const Node& node) {
  const Node* plugin = &node;
  const Node* options = nullptr;
  if (node.Is(Node::Kind::kMap)) {
    MapReader in(node, "`otherwise`", report_);
    plugin = in.Require("plugin");
    options = in.Find("options");
    in.Finish();
  }
  const auto* info = plugin ? PluginAt(*plugin, kind_, catalog_, report_) : nullptr;
  if (!info) return;
  stage_.otherwise = info->id;
  stage_.otherwise_options = OptionsAt(options, plugin->mark, *info, report_);
}

std::optional<bool> ParseIsolation(std::string_view text) {
  if (text == "process" || text == "thread") return text == "process";
  return std::nullopt;
}

}  // namespace

void ReadLimits(MapReader& in, StageConfig& stage, Report& report) {
  if (const Node* node = in.Find("isolation")) {
    auto process = ValueAt(*node, ParseIsolation, "`thread` or `process`", report);
    stage.process_isolation = process.value_or(stage.process_isolation);
  }
  if (const Node* node = in.Find("workers")) {
    auto workers = ValueAt(
        *node, ParseWorkers,
        "a number of workers such as 3, 1..4 or 0..8 (the smaller first, at most 256)", report);
    if (workers)
      std::tie(stage.min_workers, stage.max_workers) = std::tie(workers->least, workers->most);
  }
  if (const Node* node = in.Find("timeout")) {
    auto timeout =
        ValueAt(*node, ParseTimeout, "a duration such as 250ms, 5s or 2m (at most 1d)", report);
    stage.timeout = timeout.value_or(stage.timeout);
  }
  if (const Node* node = in.Find("memory")) {
    auto memory =
        ValueAt(*node, ParseMemory, "a size such as 64MiB or 1GiB (1MiB to 1024GiB)", report);
    stage.memory = memory.value_or(stage.memory);
  }
  if (const Node* node = in.Find("instructions")) {
    auto instructions = ValueAt(*node, ParseInstructions,
                                "a number such as 500k, 20M or 1G (10k to 1000G)", report);
    stage.instructions = instructions.value_or(stage.instructions);
  }
}

std::optional<StageConfig> ReadStage(const Node& node, const StageConfig& defaults,
                                     const Catalog& catalog, Report& report) {
  return StageReader(node, defaults, catalog, report).Read();
}

}  // namespace tidings::config
