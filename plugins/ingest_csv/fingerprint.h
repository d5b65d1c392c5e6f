// What has been seen before, in 16 bytes a piece.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace ingest_csv {

// A 128-bit hash. Not one to withstand an attacker: who makes two lines of his own file collide
// loses one of them.
struct Fingerprint {
  uint64_t low = 0, high = 0;

  bool operator==(const Fingerprint&) const = default;

  // Mixes `text` and its length in, so that ("ab", "c") and ("a", "bc") differ.
  void Add(std::string_view text) {
    Mix(text.size());
    for (; text.size() >= 8; text.remove_prefix(8)) Mix(Load(text, 8));
    if (!text.empty()) Mix(Load(text, text.size()));
  }

 private:
  static uint64_t Load(std::string_view text, size_t size) {
    uint64_t word = 0;
    std::memcpy(&word, text.data(), size);
    return word;
  }
  // Multiplies to 128 bits and folds: every bit of the word reaches every bit of the lane.
  static uint64_t Fold(uint64_t a, uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    Wide product = static_cast<Wide>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
  void Mix(uint64_t word) {
    low = Fold(low ^ word ^ 0x9e3779b97f4a7c15u, 0xa0761d6478bd642fu ^ high);
    high = Fold(high ^ word ^ 0xe7037ed1a0b428dbu, 0x8ebc6af09c88c6e3u) + low;
  }
};

inline Fingerprint FingerprintOf(std::string_view text) {
  Fingerprint fingerprint;
  fingerprint.Add(text);
  return fingerprint;
}

// A set by open addressing: 16 bytes a slot, at most three quarters full, doubling.
class FingerprintSet {
 public:
  // True when it was not there before.
  bool Insert(Fingerprint fingerprint) {
    if (fingerprint == Fingerprint()) fingerprint.low = 1;  // all zero marks a free slot
    if ((size_ + 1) * 4 > slots_.size() * 3) Grow();
    Fingerprint& slot = SlotOf(fingerprint);
    if (slot == fingerprint) return false;
    slot = fingerprint;
    ++size_;
    return true;
  }
  bool Contains(Fingerprint fingerprint) {
    if (fingerprint == Fingerprint()) fingerprint.low = 1;
    return !slots_.empty() && SlotOf(fingerprint) == fingerprint;
  }
  size_t bytes() const { return slots_.size() * sizeof(Fingerprint); }

 private:
  Fingerprint& SlotOf(const Fingerprint& fingerprint) {
    size_t mask = slots_.size() - 1, i = fingerprint.low & mask;
    while (!(slots_[i] == Fingerprint()) && !(slots_[i] == fingerprint)) i = (i + 1) & mask;
    return slots_[i];
  }
  void Grow() {
    std::vector<Fingerprint> old(slots_.empty() ? 8 : slots_.size() * 2);
    std::swap(old, slots_);
    for (auto& fingerprint : old) {
      if (!(fingerprint == Fingerprint())) SlotOf(fingerprint) = fingerprint;
    }
  }

  std::vector<Fingerprint> slots_;
  size_t size_ = 0;
};

}  // namespace ingest_csv
