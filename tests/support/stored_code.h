// StoredCode: deployed functions of which there is only the code, for tests of what reads it.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "engine/base/mutex.h"
#include "tests/support/functionless.h"

namespace pawl::test {

// Threads: any.
class StoredCode final : public Functionless {
 public:
  // Any 32 bytes may stand for the hash.
  void Add(const std::string& code_sha256, std::string archive) {
    const MutexLock lock(mutex_);
    archives_[code_sha256] = std::move(archive);
  }

  void Remove(const std::string& code_sha256) {
    const MutexLock lock(mutex_);
    archives_.erase(code_sha256);
  }

  Result<Bytes> ReadCode(NamespaceId,
                         const std::string& code_sha256,
                         std::uint64_t index) override {
    const MutexLock lock(mutex_);
    const auto found = archives_.find(code_sha256);
    if (found == archives_.end()) return NotFound("no function has this code");
    if (index * kCodeChunkBytes >= found->second.size()) return OutOfRange("no such piece");
    return Bytes(found->second.substr(index * kCodeChunkBytes, kCodeChunkBytes));
  }

 private:
  Mutex mutex_;
  std::map<std::string, std::string> archives_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::test
