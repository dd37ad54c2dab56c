#include "workers/exit_error.h"

#include <gtest/gtest.h>

#include <csignal>

namespace pawl::workers {
namespace {

using namespace std::chrono_literals;

// A wait status as the kernel makes it.
int Exited(int status) {
  return status << 8;
}

TEST(ExitErrorTest, AnExitWithStatusZeroGivesNoReason) {
  const ErrorPayload error = ExitError("id-1", Exited(0));
  EXPECT_EQ(error.error, "Runtime.ExitError");
  EXPECT_EQ(error.payload,
            R"({"errorType":"Runtime.ExitError","errorMessage":)"
            R"("RequestId: id-1 Error: Runtime exited without providing a reason"})");
}

TEST(ExitErrorTest, AnotherStatusIsNamed) {
  EXPECT_EQ(ExitError("id-1", Exited(127)).payload,
            R"({"errorType":"Runtime.ExitError","errorMessage":)"
            R"("RequestId: id-1 Error: Runtime exited with error: exit status 127"})");
}

TEST(ExitErrorTest, ASignalIsNamedInWords) {
  EXPECT_EQ(ExitError("id-1", SIGSEGV).payload,
            R"({"errorType":"Runtime.ExitError","errorMessage":)"
            R"("RequestId: id-1 Error: Runtime exited with error: signal: segmentation fault"})");
}

TEST(ExitErrorTest, ATimeoutIsGivenInSecondsWithTwoDecimals) {
  const ErrorPayload error = TimeoutError("id-1", 1500ms);
  EXPECT_EQ(error.error, "Sandbox.Timedout");
  EXPECT_EQ(error.payload,
            R"({"errorType":"Sandbox.Timedout","errorMessage":)"
            R"("RequestId: id-1 Error: Task timed out after 1.50 seconds"})");
}

TEST(ExitErrorTest, AnInterpreterThatIsNotThereIsNamed) {
  EXPECT_EQ(StartError("id-1", "/no/python", 2).payload,
            R"({"errorType":"Runtime.InvalidEntrypoint","errorMessage":)"
            R"("RequestId: id-1 Error: fork/exec /no/python: No such file or directory"})");
}

TEST(JsonStringTest, QuotesBackslashesAndControlCharactersAreEscaped) {
  std::string text;
  AppendJsonString(text, "a\"b\\c\nd");
  EXPECT_EQ(text, R"("a\"b\\c\u000ad")");
}

}  // namespace
}  // namespace pawl::workers
