// Lends batches to plugins as the C structs of tidings/plugin.h, and collects what they answer.
#pragma once

#include <variant>
#include <vector>

#include "pipeline/batch.h"
#include "tidings/plugin.h"

namespace tidings::pipeline {

// A batch as C structs that point into it: nothing is copied. Valid for as long as the batch is
// neither changed nor moved.
class AbiBatch {
 public:
  explicit AbiBatch(const Batch& batch);
  AbiBatch(const AbiBatch&) = delete;
  AbiBatch& operator=(const AbiBatch&) = delete;

  const tidings_batch& view() const { return view_; }

 private:
  std::variant<std::vector<tidings_payload>, std::vector<tidings_customer>,
               std::vector<tidings_message>, std::vector<tidings_http_request>,
               std::vector<tidings_task>>
      items_;
  tidings_batch view_{};
};

// Copies a plugin's results into an Outcome. One thread, for one call of process().
class AbiOutput {
 public:
  // Every item starts as accepted.
  explicit AbiOutput(size_t items);
  AbiOutput(const AbiOutput&) = delete;
  AbiOutput& operator=(const AbiOutput&) = delete;

  const tidings_output& view() const { return view_; }
  Outcome Take() { return std::move(outcome_); }

 private:
  static void OnVerdict(void* self, uint64_t item, const tidings_verdict* verdict);
  static void OnRecord(void* self, uint64_t item, const tidings_record* record);
  static void OnReceipt(void* self, uint64_t item, const tidings_receipt* receipt);
  static void OnText(void* self, uint64_t item, tidings_text text);
  static void OnRefuse(void* self, uint64_t item, uint64_t line, tidings_text field,
                       tidings_text value, tidings_text reason);

  Outcome outcome_;
  uint64_t order_ = 0;
  tidings_output view_{};
};

}  // namespace tidings::pipeline
