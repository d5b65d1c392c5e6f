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
    if (line_.ends_with('\n')) line_.clear();
    bool after_cr = line_.ends_with('\r');
    if (!IsHeadByte(c)) return Bad("A control character stands in the framing of a chunk.");
    if (after_cr != (c == '\n')) return Bad("A line of a chunked body does not end in CR LF.");
    line_ += c;
    if (c == '\n') {
      bool good = FinishLine(std::string_view(line_).substr(0, line_.size() - 2));
      return {good ? Kind::kLine : Kind::kBad, i + 1};
    }
    if (state_ == State::kDataEnd && c != '\r') return Bad("A chunk is longer than it said.");
    if (state_ == State::kTrailer && ++trailer_bytes_ > kMostTrailerBytes) {
      return Bad("The trailers of a chunked body are too long.");
    }
    if (state_ == State::kSize && line_.size() > kLongestSizeLine) {
      return Bad("The size line of a chunk is too long.");
    }
  }
  return {Kind::kPart, input.size()};
}

bool ChunkCheck::FinishLine(std::string_view line) {
  if (state_ == State::kSize) return FinishSize(line);
  if (state_ == State::kDataEnd) {
    state_ = State::kSize;
    return true;
  }
  if (line.empty()) {
    state_ = State::kDone;
    return true;
  }
  size_t colon = line.find(':');
  std::string_view name = line.substr(0, colon);
  if (colon != std::string_view::npos && colon > 0 &&
      std::all_of(name.begin(), name.end(), IsTokenByte)) {
    return true;
  }
  error_ = "A trailer is not \"Name: value\".";
  return false;
}

bool ChunkCheck::FinishSize(std::string_view line) {
  error_ = "The size of a chunk is not a hexadecimal number.";
  std::string_view digits = line.substr(0, line.find(';'));
  if (digits.empty() || digits.size() > kMostSizeDigits) return false;
  left_ = 0;
  for (char c : digits) {
    int digit = HexDigit(c);
    if (digit < 0) return false;
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
