// Any bytes as a callback's body: no crash, every view inside its limits, and the entries counted.
#include <cstdlib>

#include "body.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static receipt_json::BodyReader reader(receipt_json::Status::kDelivered);
  size_t next = 0;
  auto check = [&](bool good) {
    if (!good) std::abort();
  };
  reader.Read({reinterpret_cast<const char*>(data), size},
              {[&](size_t index, const receipt_json::Entry& entry) {
                 check(index == next++);
                 check(!entry.message_id.empty() && entry.message_id.size() <= 200);
                 check(entry.reason.size() <= 200 && entry.event_id.size() <= 200);
                 check(entry.reference.size() <= 200);
                 check((entry.status == receipt_json::Status::kFailed) == !entry.reason.empty());
               },
               [&](size_t index, const receipt_json::EntryError& error) {
                 check(index == next++);
                 check(!error.reason.empty() && error.value.size() <= 200);
               }});
  return 0;
}
