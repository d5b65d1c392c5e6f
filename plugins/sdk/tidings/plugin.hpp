// C++ glue over plugin.h: a plugin is one class and one macro. Header only, C++17.
//
//     class DeliverLog : public tidings::sdk::Plugin {
//      public:
//       static constexpr auto kId = "deliver_log";
//       static constexpr auto kVersion = "1.0.0";
//       static constexpr auto kSummary = "Writes each message to the log.";
//       static constexpr auto kOptionsSchema = R"({"type": "object"})";
//       static constexpr tidings_stage kStage = TIDINGS_DELIVER;
//
//       DeliverLog(tidings::sdk::Host host, std::string_view options) : Plugin(host) {}
//       void Process(const tidings::sdk::Messages& batch, const tidings::sdk::Output& out) {...}
//     };
//     TIDINGS_PLUGIN(DeliverLog)
//
// An exception that leaves a method ends at the border and becomes host->error() and a status:
// Failure keeps its status and position, anything else is TIDINGS_FAILED with its what(). (An
// exception in a thread of the plugin's own ends the process, as everywhere in C++.)
#ifndef TIDINGS_PLUGIN_HPP
#define TIDINGS_PLUGIN_HPP

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "tidings/plugin.h"
#include "tidings/views.hpp"

namespace tidings::sdk {

// Throw it from any method to fail with a status of your choice. `where` is a JSON Pointer into
// the options or the item ("/host"), or empty.
class Failure : public std::runtime_error {
 public:
  Failure(tidings_status status, const std::string& message, std::string where = {})
      : std::runtime_error(message), status_(status), where_(std::move(where)) {}
  tidings_status status() const { return status_; }
  const std::string& where() const { return where_; }

 private:
  tidings_status status_;
  std::string where_;
};

// What Host::Http asks; views must live for the call.
struct HttpCall {
  std::string_view method = "GET";
  std::string_view url;
  std::string_view headers;  // "Name: value\r\n" lines
  std::string_view body;
  std::chrono::milliseconds timeout{0};  // 0 = 30 s
  std::uint64_t max_body = 0;            // bytes; 0 = 16 MiB
};

// What came of it: an answer of any HTTP status, or `error` says why there is none.
struct HttpAnswer {
  tidings_status code = TIDINGS_OK;
  std::uint32_t status = 0;  // HTTP status; 0 without an answer
  std::string headers, body;
  std::string error;

  bool Arrived() const { return code == TIDINGS_OK; }
  bool Ok() const { return Arrived() && status / 100 == 2; }
};

// The host, as a cheap copyable handle, valid until the plugin's Stop returns. Thread-safe.
class Host {
 public:
  explicit Host(const tidings_host* host) : host_(host) {}

  void Log(tidings_log_level level, std::string_view text) const {
    host_->log(host_->context, level, ToText(text));
  }
  void Debug(std::string_view text) const { Log(TIDINGS_DEBUG, text); }
  void Info(std::string_view text) const { Log(TIDINGS_INFO, text); }
  void Warning(std::string_view text) const { Log(TIDINGS_WARNING, text); }
  void Error(std::string_view text) const { Log(TIDINGS_ERROR, text); }

  // Adds to the counter tidings_plugin_<name>_total.
  void Count(std::string_view name, double value = 1) const {
    host_->count(host_->context, ToText(name), value);
  }
  std::int64_t Now() const { return host_->now(host_->context); }  // microseconds since 1970
  std::uint64_t Random() const { return host_->random(host_->context); }
  double RandomUnit() const { return static_cast<double>(Random() >> 11) * 0x1.0p-53; }  // [0, 1)
  bool Cancelled() const { return host_->cancelled(host_->context) != 0; }

  // Blocks until there is an answer or none will come; never throws over a bad network.
  HttpAnswer Http(const HttpCall& call) const;
  // Throws Failure(TIDINGS_INVALID) where the operator has given no such secret.
  std::string Secret(std::string_view name) const;
  // Where receipts are taken, or "" where the host serves no HTTP.
  std::string ReceiptsUrl() const;

  // The service "name/version" as its struct, or nullptr.
  template <class Service>
  const Service* GetService(const char* name) const {
    return static_cast<const Service*>(host_->get_service(host_->context, name));
  }
  const tidings_host* raw() const { return host_; }

 private:
  const tidings_host* host_;
};

// The base of a plugin class: holds the host, and does nothing where the class says nothing.
class Plugin {
 public:
  static constexpr tidings_capabilities kCapabilities = 0;

  explicit Plugin(Host host) : host_(host) {}
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  void Start() {}
  void Drain(std::int64_t /*deadline*/) {}
  void Stop() {}

 protected:
  ~Plugin() = default;
  const Host& host() const { return host_; }

 private:
  Host host_;
};

}  // namespace tidings::sdk

#include "tidings/plugin_glue.hpp"

// Exports the class as this library's plugin. Once, in one source file, outside namespaces.
#define TIDINGS_PLUGIN(Class)                                                                     \
  extern "C" TIDINGS_EXPORT const tidings_plugin_descriptor* tidings_plugin(void) {               \
    static const tidings_plugin_descriptor kDescriptor = ::tidings::sdk::Glue<Class>::Describe(); \
    return &kDescriptor;                                                                          \
  }

#endif  // TIDINGS_PLUGIN_HPP
