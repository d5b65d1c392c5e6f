// Any text as a sentence: refused with a reason, or read the same way each time, word for word.
#include "sentence/sentence.h"

#include <cstdlib>
#include <string>

#include "base/text.h"

namespace {

using namespace tidings;
using namespace tidings::sentence;

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckRefusal(const Refusal& refusal, size_t size) {
  Require(!refusal.code.empty() && !refusal.message.empty());
  Require(IsUtf8(refusal.message));
  for (const Unplaced& word : refusal.words) Require(IsUtf8(word.text) && word.offset <= size);
}

// Nothing is skipped: a word that means nothing spoils any sentence.
void CheckEveryWordCounts(const std::string& text) {
  for (const std::string& longer : {text + " xyzzyq", "xyzzyq " + text}) {
    Require(!Parse(longer).reading);
  }
}

bool HasQuote(const std::string& text) {
  for (const char* quote : {"\"", "'", "“", "‘", "„", "«", "’", "@"}) {
    if (text.find(quote) != text.npos) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  Parsed parsed = Parse(text);
  Parsed again = Parse(text);
  Require(parsed.reading.has_value() == again.reading.has_value());
  if (!parsed.reading) {
    CheckRefusal(parsed.refusal, size);
    return 0;
  }
  Require(parsed.reading->rule == again.reading->rule);
  Require(IsUtf8(parsed.reading->english) && !parsed.reading->english.empty());
  if (!HasQuote(text)) CheckEveryWordCounts(text);
  return 0;
}
