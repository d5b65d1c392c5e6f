#include "config/mapping.h"

#include "base/file.h"
#include "config/file_head.h"
#include "config/lookup.h"
#include "config/options.h"

namespace tidings::config {
namespace {

void ReadScripts(const Node& node, const Catalog& catalog, ImportConfig& import, Report& report) {
  MapReader in(node, "`scripts`", report);
  for (auto entity : {"customer", "order"}) {
    const Node* script = in.Find(entity);
    auto path = script ? ScriptAt(*script, false, catalog, report) : std::nullopt;
    if (path) import.scripts.emplace(entity, std::move(*path));
  }
  in.Finish();
}

void ReadImport(const Node& node, const Catalog& catalog, ImportConfig& import, Report& report) {
  MapReader in(node, "`import`", report);
  const Node* plugin = in.Require("plugin");
  const Node* options = in.Find("options");
  const Node* scripts = in.Find("scripts");
  in.Finish();
  if (scripts) ReadScripts(*scripts, catalog, import, report);
  const auto* info = plugin ? PluginAt(*plugin, StageKind::kIngest, catalog, report) : nullptr;
  if (!info) return;
  import.plugin = info->id;
  import.options = OptionsAt(options, plugin->mark, *info, report);
}

}  // namespace

LoadedImport LoadImportText(std::string file, std::string source, const Catalog& catalog) {
  LoadedImport loaded;
  Report report;
  loaded.source = std::move(source);
  loaded.import.file = std::move(file);
  if (auto root = ParseFile(loaded.source, "import", catalog, report)) {
    MapReader in(*root, "the file", report);
    ReadVersion(in, report);
    const Node* import = in.Require("import");
    in.Finish();
    if (import) ReadImport(*import, catalog, loaded.import, report);
  }
  loaded.diagnostics = report.Take();
  return loaded;
}

Result<LoadedImport> LoadImport(const std::filesystem::path& path, const Catalog& catalog) {
  TRY_ASSIGN(auto source, ReadFile(path));
  return LoadImportText(path.string(), std::move(source), catalog);
}

}  // namespace tidings::config
