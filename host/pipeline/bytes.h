// Reading and writing the compact binary form of docs/wire.md.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tidings::pipeline {

// Appends to one string. Numbers go as LEB128 varints, signed ones zigzag first; text as its length
// and its bytes.
class ByteWriter {
 public:
  void Byte(uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void Unsigned(uint64_t value) {
    for (; value >= 0x80; value >>= 7) Byte(static_cast<uint8_t>(value | 0x80));
    Byte(static_cast<uint8_t>(value));
  }
  void Signed(int64_t value) {
    Unsigned((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void Real(double value) { Unsigned(std::bit_cast<uint64_t>(value)); }
  void Text(std::string_view text) {
    Unsigned(text.size());
    bytes_.append(text);
  }
  void Moment(Time time) { Signed(time.time_since_epoch().count()); }
  void OptMoment(std::optional<Time> time) {
    Byte(time.has_value());
    if (time) Moment(*time);
  }

  void Reserve(size_t bytes) { bytes_.reserve(bytes); }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what a ByteWriter wrote. Past the end, or on a malformed number, it turns bad once and for
// all and answers zeros and empty text: look at ok() at the end. Borrows the bytes.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  uint8_t Byte() {
    if (rest_.empty()) return Bad();
    auto value = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  uint64_t Unsigned() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      uint64_t byte = Byte();
      if (shift == 63 && byte > 1) return Bad();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return Bad();
  }
  int64_t Signed() {
    uint64_t value = Unsigned();
    return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }
  double Real() { return std::bit_cast<double>(Unsigned()); }
  std::string_view View() {
    uint64_t size = Unsigned();
    if (size > rest_.size()) return Bad(), std::string_view();
    auto text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  std::string Text() { return std::string(View()); }
  Time Moment() { return Time(Duration(Signed())); }
  std::optional<Time> OptMoment() {
    if (!Flag()) return std::nullopt;
    return Moment();
  }
  bool Flag() {
    uint8_t value = Byte();
    if (value > 1) Bad();
    return value == 1;
  }
  // A number of things of at least `smallest` bytes each; bad where so many cannot follow.
  size_t Count(size_t smallest) {
    uint64_t count = Unsigned();
    return count > rest_.size() / smallest ? Bad() : count;
  }

  uint8_t Bad() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace tidings::pipeline
