#include "lua/pattern.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <functional>

#include <fmt/format.h>

namespace tidings::lua {
namespace {

using Set = std::bitset<256>;
constexpr int kMaxNesting = 200;
constexpr size_t kStepsAtOnce = 64;

unsigned char Byte(char c) { return static_cast<unsigned char>(c); }

// The test behind a class letter in lower case, or null for a letter that stands for itself.
int (*ClassTest(char letter))(int) {
  switch (letter) {
    case 'a': return std::isalpha;
    case 'c': return std::iscntrl;
    case 'd': return std::isdigit;
    case 'g': return std::isgraph;
    case 'l': return std::islower;
    case 'p': return std::ispunct;
    case 's': return std::isspace;
    case 'u': return std::isupper;
    case 'w': return std::isalnum;
    case 'x': return std::isxdigit;
    case 'z': return [](int c) { return c == 0 ? 1 : 0; };
    default: return nullptr;
  }
}

Set MakeClassSet(char letter) {
  Set set;
  auto test = ClassTest(static_cast<char>(std::tolower(Byte(letter))));
  if (test == nullptr) return set.set(Byte(letter));
  for (int c = 0; c < 256; ++c) set[c] = test(c) != 0;
  return std::isupper(Byte(letter)) ? ~set : set;
}

// What "%letter" matches.
const Set& ClassSet(char letter) {
  static const auto* const sets = [] {
    auto* made = new std::array<Set, 256>;
    for (int c = 0; c < 256; ++c) (*made)[c] = MakeClassSet(static_cast<char>(c));
    return made;
  }();
  return (*sets)[Byte(letter)];
}

// What stands between "[" (and "^") and "]".
Set BracketSet(std::string_view inside) {
  Set set;
  for (size_t i = 0; i < inside.size(); ++i) {
    bool range = i + 2 < inside.size() && inside[i + 1] == '-';
    if (inside[i] == '%' && i + 1 < inside.size()) {
      set |= ClassSet(inside[++i]);
    } else if (range) {
      for (int c = Byte(inside[i]); c <= Byte(inside[i + 2]); ++c) set.set(c);
      i += 2;
    } else {
      set.set(Byte(inside[i]));
    }
  }
  return set;
}

}  // namespace

// Reads a pattern from left to right. Captures open and close in the order in which they are
// written, whatever is matched, so that their errors can be found here.
class PatternParser {
 public:
  PatternParser(std::string_view text, Pattern& pattern) : text_(text), pattern_(pattern) {}

  void Parse() {
    while (!AtEnd()) ParseItem();
    if (!open_.empty()) throw PatternError("unfinished capture");
  }

 private:
  bool AtEnd() const { return at_ == text_.size(); }
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void ParseItem() {
    char c = text_[at_];
    if (c == '(') return Open();
    if (c == ')') return Close();
    if (c == '$' && at_ + 1 == text_.size()) return Add({Pattern::Kind::kEnd}, 1);
    if (c == '%' && at_ + 1 < text_.size()) {
      char next = text_[at_ + 1];
      if (next == 'b') return Balance();
      if (next == 'f') return Frontier();
      if (next >= '0' && next <= '9') return Back(next - '1');
    }
    Single();
  }

  void Add(Pattern::Item item, size_t length) {
    pattern_.items_.push_back(item);
    at_ += length;
  }

  void Open() {
    if (pattern_.captures_ == kMaxCaptures) throw PatternError("too many captures");
    int index = pattern_.captures_++;
    if (Peek(1) == ')') return Add({.kind = Pattern::Kind::kPosition, .index = index}, 2);
    open_.push_back(index);
    Add({.kind = Pattern::Kind::kOpen, .index = index}, 1);
  }

  void Close() {
    if (open_.empty()) throw PatternError("invalid pattern capture");
    int index = open_.back();
    open_.pop_back();
    Add({.kind = Pattern::Kind::kClose, .index = index}, 1);
  }

  void Balance() {
    if (at_ + 3 >= text_.size()) {
      throw PatternError("malformed pattern (missing arguments to '%b')");
    }
    Add({.kind = Pattern::Kind::kBalance,
         .first = Byte(text_[at_ + 2]),
         .last = Byte(text_[at_ + 3])},
        4);
  }

  void Frontier() {
    at_ += 2;
    if (Peek() != '[') throw PatternError("missing '[' after '%f' in pattern");
    Add({.kind = Pattern::Kind::kFrontier, .index = NewSet(Bracket())}, 0);
  }

  void Back(int index) {
    bool closed = index >= 0 && index < pattern_.captures_ &&
                  std::find(open_.begin(), open_.end(), index) == open_.end();
    if (!closed) throw PatternError(fmt::format("invalid capture index %{}", index + 1));
    Add({.kind = Pattern::Kind::kBack, .index = index}, 2);
  }

  void Single() {
    Pattern::Item item{.kind = Pattern::Kind::kSet, .index = NewSet(SingleSet())};
    char next = AtEnd() ? '\0' : text_[at_];
    if (next == '*' || next == '+' || next == '-' || next == '?') {
      item.repeat = next;
      ++at_;
    }
    Add(item, 0);
  }

  Set SingleSet() {
    char c = text_[at_];
    if (c == '[') return Bracket();
    ++at_;
    if (c == '.') return Set().set();
    if (c != '%') return Set().set(Byte(c));
    if (AtEnd()) throw PatternError("malformed pattern (ends with '%')");
    return ClassSet(text_[at_++]);
  }

  // The first letter inside is taken as it is, even "]"; "%" keeps the next one from closing.
  Set Bracket() {
    size_t begin = at_ + 1;
    bool complement = begin < text_.size() && text_[begin] == '^';
    if (complement) ++begin;
    size_t end = begin;
    do {
      if (end >= text_.size()) throw PatternError("malformed pattern (missing ']')");
      if (text_[end++] == '%' && end < text_.size()) ++end;
    } while (end >= text_.size() || text_[end] != ']');
    at_ = end + 1;
    Set set = BracketSet(text_.substr(begin, end - begin));
    return complement ? ~set : set;
  }

  int NewSet(const Set& set) {
    pattern_.sets_.push_back(set);
    return static_cast<int>(pattern_.sets_.size()) - 1;
  }

  const std::string_view text_;
  Pattern& pattern_;
  size_t at_ = 0;
  std::vector<int> open_;
};

Pattern::Pattern(std::string_view text, bool anchors) {
  anchored_ = anchors && !text.empty() && text[0] == '^';
  if (anchored_) text.remove_prefix(1);
  PatternParser(text, *this).Parse();
}

const char* Match::At(const char* from) {
  Step();
  return CanBegin(from) ? From(from, 0, 0) : nullptr;
}

// Most places are ruled out by their first letter.
bool Match::CanBegin(const char* at) const {
  if (pattern_.items_.empty()) return true;
  const Pattern::Item& first = pattern_.items_.front();
  bool needs_one = first.kind == Pattern::Kind::kSet && (first.repeat == 0 || first.repeat == '+');
  return !needs_one || Fits(at, first);
}

void Match::Step() {
  if (++steps_ < kStepsAtOnce) return;
  steps_ = 0;
  meter_.Spend(kStepsAtOnce);
}

// Goes on item by item; only what may have to be tried again (a repetition, a capture that must be
// unbound) nests.
const char* Match::From(const char* at, size_t item, int depth) {
  if (depth > kMaxNesting) throw PatternError("pattern too complex");
  for (; at != nullptr && item < pattern_.items_.size(); ++item) {
    Step();
    const Pattern::Item& step = pattern_.items_[item];
    switch (step.kind) {
      case Pattern::Kind::kSet:
        if (step.repeat != 0) return Repeat(at, item, depth);
        at = Fits(at, step) ? at + 1 : nullptr;
        break;
      case Pattern::Kind::kOpen:
      case Pattern::Kind::kPosition:
      case Pattern::Kind::kClose: return Bind(at, item, depth);
      case Pattern::Kind::kBalance: at = Balance(at, step); break;
      case Pattern::Kind::kFrontier: at = Frontier(at, step) ? at : nullptr; break;
      case Pattern::Kind::kBack: at = Back(at, step); break;
      case Pattern::Kind::kEnd: at = at == end_ ? at : nullptr; break;
    }
  }
  return at;
}

const char* Match::Repeat(const char* at, size_t item, int depth) {
  const Pattern::Item& step = pattern_.items_[item];
  switch (step.repeat) {
    case '*': return Greedy(at, 0, item, depth);
    case '+': return Greedy(at, 1, item, depth);
    case '-': return Lazy(at, item, depth);
    default: break;
  }
  if (Fits(at, step)) {
    if (const char* end = From(at + 1, item + 1, depth + 1)) return end;
  }
  return From(at, item + 1, depth + 1);
}

const char* Match::Greedy(const char* at, size_t least, size_t item, int depth) {
  const Pattern::Item& step = pattern_.items_[item];
  const char* last = at;
  for (; Fits(last, step); ++last) Step();
  for (; last >= at + least; --last) {
    if (const char* end = From(last, item + 1, depth + 1)) return end;
    if (last == at) break;
  }
  return nullptr;
}

const char* Match::Lazy(const char* at, size_t item, int depth) {
  const Pattern::Item& step = pattern_.items_[item];
  for (;; ++at) {
    if (const char* end = From(at, item + 1, depth + 1)) return end;
    if (!Fits(at, step)) return nullptr;
  }
}

// A capture that was bound on a way that led nowhere gets its old value back: a back reference on
// another way must not see it.
const char* Match::Bind(const char* at, size_t item, int depth) {
  const Pattern::Item& step = pattern_.items_[item];
  Capture& capture = captures_[step.index];
  Capture before = capture;
  if (step.kind == Pattern::Kind::kClose) {
    capture.end = at;
  } else {
    capture = {at, at, step.kind == Pattern::Kind::kPosition};
  }
  const char* end = From(at, item + 1, depth + 1);
  if (end == nullptr) capture = before;
  return end;
}

const char* Match::Balance(const char* at, const Pattern::Item& item) {
  if (at == end_ || Byte(*at) != item.first) return nullptr;
  int depth = 1;
  for (const char* p = at + 1; p < end_; ++p) {
    Step();
    if (Byte(*p) == item.last) {
      if (--depth == 0) return p + 1;
    } else if (Byte(*p) == item.first) {
      ++depth;
    }
  }
  return nullptr;
}

const char* Match::Back(const char* at, const Pattern::Item& item) {
  const Capture& capture = captures_[item.index];
  if (capture.position) return nullptr;
  size_t length = capture.end - capture.begin;
  meter_.Spend(length / 8);
  if (static_cast<size_t>(end_ - at) < length) return nullptr;
  return std::memcmp(capture.begin, at, length) == 0 ? at + length : nullptr;
}

bool Match::Frontier(const char* at, const Pattern::Item& item) const {
  const auto& set = pattern_.sets_[item.index];
  unsigned char before = at == begin_ ? 0 : Byte(at[-1]);
  unsigned char here = at == end_ ? 0 : Byte(*at);
  return !set[before] && set[here];
}

bool Match::Fits(const char* at, const Pattern::Item& item) const {
  return at < end_ && pattern_.sets_[item.index][Byte(*at)];
}

std::shared_ptr<const Pattern> CompiledPattern(std::string_view text, bool anchors) {
  struct Slot {
    std::string text;
    bool anchors = false;
    std::shared_ptr<const Pattern> pattern;
  };
  constexpr size_t kSlots = 64, kLongest = 100;
  static thread_local std::array<Slot, kSlots> slots;
  if (text.size() > kLongest) return std::make_shared<const Pattern>(text, anchors);
  Slot& slot = slots[(std::hash<std::string_view>()(text) + anchors) % kSlots];
  if (!slot.pattern || slot.anchors != anchors || slot.text != text) {
    slot = {std::string(text), anchors, std::make_shared<const Pattern>(text, anchors)};
  }
  return slot.pattern;
}

}  // namespace tidings::lua
