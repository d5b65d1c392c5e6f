#include "socket_http.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace {

using tidings::sdk::testing::FakeHttpAnswer;
using tidings::sdk::testing::FakeHttpCall;

// Owns a connected socket.
class Connection {
 public:
  Connection(const std::string& address, uint16_t port, uint32_t timeout_ms)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    timeval limit{timeout_ms / 1000, static_cast<suseconds_t>(timeout_ms % 1000 * 1000)};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    inet_pton(AF_INET, address.c_str(), &to.sin_addr);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
      std::string why = std::strerror(errno);
      close(socket_);
      throw std::runtime_error(why);
    }
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Send(const std::string& bytes) const {
    for (size_t at = 0; at < bytes.size();) {
      ssize_t sent = send(socket_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) throw std::runtime_error(std::strerror(errno));
      at += static_cast<size_t>(sent);
    }
  }

  // Everything until the peer closes.
  std::string Receive() const {
    std::string all;
    char piece[16384];
    for (ssize_t size; (size = recv(socket_, piece, sizeof piece, 0)) != 0;) {
      if (size < 0 && errno == EAGAIN) throw std::runtime_error("timed out");
      if (size < 0) throw std::runtime_error(std::strerror(errno));
      all.append(piece, static_cast<size_t>(size));
    }
    return all;
  }

 private:
  int socket_;
};

struct Url {
  std::string address, path;
  uint16_t port = 80;
};

Url Parse(const std::string& url) {
  const std::string scheme = "http://";
  size_t slash = url.find('/', scheme.size());
  std::string authority = url.substr(scheme.size(), slash - scheme.size());
  size_t colon = authority.find(':');
  return {authority.substr(0, colon), url.substr(slash),
          static_cast<uint16_t>(std::atoi(authority.c_str() + colon + 1))};
}

std::string Unchunked(const std::string& body) {
  std::string whole;
  for (size_t at = 0;;) {
    char* end = nullptr;
    size_t size = std::strtoul(body.c_str() + at, &end, 16);
    at = static_cast<size_t>(end - body.c_str()) + 2;
    if (size == 0 || at + size > body.size()) return whole;
    whole.append(body, at, size);
    at += size + 2;
  }
}

FakeHttpAnswer Read(const std::string& raw) {
  size_t head = raw.find("\r\n\r\n"), line = raw.find("\r\n");
  if (head == std::string::npos) throw std::runtime_error("the connection was closed");
  FakeHttpAnswer answer;
  answer.status = static_cast<uint32_t>(std::atoi(raw.c_str() + raw.find(' ')));
  answer.headers = raw.substr(line + 2, head - line);
  answer.body = raw.substr(head + 4);
  if (answer.headers.find("chunked") != std::string::npos) answer.body = Unchunked(answer.body);
  return answer;
}

}  // namespace

FakeHttpAnswer CallBySocket(const FakeHttpCall& call) {
  FakeHttpAnswer answer;
  try {
    Url url = Parse(call.url);
    Connection connection(url.address, url.port, call.timeout_ms);
    connection.Send(call.method + " " + url.path + " HTTP/1.1\r\nHost: " + url.address +
                    "\r\nConnection: close\r\nContent-Length: " + std::to_string(call.body.size()) +
                    "\r\n" + call.headers + "\r\n" + call.body);
    answer = Read(connection.Receive());
  } catch (const std::runtime_error& problem) {
    answer.error = problem.what();
  }
  return answer;
}
