#include "workers/shared_results.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "workers/protocol.h"

namespace pawl::workers {
namespace {

std::string Record(std::uint16_t kind, std::uint64_t sequence, std::string_view payload) {
  std::string bytes;
  AppendNumber(bytes, static_cast<std::uint32_t>(payload.size()));
  AppendNumber(bytes, kind);
  AppendNumber(bytes, std::uint16_t{0});
  AppendNumber(bytes, sequence);
  AppendNumber(bytes, std::uint32_t{7});
  return bytes.append(payload);
}

// The child's side of the memory.
class SharedResultsTest : public ::testing::Test {
 protected:
  SharedResultsTest()
      : results_(std::move(SharedResults::Create()).value()),
        memory_(static_cast<char*>(
            ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, results_.fd(), 0))) {}

  ~SharedResultsTest() override { ::munmap(memory_, kBytes); }

  void Put(std::size_t at, const std::string& bytes) {
    std::memcpy(memory_ + 4096 + at, bytes.data(), bytes.size());
  }

  // The payloads of the records up to `written`; "broken" when they make no sense.
  std::vector<std::string> Read(std::uint64_t written) {
    std::vector<std::string> payloads;
    const bool is_sound = results_.Read(written, [&payloads](const ResultRecord& record) {
      payloads.emplace_back(record.payload);
    });
    if (!is_sound) payloads.emplace_back("broken");
    return payloads;
  }

  static constexpr std::size_t kBytes = 4096 + SharedResults::kRingBytes;
  SharedResults results_;
  char* memory_;
};

using Payloads = std::vector<std::string>;

TEST_F(SharedResultsTest, RecordsComeInTheOrderTheyWereWritten) {
  const std::string bytes = Record(1, 1, "one") + Record(2, 2, "two");
  Put(0, bytes);
  EXPECT_EQ(Read(bytes.size()), (Payloads{"one", "two"}));
  EXPECT_EQ(Read(bytes.size()), Payloads{});
}

TEST_F(SharedResultsTest, PaddingLeadsBackToTheStartOfTheRing) {
  constexpr std::size_t kFirst = SharedResults::kRingBytes - 100;
  Put(0, Record(1, 1, std::string(kFirst - kRecordHeaderBytes, 'x')));
  EXPECT_EQ(Read(kFirst).size(), 1U);
  Put(kFirst, Record(4, 0, std::string(100 - kRecordHeaderBytes, ' ')));
  const std::string second = Record(1, 2, std::string(150, 'y'));
  Put(0, second);
  EXPECT_EQ(Read(kFirst + 100 + second.size()), Payloads{std::string(150, 'y')});
}

TEST_F(SharedResultsTest, ARestTooSmallForAHeaderIsSkipped) {
  constexpr std::size_t kFirst = SharedResults::kRingBytes - 10;
  Put(0, Record(1, 1, std::string(kFirst - kRecordHeaderBytes, 'x')));
  EXPECT_EQ(Read(kFirst).size(), 1U);
  const std::string second = Record(1, 2, "two");
  Put(0, second);
  EXPECT_EQ(Read(kFirst + 10 + second.size()), Payloads{"two"});
}

TEST_F(SharedResultsTest, MoreThanTheRingHoldsIsRefused) {
  EXPECT_EQ(Read(SharedResults::kRingBytes + 1), Payloads{"broken"});
}

TEST_F(SharedResultsTest, ARecordBeyondWhatWasWrittenIsRefused) {
  const std::string bytes = Record(1, 1, "one");
  Put(0, bytes);
  EXPECT_EQ(Read(bytes.size() - 1), Payloads{"broken"});
}

TEST_F(SharedResultsTest, AnUnknownKindIsRefused) {
  const std::string bytes = Record(9, 1, "one");
  Put(0, bytes);
  EXPECT_EQ(Read(bytes.size()), Payloads{"broken"});
}

TEST_F(SharedResultsTest, AChildCannotCutTheMemory) {
  EXPECT_NE(::ftruncate(results_.fd(), 0), 0);
}

TEST_F(SharedResultsTest, ArbitraryBytesAreReadWithinTheRing) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    SharedResults fresh = std::move(SharedResults::Create()).value();
    std::swap(results_, fresh);
    auto* memory = static_cast<char*>(
        ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, results_.fd(), 0));
    for (std::size_t i = 4096; i < kBytes; ++i) {
      memory[i] = static_cast<char>(random() % 4 == 0 ? random() % 256 : random() % 5);
    }
    std::size_t bytes = 0;
    for (std::uint64_t written = random() % 1000; written < 2 * SharedResults::kRingBytes;
         written += random() % 70'000) {
      if (!results_.Read(written, [&bytes](const ResultRecord& record) {
            for (const char c : record.payload)
              bytes += static_cast<unsigned char>(c) != 0;
          })) {
        break;
      }
    }
    ::munmap(memory, kBytes);
    EXPECT_LE(bytes, 3 * SharedResults::kRingBytes);
  }
}

}  // namespace
}  // namespace pawl::workers
