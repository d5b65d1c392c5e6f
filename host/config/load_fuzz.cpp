// Any bytes as pipelines.yaml and as an import file: no crash, no endless work, errors that can be
// printed, and a configuration without errors that keeps what config.h promises.
#include <cstdlib>
#include <set>

#include "base/text.h"
#include "config/mapping.h"
#include "config/options.h"
#include "config/schema.h"

namespace {

using namespace tidings;
using namespace tidings::config;

constexpr const char* kOptions = R"({
  "required": ["entity"],
  "properties": {
    "entity": {"enum": ["customer", "order"]},
    "text": {"type": ["string", "null"], "minLength": 2, "pattern": "^[a-z]+$"},
    "number": {"type": "integer", "minimum": -5, "exclusiveMaximum": 10, "default": 3},
    "flag": {"type": "boolean"},
    "list": {"type": "array", "maxItems": 3, "uniqueItems": true, "items": {"type": "number"}},
    "map": {"additionalProperties": {"properties": {"a": {"default": "b"}}}}
  }})";

Catalog MakeCatalog() {
  Catalog catalog;
  auto schema = ParseJson(kOptions).value();
  for (StageKind kind : kStageKinds) {
    std::string name(StageName(kind));
    catalog.plugins.push_back({name + "_a", kind, schema, ""});
    catalog.plugins.push_back({name + "_b", kind, Json::object(), ""});
  }
  catalog.environment = [](const std::string& name) -> std::optional<std::string> {
    return name.size() < 4 ? std::optional<std::string>("7") : std::nullopt;
  };
  catalog.secret = [](const std::string&) { return "Sw0rdfish{}: [&"; };
  return catalog;
}

void Expect(bool promise) {
  if (!promise) std::abort();
}

void ExpectPrintable(const std::vector<Diagnostic>& diagnostics, const std::string& errors,
                     const std::string& source) {
  constexpr const char* kSecret = "Sw0rdfish";
  Expect(IsUtf8(errors));
  Expect(errors.empty() == diagnostics.empty());
  Expect(errors.find(kSecret) == errors.npos || source.find(kSecret) != source.npos);
  for (const auto& diagnostic : diagnostics) Expect(!diagnostic.message.empty());
}

void ExpectWhole(const StageConfig& stage) {
  int ways = !stage.plugin.empty() + !stage.script.empty() + !stage.vendors.empty();
  Expect(ways == 1 && !stage.name.empty() && stage.options.is_object());
  Expect((stage.kind == StageKind::kDeliver) == !stage.vendors.empty());
  Expect(stage.min_workers >= 0 && stage.max_workers >= std::max(1, stage.min_workers));
  Expect(stage.timeout.count() > 0 && stage.memory >= 1 << 20);
  Expect(stage.instructions >= 10'000);
  Expect(stage.retry.attempts >= 1 && stage.retry.first <= stage.retry.longest);
  for (const auto& vendor : stage.vendors) {
    Expect(vendor.plugin.empty() != vendor.script.empty() && !vendor.name.empty());
    Expect(!vendor.rate || *vendor.rate > 0);
  }
}

void ExpectWhole(const Config& config) {
  std::set<std::string> queues;
  Expect(!config.pipelines.empty());
  for (const auto& pipeline : config.pipelines) {
    Expect(!pipeline.stages.empty());
    for (const auto& stage : pipeline.stages) {
      ExpectWhole(stage);
      Expect(queues.insert(stage.Queue()).second);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Catalog catalog = MakeCatalog();
  std::string source(reinterpret_cast<const char*>(data), size);
  auto loaded = LoadText("a.yaml", source, catalog);
  ExpectPrintable(loaded.diagnostics, loaded.Errors(), source);
  if (loaded.ok()) ExpectWhole(loaded.config);
  auto import = LoadImportText("a.yaml", source, catalog);
  ExpectPrintable(import.diagnostics, import.Errors(), source);
  if (import.ok()) Expect(!import.import.plugin.empty());
  return 0;
}
