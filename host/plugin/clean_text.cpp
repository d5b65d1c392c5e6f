#include "plugin/clean_text.h"

#include "base/text.h"

namespace tidings::plugin {
namespace {

std::string Mend(std::string_view text) {
  std::string mended;
  while (!text.empty()) {
    size_t length = Utf8Length(text);
    if (length == 0 || text[0] == '\0') {
      mended += '?';
      text.remove_prefix(1);
    } else {
      mended += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return mended;
}

}  // namespace

CleanText::CleanText(tidings_text text) {
  if (text.size) view_ = std::string_view(text.data, text.size);
  if (IsUtf8(view_) && view_.find('\0') == std::string_view::npos) return;
  mended_ = Mend(view_);
  view_ = mended_;
}

}  // namespace tidings::plugin
