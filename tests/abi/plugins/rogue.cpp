// A plugin without the C++ glue that misbehaves as its options say: {"in": "process", "do":
// "crash"}.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <fcntl.h>

#include <nlohmann/json.hpp>

#include "tidings/plugin.h"

struct tidings_instance {
  const tidings_host* host;
  std::string where, what;
  std::unique_ptr<char[]> kept;
};

namespace {

tidings_text Text(const char* text) { return {text, std::char_traits<char>::length(text)}; }

tidings_verdict Verdict(tidings_verdict_code code, const char* reason) {
  return {sizeof(tidings_verdict), code, 0, Text(reason), Text("ref")};
}

void* volatile g_lost = nullptr;  // so that the compiler cannot leave the leak out

// What can go wrong in any call.
tidings_status Misbehave(tidings_instance& self) {
  if (self.what == "throw") throw std::runtime_error("thrown across");
  if (self.what == "throw_int") throw 42;
  if (self.what == "crash") std::raise(SIGSEGV);
  if (self.what == "abort") std::abort();
  if (self.what == "exit") std::_Exit(3);
  if (self.what == "hang") {
    for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  if (self.what == "fail") {
    self.host->error(self.host->context, Text("/endpoint"), Text("no such host"));
    return TIDINGS_INVALID;
  }
  if (self.what == "unavailable") {
    self.host->error(self.host->context, Text(""), Text("the vendor is away"));
    return TIDINGS_UNAVAILABLE;
  }
  if (self.what == "cancelled") return TIDINGS_CANCELLED;
  if (self.what == "silent") return TIDINGS_FAILED;
  if (self.what == "unknown_status") return 77;
  if (self.what == "leak_memory") g_lost = new char[1000];
  if (self.what == "leak_file") (void)!::open("/dev/null", O_RDONLY);
  if (self.what == "slow") std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return TIDINGS_OK;
}

tidings_status In(tidings_instance* self, const char* call) {
  return self->where == call ? Misbehave(*self) : TIDINGS_OK;
}

tidings_instance* Create(const tidings_host* host, tidings_text text) {
  auto options = nlohmann::json::parse(text.data, text.data + text.size);
  auto self = std::make_unique<tidings_instance>();
  self->host = host;
  self->where = options.value("in", "");
  self->what = options.value("do", "");
  if (In(self.get(), "create") != TIDINGS_OK) return nullptr;
  return self.release();
}

tidings_status Start(tidings_instance* self) { return In(self, "start"); }

void Answer(tidings_instance* self, const tidings_batch* batch, const tidings_output* out) {
  const auto& what = self->what;
  auto accept = Verdict(TIDINGS_ACCEPT, "");
  if (what == "none") return;
  if (what == "out_of_range") out->verdict(out->context, batch->count, &accept);
  if (what == "far_out_of_range") out->verdict(out->context, ~uint64_t{0}, &accept);
  if (what == "twice") out->verdict(out->context, 0, &accept);
  if (what == "null") out->verdict(out->context, 0, nullptr);
  if (what == "small") accept.struct_size = 4;
  if (what == "no_data") accept.reference = {nullptr, 9};
  if (what == "unknown_code") accept.code = 9;
  if (what == "no_reason") accept = Verdict(TIDINGS_REJECT, "");
  if (what == "bad_text") accept = Verdict(TIDINGS_REJECT, "caf\xe9 \xff");
  if (what == "record") {
    tidings_record record = {sizeof record, 0, 1, Text("customer"), Text("{}")};
    out->record(out->context, 0, &record);
  }
  if (what == "other_thread") {
    std::thread([&] { out->verdict(out->context, 0, &accept); }).join();
  }
  for (uint64_t i = what == "first_only" ? batch->count - 1 : 0; i < batch->count; ++i) {
    out->verdict(out->context, i, &accept);
  }
}

tidings_status Process(tidings_instance* self, const tidings_batch* batch,
                       const tidings_output* out) {
  if (self->where == "output") {
    Answer(self, batch, out);
    return TIDINGS_OK;
  }
  auto status = In(self, "process");
  if (status == TIDINGS_OK) {
    auto accept = Verdict(TIDINGS_ACCEPT, "");
    for (uint64_t i = 0; i < batch->count; ++i) out->verdict(out->context, i, &accept);
  }
  return status;
}

tidings_status Drain(tidings_instance* self, int64_t) { return In(self, "drain"); }
void Stop(tidings_instance* self) { In(self, "stop"); }
void Destroy(tidings_instance* self) {
  std::unique_ptr<tidings_instance> owned(self);
  In(self, "destroy");
}

constexpr tidings_plugin_descriptor kDescriptor = {
    sizeof kDescriptor,
    TIDINGS_MAGIC,
    TIDINGS_ABI_MAJOR,
    TIDINGS_ABI_MINOR,
    TIDINGS_DELIVER,
    0,
    0,
    "rogue",
    "0.1.0",
    "Misbehaves as its options say.",
    R"({"type": "object", "properties": {"in": {"type": "string", "default": ""},
                                         "do": {"type": "string", "default": ""}}})",
    Create,
    Start,
    Process,
    Drain,
    Stop,
    Destroy};

}  // namespace

extern "C" TIDINGS_EXPORT const tidings_plugin_descriptor* tidings_plugin(void) {
  return &kDescriptor;
}
