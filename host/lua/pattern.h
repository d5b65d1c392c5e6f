// Lua's patterns, with every step counted.
//
// The stock matcher is a library function in which no instruction runs and no hook fires: nine `a*`
// against a few hundred letters keep it busy for minutes. This one does the same (tested against it
// on random patterns), and pays for each step as it goes. One difference: a malformed pattern is an
// error at once, not only when the match gets that far.
#pragma once

#include <array>
#include <bitset>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::lua {

// The text is that of the stock library: "malformed pattern (ends with '%')".
class PatternError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr int kMaxCaptures = 32;

// What a pattern is as a POSIX regular expression of PostgreSQL.
struct Regex {
  std::string text;  // over the bytes of the subject, each read as one letter of Latin-1
  bool ascii;        // names ASCII letters only, so that the subject may be left in UTF-8
};

// A compiled pattern. A value.
class Pattern {
 public:
  // With `anchors`, a leading "^" binds the pattern to where the match begins; without (gmatch), it
  // is a letter like any other. Throws PatternError.
  Pattern(std::string_view text, bool anchors);

  bool anchored() const { return anchored_; }
  int captures() const { return captures_; }

  // Finds a match in the same subjects (where it begins and ends may differ). Nothing for what no
  // regular expression says: %b, %f and back references.
  std::optional<Regex> ToRegex() const;

 private:
  friend class Match;
  friend class PatternParser;

  using Set = std::bitset<256>;
  enum class Kind { kSet, kOpen, kPosition, kClose, kBalance, kFrontier, kBack, kEnd };
  struct Item {
    Kind kind;
    char repeat = 0;          // of kSet: 0 or one of * + - ?
    unsigned char first = 0;  // of kBalance
    unsigned char last = 0;   // of kBalance
    int index = 0;            // of kSet, kFrontier: the set; of the others: the capture
  };

  std::vector<Item> items_;
  std::vector<Set> sets_;
  int captures_ = 0;
  bool anchored_ = false;
};

// The same, remembered: each thread keeps the last few patterns that it compiled. Throws
// PatternError.
std::shared_ptr<const Pattern> CompiledPattern(std::string_view text, bool anchors);

// Who pays for the steps. Spend may throw to end the match.
class Meter {
 public:
  virtual ~Meter() = default;
  virtual void Spend(size_t steps) = 0;
};

struct Capture {
  const char* begin = nullptr;
  const char* end = nullptr;
  bool position = false;  // "()": only where, not what
};

// The trial of one pattern at places of one subject. All are borrowed. Steps are paid for in
// bundles; those of the last one, begun and not full, are free.
class Match {
 public:
  Match(const Pattern& pattern, std::string_view subject, Meter& meter)
      : pattern_(pattern),
        begin_(subject.data()),
        end_(subject.data() + subject.size()),
        meter_(meter) {}

  // Where a match that begins exactly at `from` ends, or null. Throws PatternError where the
  // pattern nests too deeply, and whatever the meter throws.
  const char* At(const char* from);

  // Of the last match that was found: Pattern::captures() of them.
  const Capture& capture(int index) const { return captures_[index]; }

 private:
  bool CanBegin(const char* at) const;
  const char* From(const char* at, size_t item, int depth);
  const char* Repeat(const char* at, size_t item, int depth);
  const char* Greedy(const char* at, size_t least, size_t item, int depth);
  const char* Lazy(const char* at, size_t item, int depth);
  const char* Bind(const char* at, size_t item, int depth);
  const char* Balance(const char* at, const Pattern::Item& item);
  const char* Back(const char* at, const Pattern::Item& item);
  bool Frontier(const char* at, const Pattern::Item& item) const;
  bool Fits(const char* at, const Pattern::Item& item) const;
  void Step();

  const Pattern& pattern_;
  const char* const begin_;
  const char* const end_;
  Meter& meter_;
  size_t steps_ = 0;
  std::array<Capture, kMaxCaptures> captures_;
};

}  // namespace tidings::lua
