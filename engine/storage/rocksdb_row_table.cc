#include "engine/storage/rocksdb_row_table.h"

#include <endian.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/storage/row_list.h"
#include "engine/storage/row_memory.h"

namespace pawl::storage {

namespace {

using rocksdb::MemTableRep;
using rocksdb::Slice;

// A row begins with its internal key, a varint of its length in front; an internal key is a key and
// eight bytes, little-endian, that are greater the newer the row is. Rows come in the order of
// their keys' bytes, those of one key the newest first: RocksDB's order, as long as a family has no
// comparator of its own, without the virtual calls and counters of RocksDB's comparator.
constexpr std::size_t kTrailerBytes = 8;

Slice InternalKeyOf(const char* row) {
  std::size_t size = 0;
  for (unsigned shift = 0;; shift += 7, ++row) {
    const auto byte = static_cast<unsigned char>(*row);
    size |= std::size_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return {row + 1, size};
  }
}

std::uint64_t TrailerOf(const Slice& internal_key) {
  std::uint64_t trailer = 0;
  std::memcpy(&trailer, internal_key.data() + internal_key.size() - kTrailerBytes, kTrailerBytes);
  return le64toh(trailer);
}

bool IsBefore(const Slice& left, const Slice& right) {
  const std::size_t left_bytes = left.size() - kTrailerBytes;
  const std::size_t right_bytes = right.size() - kTrailerBytes;
  const int order = std::memcmp(left.data(), right.data(), std::min(left_bytes, right_bytes));
  if (order != 0) return order < 0;
  if (left_bytes != right_bytes) return left_bytes < right_bytes;
  return TrailerOf(left) > TrailerOf(right);
}

struct RowOrder {
  bool operator()(const char* row, const Slice& internal_key) const {
    return IsBefore(InternalKeyOf(row), internal_key);
  }
};

using Rows = RowList<RowOrder, Slice>;

class RowIterator : public MemTableRep::Iterator {
 public:
  RowIterator() = default;

  explicit RowIterator(const Rows& rows) : rows_(&rows) {}

  bool Valid() const override { return at_ != nullptr; }

  const char* key() const override { return at_->row(); }

  void Next() override { at_ = at_->next(); }

  void Prev() override { at_ = rows_->LastBefore(InternalKeyOf(at_->row())); }

  void Seek(const Slice& internal_key, const char* /*memtable_key*/) override {
    at_ = rows_->FirstNotBefore(internal_key);
  }

  void SeekForPrev(const Slice& internal_key, const char* /*memtable_key*/) override {
    at_ = rows_->FirstNotBefore(internal_key);
    const bool is_there = at_ != nullptr && InternalKeyOf(at_->row()) == internal_key;
    if (!is_there) at_ = rows_->LastBefore(internal_key);
  }

  void SeekToFirst() override { at_ = rows_->First(); }

  void SeekToLast() override { at_ = rows_->Last(); }

 private:
  const Rows* rows_ = nullptr;
  const Rows::Node* at_ = nullptr;
};

// Memory for the iterators that RocksDB wants in an arena of its own, whose class is not public: it
// destroys them and frees nothing.
class IteratorMemory {
 public:
  static constexpr std::size_t kBytes = 128;

  using Block = std::array<std::byte, kBytes>;

  void* Take() {
    const MutexLock lock(mutex_);
    if (free_.empty()) {
      blocks_.push_back(std::make_unique<Block>());
      return blocks_.back()->data();
    }
    void* const block = free_.back();
    free_.pop_back();
    return block;
  }

  void GiveBack(void* block) {
    const MutexLock lock(mutex_);
    free_.push_back(block);
  }

 private:
  Mutex mutex_;
  std::vector<std::unique_ptr<Block>> blocks_ PAWL_GUARDED_BY(mutex_);
  std::vector<void*> free_ PAWL_GUARDED_BY(mutex_);
};

// Gives a block back when all else of the object in it has been destroyed: it is the first base.
class BlockReturn {
 public:
  BlockReturn(IteratorMemory& memory, void* block) : memory_(memory), block_(block) {}

  ~BlockReturn() { memory_.GiveBack(block_); }

  BlockReturn(const BlockReturn&) = delete;
  BlockReturn& operator=(const BlockReturn&) = delete;

 private:
  IteratorMemory& memory_;
  void* const block_;
};

class PlacedRowIterator final : private BlockReturn, public RowIterator {
 public:
  PlacedRowIterator(IteratorMemory& memory, void* block, const Rows& rows)
      : BlockReturn(memory, block), RowIterator(rows) {}
};

static_assert(sizeof(PlacedRowIterator) <= IteratorMemory::kBytes);

class RowTable final : public MemTableRep {
 public:
  RowTable(rocksdb::Allocator* allocator,
           std::shared_ptr<RowRegions> regions,
           std::shared_ptr<rocksdb::WriteBufferManager> memtables)
      : MemTableRep(allocator),
        memtables_(std::move(memtables)),
        memory_(std::move(regions)),
        rows_(RowOrder(), [this](std::size_t size) { return AlignedBytes(size); }) {}

  ~RowTable() override {
    ScheduleFree();
    if (memtables_ != nullptr) memtables_->FreeMem(reserved_bytes_);
  }

  RowTable(const RowTable&) = delete;
  RowTable& operator=(const RowTable&) = delete;

  rocksdb::KeyHandle Allocate(std::size_t bytes, char** row) override {
    Rows::Node* const node =
        rows_.Make(bytes, [this](std::size_t size) { return AlignedBytes(size); });
    *row = node->row();
    return node;
  }

  void Insert(rocksdb::KeyHandle handle) override { Insert(handle, nullptr); }

  void InsertWithHint(rocksdb::KeyHandle handle, void** hint) override {
    if (*hint == nullptr) *hint = new (AlignedBytes(sizeof(Rows::Finger))) Rows::Finger();
    Insert(handle, static_cast<Rows::Finger*>(*hint));
  }

  bool Contains(const char* row) const override {
    const Slice key = InternalKeyOf(row);
    const Rows::Node* const found = rows_.FirstNotBefore(key);
    return found != nullptr && InternalKeyOf(found->row()) == key;
  }

  void MarkReadOnly() override { ScheduleFree(); }

  // Without what is the allocator's. Any thread asks for it.
  std::size_t ApproximateMemoryUsage() override {
    return used_bytes_.load(std::memory_order_relaxed);
  }

  Iterator* GetIterator(rocksdb::Arena* arena) override {
    if (arena == nullptr) return new RowIterator(rows_);
    void* const block = iterators_.Take();
    return new (block) PlacedRowIterator(iterators_, block, rows_);
  }

  // RocksDB 7.8 looks a key up (MemTableRep::Get, whose argument is no public class) with an
  // iterator from here that it never deletes. So a thread has one for all its look-ups.
  Iterator* GetDynamicPrefixIterator(rocksdb::Arena* arena) override {
    if (arena != nullptr) return GetIterator(arena);
    static thread_local RowIterator of_this_thread;
    of_this_thread = RowIterator(rows_);
    return &of_this_thread;
  }

 private:
  // Its bytes count no longer as those of a table that is written to; once.
  void ScheduleFree() {
    if (memtables_ == nullptr || is_free_scheduled_) return;
    is_free_scheduled_ = true;
    memtables_->ScheduleFreeMem(reserved_bytes_);
  }

  // Memory for a pointer's alignment.
  void* AlignedBytes(std::size_t bytes) {
    if (bytes > RowMemory::kBytesMax) return AllocatorsBytes(bytes);
    void* const memory = memory_.Take(bytes);
    used_bytes_.store(memory_.used_bytes(), std::memory_order_relaxed);
    const std::size_t region_bytes = memory_.regions() * RowRegions::kBytes;
    if (region_bytes > reserved_bytes_) {
      if (memtables_ != nullptr) memtables_->ReserveMem(region_bytes - reserved_bytes_);
      reserved_bytes_ = region_bytes;
    }
    return memory;
  }

  void* AllocatorsBytes(std::size_t bytes) {
    constexpr std::size_t kAlignment = alignof(void*);
    char* memory = nullptr;
    MemTableRep::Allocate(bytes + kAlignment - 1, &memory);
    std::size_t space = bytes + kAlignment - 1;
    void* aligned = memory;
    std::align(kAlignment, bytes, aligned, space);
    return aligned;
  }

  void Insert(rocksdb::KeyHandle handle, Rows::Finger* finger) {
    auto* const node = static_cast<Rows::Node*>(handle);
    rows_.Insert(node, InternalKeyOf(node->row()), finger);
  }

  // What all memtables have together, which RocksDB counts for its allocator only; may be null.
  const std::shared_ptr<rocksdb::WriteBufferManager> memtables_;
  std::size_t reserved_bytes_ = 0;
  bool is_free_scheduled_ = false;
  std::atomic<std::size_t> used_bytes_ = 0;
  RowMemory memory_;
  Rows rows_;
  IteratorMemory iterators_;
};

class RowTableFactory final : public rocksdb::MemTableRepFactory {
 public:
  explicit RowTableFactory(std::shared_ptr<rocksdb::WriteBufferManager> memtables)
      : memtables_(std::move(memtables)) {}

  const char* Name() const override { return "pawl.RowTableFactory"; }

  using MemTableRepFactory::CreateMemTableRep;

  MemTableRep* CreateMemTableRep(const MemTableRep::KeyComparator& /*order*/,
                                 rocksdb::Allocator* allocator,
                                 const rocksdb::SliceTransform* /*prefixes*/,
                                 rocksdb::Logger* /*log*/) override {
    return new RowTable(allocator, regions_, memtables_);
  }

 private:
  const std::shared_ptr<rocksdb::WriteBufferManager> memtables_;
  const std::shared_ptr<RowRegions> regions_ = std::make_shared<RowRegions>();
};

}  // namespace

std::shared_ptr<rocksdb::MemTableRepFactory> RowTables(
    std::shared_ptr<rocksdb::WriteBufferManager> memtables) {
  return std::make_shared<RowTableFactory>(std::move(memtables));
}

}  // namespace pawl::storage
