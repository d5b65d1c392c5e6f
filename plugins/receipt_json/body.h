// The body of a vendor's callback, in any of its shapes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "entry.h"

namespace receipt_json {

// One receipt, an array of them, {"receipts": [...]} or {"events": [...]}, or one of these a line
// (NDJSON). A bad entry is refused by itself; a body that is no JSON as a whole.
// Keeps its buffers between calls; not thread-safe.
class BodyReader {
 public:
  struct Sink {
    std::function<void(size_t index, const Entry& entry)> receipt;
    // `error.pointer` is from the body's root; index counts entries from 0.
    std::function<void(size_t index, const EntryError& error)> refused;
  };

  explicit BodyReader(Status sent_means);
  ~BodyReader();

  // Why the body is refused as a whole; "" when it is not. Views are valid for the sink's calls.
  std::string Read(std::string_view body, const Sink& sink);

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace receipt_json
