// Text, batches and outputs of plugin.h as C++ types. Included by plugin.hpp.
#ifndef TIDINGS_VIEWS_HPP
#define TIDINGS_VIEWS_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "tidings/plugin.h"

namespace tidings::sdk {

inline std::string_view ToView(tidings_text text) {
  return text.size == 0 ? std::string_view()
                        : std::string_view(text.data, static_cast<std::size_t>(text.size));
}
inline std::string ToString(tidings_text text) { return std::string(ToView(text)); }
inline tidings_text ToText(std::string_view view) { return {view.data(), view.size()}; }

// The items of a batch, typed. Steps by the host's stride, so that items may grow.
template <class Item>
class Items {
 public:
  explicit Items(const tidings_batch& batch) : batch_(&batch) {}

  std::size_t size() const { return static_cast<std::size_t>(batch_->count); }
  bool empty() const { return batch_->count == 0; }
  const Item& operator[](std::size_t i) const {
    return *reinterpret_cast<const Item*>(static_cast<const char*>(batch_->items) +
                                          i * static_cast<std::size_t>(batch_->item_size));
  }
  std::int64_t now() const { return batch_->now; }
  std::int64_t deadline() const { return batch_->deadline; }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using pointer = const Item*;
    using reference = const Item&;

    Iterator(const Items* items, std::size_t i) : items_(items), i_(i) {}
    reference operator*() const { return (*items_)[i_]; }
    pointer operator->() const { return &(*items_)[i_]; }
    Iterator& operator++() { return ++i_, *this; }
    bool operator==(const Iterator& other) const { return i_ == other.i_; }
    bool operator!=(const Iterator& other) const { return i_ != other.i_; }

   private:
    const Items* items_;
    std::size_t i_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  const tidings_batch* batch_;
};

using Payloads = Items<tidings_payload>;       // TIDINGS_INGEST
using Customers = Items<tidings_customer>;     // TIDINGS_SEGMENT
using Messages = Items<tidings_message>;       // TIDINGS_DELIVER
using Requests = Items<tidings_http_request>;  // TIDINGS_RECEIPT
using Tasks = Items<tidings_task>;             // TIDINGS_SUMMARIZE

struct Receipt {
  std::string_view message_id;
  tidings_receipt_status status = TIDINGS_DELIVERED;
  std::string_view reason, reference, event_id;
  std::int64_t occurred_at = TIDINGS_NO_TIME;
};

// Where results go. The host copies what it is given. Valid during Process, on its thread.
class Output {
 public:
  explicit Output(const tidings_output& output) : output_(&output) {}

  void Accept(std::size_t item, std::string_view reference = {}) const {
    Verdict(item, TIDINGS_ACCEPT, 0, {}, reference);
  }
  // `after` 0 leaves the pause to the host's back-off.
  void Retry(std::size_t item, std::string_view reason,
             std::chrono::milliseconds after = std::chrono::milliseconds(0)) const {
    Verdict(item, TIDINGS_RETRY, static_cast<std::uint64_t>(after.count()), reason, {});
  }
  void Reject(std::size_t item, std::string_view reason, std::string_view reference = {}) const {
    Verdict(item, TIDINGS_REJECT, 0, reason, reference);
  }
  void Drop(std::size_t item, std::string_view reason = {}) const {
    Verdict(item, TIDINGS_DROP, 0, reason, {});
  }
  void Record(std::size_t item, std::string_view entity, std::string_view json,
              std::uint64_t line = 0) const {
    tidings_record record = {sizeof record, 0, line, ToText(entity), ToText(json)};
    output_->record(output_->context, item, &record);
  }
  void Receipt(std::size_t item, const sdk::Receipt& receipt) const {
    tidings_receipt raw = {sizeof raw,
                           receipt.status,
                           ToText(receipt.message_id),
                           ToText(receipt.reason),
                           ToText(receipt.reference),
                           ToText(receipt.event_id),
                           receipt.occurred_at};
    output_->receipt(output_->context, item, &raw);
  }
  void Text(std::size_t item, std::string_view text) const {
    output_->text(output_->context, item, ToText(text));
  }
  // One record at `line` is refused; `field` is a JSON Pointer or column name, or empty.
  void Refuse(std::size_t item, std::uint64_t line, std::string_view field, std::string_view value,
              std::string_view reason) const {
    output_->refuse(output_->context, item, line, ToText(field), ToText(value), ToText(reason));
  }

 private:
  void Verdict(std::size_t item, tidings_verdict_code code, std::uint64_t retry_after_ms,
               std::string_view reason, std::string_view reference) const {
    tidings_verdict verdict = {sizeof verdict, code, retry_after_ms, ToText(reason),
                               ToText(reference)};
    output_->verdict(output_->context, item, &verdict);
  }

  const tidings_output* output_;
};

}  // namespace tidings::sdk

#endif  // TIDINGS_VIEWS_HPP
