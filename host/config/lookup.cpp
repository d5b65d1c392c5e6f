#include "config/lookup.h"

#include <filesystem>

#include <fmt/core.h>

#include "base/text.h"
#include "config/reader.h"

namespace tidings::config {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepestFolder = 8;
constexpr size_t kMostScripts = 1000;

// "an ingest plugin", "a deliver plugin".
std::string APlugin(StageKind kind) {
  return fmt::format("{} {} plugin", kind == StageKind::kIngest ? "an" : "a", StageName(kind));
}

// Every script below the folder, and its folders where they will do; only for suggestions.
std::vector<std::string> ScriptNames(const fs::path& folder, bool folders) {
  std::vector<std::string> names;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error), end;
  for (; !error && at != end && names.size() < kMostScripts; at.increment(error)) {
    if (at.depth() >= kDeepestFolder) at.disable_recursion_pending();
    auto name = at->path().lexically_relative(folder).generic_string();
    if (at->is_directory(error)) {
      if (folders) names.push_back(name + "/");
    } else if (name.ends_with(".lua")) {
      names.push_back(std::move(name));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool StaysInside(const fs::path& path) {
  return !path.is_absolute() && std::find(path.begin(), path.end(), "..") == path.end();
}

// Why `name` cannot be used; "" where it can.
std::string ScriptFault(const std::string& name, bool folder_allowed, const fs::path& folder) {
  std::error_code error;
  auto status = fs::status(folder / name, error);
  if (fs::is_directory(status)) {
    return folder_allowed ? "" : "is a folder; only a segment stage takes a whole folder";
  }
  if (!fs::is_regular_file(status)) {
    return "does not exist below the scripts folder" +
           DidYouMean(name, ScriptNames(folder, folder_allowed));
  }
  return name.ends_with(".lua") ? "" : "is no Lua script; its name must end in .lua";
}

}  // namespace

std::vector<std::string> PluginIds(const Catalog& catalog, std::optional<StageKind> kind) {
  std::vector<std::string> ids;
  for (const auto& plugin : catalog.plugins) {
    if (!kind || plugin.stage == *kind) ids.push_back(plugin.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

const std::string kNoPlugin =
    "; none was found: name the folder of your plugins with --plugins, or build them";

const PluginInfo* PluginAt(const Node& node, std::optional<StageKind> kind, const Catalog& catalog,
                           Report& report) {
  const std::string* id = TextAt(node, "the name of a plugin", report);
  if (!id) return nullptr;
  auto is_it = [&](const PluginInfo& plugin) { return plugin.id == *id; };
  auto found = std::find_if(catalog.plugins.begin(), catalog.plugins.end(), is_it);
  auto ids = PluginIds(catalog, kind);
  if (found == catalog.plugins.end()) {
    auto advice = node.Hidden() ? std::string()  // a suggestion would tell of the value
                  : ids.empty() ? kNoPlugin
                                : DidYouMeanOrOneOf(*id, ids);
    report.Add(node.mark, fmt::format("{} names no {}{}plugin{}", Shown(node),
                                      kind ? StageName(*kind) : "", kind ? " " : "", advice));
    return nullptr;
  }
  if (kind && found->stage != *kind) {
    auto advice = ids.empty() ? kNoPlugin : "; expected " + OneOf(ids);
    report.Add(node.mark, fmt::format("{} is {}, and this needs {}{}", Shown(node),
                                      APlugin(found->stage), APlugin(*kind), advice));
    return nullptr;
  }
  return &*found;
}

std::optional<std::string> ScriptAt(const Node& node, bool folder_allowed, const Catalog& catalog,
                                    Report& report) {
  const std::string* text = TextAt(node, "the path of a script, such as ingest/tidy.lua", report);
  if (!text) return std::nullopt;
  if (node.Hidden()) {
    report.Add(node.mark, "the path of a script must stand in the file itself");
    return std::nullopt;
  }
  fs::path path = fs::path(*text).lexically_normal();
  if (!StaysInside(*text)) {
    report.Add(node.mark, fmt::format("the script {} must lie below the scripts folder; write its "
                                      "path from there",
                                      Quoted(*text)));
    return std::nullopt;
  }
  auto fault = ScriptFault(path.generic_string(), folder_allowed, catalog.scripts);
  if (!fault.empty()) {
    report.Add(node.mark, fmt::format("the script {} {}", Quoted(*text), fault));
    return std::nullopt;
  }
  std::error_code error;
  bool folder = fs::is_directory(catalog.scripts / path, error);
  if (folder && !path.filename().empty()) path += "/";
  return path.generic_string();
}

}  // namespace tidings::config
