// What is wrong in a file, and how it is shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace tidings::config {

// One thing that is wrong. `message` says what, what was expected, and the nearest valid name where
// one is near. It never holds the value of a secret or of an environment variable.
struct Diagnostic {
  Mark mark;
  std::string message;
};

// All of `diagnostics`, one below the other, each with the line of `source` that it is about:
//
//   pipelines.yaml:31:9: error: unknown key `retries`; did you mean `retry`?
//      31 |         retries: {attempts: 5}
//         |         ^
//
// `file` is printed as given. Ends with a line break unless there is nothing to say. Always UTF-8,
// whatever `source` holds; long lines are cut around the caret.
std::string Render(std::string_view file, std::string_view source,
                   const std::vector<Diagnostic>& diagnostics);

}  // namespace tidings::config
