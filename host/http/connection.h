// The life of one socket: requests in, answers out, in order. Internal to this folder.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/core.h"
#include "http/current_request.h"
#include "http/framing.h"
#include "http/outbox.h"

namespace tidings::http {

struct Target;

// Belongs to one worker and is used on its thread only: that is what keeps answers from crossing.
// Knows the socket's descriptor but does not own it; the worker closes it once closed() is true.
//
// One request is in progress at a time (`current_`). While it waits for its answer, or while a
// sink holds too much of its body, nothing is parsed and the socket is not read, so that TCP holds
// the client back. Descriptors are watched edge-triggered; `readable_` remembers an edge.
class Connection {
 public:
  Connection(Station& station, uint64_t id, int fd, std::string peer);
  ~Connection();  // tells whoever still waits for this client that it has gone
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The socket is ready for something. `hung_up`: both directions are closed; `finished`: the other
  // end will send no more.
  void OnReady(bool hung_up, bool finished);
  // Has the client's patience, or ours, run out?
  void OnTick();
  // The server drains: closes if there is no request.
  void OnDrain();
  // Too many connections, or the server stops: closes without a word.
  void Close();

  // From Responders, through the inbox. `exchange` names the request; of one that is past, nothing
  // happens.
  void Answer(uint64_t exchange, Response response);
  bool BeginStream(uint64_t exchange, Response head, std::shared_ptr<StreamFlow> flow,
                   StreamOptions options);
  void StreamPiece(uint64_t exchange, std::string piece);
  void EndStream(uint64_t exchange);
  void BreakStream(uint64_t exchange);
  void Consumed(uint64_t exchange, size_t bytes);

  bool closed() const { return state_ == State::kClosed; }
  // The socket was full: the worker must tell when it is writable.
  bool wants_writable() const { return blocked_; }
  int fd() const { return fd_; }

 private:
  enum class State { kOpen, kLingering, kClosed };

  // Input (connection.cpp).
  void Advance();
  bool MayParse() const;
  void Parse(std::string_view& input);
  std::string_view Receive();
  void Discard();
  // Output and the end (connection.cpp).
  void Settle();
  void FinishCurrent();
  void Linger();
  Steady::time_point Deadline() const;
  // Requests (dispatch.cpp).
  void Begin(const RequestHead* head);
  void OnHead(RequestHead head);
  bool FindRoute(const RequestHead& head, Target target);
  void BeginBody(bool tell_to_continue);
  void OnBodyEnd();
  std::unique_ptr<BodySink> OpenSink();
  void Serve();
  Responder MakeResponder();
  size_t MaxBody() const;
  // Answers (answer.cpp).
  bool Awaits(uint64_t exchange) const;
  bool Streams(uint64_t exchange) const;
  void Reply(Response response);
  void Refuse(const FramingError& error, Code code);
  void SendHead(const Response& response, std::optional<size_t> length, bool chunked);
  void Append(std::string bytes, size_t credit = 0);
  void Report();

  Station& station_;
  Core& core_;
  const uint64_t id_;
  const int fd_;
  const std::string peer_;
  Framing framing_;
  Outbox outbox_;
  State state_ = State::kOpen;
  std::string input_;  // read, and not parsed yet
  std::optional<CurrentRequest> current_;
  bool readable_ = true;
  bool finished_ = false;       // the other end will send no more
  bool end_of_input_ = false;   // and all of it has been read
  bool close_after_ = false;    // the answer in progress is the last
  bool more_may_come_ = false;  // then: the client had not sent all of its request
  bool blocked_ = false;
  uint64_t counted_out_ = 0;        // of outbox_.sent(), in the counters
  Steady::time_point quiet_since_;  // nothing of a request since
  Steady::time_point head_begun_;
  Steady::time_point last_output_;
  Steady::time_point linger_until_;
};

}  // namespace tidings::http
