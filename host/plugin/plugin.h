// A loaded plugin, and the set of those that a host has.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/stage.h"
#include "tidings/plugin.h"

namespace tidings::plugin {

// A shared library that has passed the handshake. Immutable, so any thread may read it.
//
// What is loaded is a private copy under its content hash: the file in the plugins folder may be
// replaced at any time, and the new one is another plugin. A library is never unloaded, so the
// descriptor outlives this object.
class Plugin {
 public:
  // Copies `file` into `cache`, loads it and checks its descriptor. The library's static
  // constructors run here, in this process. `cache` is made where it is missing and must belong to
  // this user alone; empty = a folder below the system's temporary folder.
  //
  // Fails with kNotFound where there is no such file, kPermissionDenied where it may not be read or
  // the cache is not ours alone, and kInvalidArgument where it is no plugin for this host. Every
  // message names the file, what is wrong with it and what to do.
  static Result<Plugin> Load(const std::filesystem::path& file,
                             const std::filesystem::path& cache = {});

  const std::string& id() const { return id_; }
  const std::string& version() const { return version_; }
  const std::string& summary() const { return summary_; }
  StageKind stage() const { return stage_; }
  tidings_capabilities capabilities() const { return descriptor_->capabilities; }
  bool Can(tidings_capabilities bit) const { return (capabilities() & bit) != 0; }
  const Json& options_schema() const { return options_schema_; }
  const std::filesystem::path& path() const { return path_; }  // as given to Load
  const std::string& hash() const { return hash_; }            // of the content, in hexadecimal
  const tidings_plugin_descriptor& descriptor() const { return *descriptor_; }

 private:
  Plugin() = default;

  const tidings_plugin_descriptor* descriptor_ = nullptr;
  std::string id_, version_, summary_, hash_;
  StageKind stage_ = StageKind::kIngest;
  Json options_schema_;
  std::filesystem::path path_;
};

// A file in a plugins folder that could not be loaded.
struct LoadFailure {
  std::filesystem::path file;
  Error error;
};

// The plugins of one or more folders, by id. Immutable after Scan.
class PluginRegistry {
 public:
  // Loads every *.so of the folders, in the order of folders and then of names. A file that cannot
  // be loaded, or whose id is taken already, is listed in failures() and does not keep the others
  // out. Fails with kNotFound where a folder is missing.
  static Result<PluginRegistry> Scan(const std::vector<std::filesystem::path>& folders,
                                     const std::filesystem::path& cache = {});

  const Plugin* Find(std::string_view id) const;  // null where there is none
  const std::vector<std::unique_ptr<const Plugin>>& plugins() const { return plugins_; }
  const std::vector<LoadFailure>& failures() const { return failures_; }

 private:
  void Add(const std::filesystem::path& file, const std::filesystem::path& cache);

  std::vector<std::unique_ptr<const Plugin>> plugins_;
  std::vector<LoadFailure> failures_;
};

}  // namespace tidings::plugin
