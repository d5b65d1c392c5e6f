// Takes one JSON text apart: a record, or an envelope around one or more.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace ingest_http {

// Why a text gives no record. `pointer` is a JSON Pointer, or empty.
struct Refusal {
  std::string pointer, value, reason;
};

// Checks JSON texts and finds the records in them. Keeps its buffers between calls; not
// thread-safe.
class Unwrapper {
 public:
  // `entity` is what the envelope says ("customer", "order"), or "". Views are valid for the call.
  using OnRecord = std::function<void(std::string_view entity, std::string_view json)>;
  using OnRefusal = std::function<void(const Refusal& refusal)>;

  Unwrapper();
  ~Unwrapper();

  // A plain object is one record, handed on byte for byte. {eventType, timestamp, source, data} is
  // opened, where `data` is an object or an array of objects.
  void Take(std::string_view text, const OnRecord& on_record, const OnRefusal& on_refusal);

 private:
  class Parsers;
  std::unique_ptr<Parsers> parsers_;
};

// "customer" or "order" where an event's name begins so ("customer:created", "ORDER_UPDATED"),
// else "".
std::string_view EntityOfEvent(std::string_view event);

}  // namespace ingest_http
