#include "envelope.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

namespace ingest_http {
namespace {

using simdjson::ondemand::json_type;

constexpr size_t kDepth = 64;          // of nesting
constexpr size_t kLongestValue = 200;  // bytes of the text shown in a refusal

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

std::string_view Clip(std::string_view text) {
  if (text.size() <= kLongestValue) return text;
  size_t end = kLongestValue;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

bool Mentions(std::string_view text, std::string_view word) {
  return memmem(text.data(), text.size(), word.data(), word.size()) != nullptr;
}

}  // namespace

std::string_view EntityOfEvent(std::string_view event) {
  std::string lower = Lower(event);
  if (lower.compare(0, 8, "customer") == 0) return "customer";
  return lower.compare(0, 5, "order") == 0 ? "order" : "";
}

// The parsers, which simdjson wants kept, and the text with the spare bytes that they need behind.
class Unwrapper::Parsers {
 public:
  void Take(std::string_view text, const OnRecord& on_record, const OnRefusal& on_refusal) {
    Keep(text);
    if (!Check(on_refusal)) return;
    bool envelope = Mentions(text, "\"data\"") && Mentions(text, "\"event");
    if (!envelope || !Open(on_record, on_refusal)) on_record("", text);
  }

 private:
  void Keep(std::string_view text) {
    text_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    text_.assign(text);
  }

  // Whether the text is one whole JSON object.
  bool Check(const OnRefusal& on_refusal) {
    if (dom_.max_depth() != kDepth || dom_.capacity() < text_.size()) {
      if (dom_.allocate(std::max(text_.size(), size_t{4096}) * 2, kDepth)) throw std::bad_alloc();
    }
    auto parsed = dom_.parse(text_.data(), text_.size(), false);
    if (parsed.error()) {
      // What is no UTF-8 cannot be shown either.
      bool showable = simdjson::validate_utf8(text_);
      on_refusal({"", showable ? std::string(Clip(text_)) : std::string(),
                  std::string("no valid JSON: ") + simdjson::error_message(parsed.error())});
      return false;
    }
    if (!parsed.is_object()) on_refusal({"", std::string(Clip(text_)), "must be a JSON object"});
    return parsed.is_object();
  }

  // False where the object is no envelope after all.
  bool Open(const OnRecord& on_record, const OnRefusal& on_refusal) {
    auto document = lazy_.iterate(text_.data(), text_.size(), text_.capacity());
    std::string_view event;
    if (document["eventType"].get(event) && document["event_type"].get(event)) return false;
    simdjson::ondemand::value data;
    if (document["data"].get(data)) return false;
    std::string name = Lower(event);
    if (name.find("delete") != std::string::npos || name.find("remove") != std::string::npos) {
      on_refusal({"/eventType", name, "deletions are not taken in here; call DELETE instead"});
      return true;
    }
    TakeData(data, EntityOfEvent(name), on_record, on_refusal);
    return true;
  }

  void TakeData(simdjson::ondemand::value data, std::string_view entity, const OnRecord& on_record,
                const OnRefusal& on_refusal) {
    if (data.type() != json_type::array) {
      TakeOne(data, "/data", entity, on_record, on_refusal);
      return;
    }
    size_t i = 0;
    for (auto element : data.get_array()) {
      TakeOne(element.value(), "/data/" + std::to_string(i++), entity, on_record, on_refusal);
    }
  }

  void TakeOne(simdjson::ondemand::value value, const std::string& pointer, std::string_view entity,
               const OnRecord& on_record, const OnRefusal& on_refusal) {
    json_type type = value.type();
    if (type == json_type::object) {
      on_record(entity, value.get_object().value().raw_json());
      return;
    }
    std::string_view raw = type == json_type::array ? value.get_array().value().raw_json().value()
                                                    : value.raw_json_token();
    on_refusal({pointer, std::string(Clip(raw)), "must be a JSON object"});
  }

  std::string text_;
  simdjson::dom::parser dom_;        // says whether the text is good
  simdjson::ondemand::parser lazy_;  // opens envelopes without touching a number
};

Unwrapper::Unwrapper() : parsers_(std::make_unique<Parsers>()) {}
Unwrapper::~Unwrapper() = default;

void Unwrapper::Take(std::string_view text, const OnRecord& on_record,
                     const OnRefusal& on_refusal) {
  parsers_->Take(text, on_record, on_refusal);
}

}  // namespace ingest_http
