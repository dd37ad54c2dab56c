#include "workers/poller.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <string>
#include <utility>

#include "workers/system_error.h"

namespace pawl::workers {
namespace {

// Stands for the wake-up descriptor; no watch has it.
constexpr std::uint64_t kWakeToken = 0;
constexpr int kEventsAtOnce = 64;

}  // namespace

Poller::Watch::Watch(Poller* poller, int fd, std::uint64_t token)
    : poller_(poller), fd_(fd), token_(token) {}

Poller::Watch::Watch(Watch&& other) noexcept
    : poller_(std::exchange(other.poller_, nullptr)),
      fd_(other.fd_),
      token_(other.token_),
      events_(other.events_) {}

Poller::Watch& Poller::Watch::operator=(Watch&& other) noexcept {
  std::swap(poller_, other.poller_);
  std::swap(fd_, other.fd_);
  std::swap(token_, other.token_);
  std::swap(events_, other.events_);
  return *this;
}

Poller::Watch::~Watch() {
  if (poller_ != nullptr) poller_->Remove(fd_, token_);
}

void Poller::Watch::SetEvents(std::uint32_t events) {
  if (poller_ == nullptr || events == events_) return;
  epoll_event event{};
  event.events = events;
  event.data.u64 = token_;
  ::epoll_ctl(poller_->epoll_.get(), EPOLL_CTL_MOD, fd_, &event);
  events_ = events;
}

Poller::Poller(UniqueFd epoll, UniqueFd wake) : epoll_(std::move(epoll)), wake_(std::move(wake)) {}

Result<std::unique_ptr<Poller>> Poller::Create() {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.is_open()) return SystemError("epoll_create1");
  UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.is_open()) return SystemError("eventfd");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeToken;
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &event) != 0) {
    return SystemError("epoll_ctl");
  }
  return std::unique_ptr<Poller>(new Poller(std::move(epoll), std::move(wake)));  // NOLINT
}

Result<Poller::Watch> Poller::Add(int fd, std::uint32_t events, OnReady on_ready) {
  const std::uint64_t token = next_token_++;
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return SystemError("epoll_ctl");
  watches_.emplace(token, std::make_shared<const OnReady>(std::move(on_ready)));
  Watch watch(this, fd, token);
  watch.events_ = events;
  return watch;
}

void Poller::Remove(int fd, std::uint64_t token) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  watches_.erase(token);
}

void Poller::Poll(std::chrono::nanoseconds timeout) {
  std::array<epoll_event, kEventsAtOnce> events{};
  timespec wait{};
  wait.tv_sec = static_cast<std::time_t>(timeout.count() / 1'000'000'000);
  wait.tv_nsec = timeout.count() % 1'000'000'000;
  const int count = ::epoll_pwait2(epoll_.get(), events.data(), kEventsAtOnce, &wait, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == kWakeToken) {
      std::uint64_t wakes = 0;
      static_cast<void>(::read(wake_.get(), &wakes, sizeof wakes) + 0);
      continue;
    }
    // An earlier function of this round may have removed it.
    const auto found = watches_.find(event.data.u64);
    if (found == watches_.end()) continue;
    const std::shared_ptr<const OnReady> on_ready = found->second;
    (*on_ready)(event.events);
  }
}

void Poller::Wake() {
  const std::uint64_t one = 1;
  // It fails only where the counter is full, and then the poller is awake already.
  static_cast<void>(::write(wake_.get(), &one, sizeof one) + 0);
}

}  // namespace pawl::workers
