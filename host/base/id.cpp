#include "base/id.h"

#include <fmt/core.h>

namespace tidings {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsDashAt(size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

}  // namespace

std::string Id::ToString() const {
  static const char* const kHex = "0123456789abcdef";
  std::string text(36, '-');
  size_t at = 0;
  for (uint8_t byte : bytes) {
    if (IsDashAt(at)) ++at;
    text[at++] = kHex[byte >> 4];
    text[at++] = kHex[byte & 15];
  }
  return text;
}

Result<Id> Id::Parse(std::string_view text) {
  Id id;
  size_t nibble = 0;
  bool ok = text.size() == 36;
  for (size_t i = 0; ok && i < text.size(); ++i) {
    if (IsDashAt(i)) {
      ok = text[i] == '-';
      continue;
    }
    int value = HexValue(text[i]);
    ok = value >= 0;
    id.bytes[nibble / 2] |= static_cast<uint8_t>(nibble % 2 ? value : value << 4);
    ++nibble;
  }
  if (ok) return id;
  return Fail(Code::kInvalidArgument, fmt::format("'{}' is not an id; an id looks like "
                                                  "0190f5c2-7b1e-7c3a-9f00-2a4f5d6e7f80",
                                                  text.substr(0, 80)));
}

IdSource& IdSource::System() {
  static IdSource source(Clock::System(), Random::Seeded());
  return source;
}

Id IdSource::Next() {
  std::lock_guard lock(mutex_);
  auto now = std::chrono::floor<std::chrono::milliseconds>(clock_.Now());
  auto ms = static_cast<uint64_t>(now.time_since_epoch().count());
  if (ms > last_ms_) {
    last_ms_ = ms;
    counter_ = static_cast<uint32_t>(random_.Below(1024));
  } else if (++counter_ > 0xfff) {
    ++last_ms_;
    counter_ = 0;
  }
  Id id;
  for (int i = 0; i < 6; ++i) id.bytes[i] = static_cast<uint8_t>(last_ms_ >> (40 - 8 * i));
  id.bytes[6] = static_cast<uint8_t>(0x70 | (counter_ >> 8));
  id.bytes[7] = static_cast<uint8_t>(counter_);
  uint64_t tail = random_.Next();
  std::memcpy(id.bytes.data() + 8, &tail, 8);
  id.bytes[8] = static_cast<uint8_t>(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

}  // namespace tidings
