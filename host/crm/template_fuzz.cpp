// No template may crash the parser or the renderer, and no value may break out of HTML or a
// subject.
#include "crm/template.h"

#include <cstdlib>

#include "base/text.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

// A value of placeholders only: what it renders to comes from the customer alone.
bool HasOnlyPlaceholders(std::string_view text) {
  return text.find_first_of("<>\n\r") == text.npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidings::crm;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  static const tidings::Json attributes = {{"a", "<script>\r\nx"}, {"b", {{"c", "'\""}}}};
  Person person;
  person.name = "<b>Ann</b>\r\nBcc: x";
  person.city = "";
  person.attributes = &attributes;
  for (auto part : {Part::kText, Part::kLine, Part::kHtml}) {
    auto parsed = Template::Parse(text, part);
    if (!parsed) {
      Require(!parsed.error().message.empty());
      continue;
    }
    auto rendered = parsed->Render(person);
    Require(tidings::IsUtf8(rendered));
    if (!HasOnlyPlaceholders(text)) continue;
    if (part == Part::kHtml) Require(rendered.find_first_of("<>") == rendered.npos);
    if (part == Part::kLine) Require(rendered.find_first_of("\r\n") == rendered.npos);
  }
  return 0;
}
