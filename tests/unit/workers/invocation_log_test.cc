#include "workers/invocation_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/log_tail.h"

namespace pawl::workers {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::size_t kMegabyte = std::size_t{1024} * 1024;

InvocationLog Log() {
  return {"id", "$LATEST", 128};
}

// Lambda Developer Guide, "Understanding the Lambda execution environment lifecycle".
TEST(InvocationLogTest, WhatWasWrittenStandsBetweenTheLinesOfLambda) {
  InvocationLog log = Log();
  log.Append("one\n");
  log.Append("two\n");
  log.NoteRun(3'016'781us, 31 * kMegabyte - 1);
  EXPECT_EQ(log.Tail({}),
            "START RequestId: id Version: $LATEST\none\ntwo\nEND RequestId: id\n"
            "REPORT RequestId: id\tDuration: 3016.78 ms\tBilled Duration: 3017 ms\t"
            "Memory Size: 128 MB\tMax Memory Used: 31 MB\t\n");
}

TEST(InvocationLogTest, ALineWithoutItsEndGetsOne) {
  InvocationLog log = Log();
  log.Append("no end");
  EXPECT_THAT(log.Tail({}), HasSubstr("no end\nEND RequestId: id\n"));
}

TEST(InvocationLogTest, TheReportSaysWhyAFunctionCouldNotAnswer) {
  EXPECT_THAT(Log().Tail("Sandbox.Timedout"), EndsWith("\tStatus: timeout\t\n"));
  EXPECT_THAT(Log().Tail("Runtime.ExitError"),
              EndsWith("\tStatus: error\tError Type: Runtime.ExitError\t\n"));
}

// Lambda API reference, Invoke: LogResult is the last 4 KB.
TEST(InvocationLogTest, OfALongLogTheEndIsKept) {
  InvocationLog log = Log();
  for (int i = 0; i < 10'000; ++i)
    log.Append("line " + std::to_string(i) + "\n");
  const std::string tail = log.Tail({});
  EXPECT_EQ(tail.size(), kLogTailBytesMax);
  EXPECT_THAT(tail, HasSubstr("line 9998\nline 9999\nEND RequestId: id\n"));
  EXPECT_THAT(tail, Not(HasSubstr("START")));
}

TEST(InvocationLogTest, OneLineLongerThanTheTailIsCut) {
  InvocationLog log = Log();
  log.Append(std::string(kLogTailBytesMax, 'x') + "\n");
  EXPECT_EQ(log.Tail({}).size(), kLogTailBytesMax);
  EXPECT_THAT(log.Tail({}), StartsWith("xxx"));
}

}  // namespace
}  // namespace pawl::workers
