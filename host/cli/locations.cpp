#include "cli/locations.h"

#include <cstdlib>

#include <unistd.h>

namespace tidings::cli {
namespace {

namespace fs = std::filesystem;

fs::path DefaultData() {
  if (::geteuid() == 0) return "/var/lib/tidings";
  if (const char* xdg = std::getenv("XDG_DATA_HOME"); xdg && *xdg) return fs::path(xdg) / "tidings";
  const char* home = std::getenv("HOME");
  return fs::path(home ? home : ".") / ".local/share/tidings";
}

// The first of `candidates` that exists; the last where none does, so that an error names it.
fs::path FirstThatExists(std::initializer_list<fs::path> candidates) {
  std::error_code ignored;
  for (const auto& candidate : candidates) {
    if (fs::exists(candidate, ignored)) return fs::weakly_canonical(candidate, ignored);
  }
  return *(candidates.end() - 1);
}

// <prefix>/bin/tidings is the program.
fs::path Prefix() { return ProgramPath().parent_path().parent_path(); }

}  // namespace

fs::path ProgramPath() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored);
}

void Locations::UseShippedPipelines() {
  std::error_code ignored;
  if (fs::exists(pipelines, ignored)) return;
  pipelines = FirstThatExists(
      {Prefix() / "share/tidings/pipelines.yaml", fs::path(TIDINGS_SOURCE_DIR) / "pipelines.yaml"});
  if (!fs::exists(scripts, ignored)) scripts = pipelines.parent_path() / "scripts";
}

void Locations::Complete() {
  auto prefix = Prefix();
  if (pipelines.empty()) pipelines = "pipelines.yaml";
  if (data.empty()) data = DefaultData();
  data = fs::absolute(data);
  auto beside = pipelines.parent_path() / "scripts";
  if (scripts.empty()) {
    scripts = FirstThatExists({beside, prefix / "share/tidings/scripts", fs::path("scripts")});
  }
  if (plugins.empty()) {
    plugins.push_back(FirstThatExists({prefix / "lib/tidings/plugins", prefix / "plugins"}));
  }
  plugin_template = FirstThatExists(
      {prefix / "share/tidings/template", fs::path(TIDINGS_SOURCE_DIR) / "plugins/template"});
  if (sql.empty()) {
    sql = FirstThatExists({prefix / "share/tidings/sql", fs::path(TIDINGS_SOURCE_DIR) / "sql"});
  }
}

}  // namespace tidings::cli
