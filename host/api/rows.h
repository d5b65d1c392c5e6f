// Cuts the body of a bulk call into rows, as it arrives.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidings::api {

// What the body holds, told by the first byte that is no white space and by the content type.
enum class BodyShape {
  kUnknown,  // nothing has come yet
  kObject,   // one JSON object
  kArray,    // a JSON array of objects
  kLines,    // NDJSON: one object a line
};

// Finds where rows begin and end and nothing more: whether a row is good JSON is for its reader to
// say, so one bad row costs one row. Only an array whose brackets or commas are wrong fails as a
// whole, from there on. Not thread-safe.
class RowSplitter {
 public:
  // `row` is valid for the call; `line` is the line in the body at which the row begins, from 1.
  using OnRow = std::function<void(std::string_view row, uint64_t line)>;

  // `lines`: the content type says NDJSON. `largest_row` in bytes.
  RowSplitter(bool lines, size_t largest_row, OnRow on_row);

  // The next piece of the body. Fails with kInvalidArgument (with the line) or kResourceExhausted
  // (a row over the limit); after that the splitter takes nothing more.
  Status Feed(std::string_view piece);
  // The body is whole.
  Status Finish();

  BodyShape shape() const { return shape_; }

 private:
  enum class Expect { kValueOrEnd, kValue, kCommaOrEnd, kNothing };

  Status FeedLines(std::string_view piece);
  Status FeedJson(std::string_view piece);
  Status Between(char c);  // outside a row of an array, or before the first row
  Result<size_t> Inside(std::string_view piece);  // returns how many bytes belong to the row
  Status Keep(std::string_view bytes);
  void EmitLine(std::string_view line);
  tl::unexpected<Error> Malformed(const std::string& what) const;

  const bool lines_;
  const size_t largest_row_;
  const OnRow on_row_;
  BodyShape shape_ = BodyShape::kUnknown;
  Expect expect_ = Expect::kValue;
  std::string held_;  // the part of a row that earlier pieces brought
  bool in_row_ = false;
  int depth_ = 0;  // of the row that is under way
  bool in_text_ = false, escaped_ = false;
  uint64_t line_ = 1, row_line_ = 1;
};

}  // namespace tidings::api
