#include "crm/derived_id.h"

namespace tidings::crm {
namespace {

__extension__ typedef unsigned __int128 UnsignedWide;

}  // namespace

Id DerivedId(std::string_view text) {
  UnsignedWide hash = static_cast<UnsignedWide>(0x6c62272e07bb0142u) << 64 | 0x62b821756295c58du;
  UnsignedWide prime = static_cast<UnsignedWide>(1) << 88 | 0x13bu;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * prime;
  Id id;
  for (int i = 15; i >= 0; --i, hash >>= 8) id.bytes[static_cast<size_t>(i)] = hash & 0xff;
  id.bytes[6] = static_cast<uint8_t>((id.bytes[6] & 0x0f) | 0x80);  // version 8
  id.bytes[8] = static_cast<uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

}  // namespace tidings::crm
