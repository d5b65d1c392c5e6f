#include "encoding.h"

#include <algorithm>

namespace ingest_csv {
namespace {

constexpr uint32_t kReplacement = 0xfffd;

// What Windows-1252 has at 0x80 to 0x9f, where ISO 8859-1 has control characters.
constexpr uint16_t kWindows1252[32] = {
    0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};

void AppendCodePoint(std::string& to, uint32_t c) {
  if (c < 0x80) {
    to += static_cast<char>(c);
    return;
  }
  int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  constexpr uint32_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
  to += static_cast<char>(kLead[more] | (c >> (6 * more)));
  while (more-- > 0) to += static_cast<char>(0x80 | ((c >> (6 * more)) & 0x3f));
}

// How many bytes the well-formed sequence at the front of `text` has; 0 where it is malformed.
size_t SequenceLength(std::string_view text) {
  auto byte = [&](size_t i) -> uint32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  auto follows = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  uint32_t lead = byte(0), second = byte(1);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return follows(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    bool overlong = lead == 0xe0 && second < 0xa0, surrogate = lead == 0xed && second > 0x9f;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  bool in_range = (lead > 0xf0 && lead < 0xf4) || (lead == 0xf0 && second >= 0x90) ||
                  (lead == 0xf4 && second <= 0x8f);
  return in_range && follows(1) && follows(2) && follows(3) ? 4 : 0;
}

}  // namespace

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    size_t length = SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void AppendWindows1252(std::string& to, std::string_view text) {
  for (char raw : text) {
    auto c = static_cast<unsigned char>(raw);
    AppendCodePoint(to, c >= 0x80 && c < 0xa0 ? kWindows1252[c - 0x80] : c);
  }
}

void Decoder::Begin(Encoding encoding) {
  *this = Decoder();
  encoding_ = encoding;
}

void Decoder::Decode(std::string_view bytes, bool last, std::string& to) {
  if (mode_ == Mode::kPass) {
    to += bytes;
    return;
  }
  held_ += bytes;
  if (mode_ == Mode::kUnknown && !Settle(last)) return;
  if (mode_ == Mode::kLittle || mode_ == Mode::kBig) {
    DecodeUtf16(to);
    bool half = high_ != 0 || !held_.empty();
    if (last && half) AppendCodePoint(to, kReplacement);
    return;
  }
  if (mode_ == Mode::kWindows1252) AppendWindows1252(to, held_);
  if (mode_ == Mode::kPass) to += held_;
  held_.clear();
}

// Chooses the mode by the byte order mark, once two bytes are there.
bool Decoder::Settle(bool last) {
  if (held_.size() < 2 && !last) return false;
  bool little = held_.compare(0, 2, "\xff\xfe") == 0, big = held_.compare(0, 2, "\xfe\xff") == 0;
  bool marked = little || big;
  if (encoding_ == Encoding::kUtf16 || (encoding_ == Encoding::kAuto && marked)) {
    mode_ = big ? Mode::kBig : Mode::kLittle;
    if (marked) held_.erase(0, 2);
  } else {
    mode_ = encoding_ == Encoding::kWindows1252 ? Mode::kWindows1252 : Mode::kPass;
  }
  return true;
}

void Decoder::DecodeUtf16(std::string& to) {
  size_t i = 0;
  for (; i + 1 < held_.size(); i += 2) {
    auto first = static_cast<unsigned char>(held_[i]);
    auto second = static_cast<unsigned char>(held_[i + 1]);
    bool big = mode_ == Mode::kBig;
    AppendUnit(to, big ? first * 256u + second : second * 256u + first);
  }
  held_.erase(0, i);
}

void Decoder::AppendUnit(std::string& to, uint32_t unit) {
  bool high = unit >= 0xd800 && unit < 0xdc00, low = unit >= 0xdc00 && unit < 0xe000;
  if (high_ != 0 && low) {
    AppendCodePoint(to, 0x10000 + ((high_ - 0xd800) << 10) + (unit - 0xdc00));
    high_ = 0;
    return;
  }
  if (high_ != 0) AppendCodePoint(to, kReplacement);
  high_ = high ? unit : 0;
  if (!high) AppendCodePoint(to, low ? kReplacement : unit);
}

}  // namespace ingest_csv
