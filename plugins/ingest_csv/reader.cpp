#include "reader.h"

#include <algorithm>
#include <cstring>

namespace ingest_csv {
namespace {

constexpr size_t kHeaderWindow = 64 << 10;  // bytes looked at to settle separator and line end
constexpr char kTooLong[] = "the row is longer than 1 MiB";

// Finds `c` in text[from..); npos where it is not.
size_t Find(std::string_view text, char c, size_t from) {
  if (from >= text.size()) return std::string_view::npos;
  auto* found = static_cast<const char*>(std::memchr(text.data() + from, c, text.size() - from));
  return found ? static_cast<size_t>(found - text.data()) : std::string_view::npos;
}

std::string_view WithoutReturn(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

void Reader::Begin(uint64_t line, char separator) {
  *this = Reader();
  line_ = line;
  separator_ = separator;
}

void Reader::Feed(std::string_view bytes, bool last) {
  buffer_.erase(0, at_);
  wait_for_ -= std::min(wait_for_, at_);
  at_ = 0;
  buffer_ += bytes;
  fed_ += bytes.size();
  last_ = last;
}

Got Reader::Next(Row* row) {
  if (!started_ && !Prepare()) return Got::kMore;
  for (;;) {
    if (skipping_ && !SkipLine()) return Got::kMore;
    if (AtEnd(at_) || (!last_ && buffer_.size() < wait_for_)) return Got::kMore;
    size_t end = 0;
    switch (ScanRow(row, &end)) {
      case Scan::kBroken: return Spoil(row, end);
      case Scan::kMore:
        // Reading the beginning of a long row again with every small piece would be quadratic.
        wait_for_ = buffer_.size() + (buffer_.size() - at_) / 4;
        return Got::kMore;
      case Scan::kDone: MoveTo(end);
    }
    if (!row->raw.empty()) return Got::kRow;
  }
}

void Reader::MoveTo(size_t end) {
  auto begin = buffer_.begin();
  line_ += static_cast<uint64_t>(std::count(begin + static_cast<std::ptrdiff_t>(at_),
                                            begin + static_cast<std::ptrdiff_t>(end), newline_));
  at_ = end;
}

// Drops the rest of a line that was given up; false when its end has not come yet.
bool Reader::SkipLine() {
  size_t newline = Find(buffer_, newline_, at_);
  skipping_ = newline == std::string_view::npos;
  MoveTo(skipping_ ? buffer_.size() : newline + 1);
  return !skipping_;
}

// Settles line end and separator once the first lines are there; takes Excel's "sep=;" line away.
bool Reader::Prepare() {
  size_t newline = buffer_.find('\n');
  if (newline == std::string::npos && !last_ && buffer_.size() < kHeaderWindow) return false;
  size_t lone = buffer_.find('\r');
  if (newline == std::string::npos && lone != std::string::npos) newline_ = '\r';
  if (buffer_.compare(0, 3, "\xef\xbb\xbf") == 0) at_ = 3;
  size_t end = std::min(buffer_.find(newline_, at_), buffer_.size());
  std::string_view first = WithoutReturn(std::string_view(buffer_).substr(at_, end - at_));
  if (first.size() == 5 && first.substr(0, 4) == "sep=" && first[4] != '"' && first[4] != 0) {
    separator_ = first[4];
    MoveTo(std::min(end + 1, buffer_.size()));
  }
  if (separator_ == 0) DetectSeparator();
  started_ = true;
  return true;
}

// The one of , ; tab | that stands most often outside quotes in the first line.
void Reader::DetectSeparator() {
  constexpr std::string_view kCandidates = ",;\t|";
  size_t counts[kCandidates.size()] = {};
  bool quoted = false;
  for (size_t i = at_; i < buffer_.size() && !IsNewline(buffer_[i]); ++i) {
    if (buffer_[i] == '"') quoted = !quoted;
    size_t candidate = kCandidates.find(buffer_[i]);
    if (!quoted && candidate != std::string_view::npos) ++counts[candidate];
  }
  separator_ = kCandidates[std::max_element(counts, counts + kCandidates.size()) - counts];
}

// Reads the row at at_ into `row`; *end is where the next one begins, or where reading gave up.
Reader::Scan Reader::ScanRow(Row* row, size_t* end) {
  row->cells.clear();
  row->line = line_;
  unquoted_.clear();
  size_t newline = Find(buffer_, newline_, at_);
  *end = newline == std::string_view::npos ? buffer_.size() : newline + 1;
  if (newline == std::string_view::npos && !last_) return Starve(kTooLong);
  std::string_view line = std::string_view(buffer_).substr(
      at_, newline == std::string_view::npos ? std::string_view::npos : newline - at_);
  row->raw = WithoutReturn(line);
  if (SplitPlain(row->raw, row)) return Scan::kDone;
  return ScanCells(row, end);
}

// The common case: no quote in the line.
bool Reader::SplitPlain(std::string_view line, Row* row) {
  if (Find(line, '"', 0) != std::string_view::npos) return false;
  size_t from = 0;
  for (size_t at; (at = Find(line, separator_, from)) != std::string_view::npos; from = at + 1) {
    row->cells.push_back(line.substr(from, at - from));
  }
  row->cells.push_back(line.substr(from));
  return true;
}

Reader::Scan Reader::ScanCells(Row* row, size_t* end) {
  // Views into unquoted_ must stay valid while it grows.
  if (unquoted_.capacity() < buffer_.size() - at_) unquoted_.reserve(buffer_.size() - at_);
  size_t at = at_;
  for (bool more = true; more;) {
    size_t begin = at;
    SkipSpaces(&begin);
    if (!AtEnd(begin) && buffer_[begin] == '"') {
      Scan scan = ScanQuoted(&begin, row);
      *end = begin;
      if (scan != Scan::kDone) return scan;
      at = begin;
      more = !AtEnd(at) && buffer_[at] == separator_;
      at += more;
    } else {
      more = ScanPlain(&at, row);
    }
  }
  *end = at;
  if (AtEnd(at) && !last_) return Starve(kTooLong);
  row->raw = WithoutReturn(std::string_view(buffer_).substr(at_, at - at_));
  if (!AtEnd(at) && buffer_[at] == '\r' && newline_ == '\n') ++at;
  *end = AtEnd(at) ? at : at + 1;
  return Scan::kDone;
}

// An unquoted cell at *at; moves to behind its separator (and returns true) or to the line's end.
bool Reader::ScanPlain(size_t* at, Row* row) {
  size_t end = *at;
  while (!AtEnd(end) && buffer_[end] != separator_ && !IsNewline(buffer_[end])) ++end;
  bool more = !AtEnd(end) && buffer_[end] == separator_;
  auto cell = std::string_view(buffer_).substr(*at, end - *at);
  row->cells.push_back(more ? cell : WithoutReturn(cell));
  *at = end + more;
  return more;
}

// A quoted cell that opens at *at; moves to the separator or line end behind it.
Reader::Scan Reader::ScanQuoted(size_t* at, Row* row) {
  size_t from = *at + 1, kept = unquoted_.size();
  bool doubled = false;
  for (;;) {
    size_t quote = Find(buffer_, '"', from);
    size_t reach = quote == std::string_view::npos ? buffer_.size() : quote;
    if (reach - at_ > kLargestRow || quote == std::string_view::npos) {
      *at = reach;
      return Starve("a quote is opened and never closed");
    }
    if (AtEnd(quote + 1) && !last_) return Scan::kMore;
    if (AtEnd(quote + 1) || buffer_[quote + 1] != '"') {
      auto tail = std::string_view(buffer_).substr(from, quote - from);
      if (doubled) unquoted_ += tail;
      row->cells.push_back(doubled ? std::string_view(unquoted_).substr(kept) : tail);
      *at = quote + 1;
      break;
    }
    doubled = true;
    unquoted_.append(buffer_, from, quote + 1 - from);
    from = quote + 2;
  }
  SkipSpaces(at);
  if (AtEnd(*at)) return last_ ? Scan::kDone : Scan::kMore;
  char next = buffer_[*at];
  if (next == '\r' && newline_ == '\n') {
    if (AtEnd(*at + 1)) return last_ ? Scan::kDone : Scan::kMore;
    if (buffer_[*at + 1] == '\n') return Scan::kDone;
  }
  if (next == separator_ || IsNewline(next)) return Scan::kDone;
  why_ = "there is text behind a closing quote; a quote within a quoted cell is written twice";
  return Scan::kBroken;
}

// The end of the row is not in sight: wait for more, or give the line up.
Reader::Scan Reader::Starve(const char* why) {
  if (!last_ && buffer_.size() - at_ <= kLargestRow) return Scan::kMore;
  why_ = why;
  return Scan::kBroken;
}

void Reader::SkipSpaces(size_t* at) const {
  while (!AtEnd(*at) && buffer_[*at] == ' ' && separator_ != ' ') ++*at;
}

// Gives up the first physical line of the row and goes on at the next. What was scanned beyond it
// is read again; a file made so that this would never end loses the whole stretch instead.
Got Reader::Spoil(Row* row, size_t scanned) {
  size_t newline = Find(buffer_, newline_, at_);
  size_t next = newline == std::string_view::npos ? buffer_.size() : newline + 1;
  row->cells.clear();
  row->raw = WithoutReturn(std::string_view(buffer_).substr(at_, std::min(newline, next) - at_));
  if (scanned > next) rescanned_ += scanned - next;
  if (rescanned_ > 4 * fed_ + (8 << 20)) next = std::max(next, scanned);
  MoveTo(next);
  skipping_ = buffer_[next - 1] != newline_;
  return Got::kBroken;
}

}  // namespace ingest_csv
