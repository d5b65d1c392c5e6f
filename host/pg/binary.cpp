#include "pg/binary.h"

#include <cmath>
#include <limits>

namespace tidings::pg::binary {
namespace {

constexpr uint16_t kNegative = 0x4000;
constexpr uint16_t kPositive = 0;
constexpr int kPlaces = 4;

// The head and digits of a numeric on the wire.
struct View {
  int count, weight;
  uint16_t sign;
  std::string_view digits;
  uint16_t Digit(int index) const { return Get<uint16_t>(digits, static_cast<size_t>(index) * 2); }
};

bool Read(std::string_view bytes, View* view) {
  if (bytes.size() < 8) return false;
  view->count = Get<uint16_t>(bytes);
  view->weight = static_cast<int16_t>(Get<uint16_t>(bytes, 2));
  view->sign = Get<uint16_t>(bytes, 4);
  view->digits = bytes.substr(8);
  return view->digits.size() == static_cast<size_t>(view->count) * 2;
}

}  // namespace

void PutArrayHead(std::string& out, Type element, size_t count, bool has_null) {
  Put<uint32_t>(out, count ? 1 : 0);  // dimensions
  Put<uint32_t>(out, has_null ? 1 : 0);
  Put<uint32_t>(out, element);
  if (!count) return;
  Put(out, static_cast<uint32_t>(count));
  Put<uint32_t>(out, 1);  // the index of the first
}

Numeric OfMoney(Money amount) {
  Numeric numeric{};
  bool negative = amount.units < 0;
  uint64_t rest = negative ? -static_cast<uint64_t>(amount.units) : amount.units;
  uint16_t reversed[6];
  int count = 0;
  for (; rest; rest /= 10'000) reversed[count++] = static_cast<uint16_t>(rest % 10'000);
  int weight = count - 2;  // the last of them stands after the point
  int zeros = 0;           // PostgreSQL keeps no zero digits at the end
  while (zeros < count && reversed[zeros] == 0) ++zeros;
  numeric.count = count - zeros;
  for (int i = 0; i < numeric.count; ++i) numeric.digits[i] = reversed[count - 1 - i];
  numeric.head[0] = static_cast<uint16_t>(numeric.count);
  numeric.head[1] = static_cast<uint16_t>(numeric.count ? weight : 0);
  numeric.head[2] = negative ? kNegative : kPositive;
  numeric.head[3] = kPlaces;
  return numeric;
}

void Put(std::string& out, const Numeric& numeric) {
  for (uint16_t part : numeric.head) Put(out, part);
  for (int i = 0; i < numeric.count; ++i) Put(out, numeric.digits[i]);
}

bool ToMoney(std::string_view bytes, Money* amount) {
  View view;
  if (!Read(bytes, &view) || (view.sign != kPositive && view.sign != kNegative)) return false;
  int64_t units = 0;
  for (int i = 0; i < view.count; ++i) {
    int power = view.weight - i + 1;  // 0 is the digit after the point
    if (power < 0 && view.Digit(i) != 0) return false;
    if (power < 0) continue;
    int64_t part = view.Digit(i);
    for (; power > 0 && part; --power) {
      if (__builtin_mul_overflow(part, 10'000, &part)) return false;
    }
    if (__builtin_add_overflow(units, part, &units)) return false;
  }
  amount->units = view.sign == kNegative ? -units : units;
  return true;
}

double ToReal(std::string_view bytes) {
  View view;
  if (!Read(bytes, &view)) return std::numeric_limits<double>::quiet_NaN();
  if (view.sign == 0xD000) return std::numeric_limits<double>::infinity();
  if (view.sign == 0xF000) return -std::numeric_limits<double>::infinity();
  if (view.sign != kPositive && view.sign != kNegative) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  double value = 0;
  for (int i = 0; i < view.count; ++i) value = value * 10'000 + view.Digit(i);
  // Dividing by a whole power of ten keeps what fits 53 bits exact; multiplying by its inverse not.
  int power = view.weight - view.count + 1;
  value = power < 0 ? value / std::pow(10'000.0, -power) : value * std::pow(10'000.0, power);
  return view.sign == kNegative ? -value : value;
}

}  // namespace tidings::pg::binary
