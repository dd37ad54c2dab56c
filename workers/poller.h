// Poller: says which descriptors are ready. A thin shell around epoll.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

#include "engine/base/status.h"
#include "workers/unique_fd.h"

namespace pawl::workers {

// Threads: one, but for Wake.
class Poller {
 public:
  using OnReady = std::function<void(std::uint32_t events)>;

  // A registration: the descriptor is watched while it lives. It may be destroyed while its own
  // function runs. Destroy it before the descriptor is closed and before the poller.
  class Watch {
   public:
    Watch() = default;
    Watch(Watch&& other) noexcept;
    Watch& operator=(Watch&& other) noexcept;
    ~Watch();

    // Watches for other events (EPOLLIN, EPOLLOUT).
    void SetEvents(std::uint32_t events);

   private:
    friend class Poller;
    Watch(Poller* poller, int fd, std::uint64_t token);

    Poller* poller_ = nullptr;
    int fd_ = -1;
    std::uint64_t token_ = 0;
    std::uint32_t events_ = 0;
  };

  static Result<std::unique_ptr<Poller>> Create();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Calls `on_ready` from Poll whenever `fd` is ready for `events`. Fails where the system has no
  // room for one more.
  Result<Watch> Add(int fd, std::uint32_t events, OnReady on_ready);

  // Waits until something is ready or was woken, at most `timeout`, and calls what it concerns.
  void Poll(std::chrono::nanoseconds timeout);

  // Ends the wait of Poll, this one or the next. Threads: any.
  void Wake();

 private:
  Poller(UniqueFd epoll, UniqueFd wake);
  void Remove(int fd, std::uint64_t token);

  UniqueFd epoll_;
  UniqueFd wake_;
  std::uint64_t next_token_ = 1;
  std::unordered_map<std::uint64_t, std::shared_ptr<const OnReady>> watches_;
};

}  // namespace pawl::workers
