// PostgreSQL's binary forms of values: big-endian, as its *send and *recv functions have them.
// For use inside host/pg only.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/money.h"

namespace tidings::pg::binary {

// Type oids, fixed in PostgreSQL's catalogue (pg_type.dat).
enum Type : uint32_t {
  kBool = 16,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kText = 25,
  kJson = 114,
  kFloat4 = 700,
  kFloat8 = 701,
  kBpchar = 1042,
  kVarchar = 1043,
  kDate = 1082,
  kTimestamptz = 1184,
  kNumeric = 1700,
  kUuid = 2950,
  kJsonb = 3802,
};

// Timestamps count from 2000-01-01.
inline constexpr int64_t kEpochMicroseconds = 946'684'800'000'000;

inline uint16_t BigEndian(uint16_t value) { return __builtin_bswap16(value); }
inline uint32_t BigEndian(uint32_t value) { return __builtin_bswap32(value); }
inline uint64_t BigEndian(uint64_t value) { return __builtin_bswap64(value); }
static_assert(std::endian::native == std::endian::little);

// `T` is an unsigned integer. Appends, or writes over what is there already.
template <class T>
void Put(std::string& out, T value) {
  value = BigEndian(value);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
template <class T>
void PutAt(std::string& out, size_t offset, T value) {
  value = BigEndian(value);
  std::memcpy(out.data() + offset, &value, sizeof value);
}

// `bytes` must hold a whole T.
template <class T>
T Get(std::string_view bytes, size_t offset = 0) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return BigEndian(value);
}

inline uint64_t OfTime(Time time) {  // Time::min() and max() are the infinities
  auto count = time.time_since_epoch().count();
  if (time == Time::max()) return static_cast<uint64_t>(count);
  return __builtin_sub_overflow(count, kEpochMicroseconds, &count)
             ? static_cast<uint64_t>(INT64_MIN)
             : static_cast<uint64_t>(count);
}
inline Time ToTime(uint64_t value) {  // both infinities are kept
  auto count = static_cast<int64_t>(value);
  if (count == INT64_MIN) return Time::min();
  return __builtin_add_overflow(count, kEpochMicroseconds, &count) ? Time::max()
                                                                   : Time(Duration(count));
}

inline constexpr uint32_t kNullLength = 0xFFFFFFFF;  // in place of the length of a value

inline void PutSized(std::string& out, std::string_view bytes) {
  Put(out, static_cast<uint32_t>(bytes.size()));
  out.append(bytes);
}

// What stands before the elements of an array of one dimension; each element is a length and bytes.
void PutArrayHead(std::string& out, Type element, size_t count, bool has_null);

// numeric: digits to the base of 10,000, so Money's four places are exactly one digit.
struct Numeric {
  uint16_t head[4];    // count of digits, weight of the first, sign, places
  uint16_t digits[6];  // most significant first; at most five before the point, one after
  int count = 0;
  int32_t size() const { return 8 + 2 * count; }
};
Numeric OfMoney(Money amount);
void Put(std::string& out, const Numeric& numeric);

// False when the value is NaN, infinite, finer than Money or larger.
bool ToMoney(std::string_view bytes, Money* amount);
double ToReal(std::string_view bytes);  // of a numeric; NaN where it is damaged

}  // namespace tidings::pg::binary
