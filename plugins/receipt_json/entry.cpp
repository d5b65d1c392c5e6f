#include "entry.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "tidings/text.hpp"

namespace receipt_json {
namespace {

namespace sdk = tidings::sdk;
namespace dom = simdjson::dom;

constexpr size_t kLongestId = 200;      // bytes
constexpr size_t kLongestReason = 200;  // bytes
constexpr size_t kLongestName = 24;     // of a member that means something, folded

// What the members of an entry mean. Of several with the same meaning the first in this order
// counts.
enum Meaning {
  kCommId,
  kMessageId,
  kVendorMessageId,
  kEventId,
  kStatus,
  kEvent,
  kTime,
  kReason,
  kErrorCode,
  kCode,
  kError,
  kDescription,
  kMeanings
};

struct Name {
  std::string_view folded;
  Meaning meaning;
};
constexpr Name kNames[] = {
    {"commid", kCommId},
    {"communicationlogid", kCommId},
    {"communicationid", kCommId},
    {"messageid", kMessageId},
    {"vendormessageid", kVendorMessageId},
    {"providermessageid", kVendorMessageId},
    {"vendorid", kVendorMessageId},
    {"eventid", kEventId},
    {"sgeventid", kEventId},
    {"status", kStatus},
    {"deliverystatus", kStatus},
    {"event", kEvent},
    {"timestamp", kTime},
    {"occurredat", kTime},
    {"time", kTime},
    {"reason", kReason},
    {"failurereason", kReason},
    {"errorcode", kErrorCode},
    {"failurecode", kErrorCode},
    {"code", kCode},
    {"error", kError},
    {"errormessage", kError},
    {"description", kDescription},
};

// Lower case without `_` and `-`, into `to`; 0 where it is longer than any name that counts.
size_t Fold(std::string_view key, char* to) {
  size_t size = 0;
  for (char c : key) {
    if (c == '_' || c == '-') continue;
    if (size == kLongestName) return 0;
    to[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return size;
}

Meaning MeaningOf(std::string_view key) {
  char folded[kLongestName];
  std::string_view name(folded, Fold(key, folded));
  for (auto& known : kNames) {
    if (known.folded == name) return known.meaning;
  }
  return kMeanings;
}

struct KnownStatus {
  std::string_view name;
  Status status;
  std::string_view reason;  // where the vendor gives none
};
constexpr KnownStatus kStatuses[] = {
    {"sent", Status::kSent, ""},  // unless the options say otherwise
    {"delivered", Status::kDelivered, ""},
    {"success", Status::kDelivered, ""},
    {"opened", Status::kDelivered, ""},
    {"open", Status::kDelivered, ""},
    {"read", Status::kDelivered, ""},
    {"seen", Status::kDelivered, ""},
    {"clicked", Status::kDelivered, ""},
    {"click", Status::kDelivered, ""},
    {"accepted", Status::kSent, ""},
    {"queued", Status::kSent, ""},
    {"processed", Status::kSent, ""},
    {"deferred", Status::kSent, ""},
    {"failed", Status::kFailed, "FAILED"},
    {"failure", Status::kFailed, "FAILED"},
    {"error", Status::kFailed, "FAILED"},
    {"undelivered", Status::kFailed, "UNDELIVERED"},
    {"undeliverable", Status::kFailed, "UNDELIVERED"},
    {"rejected", Status::kFailed, "REJECTED"},
    {"dropped", Status::kFailed, "DROPPED"},
    {"expired", Status::kFailed, "EXPIRED"},
    {"bounced", Status::kFailed, "EMAIL_BOUNCED"},
    {"bounce", Status::kFailed, "EMAIL_BOUNCED"},
    {"hardbounce", Status::kFailed, "EMAIL_BOUNCED"},
    {"complained", Status::kFailed, "SPAM_DETECTED"},
    {"complaint", Status::kFailed, "SPAM_DETECTED"},
    {"spam", Status::kFailed, "SPAM_DETECTED"},
    {"spamreport", Status::kFailed, "SPAM_DETECTED"},
};

const KnownStatus* StatusOf(std::string_view text) {
  char folded[kLongestName];
  std::string_view name(folded, Fold(text, folded));
  for (auto& known : kStatuses) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

std::string_view Clip(std::string_view text, size_t longest) {
  if (text.size() <= longest) return text;
  while (longest > 0 && (text[longest] & 0xc0) == 0x80) --longest;
  return text.substr(0, longest);
}

// Seconds, milliseconds or microseconds since 1970, told apart by their size: seconds reach 1e11
// in the year 5138, milliseconds 1e14 likewise.
std::optional<int64_t> TimeOfNumber(double number) {
  if (!(number > 0) || number >= 1e17) return std::nullopt;
  double factor = number < 1e11 ? 1e6 : number < 1e14 ? 1e3 : 1;
  return static_cast<int64_t>(number * factor + 0.5);
}

std::optional<int64_t> TimeOf(dom::element value) {
  if (value.is_number()) return TimeOfNumber(value.get_double());
  std::string_view text;
  if (value.get(text)) return std::nullopt;
  if (auto time = sdk::ParseTime(text)) return time;
  double number = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size() && !text.empty();
  return whole ? TimeOfNumber(number) : std::nullopt;
}

bool IsClean(std::string_view id) {
  return std::all_of(id.begin(), id.end(),
                     [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

}  // namespace

struct EntryReader::Found {
  std::array<dom::element, kMeanings> values;
  std::array<std::string_view, kMeanings> keys;  // as the vendor spells them; empty = not there

  bool Has(int meaning) const { return !keys[static_cast<size_t>(meaning)].empty(); }
  std::string PointerTo(int meaning) const {
    return "/" + std::string(keys[static_cast<size_t>(meaning)]);
  }
};

bool EntryReader::Read(dom::element element, Entry* entry, EntryError* error) {
  dom::object object;
  if (element.get(object)) {
    *error = {"", std::string(Clip(simdjson::minify(element), kLongestId)), "must be an object"};
    return false;
  }
  numbers_.clear();
  numbers_.reserve(kMeanings * 24);  // views into it must hold while it grows
  Found found;
  for (auto [key, value] : object) {
    Meaning meaning = MeaningOf(key);
    if (meaning == kMeanings || value.is_null() || found.Has(meaning)) continue;
    found.values[meaning] = value;
    found.keys[meaning] = key;
  }
  *entry = Entry();
  return Finish(found, entry, error);
}

// The text of a string or a whole number; "" of anything else. Of an object (an error with a code)
// its code.
std::string_view EntryReader::TextOf(const Found& found, int meaning) {
  if (!found.Has(meaning)) return "";
  dom::element value = found.values[static_cast<size_t>(meaning)];
  std::string_view text;
  if (!value.get(text)) return text;
  dom::object object;
  if (!value.get(object)) {
    for (auto key : {"code", "message", "reason"}) {
      if (!object.at_key(key).get(text)) return text;
    }
    return "";
  }
  int64_t number = 0;
  if (value.get(number) || numbers_.capacity() - numbers_.size() < 24) return "";
  size_t from = numbers_.size();
  sdk::AppendNumber(numbers_, number);
  return std::string_view(numbers_).substr(from);
}

bool EntryReader::Finish(const Found& found, Entry* entry, EntryError* error) {
  if (!TakeIds(found, entry, error) || !TakeStatus(found, entry, error)) return false;
  entry->event_id = Clip(TextOf(found, kEventId), kLongestId);
  if (!found.Has(kTime)) return true;
  auto time = TimeOf(found.values[kTime]);
  entry->occurred_at = time.value_or(INT64_MIN);
  entry->odd_time = !time;
  return true;
}

// Our own id under any of its names; a vendor's id counts as ours where there is no other.
bool EntryReader::TakeIds(const Found& found, Entry* entry, EntryError* error) {
  Meaning id = found.Has(kCommId) ? kCommId : found.Has(kMessageId) ? kMessageId : kVendorMessageId;
  entry->message_id = TextOf(found, id);
  if (entry->message_id.empty() || entry->message_id.size() > kLongestId ||
      !IsClean(entry->message_id)) {
    *error = {found.Has(id) ? found.PointerTo(id) : "",
              std::string(Clip(entry->message_id, kLongestId)),
              found.Has(id) ? "is no message id"
                            : "names no message; one of commId, communicationLogId, messageId, "
                              "vendorMessageId is needed"};
    return false;
  }
  if (id == kVendorMessageId) return true;
  entry->reference = TextOf(found, kVendorMessageId);
  if (entry->reference.empty() && id == kCommId) entry->reference = TextOf(found, kMessageId);
  entry->reference = Clip(entry->reference, kLongestId);
  return true;
}

bool EntryReader::TakeStatus(const Found& found, Entry* entry, EntryError* error) {
  Meaning from = found.Has(kStatus) ? kStatus : kEvent;
  std::string_view text = TextOf(found, from);
  const KnownStatus* known = StatusOf(text);
  if (!known) {
    *error = {found.Has(from) ? found.PointerTo(from) : "", std::string(Clip(text, kLongestId)),
              found.Has(from) ? "is no status that is known; SENT, DELIVERED and FAILED are"
                              : "has no status; SENT, DELIVERED or FAILED is needed"};
    return false;
  }
  entry->status = known == &kStatuses[0] ? sent_means_ : known->status;
  if (entry->status != Status::kFailed) return true;
  for (Meaning meaning : {kReason, kErrorCode, kCode, kError, kDescription}) {
    if (entry->reason.empty()) entry->reason = Clip(TextOf(found, meaning), kLongestReason);
  }
  if (entry->reason.empty()) entry->reason = known->reason;
  return true;
}

}  // namespace receipt_json
