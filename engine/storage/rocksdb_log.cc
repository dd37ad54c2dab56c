#include "engine/storage/rocksdb_log.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <ctime>
#include <string>

#include "engine/base/mutex.h"

namespace pawl::storage {

namespace {

// One line a message, as RocksDB's: when (local time), thread, text.
class LossyLog final : public rocksdb::Logger {
 public:
  // Takes the file over.
  explicit LossyLog(std::FILE* file) : file_(file) {}

  ~LossyLog() override { LossyLog::CloseImpl().PermitUncheckedError(); }

  LossyLog(const LossyLog&) = delete;
  LossyLog& operator=(const LossyLog&) = delete;

  using rocksdb::Logger::Logv;

  void Logv(const char* format, va_list arguments) override {
    std::string line = LineStart();
    va_list again;
    va_copy(again, arguments);
    const int size = std::vsnprintf(nullptr, 0, format, again);
    va_end(again);
    if (size > 0) {
      const std::size_t start = line.size();
      // vsnprintf ends what it writes with a zero, where a string has one already.
      line.resize(start + static_cast<std::size_t>(size));
      std::vsnprintf(&line[start], static_cast<std::size_t>(size) + 1, format, arguments);
    }
    if (line.back() != '\n') line.push_back('\n');

    const MutexLock lock(mutex_);
    if (file_ == nullptr) return;
    // Unbuffered: what does not fit is not kept for later.
    bytes_ += std::fwrite(line.data(), 1, line.size(), file_);
    std::clearerr(file_);
  }

  std::size_t GetLogFileSize() const override {
    const MutexLock lock(mutex_);
    return bytes_;
  }

 protected:
  rocksdb::Status CloseImpl() override {
    const MutexLock lock(mutex_);
    if (file_ != nullptr) std::fclose(file_);
    file_ = nullptr;
    return rocksdb::Status::OK();
  }

 private:
  static std::string LineStart() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    tm local{};
    localtime_r(&now.tv_sec, &local);
    std::array<char, 64> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y/%m/%d-%H:%M:%S", &local);
    std::array<char, 32> rest{};
    std::snprintf(rest.data(), rest.size(), ".%06ld %d ", now.tv_nsec / 1000, gettid());
    return std::string(text.data(), size) + rest.data();
  }

  mutable Mutex mutex_;
  std::FILE* file_ PAWL_GUARDED_BY(mutex_);
  std::size_t bytes_ PAWL_GUARDED_BY(mutex_) = 0;
};

}  // namespace

rocksdb::IOStatus OpenLossyLog(const std::filesystem::path& path,
                               std::shared_ptr<rocksdb::Logger>& log) {
  std::FILE* const file = std::fopen(path.c_str(), "we");
  if (file == nullptr) {
    return rocksdb::IOStatus::IOError(path.string(), "errno " + std::to_string(errno));
  }
  std::setvbuf(file, nullptr, _IONBF, 0);
  log = std::make_shared<LossyLog>(file);
  return rocksdb::IOStatus::OK();
}

}  // namespace pawl::storage
