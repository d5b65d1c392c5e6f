// Batches, outcomes and the headers of messages as bytes, version 1. docs/wire.md tells the format.
//
// Pure functions. Decoding trusts nothing: whatever the bytes are, the answer is a value or
// kInvalidArgument, and memory stays in proportion to their number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "pipeline/batch.h"

namespace tidings::pipeline {

inline constexpr uint8_t kWireVersion = 1;

std::string Encode(const Batch& batch);
Result<Batch> DecodeBatch(std::string_view bytes);

std::string Encode(const Outcome& outcome);
Result<Outcome> DecodeOutcome(std::string_view bytes);

enum class WireKind : uint8_t {
  kReady = 1,      // worker -> dispatcher: takes `credit` batches at once
  kWork = 2,       // dispatcher -> worker: run the batch in the second frame
  kVerdict = 3,    // worker -> dispatcher: the outcome in the second frame, or why there is none
  kHeartbeat = 4,  // both ways, when there is nothing else to say
  kCancel = 5,     // dispatcher -> worker: nobody waits for this batch any more
  kDrain = 6,      // dispatcher -> worker: finish what you have and say BYE
  kBye = 7,        // worker -> dispatcher: gives back the batches it has not begun, and ends
};

// The first frame of every message. Fields that a kind does not use are left at their defaults.
struct WireHeader {
  WireKind kind = WireKind::kHeartbeat;
  uint64_t batch = 0;           // WORK, VERDICT, CANCEL: which
  uint32_t credit = 0;          // READY
  int64_t pid = 0;              // READY: the worker's process
  std::string runner, version;  // READY: what it runs
  Duration limit{};             // WORK: how long the invocation may take; DRAIN: the same for all
  bool failed = false;          // VERDICT: there is no outcome, but an error:
  Error error;                  // VERDICT
  Duration took{};              // VERDICT: time spent in the plugin or script
};

std::string Encode(const WireHeader& header);
Result<WireHeader> DecodeHeader(std::string_view bytes);

}  // namespace tidings::pipeline
