#include "http/body_sink.h"

#include "http/connection.h"

namespace tidings::http {

void BodyFlow::Consumed(size_t bytes) const {
  inbox_->Post(connection_, [exchange = exchange_, bytes](Connection* connection) {
    if (connection) connection->Consumed(exchange, bytes);
  });
}

}  // namespace tidings::http
