// Encryption and who may connect, for sockets that leave the machine.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace tidings::bus {

class Context;

// A CURVE key pair, each key as 40 characters of Z85. The secret one must not be logged.
struct CurveKeys {
  std::string public_key, secret_key;

  static Result<CurveKeys> Generate();
  // The pair that a secret key belongs to. Fails with kInvalidArgument.
  static Result<CurveKeys> FromSecret(const std::string& secret_key);
};

// Decides for a whole context which public keys may connect to its CURVE servers: those that were
// allowed, no others. A CURVE server keeps its authenticator alive, since without one ZeroMQ would
// let anybody in. At most one a context; it must go before its context. Thread-safe.
class Authenticator {
 public:
  // Fails with kAlreadyExists where the context has one.
  static Result<std::shared_ptr<Authenticator>> Start(Context& context);
  virtual ~Authenticator() = default;

  // Fails with kInvalidArgument where this is no public key. Concerns connections made from now on.
  virtual Status Allow(const std::string& public_key) = 0;
  virtual void Revoke(const std::string& public_key) = 0;
};

}  // namespace tidings::bus
