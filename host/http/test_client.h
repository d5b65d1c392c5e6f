// A blunt HTTP client for tests: sends exactly the bytes it is told, and reads answers one by one.
#pragma once

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "http/headers.h"

namespace tidings::http {

struct Answered {
  int status = 0;
  Headers headers;
  std::string body;
  std::string head;  // as it came
};

class TestClient {
 public:
  // `receive_buffer` > 0 makes a client that can hold little; loopback sockets hold megabytes.
  explicit TestClient(int port, int receive_buffer = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    }
    int one = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0;
  }
  ~TestClient() { Leave(); }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }

  // False when the server has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // One byte at a time, each in a packet of its own as far as the kernel lets us.
  bool SendSlowly(std::string_view bytes, std::chrono::microseconds pause) {
    for (char c : bytes) {
      if (!Send({&c, 1})) return false;
      if (pause.count() > 0) ::usleep(static_cast<useconds_t>(pause.count()));
    }
    return true;
  }

  void FinishSending() { ::shutdown(fd_, SHUT_WR); }

  // Closes; with `reset` so that the server gets a RST.
  void Leave(bool reset = false) {
    if (fd_ < 0) return;
    linger hard{1, 0};
    if (reset) ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    ::close(fd_);
    fd_ = -1;
  }

  // The next answer; none when the server closed before it was complete, or after `wait`. Answers
  // to HEAD have no body: say so.
  std::optional<Answered> Read(bool head_only = false,
                               std::chrono::milliseconds wait = std::chrono::seconds(20)) {
    deadline_ = std::chrono::steady_clock::now() + wait;
    size_t end;
    while ((end = held_.find("\r\n\r\n")) == std::string::npos) {
      if (!Fill()) return std::nullopt;
    }
    Answered answer;
    answer.head = held_.substr(0, end + 4);
    held_.erase(0, end + 4);
    ParseHead(answer);
    bool no_body = head_only || answer.status == 204 || answer.status == 304 || answer.status < 200;
    if (!no_body && !ReadBody(answer)) return std::nullopt;
    return answer;
  }

  // True when the server closes before `wait` is over without sending anything more.
  bool IsClosed(std::chrono::milliseconds wait = std::chrono::seconds(20)) {
    deadline_ = std::chrono::steady_clock::now() + wait;
    return !Fill() && closed_ && held_.empty();
  }

  // All that comes until the server closes or `wait` is over.
  std::string ReadAll(std::chrono::milliseconds wait = std::chrono::seconds(20)) {
    deadline_ = std::chrono::steady_clock::now() + wait;
    while (Fill()) {
    }
    return std::move(held_);
  }

  std::optional<Answered> Ask(std::string_view bytes) {
    if (!Send(bytes)) return std::nullopt;
    return Read();
  }

 private:
  bool Fill() {
    using std::chrono::milliseconds;
    auto left =
        std::chrono::duration_cast<milliseconds>(deadline_ - std::chrono::steady_clock::now());
    pollfd entry{fd_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&entry, 1, static_cast<int>(left.count())) <= 0) return false;
    char bytes[65536];
    ssize_t count = ::recv(fd_, bytes, sizeof(bytes), 0);
    closed_ = count == 0 || (count < 0 && errno == ECONNRESET);
    if (count > 0) held_.append(bytes, static_cast<size_t>(count));
    return count > 0;
  }

  static void ParseHead(Answered& answer) {
    answer.status = std::atoi(answer.head.c_str() + 9);
    size_t at = answer.head.find("\r\n") + 2;
    for (size_t end; (end = answer.head.find("\r\n", at)) > at; at = end + 2) {
      size_t colon = answer.head.find(": ", at);
      answer.headers.Add(answer.head.substr(at, colon - at),
                         answer.head.substr(colon + 2, end - colon - 2));
    }
  }

  bool ReadBody(Answered& answer) {
    if (const std::string* length = answer.headers.Find("Content-Length")) {
      return Take(std::stoul(*length), answer.body);
    }
    if (answer.headers.Find("Transfer-Encoding")) return ReadChunks(answer.body);
    while (Fill()) {
    }
    answer.body = std::move(held_);
    held_.clear();
    return closed_;
  }

  bool ReadChunks(std::string& body) {
    for (;;) {
      size_t end;
      while ((end = held_.find("\r\n")) == std::string::npos) {
        if (!Fill()) return false;
      }
      size_t size = std::stoul(held_.substr(0, end), nullptr, 16);
      held_.erase(0, end + 2);
      std::string rest;
      if (!Take(size, body) || !Take(2, rest) || rest != "\r\n") return false;
      if (size == 0) return true;
    }
  }

  bool Take(size_t count, std::string& to) {
    while (held_.size() < count) {
      if (!Fill()) return false;
    }
    to += held_.substr(0, count);
    held_.erase(0, count);
    return true;
  }

  int fd_;
  bool connected_ = false;
  bool closed_ = false;
  std::string held_;
  std::chrono::steady_clock::time_point deadline_;
};

// "GET / HTTP/1.1" with a Host and what else is given ("A: b\r\n").
inline std::string Get(std::string_view target, std::string_view fields = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(fields) +
         "\r\n";
}

inline std::string Post(std::string_view target, std::string_view body,
                        std::string_view fields = "") {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}

}  // namespace tidings::http
