// The ZeroMQ context: the I/O thread and the name space of inproc endpoints.
#pragma once

#include <memory>

namespace tidings::bus {

// Thread-safe. Every Socket must be gone before its Context goes (the destructor waits for them).
class Context {
 public:
  Context();  // aborts only where the system has no memory left
  ~Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void* handle() const { return handle_.get(); }  // for bus/ itself

 private:
  struct Terminate {
    void operator()(void* handle) const;
  };
  std::unique_ptr<void, Terminate> handle_;
};

}  // namespace tidings::bus
