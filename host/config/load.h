// Reads and checks pipelines.yaml. `tidings check`, `tidings serve` and a reload all come here.
//
// Every error is found in one go, save that a file which is no YAML shows only what breaks it.
// The functions keep no state; any thread may call them. What they may fail at is a Diagnostic;
// only a file that cannot be read at all is an Error.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/stage.h"
#include "config/config.h"
#include "config/diagnostic.h"

namespace tidings::config {

// What the configuration needs to know of a plugin.
struct PluginInfo {
  std::string id;
  StageKind stage = StageKind::kIngest;
  Json options_schema = Json::object();  // options.h lists the keywords that are understood
  std::string summary;                   // one line for people
};

// What a configuration may refer to.
struct Catalog {
  using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

  std::vector<PluginInfo> plugins;
  std::filesystem::path scripts;  // the folder that every `script` is relative to
  Lookup environment;             // for `!env NAME`; none = nothing is set
  Lookup secret;                  // for `!secret name`; the same
};

// `config` is usable if and only if `diagnostics` is empty; they are in the order of the file.
struct Loaded {
  Config config;
  std::vector<Diagnostic> diagnostics;
  std::string source;  // the file's text, for Render()

  bool ok() const { return diagnostics.empty(); }
  std::string Errors() const { return Render(config.file, source, diagnostics); }
};

// Fails with kNotFound or kUnavailable where the file cannot be read.
Result<Loaded> Load(const std::filesystem::path& path, const Catalog& catalog);

// The same of a text that is at hand; `file` is what its errors call it.
Loaded LoadText(std::string file, std::string source, const Catalog& catalog);

}  // namespace tidings::config
