// What plugin.hpp needs beneath: the functions of the C interface over a plugin class. Not for
// including by itself.
#ifndef TIDINGS_PLUGIN_GLUE_HPP
#define TIDINGS_PLUGIN_GLUE_HPP

#include <exception>

#include "tidings/plugin.hpp"

namespace tidings::sdk {

inline HttpAnswer Host::Http(const HttpCall& call) const {
  tidings_http_call raw = {sizeof raw,           static_cast<std::uint32_t>(call.timeout.count()),
                           ToText(call.method),  ToText(call.url),
                           ToText(call.headers), ToText(call.body),
                           call.max_body};
  HttpAnswer answer;
  // The host's frames lie between here and `done`, so no exception may pass: what does not fit in
  // memory is an answer that did not come.
  auto done = [](void* context, const tidings_http_answer* came) {
    auto& kept = *static_cast<HttpAnswer*>(context);
    try {
      kept.status = came->status;
      kept.headers = ToString(came->headers);
      kept.body = ToString(came->body);
    } catch (...) {
      kept.code = TIDINGS_FAILED;
    }
  };
  tidings_text why = {nullptr, 0};
  auto code = host_->http(host_->context, &raw, done, &answer, &why);
  if (code != TIDINGS_OK) answer.error = ToString(why);
  if (code == TIDINGS_OK && answer.code != TIDINGS_OK) answer.error = "no memory for the answer";
  if (code != TIDINGS_OK) answer.code = code;
  return answer;
}

inline std::string Host::Secret(std::string_view name) const {
  tidings_text value = {nullptr, 0};
  if (host_->secret(host_->context, ToText(name), &value) != TIDINGS_OK) {
    throw Failure(TIDINGS_INVALID, "this plugin has been given no secret `" + std::string(name) +
                                       "`; name it in the options with !secret");
  }
  return ToString(value);
}

inline std::string Host::ReceiptsUrl() const {
  auto* service = GetService<tidings_receipts_service>("receipts/1");
  return service ? ToString(service->url) : std::string();
}

// Which items a stage has.
template <tidings_stage kStage>
struct ItemsOf;
template <>
struct ItemsOf<TIDINGS_INGEST> {
  using Type = Payloads;
};
template <>
struct ItemsOf<TIDINGS_SEGMENT> {
  using Type = Customers;
};
template <>
struct ItemsOf<TIDINGS_DELIVER> {
  using Type = Messages;
};
template <>
struct ItemsOf<TIDINGS_RECEIPT> {
  using Type = Requests;
};
template <>
struct ItemsOf<TIDINGS_SUMMARIZE> {
  using Type = Tasks;
};

// The C functions for the class `P`. Every one is a border that no exception crosses.
template <class P>
class Glue {
 public:
  static constexpr tidings_plugin_descriptor Describe() {
    return {sizeof(tidings_plugin_descriptor),
            TIDINGS_MAGIC,
            TIDINGS_ABI_MAJOR,
            TIDINGS_ABI_MINOR,
            P::kStage,
            0,
            P::kCapabilities,
            P::kId,
            P::kVersion,
            P::kSummary,
            P::kOptionsSchema,
            &Create,
            &Start,
            &Process,
            &Drain,
            &Stop,
            &Destroy};
  }

 private:
  struct Instance {
    Instance(const tidings_host* raw, std::string_view options)
        : host(raw), plugin(Host(raw), options) {}
    const tidings_host* host;
    P plugin;
  };

  static Instance& Of(tidings_instance* raw) { return *reinterpret_cast<Instance*>(raw); }

  static void Report(const tidings_host* host, std::string_view where,
                     std::string_view message) noexcept {
    host->error(host->context, ToText(where), ToText(message));
  }

  // Runs `body`, and turns what it throws into words for the host and a status.
  template <class Body>
  static tidings_status Guarded(const tidings_host* host, Body body) noexcept {
    try {
      body();
      return TIDINGS_OK;
    } catch (const Failure& failure) {
      Report(host, failure.where(), failure.what());
      return failure.status() == TIDINGS_OK ? TIDINGS_FAILED : failure.status();
    } catch (const std::exception& problem) {
      Report(host, {}, problem.what());
    } catch (...) {
      Report(host, {}, "threw something that is no std::exception");
    }
    return TIDINGS_FAILED;
  }

  static tidings_instance* Create(const tidings_host* host, tidings_text options) noexcept {
    Instance* made = nullptr;
    Guarded(host, [&] { made = new Instance(host, ToView(options)); });
    return reinterpret_cast<tidings_instance*>(made);
  }
  static tidings_status Start(tidings_instance* raw) noexcept {
    return Guarded(Of(raw).host, [&] { Of(raw).plugin.Start(); });
  }
  static tidings_status Process(tidings_instance* raw, const tidings_batch* batch,
                                const tidings_output* output) noexcept {
    return Guarded(Of(raw).host, [&] {
      Of(raw).plugin.Process(typename ItemsOf<P::kStage>::Type(*batch), Output(*output));
    });
  }
  static tidings_status Drain(tidings_instance* raw, std::int64_t deadline) noexcept {
    return Guarded(Of(raw).host, [&] { Of(raw).plugin.Drain(deadline); });
  }
  static void Stop(tidings_instance* raw) noexcept {
    Guarded(Of(raw).host, [&] { Of(raw).plugin.Stop(); });
  }
  static void Destroy(tidings_instance* raw) noexcept { delete &Of(raw); }
};

}  // namespace tidings::sdk

#endif  // TIDINGS_PLUGIN_GLUE_HPP
