#include "api/rows.h"

#include <fmt/core.h>

#include "base/text.h"

namespace tidings::api {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

RowSplitter::RowSplitter(bool lines, size_t largest_row, OnRow on_row)
    : lines_(lines), largest_row_(largest_row), on_row_(std::move(on_row)) {
  if (lines) shape_ = BodyShape::kLines;
}

Status RowSplitter::Feed(std::string_view piece) {
  return shape_ == BodyShape::kLines ? FeedLines(piece) : FeedJson(piece);
}

Status RowSplitter::Finish() {
  if (shape_ == BodyShape::kLines) {
    EmitLine(held_);
    held_.clear();
    return {};
  }
  if (shape_ == BodyShape::kUnknown) return Malformed("the body is empty; send a JSON object");
  if (in_row_) return Malformed("the body ends inside an object");
  if (expect_ != Expect::kNothing) return Malformed("the array is not closed by ']'");
  return {};
}

Status RowSplitter::FeedLines(std::string_view piece) {
  for (size_t end; (end = piece.find('\n')) != piece.npos; piece.remove_prefix(end + 1)) {
    if (held_.empty()) {
      EmitLine(piece.substr(0, end));
    } else {
      TRY(Keep(piece.substr(0, end)));
      EmitLine(held_);
      held_.clear();
    }
    ++line_;
  }
  if (held_.empty()) row_line_ = line_;
  return Keep(piece);
}

void RowSplitter::EmitLine(std::string_view line) {
  line = Trim(line);
  if (!line.empty()) on_row_(line, line_);
}

Status RowSplitter::FeedJson(std::string_view piece) {
  while (!piece.empty()) {
    // A second object after the first, without an array around them: the body is NDJSON.
    bool more = shape_ == BodyShape::kObject && expect_ == Expect::kNothing && piece[0] == '{';
    if (!in_row_ && more) {
      shape_ = BodyShape::kLines;
      return FeedLines(piece);
    }
    if (!in_row_ && piece.front() != '{') {
      TRY(Between(piece.front()));
      piece.remove_prefix(1);
      continue;
    }
    TRY_ASSIGN(size_t taken, Inside(piece));
    piece.remove_prefix(taken);
  }
  return {};
}

Status RowSplitter::Between(char c) {
  if (c == '\n') ++line_;
  if (IsSpace(c)) return {};
  if (c == '[' && shape_ == BodyShape::kUnknown) {
    shape_ = BodyShape::kArray;
    expect_ = Expect::kValueOrEnd;
  } else if (c == ']' && shape_ == BodyShape::kArray &&
             (expect_ == Expect::kValueOrEnd || expect_ == Expect::kCommaOrEnd)) {
    expect_ = Expect::kNothing;
  } else if (c == ',' && expect_ == Expect::kCommaOrEnd) {
    expect_ = Expect::kValue;
  } else {
    return Malformed(
        fmt::format("'{}' is not expected here; send one object, an array of objects, "
                    "or one object a line",
                    c));
  }
  return {};
}

Result<size_t> RowSplitter::Inside(std::string_view piece) {
  if (!in_row_) {
    if (shape_ == BodyShape::kUnknown) shape_ = BodyShape::kObject;
    if (expect_ == Expect::kCommaOrEnd || expect_ == Expect::kNothing) {
      return Malformed("a comma is missing between two objects");
    }
    in_row_ = true;
    row_line_ = line_;
  }
  size_t at = 0;
  for (bool done = false; at < piece.size() && !done; ++at) {
    char c = piece[at];
    if (c == '\n') ++line_;
    if (escaped_)
      escaped_ = false;
    else if (in_text_) {
      escaped_ = c == '\\';
      in_text_ = c != '"';
    } else if (c == '"')
      in_text_ = true;
    else if (c == '{' || c == '[')
      ++depth_;
    else if (c == '}' || c == ']')
      done = --depth_ == 0;
  }
  bool whole = depth_ == 0;
  if (whole && held_.empty()) {
    on_row_(piece.substr(0, at), row_line_);
  } else {
    TRY(Keep(piece.substr(0, at)));
    if (whole) on_row_(held_, row_line_);
  }
  if (whole) {
    held_.clear();
    in_row_ = false;
    expect_ = shape_ == BodyShape::kArray ? Expect::kCommaOrEnd : Expect::kNothing;
  }
  return at;
}

Status RowSplitter::Keep(std::string_view bytes) {
  if (held_.size() + bytes.size() > largest_row_) {
    return Fail(Code::kResourceExhausted,
                fmt::format("the row that begins at line {} is longer than {} bytes", row_line_,
                            largest_row_));
  }
  held_.append(bytes);
  return {};
}

tl::unexpected<Error> RowSplitter::Malformed(const std::string& what) const {
  return Fail(Code::kInvalidArgument, fmt::format("line {} of the body: {}", line_, what));
}

}  // namespace tidings::api
