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
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "tidings/plugin.h"

namespace tidings::sdk {

inline std::string_view ToView(tidings_text text) {
  return text.size == 0 ? std::string_view()
                        : std::string_view(text.data, static_cast<std::size_t>(text.size));
}
inline std::string ToString(tidings_text text) { return std::string(ToView(text)); }
inline tidings_text ToText(std::string_view view) { return {view.data(), view.size()}; }

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

// The items of a batch, typed. Steps by the host's stride, so that items may grow.
template <class Item>
class Items {
 public:
  explicit Items(const tidings_batch& batch) : batch_(&batch) {}

  std::size_t size() const { return static_cast<std::size_t>(batch_->count); }
  bool empty() const { return batch_->count == 0; }
  const Item& operator[](std::size_t i) const {
    return *reinterpret_cast<const Item*>(static_cast<const char*>(batch_->items) +
                                          i * static_cast<std::size_t>(batch_->item_size));
  }
  std::int64_t now() const { return batch_->now; }
  std::int64_t deadline() const { return batch_->deadline; }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using pointer = const Item*;
    using reference = const Item&;

    Iterator(const Items* items, std::size_t i) : items_(items), i_(i) {}
    reference operator*() const { return (*items_)[i_]; }
    pointer operator->() const { return &(*items_)[i_]; }
    Iterator& operator++() { return ++i_, *this; }
    bool operator==(const Iterator& other) const { return i_ == other.i_; }
    bool operator!=(const Iterator& other) const { return i_ != other.i_; }

   private:
    const Items* items_;
    std::size_t i_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  const tidings_batch* batch_;
};

using Payloads = Items<tidings_payload>;       // TIDINGS_INGEST
using Customers = Items<tidings_customer>;     // TIDINGS_SEGMENT
using Messages = Items<tidings_message>;       // TIDINGS_DELIVER
using Requests = Items<tidings_http_request>;  // TIDINGS_RECEIPT
using Tasks = Items<tidings_task>;             // TIDINGS_SUMMARIZE

struct Receipt {
  std::string_view message_id;
  tidings_receipt_status status = TIDINGS_DELIVERED;
  std::string_view reason, reference, event_id;
  std::int64_t occurred_at = TIDINGS_NO_TIME;
};

// Where results go. The host copies what it is given. Valid during Process, on its thread.
class Output {
 public:
  explicit Output(const tidings_output& output) : output_(&output) {}

  void Accept(std::size_t item, std::string_view reference = {}) const {
    Verdict(item, TIDINGS_ACCEPT, 0, {}, reference);
  }
  // `after` 0 leaves the pause to the host's back-off.
  void Retry(std::size_t item, std::string_view reason,
             std::chrono::milliseconds after = std::chrono::milliseconds(0)) const {
    Verdict(item, TIDINGS_RETRY, static_cast<std::uint64_t>(after.count()), reason, {});
  }
  void Reject(std::size_t item, std::string_view reason, std::string_view reference = {}) const {
    Verdict(item, TIDINGS_REJECT, 0, reason, reference);
  }
  void Drop(std::size_t item, std::string_view reason = {}) const {
    Verdict(item, TIDINGS_DROP, 0, reason, {});
  }
  void Record(std::size_t item, std::string_view entity, std::string_view json,
              std::uint64_t line = 0) const {
    tidings_record record = {sizeof record, 0, line, ToText(entity), ToText(json)};
    output_->record(output_->context, item, &record);
  }
  void Receipt(std::size_t item, const sdk::Receipt& receipt) const {
    tidings_receipt raw = {sizeof raw,
                           receipt.status,
                           ToText(receipt.message_id),
                           ToText(receipt.reason),
                           ToText(receipt.reference),
                           ToText(receipt.event_id),
                           receipt.occurred_at};
    output_->receipt(output_->context, item, &raw);
  }
  void Text(std::size_t item, std::string_view text) const {
    output_->text(output_->context, item, ToText(text));
  }
  // One record at `line` is refused; `field` is a JSON Pointer or column name, or empty.
  void Refuse(std::size_t item, std::uint64_t line, std::string_view field, std::string_view value,
              std::string_view reason) const {
    output_->refuse(output_->context, item, line, ToText(field), ToText(value), ToText(reason));
  }

 private:
  void Verdict(std::size_t item, tidings_verdict_code code, std::uint64_t retry_after_ms,
               std::string_view reason, std::string_view reference) const {
    tidings_verdict verdict = {sizeof verdict, code, retry_after_ms, ToText(reason),
                               ToText(reference)};
    output_->verdict(output_->context, item, &verdict);
  }

  const tidings_output* output_;
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
