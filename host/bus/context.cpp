#include "bus/context.h"

#include <cstdio>
#include <cstdlib>

#include "bus/internal.h"

#if defined(__SANITIZE_THREAD__)
#define TIDINGS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TIDINGS_TSAN 1
#endif
#endif

#ifdef TIDINGS_TSAN
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#endif

namespace tidings::bus {
namespace {

Code CodeOf(int error) {
  switch (error) {
    case EADDRINUSE: return Code::kAlreadyExists;
    case EAGAIN:
    case EHOSTUNREACH:
    case ECONNREFUSED:
    case EADDRNOTAVAIL: return Code::kUnavailable;
    case EACCES:
    case EPERM: return Code::kPermissionDenied;
    case EINVAL:
    case EPROTONOSUPPORT:
    case ENODEV:
    case ENOCOMPATPROTO: return Code::kInvalidArgument;
    case EMFILE:
    case ENOMEM: return Code::kResourceExhausted;
    case ETERM: return Code::kCancelled;
    default: return Code::kInternal;
  }
}

}  // namespace

tl::unexpected<Error> ZmqFailure(const std::string& what) {
  int error = zmq_errno();
  return Fail(CodeOf(error), what + ": " + zmq_strerror(error));
}

void HandOver([[maybe_unused]] const void* bytes) {
#ifdef TIDINGS_TSAN
  __tsan_release(const_cast<void*>(bytes));
#endif
}

void TakeOver([[maybe_unused]] const void* bytes) {
#ifdef TIDINGS_TSAN
  __tsan_acquire(const_cast<void*>(bytes));
#endif
}

Context::Context() : handle_(zmq_ctx_new()) {
  if (!handle_) {
    std::fprintf(stderr, "no ZeroMQ context: %s\n", zmq_strerror(zmq_errno()));
    std::abort();
  }
  zmq_ctx_set(handle_.get(), ZMQ_BLOCKY, 0);
}

void Context::Terminate::operator()(void* handle) const {
  while (zmq_ctx_term(handle) != 0 && zmq_errno() == EINTR) {
  }
}

}  // namespace tidings::bus
