// A plugin with one thing wrong in its handshake. Built once for each ODD_... below, as
// odd_<name>.so; the host must refuse each in words that say what it is.
#include <stdexcept>

#include "tidings/plugin.h"

namespace {

tidings_instance* Create(const tidings_host*, tidings_text) {
  static char anything;
  return reinterpret_cast<tidings_instance*>(&anything);
}
tidings_status Start(tidings_instance*) { return TIDINGS_OK; }
tidings_status Process(tidings_instance*, const tidings_batch*, const tidings_output*) {
  return TIDINGS_OK;
}
tidings_status Drain(tidings_instance*, int64_t) { return TIDINGS_OK; }
void Stop(tidings_instance*) {}
void Destroy(tidings_instance*) {}

[[maybe_unused]] tidings_plugin_descriptor Descriptor() {
  tidings_plugin_descriptor d = {sizeof d,
                                 TIDINGS_MAGIC,
                                 TIDINGS_ABI_MAJOR,
                                 TIDINGS_ABI_MINOR,
                                 TIDINGS_DELIVER,
                                 0,
                                 0,
                                 ODD_NAME,
                                 "1.0.0",
                                 "Is odd in one way.",
                                 R"({"type": "object"})",
                                 Create,
                                 Start,
                                 Process,
                                 Drain,
                                 Stop,
                                 Destroy};
#if defined(ODD_MAGIC)
  d.magic = 0x12345678;
#elif defined(ODD_MAJOR)
  d.abi_major = TIDINGS_ABI_MAJOR + 1;
  d.struct_size = 8;  // nothing behind the versions may be read
#elif defined(ODD_MINOR)
  d.abi_minor = TIDINGS_ABI_MINOR + 1;
#elif defined(ODD_SIZE)
  d.struct_size = 16;
#elif defined(ODD_STAGE)
  d.stage = 9;
#elif defined(ODD_ID)
  d.id = "somebody_else";
#elif defined(ODD_LETTERS)
  d.id = "Odd-Letters";
#elif defined(ODD_VERSION)
  d.version = nullptr;
#elif defined(ODD_SUMMARY)
  d.summary = "";
#elif defined(ODD_SCHEMA)
  d.options_schema = "{\"type\": \"object\",";
#elif defined(ODD_SCHEMATYPE)
  d.options_schema = R"({"type": "array"})";
#elif defined(ODD_FUNCTIONS)
  d.drain = nullptr;
  d.destroy = nullptr;
#endif
  return d;
}

}  // namespace

#if !defined(ODD_SYMBOL)
extern "C" TIDINGS_EXPORT const tidings_plugin_descriptor* tidings_plugin(void) {
#if defined(ODD_NULL)
  return nullptr;
#elif defined(ODD_THROW)
  throw std::runtime_error("before it began");
#elif defined(ODD_CHANGING)
  static tidings_plugin_descriptor descriptors[2] = {Descriptor(), Descriptor()};
  static int calls = 0;
  return &descriptors[calls++ % 2];
#else
  static const tidings_plugin_descriptor kDescriptor = Descriptor();
  return &kDescriptor;
#endif
}
#endif
