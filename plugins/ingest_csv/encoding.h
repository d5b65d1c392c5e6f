// From the encodings of spreadsheets to UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ingest_csv {

enum class Encoding {
  kAuto,         // UTF-16 where a byte order mark says so; else UTF-8, cell by cell Windows-1252
  kUtf8,         // anything else is refused
  kWindows1252,  // also serves for ISO 8859-1
  kUtf16,        // byte order by its mark; little-endian without one
};

bool IsAscii(std::string_view text);
bool IsUtf8(std::string_view text);

// Appends Windows-1252 text as UTF-8. The five bytes that it leaves undefined become U+FFFD.
void AppendWindows1252(std::string& to, std::string_view text);

// Turns a stream of bytes into one that the reader can cut: UTF-16 becomes UTF-8, Windows-1252
// becomes UTF-8 where it was asked for, all else passes as it is. Pieces may end anywhere.
class Decoder {
 public:
  void Begin(Encoding encoding);
  // Appends to `to` what `bytes` hold.
  void Decode(std::string_view bytes, bool last, std::string& to);

 private:
  enum class Mode { kUnknown, kPass, kWindows1252, kLittle, kBig };

  bool Settle(bool last);
  void DecodeUtf16(std::string& to);
  void AppendUnit(std::string& to, uint32_t unit);

  Encoding encoding_ = Encoding::kAuto;
  Mode mode_ = Mode::kUnknown;
  std::string held_;   // bytes that are not decoded yet: at most one unit, or the beginning
  uint32_t high_ = 0;  // the first half of a surrogate pair; 0 = none
};

}  // namespace ingest_csv
