#include "engine/storage/row_list.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/platform/thread.h"

namespace pawl::storage {
namespace {

// Rows are numbers, eight bytes each.
std::uint64_t NumberOf(const char* row) {
  std::uint64_t number = 0;
  std::memcpy(&number, row, sizeof(number));
  return number;
}

thread_local std::uint64_t comparisons = 0;

struct NumberOrder {
  bool operator()(const char* row, std::uint64_t key) const {
    ++comparisons;
    return NumberOf(row) < key;
  }
};

using Numbers = RowList<NumberOrder, std::uint64_t>;

class RowListTest : public ::testing::Test {
 protected:
  // Memory that lasts as long as the test.
  void* Allocate(std::size_t bytes) {
    memory_.emplace_back((bytes + 7) / 8);
    return memory_.back().data();
  }

  void Insert(std::uint64_t number, Numbers::Finger* finger = nullptr) {
    const auto allocate = [this](std::size_t bytes) { return Allocate(bytes); };
    Numbers::Node* const node = list.Make(sizeof(number), allocate);
    std::memcpy(node->row(), &number, sizeof(number));
    list.Insert(node, number, finger);
  }

  std::vector<std::uint64_t> Forward() const {
    std::vector<std::uint64_t> numbers;
    for (const Numbers::Node* at = list.First(); at != nullptr; at = at->next())
      numbers.push_back(NumberOf(at->row()));
    return numbers;
  }

  std::vector<std::uint64_t> Backward() const {
    std::vector<std::uint64_t> numbers;
    for (const Numbers::Node* at = list.Last(); at != nullptr;
         at = list.LastBefore(NumberOf(at->row())))
      numbers.push_back(NumberOf(at->row()));
    return numbers;
  }

 private:
  std::deque<std::vector<std::uint64_t>> memory_;

 protected:
  Numbers list{NumberOrder(), [this](std::size_t bytes) { return Allocate(bytes); }};
};

TEST_F(RowListTest, AnEmptyListHasNoRows) {
  EXPECT_EQ(list.First(), nullptr);
  EXPECT_EQ(list.Last(), nullptr);
  EXPECT_EQ(list.FirstNotBefore(0), nullptr);
  EXPECT_EQ(list.LastBefore(7), nullptr);
}

// However its rows come, and whichever of several fingers is given: near, far, or of other rows.
TEST_F(RowListTest, IsInOrderWhateverOrderRowsAndFingersCameIn) {
  std::mt19937_64 random(1);
  std::set<std::uint64_t> model;
  std::vector<Numbers::Finger> fingers(5);
  std::vector<std::uint64_t> latest(fingers.size());
  for (int i = 0; i < 20'000; ++i) {
    const std::size_t which = random() % (fingers.size() + 1);
    const bool has_finger = which < fingers.size();
    std::uint64_t number = random() % 1'000'000;
    if (has_finger && random() % 8 != 0) {
      // Just behind or just in front of the one before, as rows of an execution are.
      number = latest[which] + random() % 7 - random() % 4;
    }
    if (!model.insert(number).second) continue;
    Insert(number, has_finger ? &fingers[which] : nullptr);
    if (has_finger) latest[which] = number;
  }
  EXPECT_EQ(Forward(), std::vector<std::uint64_t>(model.begin(), model.end()));
  EXPECT_EQ(Backward(), std::vector<std::uint64_t>(model.rbegin(), model.rend()));
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t number = random() % 1'000'010;
    const auto expected = model.lower_bound(number);
    const Numbers::Node* const found = list.FirstNotBefore(number);
    ASSERT_EQ(found != nullptr, expected != model.end());
    if (found != nullptr) {
      ASSERT_EQ(NumberOf(found->row()), *expected);
    }
    const Numbers::Node* const before = list.LastBefore(number);
    ASSERT_EQ(before != nullptr, expected != model.begin());
    if (before != nullptr) {
      ASSERT_EQ(NumberOf(before->row()), *std::prev(expected));
    }
  }
}

// What makes the list worth its code: rows that come in order cost next to nothing, one behind the
// other or a few such rows in turn; without a finger the whole list is searched.
TEST_F(RowListTest, RowsThatComeInOrderCostAFewComparisons) {
  constexpr std::uint64_t kRows = 30'000;
  const auto cost = [&](const auto& insert) {
    comparisons = 0;
    for (std::uint64_t i = 0; i < kRows; ++i)
      insert(i);
    return static_cast<double>(comparisons) / kRows;
  };
  Numbers::Finger finger;
  EXPECT_LT(cost([&](std::uint64_t i) { Insert(i, &finger); }), 3);
  std::vector<Numbers::Finger> fingers(7);
  EXPECT_LT(cost([&](std::uint64_t i) { Insert((i % 7 + 1) << 40U | i, &fingers[i % 7]); }), 4);
  EXPECT_GT(cost([&](std::uint64_t i) { Insert(std::uint64_t{9} << 40U | i); }), 8);
}

// What was inserted before is found, what is found is where it was looked for, and rows come in
// order, while others are inserted all around.
TEST_F(RowListTest, ReadersSeeAWholeListWhileItIsWritten) {
  constexpr std::uint64_t kRows = 20'000;
  std::atomic<std::uint64_t> inserted = 0;
  std::atomic<int> faults = 0;
  const auto key_of = [](std::uint64_t i) { return i * 7919 % kRows * 10; };
  const auto read = [&](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    while (inserted < kRows) {
      const std::uint64_t known = inserted;
      if (known == 0) continue;
      const std::uint64_t key = key_of(random() % known);
      const Numbers::Node* at = list.FirstNotBefore(key);
      if (at == nullptr || NumberOf(at->row()) != key) ++faults;
      const std::uint64_t between = random() % (kRows * 10);
      const Numbers::Node* const near = list.FirstNotBefore(between);
      if (near != nullptr && NumberOf(near->row()) < between) ++faults;
      const Numbers::Node* const before = list.LastBefore(between);
      if (before != nullptr && NumberOf(before->row()) >= between) ++faults;
      for (int steps = 0; at != nullptr && steps < 20; ++steps) {
        const Numbers::Node* const next = at->next();
        if (next != nullptr && NumberOf(next->row()) <= NumberOf(at->row())) ++faults;
        at = next;
      }
    }
  };
  platform::Thread one("reader-1", [&] { read(1); });
  platform::Thread two("reader-2", [&] { read(2); });
  std::vector<Numbers::Finger> fingers(3);
  for (std::uint64_t i = 0; i < kRows; ++i) {
    Insert(key_of(i), i % 4 < 3 ? &fingers[i % 4] : nullptr);
    inserted = i + 1;
  }
  one.Join();
  two.Join();
  EXPECT_EQ(faults, 0);
  EXPECT_EQ(Forward().size(), kRows);
}

// A reader that was about to look where the writer is at work: what it gets is not before its key.
TEST_F(RowListTest, WhatComesInBetweenIsNotFoundInPlaceOfWhatIsLookedFor) {
  constexpr std::uint64_t kRows = 200'000;
  std::atomic<bool> is_over = false;
  std::atomic<int> faults = 0;
  Insert(kRows);
  platform::Thread reader("reader", [&] {
    while (!is_over) {
      const Numbers::Node* const found = list.FirstNotBefore(kRows);
      if (found == nullptr || NumberOf(found->row()) != kRows) ++faults;
    }
  });
  Numbers::Finger finger;
  for (std::uint64_t i = 0; i < kRows; ++i)
    Insert(i, &finger);
  is_over = true;
  reader.Join();
  EXPECT_EQ(faults, 0);
}

}  // namespace
}  // namespace pawl::storage
