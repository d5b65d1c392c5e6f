#include "sentence/words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"

namespace tidings::sentence {
namespace {

using Kind = Word::Kind;

struct Sign {
  std::string_view written;
  std::string_view text;  // "" = white space
};
// Longer ones stand before what they begin with.
constexpr Sign kSigns[] = {
    {">=", ">="},   {"=>", ">="},  {"≥", ">="},        {"<=", "<="}, {"=<", "<="}, {"≤", "<="},
    {"!=", "!="},   {"<>", "!="},  {"≠", "!="},        {"==", "="},  {"=", "="},   {">", ">"},
    {"<", "<"},     {"&&", "and"}, {"b/w", "between"}, {"&", "and"}, {"||", "or"}, {"₹", "₹"},
    {"$", "$"},     {"€", "€"},    {"£", "£"},         {"(", "("},   {")", ")"},   {"[", "("},
    {"]", ")"},     {",", ","},    {";", ","},         {":", ":"},   {"+", "+"},   {"/-", ""},
    {"/", "/"},     {"?", "?"},    {".", ""},          {"…", ""},    {"—", ","},   {"\u00a0", ""},
    {"\u202f", ""}, {" ", ""},     {"\t", ""},         {"\n", ""},   {"\r", ""},   {"_", ""},
};

constexpr std::string_view kHyphens[] = {"-", "–", "−", "‑", "‐"};
constexpr std::string_view kApostrophes[] = {"'", "’", "‘", "ʼ"};

struct Quote {
  std::string_view open, close;
};
constexpr Quote kQuotes[] = {{"\"", "\""}, {"“", "”"}, {"„", "“"},
                             {"«", "»"},   {"'", "'"}, {"‘", "’"}};

// What a contracted word stands for, where its ending does not tell.
struct Contraction {
  std::string_view written;
  std::string_view first;
  std::string_view second;
};
constexpr Contraction kContractions[] = {
    {"havent", "have", "not"},    {"hasnt", "has", "not"},
    {"hadnt", "had", "not"},      {"didnt", "did", "not"},
    {"dont", "do", "not"},        {"doesnt", "does", "not"},
    {"isnt", "is", "not"},        {"arent", "are", "not"},
    {"wasnt", "was", "not"},      {"werent", "were", "not"},
    {"cannot", "can", "not"},     {"atleast", "at", "least"},
    {"atmost", "at", "most"},     {"upto", "up", "to"},
    {"signup", "sign", "up"},     {"signedup", "signed", "up"},
    {"onetime", "one", "time"},   {"firsttime", "first", "time"},
    {"havnt", "have", "not"},     {"hasnot", "has", "not"},
    {"didnot", "did", "not"},     {"doesnot", "does", "not"},
    {"donot", "do", "not"},       {"isnot", "is", "not"},
    {"morethan", "more", "than"}, {"lessthan", "less", "than"},
    {"wth", "with", ""},          {"frm", "from", ""},
    {"thn", "than", ""},          {"nd", "and", ""},
    {"ovr", "over", ""},          {"costumers", "customers", ""},
    {"costumer", "customer", ""}, {"lst", "last", ""}};

// Endings behind an apostrophe; "" = says nothing.
constexpr Contraction kEndings[] = {{"n't", "", "not"}, {"'ve", "", "have"}, {"'re", "", "are"},
                                    {"'d", "", "had"},  {"'m", "", "am"},    {"'s", "", ""},
                                    {"'", "", ""}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || (c & 0x80) != 0; }

class Cutter {
 public:
  explicit Cutter(std::string_view sentence) : sentence_(sentence) {}

  std::vector<Word> Cut() {
    while (at_ < sentence_.size()) {
      bool taken = TakeQuoted() || TakeDialling() || TakeNumeric() || TakeHyphen() || TakeSign() ||
                   TakeLetters();
      if (!taken) Add(Kind::kSign, std::string(Rest().substr(0, 1)), Utf8Length(Rest()));
    }
    return std::move(words_);
  }

 private:
  std::string_view Rest() const { return sentence_.substr(at_); }
  char At(size_t offset) const { return offset < sentence_.size() ? sentence_[offset] : '\0'; }
  bool Adjacent() const {
    return !words_.empty() && words_.back().offset + words_.back().length == at_;
  }

  void Add(Kind kind, std::string text, size_t length) {
    length = std::max<size_t>(length, 1);
    words_.push_back({kind, std::move(text), std::string(Rest().substr(0, length)), at_, length});
    at_ += length;
  }

  bool TakeQuoted() {
    bool inside_word = at_ > 0 && (IsLetter(At(at_ - 1)) || IsDigit(At(at_ - 1)));
    for (const Quote& quote : kQuotes) {
      if (inside_word || !Rest().starts_with(quote.open)) continue;
      size_t end = Rest().find(quote.close, quote.open.size());
      if (end == std::string_view::npos || end == quote.open.size()) continue;
      std::string text(Rest().substr(quote.open.size(), end - quote.open.size()));
      Add(Kind::kQuoted, std::move(text), end + quote.close.size());
      return true;
    }
    return TakeAddress();
  }

  // "asha@example.com", "@gmail.com"
  bool TakeAddress() {
    size_t end = Rest().find_first_of(" \t\n\r,;()");
    auto chunk = Rest().substr(0, end);
    while (!chunk.empty() && (chunk.back() == '.' || chunk.back() == '?')) chunk.remove_suffix(1);
    if (chunk.find('@') == std::string_view::npos) return false;
    Add(Kind::kQuoted, std::string(chunk), chunk.size());
    return true;
  }

  // "+91": the beginning of a phone number.
  bool TakeDialling() {
    size_t end = at_ + 1;
    while (IsDigit(At(end))) ++end;
    if (At(at_) != '+' || end < at_ + 3 || Adjacent()) return false;
    Add(Kind::kQuoted, std::string(Rest().substr(0, end - at_)), end - at_);
    return true;
  }

  bool TakeNumeric() {
    bool point = At(at_) == '.' && IsDigit(At(at_ + 1)) && !Adjacent();  // not that of "Rs.5"
    return (IsDigit(At(at_)) || point) && (TakeDate() || TakeNumber());
  }

  // Digits with one separator throughout: "2026-03-01", "31/12/2025", "31.12.2025".
  bool TakeDate() {
    std::array<int, 3> parts{};
    size_t end = at_, first_length = 0;
    for (int i = 0; i < 3; ++i) {
      size_t begin = end;
      while (IsDigit(At(end)) && end - begin < 4) parts[i] = parts[i] * 10 + (At(end++) - '0');
      if (i == 0) first_length = end - begin;
      if (end == begin || IsDigit(At(end))) return false;
      bool separated = At(end) == At(at_ + first_length) &&
                       (std::string_view("-/.").find(At(end)) != std::string_view::npos);
      if (i < 2 && !separated) return false;
      if (i < 2) ++end;
    }
    bool year_first = first_length == 4;
    if (!year_first && parts[2] < 1000) return false;
    Add(Kind::kDate, year_first ? Iso(parts[0], parts[1], parts[2]) : DayAndMonth(parts),
        end - at_);
    return true;
  }

  static std::string Iso(int year, int month, int day) {
    return fmt::format("{:04}-{:02}-{:02}", year, month, day);
  }

  // "" where it might be either way round.
  static std::string DayAndMonth(const std::array<int, 3>& parts) {
    auto [first, second, year] = parts;
    if (first > 12 || first == second) return Iso(year, second, first);
    return second > 12 ? Iso(year, first, second) : "";
  }

  bool TakeNumber() {
    std::string digits;
    size_t end = at_;
    auto take = [&] {
      while (IsDigit(At(end))) digits += At(end++);
    };
    take();
    while (IsGrouping(end)) ++end, take();
    if (At(end) == '.' && IsDigit(At(end + 1))) digits += At(end++), take();
    Add(Kind::kNumber, std::move(digits), end - at_);
    return true;
  }

  // A comma with groups of two or three digits behind it, the last of three: "1,50,000".
  bool IsGrouping(size_t comma) const {
    if (At(comma) != ',') return false;
    size_t digits = 0;
    while (IsDigit(At(comma + 1 + digits))) ++digits;
    return digits == 3 || (digits == 2 && IsGrouping(comma + 3));
  }

  // Between numbers it is a range ("5k-10k"), inside words nothing ("one-time"), else a comma.
  bool TakeHyphen() {
    for (std::string_view hyphen : kHyphens) {
      if (!Rest().starts_with(hyphen)) continue;
      size_t next = sentence_.find_first_not_of(' ', at_ + hyphen.size());
      bool spaced = !Adjacent() || next != at_ + hyphen.size();
      if (EndsWithNumber() && next != std::string_view::npos && StartsNumber(next)) {
        Add(Kind::kSign, "-", hyphen.size());
      } else if (spaced) {
        AddDash(hyphen.size());
      } else {
        words_.back().glue = '-';
        at_ += hyphen.size();
      }
      return true;
    }
    return false;
  }

  // "- in Pune" is an item of a list.
  void AddDash(size_t length) {
    bool minus = StartsNumber(at_ + length);
    if (words_.empty() && !minus)
      at_ += length;
    else
      Add(Kind::kSign, minus ? "minus" : ",", length);
  }

  bool StartsNumber(size_t at) const {
    auto rest = sentence_.substr(std::min(at, sentence_.size()));
    for (std::string_view currency : {"₹", "$", "€", "£", "Rs", "rs", "INR"}) {
      if (rest.starts_with(currency)) return true;
    }
    return !rest.empty() && IsDigit(rest[0]);
  }

  // "5", or "5k": a word that touches the number before it.
  bool EndsWithNumber() const {
    if (words_.empty()) return false;
    const Word& last = words_.back();
    if (last.kind == Kind::kNumber || words_.size() < 2) return last.kind == Kind::kNumber;
    const Word& before = words_[words_.size() - 2];
    return before.kind == Kind::kNumber && before.offset + before.length == last.offset;
  }

  // Before something it denies it; behind a word it says nothing.
  bool TakeExclamation() {
    if (At(at_) != '!' || At(at_ + 1) == '=') return false;
    bool denies = IsLetter(At(at_ + 1)) || At(at_ + 1) == '(';
    if (denies) return Add(Kind::kSign, "not", 1), true;
    ++at_;
    return true;
  }

  void Skip(std::string_view blank) {
    if (blank == "_" && Adjacent()) words_.back().glue = '_';
    at_ += blank.size();
  }

  bool TakeSign() {
    if (TakeExclamation()) return true;
    for (const Sign& sign : kSigns) {
      if (!Rest().starts_with(sign.written)) continue;
      if (sign.text.empty())
        Skip(sign.written);
      else
        Add(Kind::kSign, std::string(sign.text), sign.written.size());
      return true;
    }
    return false;
  }

  bool TakeAttribute() {
    constexpr std::string_view kPrefix = "attributes.";
    if (LowerAscii(Rest().substr(0, kPrefix.size())) != kPrefix) return false;
    size_t end = kPrefix.size();
    while (IsLetter(At(at_ + end)) || IsDigit(At(at_ + end)) || At(at_ + end) == '_') ++end;
    if (end == kPrefix.size()) return false;
    Add(Kind::kAttribute, std::string(Rest().substr(kPrefix.size(), end - kPrefix.size())), end);
    return true;
  }

  bool TakeLetters() {
    if (TakeAttribute()) return true;
    std::string text;
    size_t end = at_;
    while (end < sentence_.size() && TakeLetter(text, end)) {
    }
    if (text.empty()) return false;
    AddContracted(LowerAscii(text), end - at_);
    return true;
  }

  bool TakeLetter(std::string& text, size_t& end) const {
    auto rest = sentence_.substr(end);
    for (std::string_view apostrophe : kApostrophes) {
      if (text.empty() || !rest.starts_with(apostrophe)) continue;
      text += '\'';
      end += apostrophe.size();
      return true;
    }
    if (!IsLetter(rest[0]) || IsSignOrHyphen(rest)) return false;
    size_t length = Utf8Length(rest);
    text += rest.substr(0, length);
    end += length;
    return true;
  }

  static bool IsSignOrHyphen(std::string_view rest) {
    auto starts = [&](std::string_view sign) { return rest.starts_with(sign); };
    auto written = [&](const Sign& sign) { return starts(sign.written); };
    auto quotes = [&](const Quote& quote) { return starts(quote.open) || starts(quote.close); };
    return std::any_of(std::begin(kSigns), std::end(kSigns), written) ||
           std::any_of(std::begin(kHyphens), std::end(kHyphens), starts) ||
           std::any_of(std::begin(kQuotes), std::end(kQuotes), quotes);
  }

  void AddContracted(std::string text, size_t length) {
    std::string second;
    for (const Contraction& ending : kEndings) {
      if (!text.ends_with(ending.written)) continue;
      text.resize(text.size() - ending.written.size());
      second = ending.second;
      break;
    }
    for (const Contraction& whole : kContractions) {
      if (text != whole.written) continue;
      text = whole.first;
      second = whole.second;
    }
    std::string written(Rest().substr(0, length));
    if (written == "US") text = "usa";
    words_.push_back({Kind::kWord, std::move(text), written, at_, length});
    if (!second.empty()) words_.push_back({Kind::kWord, std::move(second), written, at_, length});
    at_ += length;
  }

  std::string_view sentence_;
  size_t at_ = 0;
  std::vector<Word> words_;
};

}  // namespace

std::vector<Word> CutIntoWords(std::string_view sentence) { return Cutter(sentence).Cut(); }

}  // namespace tidings::sentence
