// Import files: what `tidings import` does with a file of somebody else's making.
//
//   version: 1
//   import:
//     plugin: ingest_csv                  # reads the file; its options are the column mapping
//     options:
//       entity: order
//       columns: {InvoiceNo: external_id, UnitPrice: items.unit_price}
//     scripts:                            # run over every record of that entity, before the stores
//       customer: ingest/online_retail.lua
//
// Checked by the same machinery as pipelines.yaml, with the same errors. What a column mapping may
// say is the affair of the plugin's own schema.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "config/load.h"

namespace tidings::config {

struct ImportConfig {
  std::string file;               // as it was given to LoadImport()
  std::string plugin;             // the id of an ingest plugin
  Json options = Json::object();  // fits the plugin's schema, defaults filled in; may hold secrets
  std::map<std::string, std::string> scripts;  // "customer" or "order" -> script, relative as ever
};

// `import` is usable if and only if `diagnostics` is empty.
struct LoadedImport {
  ImportConfig import;
  std::vector<Diagnostic> diagnostics;
  std::string source;

  bool ok() const { return diagnostics.empty(); }
  std::string Errors() const { return Render(import.file, source, diagnostics); }
};

// Fails with kNotFound or kUnavailable where the file cannot be read.
Result<LoadedImport> LoadImport(const std::filesystem::path& path, const Catalog& catalog);

// The same of a text that is at hand; `file` is what its errors call it.
LoadedImport LoadImportText(std::string file, std::string source, const Catalog& catalog);

}  // namespace tidings::config
