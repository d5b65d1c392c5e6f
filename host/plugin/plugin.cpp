#include "plugin/plugin.h"

#include <algorithm>

#include <dlfcn.h>

#include <fmt/core.h>

#include "plugin/cache.h"
#include "plugin/handshake.h"

namespace tidings::plugin {
namespace {

namespace fs = std::filesystem;

Status CheckFile(const fs::path& file) {
  std::error_code problem;
  auto status = fs::status(file, problem);
  if (!fs::exists(status)) {
    return Fail(Code::kNotFound, fmt::format("there is no plugin {}", file.string()));
  }
  if (!fs::is_regular_file(status) || file.extension() != ".so") {
    return Fail(
        Code::kInvalidArgument,
        fmt::format("{} is no plugin: a plugin is a file whose name ends in .so", file.string()));
  }
  return {};
}

// dlerror() speaks of the copy; people know the original.
std::string LoaderMessage(const fs::path& copy, const fs::path& file) {
  const char* raw = ::dlerror();
  std::string message = raw ? raw : "the loader gives no reason";
  for (size_t at; (at = message.find(copy.string())) != std::string::npos;) {
    message.replace(at, copy.string().size(), file.filename().string());
  }
  return message;
}

Result<void*> Open(const CachedCopy& copy, const fs::path& file) {
  // Never closed: one static of a template would keep it resident anyway, half dead.
  if (void* library = ::dlopen(copy.path.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
  auto reason = LoaderMessage(copy.path, file);
  const char* hint =
      reason.find("undefined symbol") != std::string::npos
          ? "; link the library that has it (-Wl,-z,defs finds this when linking)"
      : reason.find("cannot open shared object") != std::string::npos
          ? "; install the library it needs, or put it on LD_LIBRARY_PATH ($ORIGIN is a copy's "
            "folder)"
          : "; it must be a shared library for this machine";
  return Fail(Code::kInvalidArgument,
              fmt::format("cannot load the plugin {}: {}{}", file.string(), reason, hint));
}

Result<const tidings_plugin_descriptor*> Ask(void* library, const fs::path& file) {
  auto entry = reinterpret_cast<tidings_plugin_entry>(::dlsym(library, TIDINGS_ENTRY_NAME));
  if (!entry) {
    return Fail(Code::kInvalidArgument,
                fmt::format("{} is no plugin: it exports no symbol `{}`; define it with "
                            "TIDINGS_PLUGIN(YourClass) from tidings/plugin.hpp, or in C with "
                            "TIDINGS_EXPORT as in tidings/plugin.h",
                            file.string(), TIDINGS_ENTRY_NAME));
  }
  try {
    const auto* descriptor = entry();
    if (descriptor == entry()) return descriptor;
  } catch (...) {
    return Fail(Code::kInvalidArgument,
                fmt::format("{}: its function tidings_plugin threw an exception", file.string()));
  }
  return Fail(Code::kInvalidArgument,
              fmt::format("{}: its function tidings_plugin returns another pointer at each call; "
                          "return the address of one constant",
                          file.string()));
}

Result<std::vector<fs::path>> Libraries(const fs::path& folder) {
  std::error_code problem;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    if (entry.path().extension() == ".so") files.push_back(entry.path());
  }
  if (problem) {
    return Fail(Code::kNotFound, fmt::format("cannot read the plugins folder {}: {}",
                                             folder.string(), problem.message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<Plugin> Plugin::Load(const fs::path& file, const fs::path& cache) {
  TRY(CheckFile(file));
  TRY_ASSIGN(auto copy, CopyToCache(file, cache.empty() ? DefaultCache() : cache));
  TRY_ASSIGN(void* library, Open(copy, file));
  TRY_ASSIGN(const auto* descriptor, Ask(library, file));
  auto schema = CheckDescriptor(descriptor, file.stem().string());
  if (!schema) {
    return Fail(schema.error().In(fmt::format("cannot use the plugin {}", file.string())));
  }
  Plugin plugin;
  plugin.descriptor_ = descriptor;
  plugin.id_ = descriptor->id;
  plugin.version_ = descriptor->version;
  plugin.summary_ = descriptor->summary;
  plugin.hash_ = copy.hash;
  plugin.stage_ = static_cast<StageKind>(descriptor->stage);
  plugin.options_schema_ = std::move(*schema);
  plugin.path_ = file;
  return plugin;
}

Result<PluginRegistry> PluginRegistry::Scan(const std::vector<fs::path>& folders,
                                            const fs::path& cache) {
  PluginRegistry registry;
  for (const auto& folder : folders) {
    TRY_ASSIGN(auto files, Libraries(folder));
    for (const auto& file : files) registry.Add(file, cache);
  }
  return registry;
}

void PluginRegistry::Add(const fs::path& file, const fs::path& cache) {
  auto loaded = Plugin::Load(file, cache);
  if (!loaded) {
    failures_.push_back({file, loaded.error()});
    return;
  }
  if (const Plugin* first = Find(loaded->id())) {
    failures_.push_back(
        {file,
         {Code::kAlreadyExists,
          fmt::format("{}: the plugin `{}` was loaded from {} already; remove one of the two",
                      file.string(), loaded->id(), first->path().string())}});
    return;
  }
  plugins_.push_back(std::make_unique<const Plugin>(std::move(*loaded)));
}

const Plugin* PluginRegistry::Find(std::string_view id) const {
  for (const auto& plugin : plugins_) {
    if (plugin->id() == id) return plugin.get();
  }
  return nullptr;
}

}  // namespace tidings::plugin
