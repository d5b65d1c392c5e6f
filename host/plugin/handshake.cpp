#include "plugin/handshake.h"

#include <algorithm>
#include <string_view>

#include <fmt/core.h>

#include "base/text.h"

namespace tidings::plugin {
namespace {

// What version 1.0 of the interface has. Later minor versions append to it.
constexpr uint32_t kSmallestDescriptor = sizeof(tidings_plugin_descriptor);

tl::unexpected<Error> Bad(std::string message) {
  return Fail(Code::kInvalidArgument, std::move(message));
}

// The first four fields stand at the same place in every version, so they can be read before
// anything is known; nothing behind them can.
Status CheckVersions(const tidings_plugin_descriptor& d) {
  if (d.magic != TIDINGS_MAGIC) {
    return Bad(
        fmt::format("its descriptor starts with the magic number {:#x}, not {:#x}; it is no "
                    "Tidings plugin, or it does not fill in tidings_plugin_descriptor.magic",
                    d.magic, TIDINGS_MAGIC));
  }
  if (d.abi_major != TIDINGS_ABI_MAJOR) {
    return Bad(fmt::format(
        "it was built for version {}.{} of the plugin interface and this host has {}.{}; build it "
        "again with the plugins/sdk of this host",
        d.abi_major, d.abi_minor, TIDINGS_ABI_MAJOR, TIDINGS_ABI_MINOR));
  }
  if (d.abi_minor > TIDINGS_ABI_MINOR) {
    return Bad(fmt::format(
        "it was built for version {}.{} of the plugin interface and this host has only {}.{}; "
        "update the host, or build the plugin with the older plugins/sdk",
        d.abi_major, d.abi_minor, TIDINGS_ABI_MAJOR, TIDINGS_ABI_MINOR));
  }
  if (d.struct_size < kSmallestDescriptor) {
    return Bad(fmt::format(
        "its descriptor says struct_size {}, less than the {} bytes of version {}.0; set it to "
        "sizeof(tidings_plugin_descriptor)",
        d.struct_size, kSmallestDescriptor, TIDINGS_ABI_MAJOR));
  }
  return {};
}

Status CheckText(const char* field, const char* text) {
  if (!text || !*text) {
    return Bad(
        fmt::format("its descriptor has no {}; set tidings_plugin_descriptor.{}", field, field));
  }
  if (!IsUtf8(text)) return Bad(fmt::format("the {} in its descriptor is not UTF-8", field));
  return {};
}

bool IsIdentifier(std::string_view id) {
  auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return id.size() <= 64 && id[0] >= 'a' && id[0] <= 'z' && std::all_of(id.begin(), id.end(), good);
}

Status CheckIdentity(const tidings_plugin_descriptor& d, const std::string& stem) {
  TRY(CheckText("id", d.id));
  TRY(CheckText("version", d.version));
  TRY(CheckText("summary", d.summary));
  TRY(CheckText("options_schema", d.options_schema));
  if (!IsIdentifier(d.id)) {
    return Bad(
        fmt::format("its id `{}` must be a lower-case letter and then at most 63 of a-z, "
                    "0-9 and _",
                    d.id));
  }
  if (stem != d.id) {
    return Bad(
        fmt::format("its id is `{0}` but its file is {1}.so; name the file {0}.so, or "
                    "change the id",
                    d.id, stem));
  }
  if (d.stage < TIDINGS_INGEST || d.stage > TIDINGS_SUMMARIZE) {
    return Bad(
        fmt::format("its stage is {}; use TIDINGS_INGEST (1) to TIDINGS_SUMMARIZE (5)", d.stage));
  }
  return {};
}

Status CheckFunctions(const tidings_plugin_descriptor& d) {
  const std::pair<const char*, bool> functions[] = {{"create", d.create},   {"start", d.start},
                                                    {"process", d.process}, {"drain", d.drain},
                                                    {"stop", d.stop},       {"destroy", d.destroy}};
  std::vector<std::string> missing;
  for (const auto& [name, there] : functions) {
    if (!there) missing.push_back(name);
  }
  if (missing.empty()) return {};
  return Bad(
      fmt::format("its descriptor has no {}; every function is needed, and one with nothing "
                  "to do returns TIDINGS_OK",
                  Join(missing, ", ")));
}

Result<Json> CheckSchema(const char* text) {
  auto schema = ParseJson(text);
  if (!schema) return Fail(schema.error().In("its options_schema is no JSON"));
  if (!schema->is_object() || TextOf(*schema, "type") != "object") {
    return Bad(
        "its options_schema must be a JSON Schema of an object: {\"type\": \"object\", "
        "\"properties\": {...}}");
  }
  return schema;
}

}  // namespace

Result<Json> CheckDescriptor(const tidings_plugin_descriptor* descriptor, const std::string& stem) {
  if (!descriptor) return Bad("its function tidings_plugin returned NULL instead of a descriptor");
  TRY(CheckVersions(*descriptor));
  TRY(CheckIdentity(*descriptor, stem));
  TRY(CheckFunctions(*descriptor));
  return CheckSchema(descriptor->options_schema);
}

}  // namespace tidings::plugin
