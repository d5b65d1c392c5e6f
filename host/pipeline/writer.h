// Texts by the summarize stage, and by its `otherwise` where that fails.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace tidings::pipeline {

class Stage;

struct Written {
  std::string text;
  std::string by;  // the runner: "summarize_template 1.0.0"
};

// Thread-safe. Both stages outlive it.
class Writer {
 public:
  Writer(Stage& first, Stage* otherwise, const Clock& clock)
      : first_(first), otherwise_(otherwise), clock_(clock) {}

  // Asks the first stage, and after its failure or `wait` (0 = as long as its own limit) the other
  // one, with as much time again. Blocks. Fails with what the last one said.
  Result<Written> Write(const std::string& kind, const Json& facts, Duration wait = Duration());

 private:
  Result<Written> Ask(Stage& stage, const std::string& kind, const Json& facts, Duration wait);

  Stage& first_;
  Stage* const otherwise_;  // may be null
  const Clock& clock_;
};

}  // namespace tidings::pipeline
