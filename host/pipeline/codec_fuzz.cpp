// Whatever the bytes are: no crash, and what is accepted means the same when it is written again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "pipeline/codec.h"

using tidings::pipeline::DecodeBatch;
using tidings::pipeline::DecodeHeader;
using tidings::pipeline::DecodeOutcome;
using tidings::pipeline::Encode;

namespace {

// A number may be written in more than one way, so the second writing is what must stand still.
template <class Decode>
void Check(std::string_view bytes, Decode decode) {
  auto value = decode(bytes);
  if (!value) return;
  std::string once = Encode(*value);
  auto again = decode(once);
  if (!again || Encode(*again) != once) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Check(bytes, DecodeBatch);
  Check(bytes, DecodeOutcome);
  Check(bytes, DecodeHeader);
  return 0;
}
