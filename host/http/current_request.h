// What a connection knows about the request in progress. Internal to this folder.
#pragma once

#include <memory>
#include <string>

#include "http/body_intake.h"
#include "http/exchange.h"

namespace tidings::http {

// The request in progress, from its head to the last byte of its answer.
struct CurrentRequest {
  uint64_t number = 0;
  std::weak_ptr<Exchange> exchange;
  const Route* route = nullptr;
  Request request;  // until it is handed over
  std::unique_ptr<BodyIntake> intake;
  bool head_only = false;
  bool keep_alive = true;
  bool http10 = false;
  bool has_body = false;
  bool received = false;             // all of it, or as much as will be read
  bool answered = false;             // the head of the answer is in the outbox
  bool complete = false;             // all of the answer is
  std::shared_ptr<StreamFlow> flow;  // of an answer that is a stream
  StreamOptions stream_options;
  bool chunked = false;
  Steady::time_point begun;
  // For on_access, filled only where there is one.
  std::string method, target;
  int status = 0;
  size_t bytes = 0;
};

}  // namespace tidings::http
