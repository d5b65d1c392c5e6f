// Where the plugins of these tests lie, and how to load one.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/file.h"
#include "plugin/plugin.h"

namespace tidings::plugin {

inline std::filesystem::path TestPlugin(const std::string& name) {
  return std::filesystem::path(TIDINGS_TEST_PLUGINS) / (name + ".so");
}

// The cache of this test process.
inline const std::filesystem::path& TestCache() {
  static const TempDir folder("tidings-plugin-test");
  static const auto path = folder.path() / "cache";
  return path;
}

inline Plugin Loaded(const std::string& name) {
  auto plugin = Plugin::Load(TestPlugin(name), TestCache());
  if (!plugin) throw std::runtime_error(plugin.error().message);
  return std::move(*plugin);
}

}  // namespace tidings::plugin
