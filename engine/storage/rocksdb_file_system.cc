#include "engine/storage/rocksdb_file_system.h"

#include <string>

#include "engine/storage/rocksdb_log.h"

namespace pawl::storage {

namespace {

class FileSystemOfStore final : public rocksdb::FileSystemWrapper {
 public:
  FileSystemOfStore() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "pawl.StoreFileSystem"; }

  rocksdb::FileOptions OptimizeForLogWrite(const rocksdb::FileOptions& options,
                                           const rocksdb::DBOptions& db) const override {
    rocksdb::FileOptions log = target()->OptimizeForLogWrite(options, db);
    log.fallocate_with_keep_size = false;
    return log;
  }

  rocksdb::IOStatus NewLogger(const std::string& path,
                              const rocksdb::IOOptions& /*options*/,
                              std::shared_ptr<rocksdb::Logger>* log,
                              rocksdb::IODebugContext* /*context*/) override {
    return OpenLossyLog(path, *log);
  }
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> StoreFileSystem() {
  return std::make_shared<FileSystemOfStore>();
}

}  // namespace pawl::storage
