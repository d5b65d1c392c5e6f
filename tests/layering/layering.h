// Reads the includes of a source tree and says which break the floors.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tidings::layering {

// One sentence for each include that may not be, "host/pg/pool.cpp:3: ...", in the order of paths.
// `root` is the folder that holds host/ and plugins/. A folder under host/ that the table of floors
// does not know is a violation too.
std::vector<std::string> Violations(const std::filesystem::path& root);

// How many files and includes Violations would look at; to see that it looks at all.
struct Extent {
  int files = 0, includes = 0;
};
Extent Measure(const std::filesystem::path& root);

}  // namespace tidings::layering
