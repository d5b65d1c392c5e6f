#include "cli/setup.h"

#include <cstdlib>

#include <fmt/core.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

namespace tidings::cli {
namespace {

std::optional<std::string> Variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

bool IsPlainName(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.find('/') == name.npos;
}

std::optional<std::string> Secret(const std::string& name) {
  if (auto folder = Variable("TIDINGS_SECRETS"); folder && IsPlainName(name)) {
    auto content = ReadFile(std::filesystem::path(*folder) / name);
    if (content) return std::string(Trim(*content));
  }
  std::string variable = "TIDINGS_SECRET_" + name;
  for (char& c : variable) c = c == '-' || c == '.' ? '_' : static_cast<char>(std::toupper(c));
  return Variable(variable);
}

}  // namespace

Result<plugin::PluginRegistry> ScanPlugins(const Locations& locations) {
  TRY_ASSIGN(auto registry, plugin::PluginRegistry::Scan(locations.plugins));
  for (const auto& failure : registry.failures()) {
    log::Warning("plugins", "{}", failure.error.message);
  }
  return registry;
}

config::Catalog CatalogOf(const plugin::PluginRegistry& registry, const Locations& locations) {
  config::Catalog catalog;
  for (const auto& plugin : registry.plugins()) {
    catalog.plugins.push_back(
        {plugin->id(), plugin->stage(), plugin->options_schema(), plugin->summary()});
  }
  catalog.scripts = locations.scripts;
  catalog.environment = Variable;
  catalog.secret = Secret;
  return catalog;
}

Result<config::Loaded> ReadPipelines(const Locations& locations, const config::Catalog& catalog) {
  if (!std::filesystem::exists(locations.pipelines)) {
    return Fail(Code::kNotFound, fmt::format("there is no {}; name the file with --config",
                                             locations.pipelines.string()));
  }
  return config::Load(locations.pipelines, catalog);
}

Result<config::Config> LoadPipelines(const Locations& locations, const config::Catalog& catalog) {
  TRY_ASSIGN(auto loaded, ReadPipelines(locations, catalog));
  if (!loaded.ok()) {
    return Fail(Code::kInvalidArgument,
                locations.pipelines.string() + " has errors:\n" + loaded.Errors());
  }
  return std::move(loaded.config);
}

}  // namespace tidings::cli
