// The functions that a plugin calls, over HostServices.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>

#include "base/random.h"
#include "plugin/instance.h"
#include "tidings/plugin.h"

namespace tidings::plugin {

// One tidings_host. Lives as long as its instance; its address is the context, so it stays put.
// What the plugin calls may come from any thread; the rest belongs to the instance's caller.
class HostTable {
 public:
  explicit HostTable(HostServices services);
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  const tidings_host* get() const { return &table_; }

  // A call of the plugin begins on this thread: forgets the last error. `deadline` as in
  // tidings_batch.
  void Begin(int64_t deadline);
  void End();
  // What error() said since Begin, "at <where>: <message>"; "" where it said nothing.
  std::string LastError() const;
  // Whether the plugin's current call has run past its deadline.
  bool PastDeadline() const;
  // The same, or the host has asked it to stop.
  bool Cancelled() const;
  void Log(log::Level level, std::string_view text) noexcept;

 private:
  static HostTable& Of(void* context) { return *static_cast<HostTable*>(context); }
  static void OnLog(void* context, tidings_log_level level, tidings_text message);
  static void OnCount(void* context, tidings_text name, double value);
  static int64_t OnNow(void* context);
  static uint64_t OnRandom(void* context);
  static int32_t OnCancelled(void* context);
  static tidings_status OnHttp(void* context, const tidings_http_call* call, tidings_http_done done,
                               void* done_context, tidings_text* why);
  static tidings_status OnSecret(void* context, tidings_text name, tidings_text* value);
  static void OnError(void* context, tidings_text where, tidings_text message);
  static const void* OnService(void* context, const char* name);

  Result<HttpAnswer> Http(const tidings_http_call& call);
  // `wanted`, cut to what is left of the current batch where this is its thread.
  Duration Allowed(Duration wanted) const;

  const HostServices services_;
  tidings_host table_{};
  tidings_receipts_service receipts_{};
  std::atomic<int64_t> deadline_{TIDINGS_NO_TIME};
  std::atomic<std::thread::id> caller_{};
  mutable std::mutex mutex_;
  Random random_;      // guarded by mutex_
  std::string error_;  // guarded by mutex_
};

}  // namespace tidings::plugin
