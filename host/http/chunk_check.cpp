#include "http/chunk_check.h"

#include <algorithm>

#include "http/head_check.h"

namespace tidings::http {
namespace {

constexpr size_t kLongestSizeLine = 256;  // extensions included
constexpr size_t kMostTrailerBytes = 8 << 10;
constexpr size_t kMostSizeDigits = 15;  // so that no size overflows

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

ChunkCheck::Run ChunkCheck::Take(std::string_view input) {
  return state_ == State::kData ? TakeData(input) : TakeLine(input);
}

ChunkCheck::Run ChunkCheck::TakeData(std::string_view input) {
  auto count = static_cast<size_t>(std::min<uint64_t>(left_, input.size()));
  left_ -= count;
  if (left_ == 0) state_ = State::kDataEnd;
  return {Kind::kData, count};
}

ChunkCheck::Run ChunkCheck::TakeLine(std::string_view input) {
  for (size_t i = 0; i < input.size(); ++i) {
    char c = input[i];
    bool after_cr = line_.ends_with('\r');
    if (!IsHeadByte(c)) return Bad("A control character stands in the framing of a chunk.");
    if (after_cr != (c == '\n')) return Bad("A line of a chunked body does not end in CR LF.");
    if (c == '\n') return FinishLine() ? Run{Kind::kFrame, i + 1} : Run{Kind::kBad, 0};
    line_ += c;
    if (state_ == State::kDataEnd && c != '\r') return Bad("A chunk is longer than it said.");
    if (state_ == State::kTrailer && ++trailer_bytes_ > kMostTrailerBytes) {
      return Bad("The trailers of a chunked body are too long.");
    }
    if (state_ == State::kSize && line_.size() > kLongestSizeLine) {
      return Bad("The size line of a chunk is too long.");
    }
  }
  return {Kind::kFrame, input.size()};
}

bool ChunkCheck::FinishLine() {
  line_.pop_back();  // the CR
  bool good = true;
  if (state_ == State::kSize) {
    good = FinishSize();
  } else if (state_ == State::kDataEnd) {
    state_ = State::kSize;
  } else if (line_.empty()) {
    state_ = State::kDone;
  } else if (size_t colon = line_.find(':');
             colon == std::string::npos || colon == 0 ||
             !std::all_of(line_.begin(), line_.begin() + colon, IsTokenByte)) {
    Bad("A trailer is not \"Name: value\".");
    good = false;
  }
  line_.clear();
  return good;
}

bool ChunkCheck::FinishSize() {
  size_t digits = std::min(line_.find(';'), line_.size());
  if (digits == 0 || digits > kMostSizeDigits) {
    Bad("The size of a chunk is not a hexadecimal number.");
    return false;
  }
  left_ = 0;
  for (size_t i = 0; i < digits; ++i) {
    int digit = HexDigit(line_[i]);
    if (digit < 0) return Bad("The size of a chunk is not a hexadecimal number."), false;
    left_ = left_ * 16 + static_cast<uint64_t>(digit);
  }
  state_ = left_ == 0 ? State::kTrailer : State::kData;
  return true;
}

ChunkCheck::Run ChunkCheck::Bad(const char* why) {
  error_ = why;
  return {Kind::kBad, 0};
}

}  // namespace tidings::http
