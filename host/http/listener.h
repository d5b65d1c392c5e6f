// The listening socket and the workers behind it. Internal to this folder.
#pragma once

#include <memory>

#include "base/result.h"
#include "http/core.h"

namespace tidings::http {

class Listener {
 public:
  // Listens where the options say, with as many workers, and runs. Fails with kUnavailable.
  static Result<std::unique_ptr<Listener>> Open(std::shared_ptr<Core> core);
  ~Listener();  // stops

  int port() const;
  // Closes the port: from now on clients are refused.
  void StopAccepting();
  // Closes the connections that have no request.
  void Drain();
  // Closes every connection and joins the threads. Idempotent.
  void Stop();

  class Impl;
  explicit Listener(std::unique_ptr<Impl> impl);  // for Open

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidings::http
