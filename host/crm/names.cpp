#include "crm/names.h"

#include <cstdint>

namespace tidings::crm {
namespace {

constexpr size_t kLongestName = 32;

size_t Hash(std::string_view name) {
  uint32_t hash = 2166136261u;
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash ^ (hash >> 15);
}

}  // namespace

NameTable::NameTable(std::span<const Entry> entries) {
  size_t size = 2;
  while (size < entries.size() * 2) size *= 2;
  slots_.resize(size, {"", -1});
  for (const Entry& entry : entries) {
    size_t at = Hash(entry.name) & (size - 1);
    while (slots_[at].field >= 0) at = (at + 1) & (size - 1);
    slots_[at] = entry;
  }
}

int NameTable::Find(std::string_view key) const {
  char plain[kLongestName];
  size_t length = 0;
  for (char c : key) {
    if (c == '_' || c == '-' || c == ' ') continue;
    if (length == kLongestName) return -1;
    plain[length++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  std::string_view name(plain, length);
  size_t at = Hash(name) & (slots_.size() - 1);
  for (; slots_[at].field >= 0; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].name == name) return slots_[at].field;
  }
  return -1;
}

}  // namespace tidings::crm
