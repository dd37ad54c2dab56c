// An object store in memory, with faults on request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "engine/objects/object_store.h"

namespace pawl::test {

// Keeps ObjectStore's contract, save that it is for one thread.
class MemoryObjectStore final : public objects::ObjectStore {
 public:
  void AddBucket(const std::string& bucket) { buckets_[bucket]; }

  // Makes the bucket where there is none.
  void Put(const objects::ObjectName& object, std::string text);
  // The text of an object; aborts the test program if there is none.
  const std::string& Get(const objects::ObjectName& object) const;

  bool Has(const objects::ObjectName& object) const;

  // How often an object was written; 0 if there is none.
  std::size_t WritesOf(const objects::ObjectName& object) const;

  // The reads from the one of this number on (0 is the first) answer kUnavailable.
  void FailReadsFrom(std::size_t number) { reads_until_fault_ = number; }

  void MendReads() { reads_until_fault_ = kNoFault; }

  // Writers refuse what is appended from now on, as a full disk does.
  void RefuseWrites() { refuses_writes_ = true; }

  std::size_t read_count() const { return read_count_; }

  std::uint64_t bytes_read() const { return bytes_read_; }

  Result<objects::ObjectStat> Stat(const objects::ObjectName& object) override;
  Result<std::string> Read(const objects::ObjectRange& range) override;
  Result<objects::ObjectPage> List(const objects::ListRequest& request) override;
  Result<std::unique_ptr<objects::ObjectWriter>> Write(const objects::ObjectName& object) override;

 private:
  class Writer;

  static constexpr std::size_t kNoFault = ~std::size_t{0};

  struct Object {
    std::string text;
    std::uint64_t version = 0;
    std::size_t writes = 0;
  };

  Result<const Object*> Find(const objects::ObjectName& object) const;

  std::map<std::string, std::map<std::string, Object>> buckets_;
  std::uint64_t version_ = 0;
  std::size_t reads_until_fault_ = kNoFault;
  bool refuses_writes_ = false;
  std::size_t read_count_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace pawl::test
