// Text that came over the border, fit for the log, for JSON and for PostgreSQL.
#pragma once

#include <string>
#include <string_view>

#include "tidings/plugin.h"

namespace tidings::plugin {

// The bytes as they are.
inline std::string Copy(tidings_text text) {
  return text.size ? std::string(text.data, text.size) : std::string();
}

// A view of `text`, or of a copy where every byte that makes it no UTF-8, and every NUL, is a "?":
// one bad byte from a vendor must not fail the transaction of a whole batch. Valid as long as this
// object and the text.
class CleanText {
 public:
  explicit CleanText(tidings_text text);
  CleanText(const CleanText&) = delete;
  CleanText& operator=(const CleanText&) = delete;

  std::string_view view() const { return view_; }
  tidings_text text() const { return {view_.data(), view_.size()}; }

 private:
  std::string mended_;
  std::string_view view_;
};

}  // namespace tidings::plugin
