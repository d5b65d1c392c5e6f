#include "http/event_stream.h"

#include "base/text.h"

namespace tidings::http {
namespace {

// A name or id must stay on its line.
std::string OneLine(std::string_view text) {
  std::string line;
  for (char c : text) {
    if (c != '\r' && c != '\n' && c != '\0') line += c;
  }
  return line;
}

}  // namespace

EventStream EventStream::Open(const Responder& responder) {
  Response head{200, {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}}, ""};
  return EventStream(responder.Stream(std::move(head), {.endless = true}));
}

bool EventStream::Send(std::string_view name, std::string_view data, std::string_view id) const {
  std::string event;
  if (!id.empty()) event += "id: " + OneLine(id) + '\n';
  if (!name.empty()) event += "event: " + OneLine(name) + '\n';
  for (std::string_view line : Split(data, '\n')) event += "data: " + OneLine(line) + '\n';
  return stream_.Write(event + '\n');
}

bool EventStream::Comment(std::string_view text) const {
  return stream_.Write(": " + OneLine(text) + "\n\n");
}

}  // namespace tidings::http
