#include "pg/pool.h"

#include <utility>

#include <fmt/core.h>

namespace tidings::pg {

Lease::Lease(Pool& pool, std::unique_ptr<Connection> connection)
    : pool_(&pool), connection_(std::move(connection)) {}

Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), connection_(std::move(other.connection_)) {}

Lease& Lease::operator=(Lease&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(connection_, other.connection_);
  return *this;
}

Lease::~Lease() {
  if (connection_) pool_->Return(std::move(connection_));
}

Pool::Pool(std::string conninfo, int size, SessionOptions options)
    : conninfo_(std::move(conninfo)), size_(size), options_(options) {}

Pool::~Pool() { Close(); }

void Pool::Close() {
  std::vector<std::unique_ptr<Connection>> closing;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    closing.swap(idle_);
  }
  returned_.notify_all();
}

int Pool::leased() {
  std::lock_guard lock(mutex_);
  return leased_;
}

Result<std::unique_ptr<Connection>> Pool::TakeIdle(Duration wait) {
  std::unique_lock lock(mutex_);
  bool free = returned_.wait_for(lock, wait, [&] { return closed_ || leased_ < size_; });
  if (closed_) return Fail(Code::kUnavailable, "the pool of connections is closed");
  if (!free) {
    return Fail(Code::kTimeout,
                fmt::format("all {} connections were in use for {}", size_, FormatDuration(wait)));
  }
  ++leased_;
  if (idle_.empty()) return nullptr;
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

Result<Lease> Pool::Acquire(Duration wait) {
  TRY_ASSIGN(auto connection, TakeIdle(wait));
  if (connection && connection->Healthy()) return Lease(*this, std::move(connection));
  auto opened = Connection::Open(conninfo_, options_);
  if (opened) return Lease(*this, std::make_unique<Connection>(std::move(*opened)));
  Return(nullptr);
  return Fail(std::move(opened.error()));
}

void Pool::Return(std::unique_ptr<Connection> connection) {
  if (connection && !connection->Reset()) connection.reset();
  {
    std::lock_guard lock(mutex_);
    --leased_;
    if (connection && !closed_) idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

}  // namespace tidings::pg
