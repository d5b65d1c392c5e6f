// The check of our own on the framing of a chunked body: see framing.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidings::http {

// Follows a chunked body through its size lines, data and trailers. Not thread-safe.
class ChunkCheck {
 public:
  enum class Kind {
    kPart,  // the bytes are part of a size line, of the line end after data, or of a trailer
    kLine,  // the bytes complete such a line; line() has it
    kData,  // the bytes are data
    kBad,   // the bytes break the rules; `count` is meaningless
  };
  struct Run {
    Kind kind;
    size_t count;  // from the front of the input, at least 1
  };

  // The longest run at the front of `input`, which is not empty, that is of one kind.
  Run Take(std::string_view input);

  // The line that was completed last, with its CR LF.
  std::string_view line() const { return line_; }
  // The last chunk and the trailers have been seen.
  bool done() const { return state_ == State::kDone; }
  const char* error() const { return error_; }

 private:
  enum class State { kSize, kData, kDataEnd, kTrailer, kDone };

  Run TakeLine(std::string_view input);
  Run TakeData(std::string_view input);
  bool FinishLine(std::string_view line);
  bool FinishSize(std::string_view line);
  Run Bad(const char* why);

  State state_ = State::kSize;
  std::string line_;   // of the current line, what has come, CR included
  uint64_t left_ = 0;  // of the current chunk's data
  size_t trailer_bytes_ = 0;
  const char* error_ = "";
};

}  // namespace tidings::http
