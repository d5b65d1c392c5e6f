// Cuts CSV bytes into rows: RFC 4180, and what people's files really look like.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ingest_csv {

// One row. The views are valid until the next call of the reader.
struct Row {
  std::vector<std::string_view> cells;  // unquoted; not trimmed
  uint64_t line = 0;                    // the physical line at which it begins, from 1
  std::string_view raw;                 // as it stands in the file, without the line's end
};

enum class Got {
  kRow,     // `row` is filled
  kBroken,  // the row cannot be read: row->raw is its first physical line, Why() the reason
  kMore,    // nothing complete is left: feed more
};

// A pull parser over pieces that may end anywhere, even within a character or a quote.
//
// Beyond RFC 4180 it takes LF, CRLF or CR as line ends, spaces around a quoted cell, and a quote in
// the middle of an unquoted cell as it stands (7" RECORD). Empty lines are passed over. A quote
// that is never closed, or has text behind its end, spoils only the physical line at which its row
// begins: reading goes on at the next line. Not thread-safe.
class Reader {
 public:
  // The largest row, in bytes: a quote that is open for longer is one that was never closed.
  static constexpr size_t kLargestRow = 1 << 20;

  // Forgets everything. `line` is the number of the first line; `separator` 0 = find out from the
  // first row.
  void Begin(uint64_t line, char separator);
  void Feed(std::string_view bytes, bool last);
  Got Next(Row* row);

  const std::string& Why() const { return why_; }
  char separator() const { return separator_; }

 private:
  enum class Scan { kDone, kMore, kBroken };

  bool Prepare();
  void DetectSeparator();
  Scan ScanRow(Row* row, size_t* end);
  bool SplitPlain(std::string_view line, Row* row);
  Scan ScanCells(Row* row, size_t* end);
  Scan ScanQuoted(size_t* at, Row* row);
  bool ScanPlain(size_t* at, Row* row);
  Scan Starve(const char* why);
  void MoveTo(size_t end);
  bool SkipLine();
  Got Spoil(Row* row, size_t scanned);
  bool AtEnd(size_t at) const { return at >= buffer_.size(); }
  bool IsNewline(char c) const { return c == '\n' || c == newline_; }
  void SkipSpaces(size_t* at) const;

  std::string buffer_;    // bytes from the row under way on
  std::string unquoted_;  // cells that held doubled quotes, without them
  std::string why_;
  size_t at_ = 0;           // in buffer_: where the next row begins
  size_t wait_for_ = 0;     // size of buffer_ below which scanning again is pointless
  uint64_t line_ = 1;       // of at_
  uint64_t fed_ = 0;        // bytes so far
  uint64_t rescanned_ = 0;  // bytes that were read again after a broken row
  char separator_ = ',';
  char newline_ = '\n';
  bool started_ = false;   // separator_ and newline_ are settled
  bool skipping_ = false;  // the rest of the line under way is dropped
  bool last_ = false;
};

}  // namespace ingest_csv
