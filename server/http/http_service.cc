#include "server/http/http_service.h"

#include "server/http/http_connection.h"

namespace pawl::http {

void HttpService::Add(HttpConnection& connection) {
  const MutexLock lock(mutex_);
  connections_.insert(&connection);
}

void HttpService::Remove(HttpConnection& connection) {
  const MutexLock lock(mutex_);
  connections_.erase(&connection);
  ended_.NotifyAll();
}

std::size_t HttpService::connections() const {
  const MutexLock lock(mutex_);
  return connections_.size();
}

std::vector<std::shared_ptr<HttpConnection>> HttpService::Open() const {
  std::vector<std::shared_ptr<HttpConnection>> open;
  const MutexLock lock(mutex_);
  for (HttpConnection* connection : connections_) {
    // One whose destructor waits for the lock is not to be had any more.
    if (auto alive = connection->weak_from_this().lock()) open.push_back(std::move(alive));
  }
  return open;
}

bool HttpService::AwaitEnd(std::chrono::nanoseconds wait) {
  const std::chrono::nanoseconds until = clock_.MonotonicNow() + wait;
  const MutexLock lock(mutex_);
  while (!connections_.empty()) {
    const std::chrono::nanoseconds left = until - clock_.MonotonicNow();
    if (left <= std::chrono::nanoseconds(0)) return false;
    ended_.WaitFor(mutex_, left);
  }
  return true;
}

HttpService::BodyRoom::BodyRoom(BodyMemory& memory, std::size_t bytes)
    : memory_(memory), bytes_(bytes), had_(memory.bytes.fetch_add(bytes)) {}

void HttpService::BodyRoom::Grow(std::size_t bytes) {
  if (bytes <= bytes_) return;
  had_ = memory_.bytes.fetch_add(bytes - bytes_) - bytes_;
  bytes_ = bytes;
}

HttpService::BodyRoom::~BodyRoom() {
  memory_.bytes.fetch_sub(bytes_);
}

}  // namespace pawl::http
