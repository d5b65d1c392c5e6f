// The catalog that every test of this folder uses: tests/config_cases/catalog.json. For tests only.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/file.h"
#include "config/load.h"

namespace tidings::config {

inline std::filesystem::path CaseFolder() {
  return std::filesystem::path(TIDINGS_SOURCE_DIR) / "tests" / "config_cases";
}

// A look-up in a JSON object of texts.
inline Catalog::Lookup LookupIn(Json values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    return values.contains(name) ? std::optional(values[name].get<std::string>()) : std::nullopt;
  };
}

inline Catalog TestCatalog() {
  auto text = ReadFile(CaseFolder() / "catalog.json");
  auto json = ParseJson(text.value());
  if (!json) throw std::runtime_error(json.error().message);
  Catalog catalog;
  for (const auto& plugin : (*json)["plugins"]) {
    catalog.plugins.push_back({plugin["id"], *ParseStage(plugin["stage"].get<std::string>()),
                               plugin["options_schema"], plugin["summary"]});
  }
  catalog.scripts = CaseFolder() / "scripts";
  catalog.environment = LookupIn((*json)["environment"]);
  catalog.secret = LookupIn((*json)["secrets"]);
  return catalog;
}

}  // namespace tidings::config
