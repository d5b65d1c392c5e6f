// Random numbers, passed in so that a test decides them.
#pragma once

#include <cstdint>

namespace tidings {

// A small fast generator (SplitMix64): the same seed gives the same numbers on every machine.
// Not for secrets. Not thread-safe.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  static Random Seeded();  // from the operating system's entropy

  uint64_t Next();
  uint64_t Below(uint64_t bound) { return bound ? Next() % bound : 0; }
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }  // [0, 1)
  bool Chance(double probability) { return Unit() < probability; }

 private:
  uint64_t state_;
};

}  // namespace tidings
