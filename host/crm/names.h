// Names that mean the same, found without regard to how they are spelt.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace tidings::crm {

// Names are compared without case, `_`, `-` and blanks: "total_spend" is "Total Spend". Constant
// after construction, so any thread may look up.
class NameTable {
 public:
  struct Entry {
    std::string_view name;  // "totalspend"; must outlive the table
    int field;              // 0 or more
  };
  explicit NameTable(std::span<const Entry> entries);
  int Find(std::string_view name) const;  // -1: unknown

 private:
  std::vector<Entry> slots_;  // open addressing; a power of two, at most half full
};

}  // namespace tidings::crm
