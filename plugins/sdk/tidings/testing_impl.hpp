// The bodies of testing.hpp. Not for including by itself.
#ifndef TIDINGS_TESTING_IMPL_HPP
#define TIDINGS_TESTING_IMPL_HPP

#include "tidings/testing.hpp"

namespace tidings::sdk::testing {

inline FakeHost::FakeHost(std::int64_t time, std::uint64_t seed) : now(time), random_(seed) {
  host_.struct_size = sizeof host_;
  host_.abi_major = TIDINGS_ABI_MAJOR;
  host_.abi_minor = TIDINGS_ABI_MINOR;
  host_.context = this;
  host_.log = [](void* context, tidings_log_level level, tidings_text text) {
    std::lock_guard<std::mutex> lock(Of(context).mutex_);
    Of(context).log_.push_back({level, ToString(text)});
  };
  host_.count = [](void* context, tidings_text name, double value) {
    std::lock_guard<std::mutex> lock(Of(context).mutex_);
    Of(context).counters_[ToString(name)] += value;
  };
  host_.now = [](void* context) -> std::int64_t { return Of(context).now; };
  host_.random = &NextRandom;
  host_.cancelled = [](void* context) -> std::int32_t { return Of(context).cancelled ? 1 : 0; };
  host_.http = &Http;
  host_.secret = &Secret;
  host_.error = &Error;
  host_.get_service = &Service;
}

inline double FakeHost::Counter(const std::string& name) const {
  std::lock_guard<std::mutex> lock(mutex_);
  auto found = counters_.find(name);
  return found == counters_.end() ? 0 : found->second;
}

inline std::uint64_t FakeHost::NextRandom(void* context) {
  std::lock_guard<std::mutex> lock(Of(context).mutex_);
  std::uint64_t z = (Of(context).random_ += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

inline tidings_status FakeHost::Http(void* context, const tidings_http_call* call,
                                     tidings_http_done done, void* done_context,
                                     tidings_text* why) {
  auto& self = Of(context);
  FakeHttpCall made{ToString(call->method), ToString(call->url), ToString(call->headers),
                    ToString(call->body),   call->timeout_ms,    call->max_body};
  {
    std::lock_guard<std::mutex> lock(self.mutex_);
    self.calls_.push_back(made);
  }
  FakeHttpAnswer answer;
  answer.error = "the test has set no FakeHost::http";
  if (self.http) answer = self.http(made);
  if (!answer.error.empty()) {
    thread_local std::string kept;
    kept = answer.error;
    *why = ToText(kept);
    return answer.code;
  }
  tidings_http_answer raw = {sizeof raw, answer.status, ToText(answer.headers),
                             ToText(answer.body)};
  done(done_context, &raw);
  return TIDINGS_OK;
}

inline tidings_status FakeHost::Secret(void* context, tidings_text name, tidings_text* value) {
  auto found = Of(context).secrets.find(ToString(name));
  if (found == Of(context).secrets.end()) return TIDINGS_INVALID;
  *value = ToText(found->second);
  return TIDINGS_OK;
}

inline void FakeHost::Error(void* context, tidings_text where, tidings_text message) {
  std::lock_guard<std::mutex> lock(Of(context).mutex_);
  Of(context).error_ = (where.size ? ToString(where) + ": " : "") + ToString(message);
}

inline const void* FakeHost::Service(void* context, const char* name) {
  if (std::string_view(name) != "receipts/1") return nullptr;
  auto& self = Of(context);
  self.receipts_ = {sizeof self.receipts_, 0, ToText(self.receipts_url)};
  return &self.receipts_;
}

// Collects what a plugin gives, and notes what the host would refuse.
class Collector {
 public:
  Collector(FakeOutput& into, std::uint64_t count) : into_(into), count_(count) {
    raw_.struct_size = sizeof raw_;
    raw_.context = this;
    raw_.verdict = [](void* context, std::uint64_t item, const tidings_verdict* verdict) {
      Of(context).OnVerdict(item, *verdict);
    };
    raw_.record = [](void* context, std::uint64_t item, const tidings_record* record) {
      Of(context).OnRecord(item, *record);
    };
    raw_.receipt = [](void* context, std::uint64_t item, const tidings_receipt* receipt) {
      Of(context).OnReceipt(item, *receipt);
    };
    raw_.text = [](void* context, std::uint64_t item, tidings_text text) {
      Of(context).Check("text", item);
      if (!Of(context).into_.texts.emplace(item, ToString(text)).second) {
        Of(context).Problem("text", item, "given twice");
      }
    };
    raw_.refuse = [](void* context, std::uint64_t item, std::uint64_t line, tidings_text field,
                     tidings_text value, tidings_text reason) {
      Of(context).Check("refusal", item);
      Of(context).into_.refusals.push_back(
          {item, line, ToString(field), ToString(value), ToString(reason)});
    };
  }
  const tidings_output* raw() const { return &raw_; }

  // After process() has returned OK: what a stage owes for every item.
  void CheckComplete(tidings_stage stage) {
    bool verdicts = stage == TIDINGS_SEGMENT || stage == TIDINGS_DELIVER;
    if (!verdicts && stage != TIDINGS_SUMMARIZE) return;
    for (std::uint64_t item = 0; item < count_; ++item) {
      bool judged = into_.verdicts.count(item) > 0;
      bool written = !verdicts && into_.texts.count(item) > 0;
      if (!judged && !written) Problem(verdicts ? "verdict" : "text", item, "missing");
    }
  }

 private:
  static Collector& Of(void* context) { return *static_cast<Collector*>(context); }

  void Problem(const char* what, std::uint64_t item, const char* problem) {
    into_.problems.push_back(std::string(what) + " of item " + std::to_string(item) + ": " +
                             problem);
  }
  void Check(const char* what, std::uint64_t item) {
    if (item >= count_) Problem(what, item, "there is no such item");
  }
  void OnVerdict(std::uint64_t item, const tidings_verdict& verdict) {
    Check("verdict", item);
    if (verdict.code > TIDINGS_DROP) Problem("verdict", item, "unknown code");
    bool owes_reason = verdict.code == TIDINGS_RETRY || verdict.code == TIDINGS_REJECT;
    if (owes_reason && verdict.reason.size == 0) Problem("verdict", item, "needs a reason");
    FakeVerdict kept{verdict.code, verdict.retry_after_ms, ToString(verdict.reason),
                     ToString(verdict.reference)};
    if (!into_.verdicts.emplace(item, kept).second) Problem("verdict", item, "given twice");
  }
  void OnRecord(std::uint64_t item, const tidings_record& record) {
    Check("record", item);
    into_.records.push_back({item, record.line, ToString(record.entity), ToString(record.json)});
  }
  void OnReceipt(std::uint64_t item, const tidings_receipt& receipt) {
    Check("receipt", item);
    if (receipt.status < TIDINGS_SENT || receipt.status > TIDINGS_UNDELIVERED) {
      Problem("receipt", item, "unknown status");
    }
    into_.receipts.push_back({item, receipt.status, ToString(receipt.message_id),
                              ToString(receipt.reason), ToString(receipt.reference),
                              ToString(receipt.event_id), receipt.occurred_at});
  }

  FakeOutput& into_;
  std::uint64_t count_;
  tidings_output raw_{};
};

inline Driver::Driver(FakeHost& host, std::string_view options,
                      const tidings_plugin_descriptor* descriptor)
    : batch_now(host.now),
      host_(host),
      descriptor_(descriptor),
      instance_(descriptor->create(host.get(), ToText(options))) {
  if (!instance_) throw std::runtime_error("create: " + host.LastError());
  if (descriptor->start(instance_) != TIDINGS_OK) {
    Stop();
    throw std::runtime_error("start: " + host.LastError());
  }
  running_ = true;
}

inline Driver::~Driver() {
  if (running_) Drain(host_.now + 1000000);
  Stop();
}

inline tidings_status Driver::Drain(std::int64_t deadline) {
  running_ = false;
  return descriptor_->drain(instance_, deadline);
}

inline void Driver::Stop() {
  if (!instance_) return;
  descriptor_->stop(instance_);
  descriptor_->destroy(instance_);
  instance_ = nullptr;
  running_ = false;
}

inline const FakeOutput& Driver::Run(const void* items, std::size_t size, std::size_t count) {
  // A stride that is larger than the item, as from a newer host.
  std::size_t stride = size + 2 * sizeof(void*);
  auto spread = std::make_unique<std::max_align_t[]>(count * stride / sizeof(std::max_align_t) + 1);
  auto* bytes = reinterpret_cast<char*>(spread.get());
  std::memset(bytes, 0xee, count * stride);
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(bytes + i * stride, static_cast<const char*>(items) + i * size, size);
  }
  output_ = FakeOutput();
  Collector collector(output_, count);
  tidings_batch batch = {sizeof batch, descriptor_->stage, count,          bytes,
                         stride,       batch_now,          TIDINGS_NO_TIME};
  output_.status = descriptor_->process(instance_, &batch, collector.raw());
  if (output_.status == TIDINGS_OK && !host_.cancelled) collector.CheckComplete(descriptor_->stage);
  return output_;
}

}  // namespace tidings::sdk::testing

#endif  // TIDINGS_TESTING_IMPL_HPP
