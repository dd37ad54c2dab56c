// The memory of memtables' rows: regions of a huge page each, which one table hands to the next.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "engine/base/mutex.h"

namespace pawl::storage {

// Regions that no table has. They come from the kernel and not from the process's allocator, since
// that would use what is left of a huge page for something else, and it could not go back whole:
// the process would grow.
//
// Threads: any.
class RowRegions {
 public:
  // The size of a huge page (x86-64, and Arm with pages of 4 KiB); a region begins where one does.
  static constexpr std::size_t kBytes = std::size_t{2} << 20U;
  // As many as a memtable has wait for the next one; the rest goes back to the kernel.
  static constexpr std::size_t kSparesMax = 8;

  RowRegions() = default;
  RowRegions(const RowRegions&) = delete;
  RowRegions& operator=(const RowRegions&) = delete;
  ~RowRegions();

  // Bytes of zero, or what another table left. Throws std::bad_alloc.
  std::byte* Take();

  void GiveBack(std::byte* region);

  std::size_t spares() const;

 private:
  mutable Mutex mutex_;
  std::vector<std::byte*> spares_ PAWL_GUARDED_BY(mutex_);
};

// What one table takes, row by row; all of it goes back together.
//
// Threads: one.
class RowMemory {
 public:
  // What is larger has no place here, for the sake of what it would leave unused.
  static constexpr std::size_t kBytesMax = RowRegions::kBytes / 16;

  explicit RowMemory(std::shared_ptr<RowRegions> regions) : regions_(std::move(regions)) {}

  RowMemory(const RowMemory&) = delete;
  RowMemory& operator=(const RowMemory&) = delete;
  ~RowMemory();

  // For a pointer's alignment. `bytes` <= kBytesMax.
  void* Take(std::size_t bytes);

  std::size_t regions() const { return taken_.size(); }

  // All that was taken, and what was left over at the end of a region.
  std::size_t used_bytes() const {
    return taken_.size() * RowRegions::kBytes - static_cast<std::size_t>(end_ - at_);
  }

 private:
  void TakeRegion();

  const std::shared_ptr<RowRegions> regions_;
  std::vector<std::byte*> taken_;
  std::byte* at_ = nullptr;
  std::byte* end_ = nullptr;
};

}  // namespace pawl::storage
