#include "engine/storage/rocksdb_checksum.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>

namespace pawl::storage {

// Its address tells which file the program is.
void Anchor() {}

namespace {

using rocksdb::crc32c::Extend;

std::uint32_t Sum(const std::string& bytes) {
  return Extend(0, bytes.data(), bytes.size());
}

// RFC 3720, appendix B.4; the last is the check value of every catalogue of CRCs.
TEST(RocksDbChecksumTest, IsCrc32C) {
  std::string counting(32, '\0');
  std::iota(counting.begin(), counting.end(), '\0');
  EXPECT_EQ(Sum(""), 0U);
  EXPECT_EQ(Sum(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(Sum(std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(Sum(counting), 0x46dd794eU);
  EXPECT_EQ(Sum(std::string(counting.rbegin(), counting.rend())), 0x113fdb5cU);
  EXPECT_EQ(Sum("123456789"), 0xe3069283U);
}

TEST(RocksDbChecksumTest, GoesOnWhereItWas) {
  std::string bytes(10'000, '\0');
  std::iota(bytes.begin(), bytes.end(), '\0');
  for (std::size_t cut = 0; cut < bytes.size(); cut += 37) {
    const std::uint32_t first = Extend(0, bytes.data(), cut);
    EXPECT_EQ(Extend(first, bytes.data() + cut, bytes.size() - cut), Sum(bytes)) << cut;
  }
}

// What the dynamic linker finds for the name is what RocksDB's library calls.
TEST(RocksDbChecksumTest, RocksDbCallsIt) {
  void* const found = dlsym(RTLD_DEFAULT, "_ZN7rocksdb6crc32c6ExtendEjPKcm");
  Dl_info library;
  ASSERT_NE(dladdr(found, &library), 0);
  Dl_info program;
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&Anchor), &program), 0);
  EXPECT_STREQ(library.dli_fname, program.dli_fname);
}

}  // namespace
}  // namespace pawl::storage
