// The rows of an imported file that were refused: counted by reason, and written out to be mended.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "pipeline/report.h"

namespace tidings::cli {

// Why rows were refused, with the first few lines of each reason.
class RejectCounts {
 public:
  struct Reason {
    int64_t count = 0;
    std::vector<uint64_t> first_lines;  // at most five
    std::string example;                // of the first: column, value and what is wrong with it
  };

  // `record` as in StreamCallbacks::refused.
  void Add(const pipeline::RowReport& row, const std::string& record);

  const std::map<std::string, Reason>& reasons() const { return reasons_; }
  const std::map<uint64_t, std::string>& lines() const { return lines_; }  // line -> why
  int64_t total() const;
  std::string Describe() const;  // a table, most frequent reason first
  OrderedJson ToJson() const;

 private:
  std::map<std::string, Reason> reasons_;
  std::map<uint64_t, std::string> lines_;
};

// How to read the file again.
struct RejectsSource {
  std::filesystem::path file;
  std::string separator = "auto";  // as the mapping says it
  std::string group_by;            // the column whose equal values make one order; "" = none
};

// Writes a CSV file with the header of the source, the refused lines as they stood there, and two
// columns more, reject_line and reject_reason, which an import passes over. Of an order that lost a
// line the others come along, marked "kept": imported again they make the whole order, where the
// mended line alone would replace it. Returns how many rows it wrote; with nothing refused it
// writes no file. Fails with kInvalidArgument for UTF-16, whose lines cannot be copied as they are.
Result<int64_t> WriteRejects(const RejectsSource& source, const RejectCounts& rejects,
                             const std::filesystem::path& target);

}  // namespace tidings::cli
