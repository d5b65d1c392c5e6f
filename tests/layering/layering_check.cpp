#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/core.h>

#include "layering.h"

namespace tidings::layering {
namespace {

namespace fs = std::filesystem;

// A folder includes itself and lower floors.
const std::map<std::string, int, std::less<>> kFloors = {
    {"base", 1},     {"config", 2}, {"pg", 2},   {"bus", 2},   {"lua", 2}, {"plugin", 2},
    {"net", 2},      {"http", 2},   {"rule", 3}, {"queue", 3}, {"crm", 4}, {"sentence", 4},
    {"pipeline", 5}, {"auth", 5},   {"api", 6},  {"cli", 7}};
constexpr int kTop = 8;  // main.cpp

// The one folder of the host that may include a third-party header, by how its path begins.
const std::pair<std::string_view, std::string_view> kOwners[] = {
    {"libpq", "pg"},         {"postgresql/", "pg"},   {"zmq", "bus"},
    {"lua.h", "lua"},        {"lua5.4/", "lua"},      {"lauxlib.h", "lua"},
    {"lualib.h", "lua"},     {"pistache/", "http"},   {"http_parser.h", "http"},
    {"yaml-cpp/", "config"}, {"valijson/", "config"}, {"curl/", "net"},
    {"dlfcn.h", "plugin"},   {"CLI/", "cli"},         {"spdlog/", "base"}};

// Folders of the host that speak the plugin interface.
const std::set<std::string_view> kSpeakPlugin = {"plugin", "pipeline", "cli"};

struct Include {
  fs::path file;  // relative to the root
  int line;
  std::string path;
  bool quoted;

  std::string Owner() const { return path.substr(0, path.find('/')); }  // the first folder
  bool HasFolder() const { return path.find('/') != std::string::npos; }
};

std::optional<Include> ParseLine(std::string_view text) {
  auto skip = [&] { text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size())); };
  skip();
  if (!text.starts_with('#')) return std::nullopt;
  text.remove_prefix(1);
  skip();
  if (!text.starts_with("include")) return std::nullopt;
  text.remove_prefix(7);
  skip();
  if (text.empty() || (text[0] != '"' && text[0] != '<')) return std::nullopt;
  bool quoted = text[0] == '"';
  auto end = text.find(quoted ? '"' : '>', 1);
  if (end == std::string_view::npos) return std::nullopt;
  return Include{{}, 0, std::string(text.substr(1, end - 1)), quoted};
}

bool IsSource(const fs::path& file) {
  static const std::set<std::string> kEndings = {".h", ".hpp", ".c", ".cpp"};
  return kEndings.count(file.extension().string()) > 0;
}

std::vector<fs::path> Sources(const fs::path& root) {
  std::vector<fs::path> files;
  for (const char* part : {"host", "plugins"}) {
    if (!fs::exists(root / part)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / part)) {
      if (entry.is_regular_file() && IsSource(entry.path())) {
        files.push_back(fs::relative(entry.path(), root));
      }
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void ForEachInclude(const fs::path& root, const fs::path& file,
                    const std::function<void(const Include&)>& visit) {
  std::ifstream stream(root / file);
  std::string text;
  for (int line = 1; std::getline(stream, text); ++line) {
    auto include = ParseLine(text);
    if (!include) continue;
    include->file = file;
    include->line = line;
    visit(*include);
  }
}

// "pg" of host/pg/scratch/x.cpp; "" of host/main.cpp.
std::string FolderOf(const fs::path& file) {
  auto part = std::next(file.begin());
  return std::next(part) == file.end() ? "" : part->string();
}

// Why a file of the host may not include this; "" when it may.
std::string WhyNotInHost(const Include& include, const std::string& folder, int floor) {
  if (include.path.find("..") != std::string::npos) return "includes are relative to host/";
  for (const auto& [start, owner] : kOwners) {
    if (include.path.starts_with(start) && folder != owner) {
      return fmt::format("only host/{} may include it", owner);
    }
  }
  if (!include.HasFolder()) return "";
  auto other = kFloors.find(include.Owner());
  if (other != kFloors.end() && other->first != folder && other->second >= floor) {
    return fmt::format("host/{} stands on floor {} and host/{} on {}", folder, floor, other->first,
                       other->second);
  }
  if (include.Owner() == "tidings") {
    if (!kSpeakPlugin.count(folder)) return "this folder has nothing to do with plugins";
    if (include.path != "tidings/plugin.h") return "the host uses the C interface only";
  }
  return "";
}

std::string WhyNotInPlugin(const Include& include, const std::string& folder) {
  if (include.path.find("..") != std::string::npos) return "a plugin stays in its folder";
  if (include.HasFolder() && kFloors.count(include.Owner())) {
    return "a plugin knows plugins/sdk and nothing of the host";
  }
  bool own = include.Owner() == "tidings";
  bool third_party = !include.quoted && include.path.find_first_of("./") != std::string::npos;
  if (folder == "sdk" && !own && third_party && include.path != "stdint.h") {
    return "the sdk needs nothing but the standard library";
  }
  return "";
}

class Checker {
 public:
  explicit Checker(const fs::path& root) : root_(root) {}

  std::vector<std::string> Run() {
    for (const auto& file : Sources(root_)) Check(file);
    return std::move(found_);
  }

 private:
  void Check(const fs::path& file) {
    const auto folder = FolderOf(file);
    const bool host = *file.begin() == "host";
    int floor = kTop;
    if (host && !folder.empty()) {
      auto known = kFloors.find(folder);
      if (known == kFloors.end()) {
        found_.push_back(fmt::format("{}: host/{} has no floor", file.string(), folder));
        return;
      }
      floor = known->second;
    }
    ForEachInclude(root_, file, [&](const Include& include) {
      auto why = host ? WhyNotInHost(include, folder, floor) : WhyNotInPlugin(include, folder);
      if (why.empty()) return;
      found_.push_back(
          fmt::format("{}:{}: {}: {}", file.string(), include.line, include.path, why));
    });
  }

  const fs::path& root_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> Violations(const fs::path& root) { return Checker(root).Run(); }

Extent Measure(const fs::path& root) {
  Extent extent;
  for (const auto& file : Sources(root)) {
    ++extent.files;
    ForEachInclude(root, file, [&](const Include&) { ++extent.includes; });
  }
  return extent;
}

}  // namespace tidings::layering
