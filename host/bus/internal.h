// Shared by the sources of bus/ only.
#pragma once

#include <string>

#include <zmq.h>

#include "base/result.h"

namespace tidings::bus {

// The failure of the last ZeroMQ call as a sentence: "<what>: <reason>".
tl::unexpected<Error> ZmqFailure(const std::string& what);

// Tells ThreadSanitizer, which cannot see into libzmq, that what one thread handed over the other
// may read. No code otherwise.
void HandOver(const void* bytes);
void TakeOver(const void* bytes);

}  // namespace tidings::bus
