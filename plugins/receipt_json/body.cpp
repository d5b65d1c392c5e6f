#include "body.h"

#include <algorithm>

namespace receipt_json {
namespace {

namespace dom = simdjson::dom;

constexpr size_t kDepth = 32;      // of nesting
constexpr size_t kKept = 4 << 20;  // bytes of buffer kept from one body to the next

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  size_t from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return "";
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

std::string Why(simdjson::error_code error) {
  return std::string("no valid JSON: ") + simdjson::error_message(error);
}

}  // namespace

class BodyReader::Parts {
 public:
  explicit Parts(Status sent_means) : entries_(sent_means) {}

  std::string Read(std::string_view body, const Sink& sink) {
    index_ = 0;
    body = Trim(body);
    if (body.empty()) return "the body is empty";
    std::string why;
    dom::element root;
    simdjson::error_code error = Parse(body, &root);
    if (!error) {
      Take(root, "", sink);
    } else if (!ReadLines(body, sink)) {
      why = Why(error);
    }
    if (text_.capacity() > kKept) Forget();
    return why;
  }

 private:
  simdjson::error_code Parse(std::string_view text, dom::element* root) {
    text_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    text_.assign(text);
    if (parser_.max_depth() != kDepth || parser_.capacity() < text.size()) {
      if (auto error = parser_.allocate(std::max(text.size(), size_t{64} << 10), kDepth)) {
        return error;
      }
    }
    return parser_.parse(text_.data(), text_.size(), false).get(*root);
  }

  // NDJSON: false when the first line is no JSON either, so that it is no such thing.
  bool ReadLines(std::string_view body, const Sink& sink) {
    size_t end = body.find('\n');
    dom::element root;
    if (end == std::string_view::npos || Parse(body.substr(0, end), &root)) return false;
    while (!body.empty()) {
      end = std::min(body.find('\n'), body.size());
      std::string_view line = Trim(body.substr(0, end));
      body.remove_prefix(std::min(end + 1, body.size()));
      if (line.empty()) continue;
      std::string pointer = "/" + std::to_string(index_);
      if (auto error = Parse(line, &root)) {
        sink.refused(index_++, {pointer, "", Why(error)});
      } else {
        Take(root, pointer, sink);
      }
    }
    return true;
  }

  void Take(dom::element root, const std::string& pointer, const Sink& sink) {
    dom::array array;
    if (!root.get(array)) return TakeAll(array, pointer, sink);
    for (const char* wrapper : {"receipts", "events"}) {
      if (!root[wrapper].get(array)) return TakeAll(array, pointer + "/" + wrapper, sink);
    }
    TakeOne(root, pointer, sink);
  }

  void TakeAll(dom::array array, const std::string& pointer, const Sink& sink) {
    size_t i = 0;
    for (auto element : array) {
      Entry entry;
      EntryError error;
      if (entries_.Read(element, &entry, &error)) {
        sink.receipt(index_, entry);
      } else {
        error.pointer = pointer + "/" + std::to_string(i) + error.pointer;
        sink.refused(index_, error);
      }
      ++index_;
      ++i;
    }
  }

  void TakeOne(dom::element element, const std::string& pointer, const Sink& sink) {
    Entry entry;
    EntryError error;
    if (entries_.Read(element, &entry, &error)) return sink.receipt(index_++, entry);
    error.pointer = pointer + error.pointer;
    sink.refused(index_++, error);
  }

  // One giant body must not keep its memory for ever.
  void Forget() {
    std::string().swap(text_);
    parser_ = dom::parser();
  }

  EntryReader entries_;
  dom::parser parser_;
  std::string text_;  // the body, with the spare bytes behind it that simdjson needs
  size_t index_ = 0;
};

BodyReader::BodyReader(Status sent_means) : parts_(std::make_unique<Parts>(sent_means)) {}
BodyReader::~BodyReader() = default;

std::string BodyReader::Read(std::string_view body, const Sink& sink) {
  return parts_->Read(body, sink);
}

}  // namespace receipt_json
