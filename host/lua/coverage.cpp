#include "lua/coverage.h"

#include <algorithm>
#include <iterator>

namespace tidings::lua {

void Coverage::Add(const Coverage& other) {
  lines_.insert(other.lines_.begin(), other.lines_.end());
  reached_.insert(other.reached_.begin(), other.reached_.end());
}

std::vector<int> Coverage::Missed() const {
  std::vector<int> missed;
  std::set_difference(lines_.begin(), lines_.end(), reached_.begin(), reached_.end(),
                      std::back_inserter(missed));
  return missed;
}

int Coverage::Percent() const {
  if (lines_.empty()) return 100;
  return static_cast<int>((lines_.size() - Missed().size()) * 100 / lines_.size());
}

}  // namespace tidings::lua
