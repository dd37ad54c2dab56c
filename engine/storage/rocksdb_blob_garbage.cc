#include "engine/storage/rocksdb_blob_garbage.h"

#include <rocksdb/db.h>

#include <cstdint>

namespace pawl::storage {

BlobGarbage::BlobGarbage(rocksdb::DB& db,
                         rocksdb::ColumnFamilyHandle& family,
                         std::chrono::nanoseconds look_every)
    : db_(db), family_(family), look_every_(look_every) {}

void BlobGarbage::Consider(std::chrono::nanoseconds now) {
  if (now < next_look_) return;
  next_look_ = now + look_every_;
  const bool is_worth = IsWorthCopying();
  if (is_worth == is_copying_) return;
  const rocksdb::Status status =
      db_.SetOptions(&family_, {{"enable_blob_garbage_collection", is_worth ? "true" : "false"}});
  // Otherwise it is tried again at the next look; a disk that takes no writes shows elsewhere.
  if (status.ok()) is_copying_ = is_worth;
}

bool BlobGarbage::IsWorthCopying() const {
  std::uint64_t all = 0;
  std::uint64_t garbage = 0;
  if (!db_.GetIntProperty(&family_, rocksdb::DB::Properties::kLiveBlobFileSize, &all) ||
      !db_.GetIntProperty(&family_, rocksdb::DB::Properties::kLiveBlobFileGarbageSize, &garbage)) {
    return false;
  }
  // Once begun it goes on to a quarter, or it would begin and end all the time.
  return is_copying_ ? garbage > all / 4 : garbage > all / 2;
}

}  // namespace pawl::storage
