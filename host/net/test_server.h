// A small HTTP server on loopback whose every byte the test decides.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tidings::net {

// One connection to the server.
class Peer {
 public:
  explicit Peer(int socket) : socket_(socket) {}

  // The next request, head and body; "" once the client has left.
  std::string Receive() {
    for (;;) {
      auto head = pending_.find("\r\n\r\n");
      if (head != std::string::npos && pending_.size() >= head + 4 + BodySize(head)) {
        auto request = pending_.substr(0, head + 4 + BodySize(head));
        pending_.erase(0, request.size());
        return request;
      }
      char buffer[65536];
      ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
      if (count <= 0) return "";
      pending_.append(buffer, static_cast<size_t>(count));
    }
  }
  // False once the client has left.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }
  bool Answer(std::string_view body) {
    return Send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                std::string(body));
  }
  // Waits until the client leaves or the server ends.
  void AwaitEnd() {
    while (!Receive().empty()) {
    }
  }

 private:
  size_t BodySize(size_t head) const {
    auto at = pending_.find("Content-Length: ");
    return at < head ? std::stoul(pending_.substr(at + 16)) : 0;
  }

  int socket_;
  std::string pending_;
};

// Runs `serve` for each connection in a thread of its own; the connection closes when it returns.
class TestServer {
 public:
  explicit TestServer(std::function<void(Peer&)> serve)
      : serve_(std::move(serve)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 128);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }
  ~TestServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      std::lock_guard lock(mutex_);
      for (int socket : open_) ::shutdown(socket, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
    ::close(listener_);
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  int port() const { return port_; }
  int connections() const { return connections_; }
  std::string At(const std::string& host) const { return host + ":" + std::to_string(port_); }
  std::string Url(const std::string& path = "/") const {
    return "http://" + At("127.0.0.1") + path;
  }

 private:
  void Accept() {
    for (;;) {
      int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      ++connections_;
      std::lock_guard lock(mutex_);
      open_.insert(socket);
      threads_.emplace_back([this, socket] {
        Peer peer(socket);
        serve_(peer);
        std::lock_guard done(mutex_);
        open_.erase(socket);
        ::close(socket);
      });
    }
  }

  std::function<void(Peer&)> serve_;
  int listener_;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::set<int> open_;                // guarded by mutex_
  std::vector<std::thread> threads_;  // touched by the acceptor, and by the destructor after it
  std::thread acceptor_;
};

}  // namespace tidings::net
