#include "base/random.h"

#include <random>

namespace tidings {

Random Random::Seeded() {
  std::random_device device;
  return Random((static_cast<uint64_t>(device()) << 32) | device());
}

uint64_t Random::Next() {
  state_ += 0x9e3779b97f4a7c15u;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace tidings
