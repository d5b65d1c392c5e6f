// What one receipt says, whoever wrote it.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace receipt_json {

enum class Status { kSent = 1, kDelivered, kFailed };

// Views live as long as the parsed document and the entry's scratch.
struct Entry {
  std::string_view message_id;
  Status status = Status::kSent;
  std::string_view reason;     // of a failure: the vendor's code
  std::string_view reference;  // the vendor's own id
  std::string_view event_id;
  int64_t occurred_at = INT64_MIN;  // microseconds since 1970; INT64_MIN = not said
  bool odd_time = false;            // a time was given that cannot be read
};

// Why an entry is not used. `pointer` is relative to the entry.
struct EntryError {
  std::string pointer, value, reason;
};

// Reads entries one by one; keeps its buffers. Not thread-safe.
class EntryReader {
 public:
  // `sent_means`: what a vendor's SENT is taken for.
  explicit EntryReader(Status sent_means) : sent_means_(sent_means) {}

  // Fills `entry`, or says in `error` why not.
  bool Read(simdjson::dom::element element, Entry* entry, EntryError* error);

 private:
  struct Found;

  bool Finish(const Found& found, Entry* entry, EntryError* error);
  bool TakeIds(const Found& found, Entry* entry, EntryError* error);
  bool TakeStatus(const Found& found, Entry* entry, EntryError* error);
  std::string_view TextOf(const Found& found, int meaning);

  const Status sent_means_;
  std::string numbers_;  // ids and codes that came as numbers, as text
};

}  // namespace receipt_json
