// Between a plugin's results and whoever takes them: only results that keep the rules pass.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "tidings/plugin.h"

namespace tidings::plugin {

// One tidings_output for all batches of an instance. Lives as long as the instance, so that a
// plugin that calls late, or from a thread of its own, meets a guard and not freed memory. Open and
// Close belong to the instance's caller.
class OutputGuard {
 public:
  explicit OutputGuard(tidings_stage stage);
  OutputGuard(const OutputGuard&) = delete;
  OutputGuard& operator=(const OutputGuard&) = delete;

  const tidings_output* get() const { return &table_; }

  // Results of `count` items go to `target` from now on, from this thread.
  void Open(const tidings_output& target, uint64_t count);
  // Ends that; every item that lacks what its stage owes gets `missing`. Fails with kInternal,
  // naming the first rule that was broken.
  enum class Missing { kNothing, kReject, kRetry };
  Status Close(Missing missing);

 private:
  static OutputGuard& Of(void* context) { return *static_cast<OutputGuard*>(context); }
  static void OnVerdict(void* context, uint64_t item, const tidings_verdict* verdict);
  static void OnRecord(void* context, uint64_t item, const tidings_record* record);
  static void OnReceipt(void* context, uint64_t item, const tidings_receipt* receipt);
  static void OnText(void* context, uint64_t item, tidings_text text);
  static void OnRefuse(void* context, uint64_t item, uint64_t line, tidings_text field,
                       tidings_text value, tidings_text reason);

  // Whether a result of kind `what` may pass now for `item`; notes why not. `stages` is a set of
  // bits, 1 << stage.
  bool Admit(const char* what, uint64_t item, uint32_t stages);
  bool Has(bool good, const char* what, uint64_t item, const char* rule);
  void Violation(const char* what, uint64_t item, const std::string& rule);
  void FillMissing(tidings_verdict_code code, std::string_view reason);

  const tidings_stage stage_;
  tidings_output table_{};
  std::atomic<std::thread::id> thread_{};  // of the open batch; none while closed
  const tidings_output* target_ = nullptr;
  uint64_t count_ = 0;
  std::vector<bool> judged_, written_;  // by item
  std::mutex mutex_;
  std::string violation_;  // guarded by mutex_; the first one
};

}  // namespace tidings::plugin
