// How a connection answers: whole responses, streams, and refusals of its own.
#include "http/connection.h"

namespace tidings::http {

bool Connection::Awaits(uint64_t exchange) const {
  return state_ == State::kOpen && current_ && current_->number == exchange && !current_->answered;
}

bool Connection::Streams(uint64_t exchange) const {
  return state_ == State::kOpen && current_ && current_->number == exchange && current_->flow &&
         !current_->complete;
}

void Connection::Answer(uint64_t exchange, Response response) {
  if (!Awaits(exchange)) return;
  Reply(std::move(response));
  Advance();
}

void Connection::Reply(Response response) {
  if (response.status < 200 || response.status > 599) response.status = 500;
  bool has_body = MayHaveBody(response.status);
  current_->bytes = has_body && !current_->head_only ? response.body.size() : 0;
  SendHead(response, has_body ? std::optional(response.body.size()) : std::nullopt, false);
  if (current_->bytes > 0) Append(std::move(response.body));
  current_->complete = true;
  Settle();
}

// Answers a request that cannot be read or will not be waited for, and ends the connection.
// `code` is what a sink that takes its body is told.
void Connection::Refuse(const FramingError& error, Code code) {
  if (!current_) Begin(nullptr);
  close_after_ = more_may_come_ = true;
  if (auto exchange = current_->exchange.lock()) exchange->Spend();
  if (current_->intake) current_->intake->Abort({code, error.detail});
  Response response = Problem(error.status, error.detail);
  if (error.status == 503) response.headers.Set("Retry-After", "1");
  Reply(std::move(response));
}

void Connection::SendHead(const Response& response, std::optional<size_t> length, bool chunked) {
  CurrentRequest& current = *current_;
  bool body_left = current.has_body && !current.received;
  more_may_come_ = more_may_come_ || body_left;
  close_after_ = close_after_ || !current.keep_alive || body_left || core_.draining;
  current.answered = true;
  current.status = response.status;
  if (current.intake) {
    current.intake->Abort({Code::kCancelled, "the request was answered before its body had come"});
  }
  ++core_.cells.by_class[static_cast<size_t>(response.status / 100 - 1)];
  HeadPlan plan{length, chunked, close_after_, current.http10, station_.date};
  Append(HeadText(response, plan, core_.defaults));
}

void Connection::Append(std::string bytes, size_t credit) {
  if (outbox_.empty()) last_output_ = station_.now;
  outbox_.Append(std::move(bytes), credit);
}

bool Connection::BeginStream(uint64_t exchange, Response head, std::shared_ptr<StreamFlow> flow,
                             StreamOptions options) {
  if (!Awaits(exchange)) return false;
  if (current_->head_only || !MayHaveBody(head.status)) {
    head.body.clear();
    SendHead(head, std::nullopt, !current_->http10 && MayHaveBody(head.status));
    current_->complete = true;
    Settle();
    Advance();
    return false;
  }
  current_->chunked = !current_->http10;
  if (current_->http10) current_->keep_alive = false;  // the end of the body is the end of all
  SendHead(head, std::nullopt, current_->chunked);
  current_->flow = std::move(flow);
  current_->stream_options = options;
  if (core_.draining && options.endless) {
    EndStream(exchange);
  } else {
    Settle();
  }
  return true;
}

void Connection::StreamPiece(uint64_t exchange, std::string piece) {
  if (!Streams(exchange)) return;
  size_t size = piece.size();
  current_->bytes += size;
  Append(current_->chunked ? ChunkText(piece) : std::move(piece), size);
  Settle();
}

void Connection::EndStream(uint64_t exchange) {
  if (!Streams(exchange)) return;
  current_->flow->Close();
  if (current_->chunked) Append(std::string(kLastChunk));
  current_->complete = true;
  Settle();
  Advance();
}

void Connection::BreakStream(uint64_t exchange) {
  if (Streams(exchange)) Close();
}

void Connection::Consumed(uint64_t exchange, size_t bytes) {
  if (!current_ || current_->number != exchange || !current_->intake) return;
  if (current_->intake->Consumed(bytes, station_.now)) Advance();
}

void Connection::Report() {
  if (!core_.options.on_access) return;
  Access access;
  access.method = current_->method;
  access.route = current_->route ? std::string_view(current_->route->pattern) : "";
  access.target = current_->target;
  access.peer = peer_;
  access.status = current_->status;
  access.bytes = current_->bytes;
  access.took = std::chrono::duration_cast<Duration>(station_.now - current_->begun);
  core_.options.on_access(access);
}

}  // namespace tidings::http
