// Identifiers: UUIDs of version 7 (RFC 9562), which sort by the time they were made.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"

namespace tidings {

// 16 bytes in network order. A value; the default is the nil UUID.
struct Id {
  std::array<uint8_t, 16> bytes{};

  auto operator<=>(const Id&) const = default;
  bool IsNil() const { return *this == Id(); }
  std::string ToString() const;  // 36 characters, lower case
  // The 36-character form, in either case. Fails with kInvalidArgument, naming the text.
  static Result<Id> Parse(std::string_view text);
};

// Makes version-7 ids that rise strictly within one source, even inside one millisecond.
// Thread-safe.
class IdSource {
 public:
  IdSource(const Clock& clock, Random random) : clock_(clock), random_(random) {}
  static IdSource& System();  // wall clock, system entropy; lives for ever

  Id Next();

 private:
  const Clock& clock_;
  std::mutex mutex_;
  Random random_;         // guarded by mutex_
  uint64_t last_ms_ = 0;  // guarded by mutex_
  uint32_t counter_ = 0;  // guarded by mutex_; 12 bits, then last_ms_ is moved on
};

}  // namespace tidings
