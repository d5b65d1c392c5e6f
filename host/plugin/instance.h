// One running instance of a plugin, behind a border that neither side's mistakes cross.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/result.h"
#include "plugin/plugin.h"

namespace tidings::plugin {

struct HttpCall {
  std::string method, url, headers, body;  // headers as "Name: value\r\n" lines
  Duration timeout{};
  int64_t max_body = 0;  // bytes
};
struct HttpAnswer {
  int status = 0;
  std::string headers, body;
};

// What the host gives an instance, wired in from above. Every function may be called from any
// thread, several at once; what is left empty has the default that stands beside it.
struct HostServices {
  std::string name;  // who speaks, for the log: "campaigns/email"; empty = the plugin's id
  std::function<void(log::Level, std::string_view text)> log;      // empty: to tidings::log
  std::function<void(std::string_view name, double value)> count;  // empty: nothing is counted
  const Clock* clock = &Clock::System();                           // outlives the instance
  std::function<uint64_t()> random;                                // empty: seeded by the system
  const std::atomic<bool>* cancelled = nullptr;                    // may be null
  std::function<Result<HttpAnswer>(const HttpCall&)> http;         // empty: calls fail
  std::function<std::optional<std::string>(std::string_view name)> secret;  // empty: has none
  std::string receipts_url;  // where vendors send receipts; empty where no HTTP is served
};

// Drives one instance through create, start, process*, drain, stop and destroy, and holds the
// plugin to the rules of tidings/plugin.h. Calls come from one thread at a time; a call in the
// wrong order or while another is inside fails with kInternal and does not reach the plugin.
//
// A C++ exception that a plugin lets cross is caught where the unwinder can reach us; the instance
// is broken then, and only Stop and destruction still reach it. A crash takes the process down:
// isolation: process is for plugins that are not trusted.
class Instance {
 public:
  // `options` fit the plugin's schema and hold no unexpanded secret. Fails with the plugin's own
  // words, or says that it gave none.
  static Result<std::unique_ptr<Instance>> Create(const Plugin& plugin, const Json& options,
                                                  HostServices services);
  ~Instance();  // stops where that is due, and destroys

  Status Start();

  // `batch` and `output` as in the C interface; both only for the call. `output` gets results that
  // keep the rules: an index that exists, one verdict an item, known codes, well-formed UTF-8
  // without NUL. Where segment, deliver or summarize owe a result and the plugin gave none, the
  // item gets REJECT with a reason, or RETRY where the batch was cut short.
  //
  // Fails for the batch as a whole: kInvalidArgument, kUnavailable or kCancelled as the plugin says
  // (kTimeout instead of kCancelled when the deadline has passed), and kInternal when it fails
  // otherwise or breaks a rule. What `output` was given by then is to be thrown away.
  Status Process(const tidings_batch& batch, const tidings_output& output);

  Status Drain(Time deadline);
  void Stop();  // once; later calls do nothing

  const std::string& id() const;
  const std::string& version() const;

 private:
  class Parts;
  explicit Instance(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace tidings::plugin
