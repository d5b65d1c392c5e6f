#include "http/responder.h"

#include "http/connection.h"
#include "http/exchange.h"

namespace tidings::http {

void Responder::Send(Response response) const {
  if (!exchange_->Spend()) return;
  const ReturnAddress& to = exchange_->to();
  to.inbox->Post(to.connection, [number = to.exchange,
                                 response = std::move(response)](Connection* connection) mutable {
    if (connection) connection->Answer(number, std::move(response));
  });
}

void Responder::Problem(int status, std::string detail,
                        const std::vector<FieldProblem>& errors) const {
  Send(http::Problem(status, std::move(detail), errors));
}

void Responder::Fail(const Error& error) const { Send(http::Problem(error)); }

ResponseStream Responder::Stream(Response head, StreamOptions options) const {
  const ReturnAddress& to = exchange_->to();
  auto flow = std::make_shared<StreamFlow>(exchange_->stream_limit());
  auto handle = std::make_shared<StreamHandle>(to, flow);
  bool begun =
      exchange_->Spend() &&
      to.inbox->Post(to.connection, [number = to.exchange, head = std::move(head), flow,
                                     options](Connection* connection) mutable {
        if (!connection || !connection->BeginStream(number, std::move(head), flow, options))
          flow->Close();
      });
  if (!begun) flow->Close();
  return ResponseStream(std::move(handle));
}

bool Responder::gone() const { return exchange_->gone(); }

bool ResponseStream::Write(std::string piece) const { return handle_->Write(std::move(piece)); }
void ResponseStream::End() const { handle_->End(); }
size_t ResponseStream::queued() const { return handle_->flow().queued(); }
bool ResponseStream::open() const { return handle_->flow().open(); }

bool ResponseStream::WaitBelow(size_t bytes, Duration at_most) const {
  return handle_->flow().WaitBelow(bytes, at_most);
}

}  // namespace tidings::http
