#include "plugin/host_table.h"

#include <algorithm>
#include <cmath>
#include <exception>

#include <fmt/core.h>

#include "plugin/clean_text.h"

namespace tidings::plugin {
namespace {

constexpr Duration kDefaultTimeout = std::chrono::seconds(30);
constexpr int64_t kDefaultMaxBody = 16 << 20;

// Texts that are lent to the plugin "until the next call on this thread".
thread_local std::string t_lent;

tidings_text Lend(std::string text) {
  t_lent = std::move(text);
  return {t_lent.data(), t_lent.size()};
}

tidings_status StatusOf(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kNotFound:
    case Code::kPermissionDenied: return TIDINGS_INVALID;
    case Code::kUnavailable:
    case Code::kTimeout: return TIDINGS_UNAVAILABLE;
    case Code::kCancelled: return TIDINGS_CANCELLED;
    default: return TIDINGS_FAILED;
  }
}

// What stands between "tidings_plugin_" and "_total" in the metrics.
bool IsMetricName(std::string_view name) {
  auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), good);
}

// Runs what services_ holds: std::functions of the host, whose exceptions must not enter a plugin.
template <class Body, class Value>
Value Contained(Body body, Value otherwise) noexcept {
  try {
    return body();
  } catch (...) {
    return otherwise;
  }
}

}  // namespace

HostTable::HostTable(HostServices services)
    : services_(std::move(services)), random_(Random::Seeded()) {
  table_ = {sizeof table_,
            TIDINGS_ABI_MAJOR,
            TIDINGS_ABI_MINOR,
            0,
            this,
            &OnLog,
            &OnCount,
            &OnNow,
            &OnRandom,
            &OnCancelled,
            &OnHttp,
            &OnSecret,
            &OnError,
            &OnService};
  receipts_ = {sizeof receipts_, 0, {services_.receipts_url.data(), services_.receipts_url.size()}};
}

void HostTable::Begin(int64_t deadline) {
  caller_ = std::this_thread::get_id();
  deadline_ = deadline;
  std::lock_guard lock(mutex_);
  error_.clear();
}

void HostTable::End() {
  deadline_ = TIDINGS_NO_TIME;
  caller_ = std::thread::id();
}

std::string HostTable::LastError() const {
  std::lock_guard lock(mutex_);
  return error_;
}

bool HostTable::PastDeadline() const {
  int64_t deadline = deadline_;
  return deadline != TIDINGS_NO_TIME &&
         services_.clock->Now().time_since_epoch().count() >= deadline;
}

bool HostTable::Cancelled() const {
  return (services_.cancelled && services_.cancelled->load()) || PastDeadline();
}

void HostTable::Log(log::Level level, std::string_view text) noexcept {
  Contained(
      [&] {
        if (services_.log) {
          services_.log(level, text);
        } else {
          log::Write(level, services_.name, text);
        }
        return true;
      },
      false);
}

void HostTable::OnLog(void* context, tidings_log_level level, tidings_text message) {
  auto known = static_cast<log::Level>(std::min<tidings_log_level>(level, TIDINGS_ERROR));
  Contained(
      [&] {
        CleanText clean(message);
        Of(context).Log(known, clean.view());
        return true;
      },
      false);
}

void HostTable::OnCount(void* context, tidings_text name, double value) {
  auto& self = Of(context);
  if (!self.services_.count || !std::isfinite(value) || value < 0) return;
  Contained(
      [&] {
        std::string_view view(name.data, name.size);
        if (IsMetricName(view)) self.services_.count(view, value);
        return true;
      },
      false);
}

int64_t HostTable::OnNow(void* context) {
  return Of(context).services_.clock->Now().time_since_epoch().count();
}

uint64_t HostTable::OnRandom(void* context) {
  auto& self = Of(context);
  if (self.services_.random) {
    return Contained([&] { return self.services_.random(); }, uint64_t{0});
  }
  std::lock_guard lock(self.mutex_);
  return self.random_.Next();
}

int32_t HostTable::OnCancelled(void* context) { return Of(context).Cancelled() ? 1 : 0; }

Duration HostTable::Allowed(Duration wanted) const {
  int64_t deadline = deadline_;
  if (deadline == TIDINGS_NO_TIME || caller_.load() != std::this_thread::get_id()) return wanted;
  return std::min(wanted, Duration(deadline) - services_.clock->Now().time_since_epoch());
}

Result<HttpAnswer> HostTable::Http(const tidings_http_call& call) {
  if (call.struct_size < sizeof(tidings_http_call)) {
    return Fail(Code::kInvalidArgument,
                "set tidings_http_call.struct_size to sizeof(tidings_http_call)");
  }
  if (!services_.http) return Fail(Code::kUnavailable, "this host makes no HTTP calls");
  HttpCall request;
  request.method = Copy(call.method);
  request.url = Copy(call.url);
  request.headers = Copy(call.headers);
  request.body = Copy(call.body);
  request.timeout =
      Allowed(call.timeout_ms ? std::chrono::milliseconds(call.timeout_ms) : kDefaultTimeout);
  request.max_body = call.max_body ? static_cast<int64_t>(call.max_body) : kDefaultMaxBody;
  if (request.timeout <= Duration::zero()) {
    return Fail(Code::kCancelled, "the time of this batch is up");
  }
  return services_.http(request);
}

tidings_status HostTable::OnHttp(void* context, const tidings_http_call* call,
                                 tidings_http_done done, void* done_context, tidings_text* why) {
  Result<HttpAnswer> answer = Fail(Code::kInternal, "the host failed to make the call");
  try {
    answer = Of(context).Http(*call);
  } catch (const std::exception& problem) {
    answer = Fail(Code::kInternal, problem.what());
  }
  if (!answer) {
    if (why) *why = Lend(answer.error().message);
    return StatusOf(answer.error().code);
  }
  tidings_http_answer raw = {sizeof raw,
                             static_cast<uint32_t>(answer->status),
                             {answer->headers.data(), answer->headers.size()},
                             {answer->body.data(), answer->body.size()}};
  if (done) done(done_context, &raw);
  return TIDINGS_OK;
}

tidings_status HostTable::OnSecret(void* context, tidings_text name, tidings_text* value) {
  auto& self = Of(context);
  if (!self.services_.secret) return TIDINGS_INVALID;
  auto found =
      Contained([&] { return self.services_.secret(Copy(name)); }, std::optional<std::string>());
  if (!found) return TIDINGS_INVALID;
  *value = Lend(std::move(*found));
  return TIDINGS_OK;
}

void HostTable::OnError(void* context, tidings_text where, tidings_text message) {
  Contained(
      [&] {
        CleanText place(where), words(message);
        auto text = place.view().empty() ? std::string(words.view())
                                         : fmt::format("at {}: {}", place.view(), words.view());
        std::lock_guard lock(Of(context).mutex_);
        Of(context).error_ = std::move(text);
        return true;
      },
      false);
}

const void* HostTable::OnService(void* context, const char* name) {
  if (name && std::string_view(name) == "receipts/1") return &Of(context).receipts_;
  return nullptr;
}

}  // namespace tidings::plugin
