// Whatever comes, and however it is split: no crash, the same verdict, and bodies that keep to
// their limits. The first byte of an input says where to split the rest.
#include "http/framing.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using tidings::http::Framing;
using tidings::http::FramingLimits;

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Feeds one part; returns false after an error. Appends what is said to `transcript`.
bool Feed(Framing& framing, std::string_view part, std::string& transcript) {
  for (;;) {
    std::string_view before = part;
    switch (framing.Next(part)) {
      case Framing::Event::kNeedMore: Require(part.empty()); return true;
      case Framing::Event::kHead:
        transcript += "head " + framing.head().method + " " + framing.head().target + "\n";
        for (const auto& [name, value] : framing.head().headers) {
          Require(value.find_first_of("\r\n") == std::string::npos);
          transcript += name + "=" + value + "\n";
        }
        Require(!framing.head().chunked || framing.head().length == 0);
        break;
      case Framing::Event::kBody: {
        std::string_view piece = framing.piece();
        Require(!piece.empty() && piece.data() >= before.data());
        Require(piece.data() + piece.size() <= before.data() + before.size());
        transcript += piece;
        break;
      }
      case Framing::Event::kEnd: transcript += "end\n"; break;
      case Framing::Event::kError:
        Require(framing.error().status >= 400 && framing.error().status <= 505);
        transcript += "error " + std::to_string(framing.error().status);
        return false;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  FramingLimits limits{.max_target = 200, .max_head = 1000, .max_fields = 20};

  std::string whole;
  Framing at_once(limits);
  Feed(at_once, input, whole);

  size_t step = data[0] == 0 ? 1 : data[0];
  std::string split;
  Framing in_parts(limits);
  for (size_t at = 0; at < input.size(); at += step) {
    if (!Feed(in_parts, input.substr(at, step), split)) break;
  }
  Require(whole == split);
  return 0;
}
