// The worker's own functions: which there are, and that they run in the pool.
#include "workers/built_in_functions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include "engine/base/built_in_function.h"

namespace pawl::workers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class BuiltInFunctionsTest : public testing::Test {
 protected:
  BuiltInFunctionsTest() : directory_(testing::TempDir() + "pawl-built-in-XXXXXX") {
    EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
    options_.package_directory = PAWL_PYTHON_PACKAGE;
    options_.environment = {"PATH=/usr/bin:/bin"};
  }

  ~BuiltInFunctionsTest() override { std::filesystem::remove_all(directory_); }

  // Lets the interpreter find a boto3, or none.
  void Boto3Is(const std::string& python_flags) {
    std::ofstream(directory_ + "/python")
        << "#!/bin/sh\nexec /usr/bin/python3 " << python_flags << " \"$@\"\n";
    ::chmod((directory_ + "/python").c_str(), 0700);
    options_.python = directory_ + "/python";
  }

  std::string HttpFile(const std::string& text) {
    std::string file = directory_ + "/http.json";
    std::ofstream(file) << text;
    return file;
  }

  static std::vector<std::string> Names(const Result<std::vector<FunctionSpec>>& functions) {
    std::vector<std::string> names;
    EXPECT_TRUE(functions.ok()) << functions.status().message();
    for (const FunctionSpec& spec : *functions)
      names.push_back(spec.name);
    return names;
  }

  std::string directory_;
  ChildPoolOptions options_;
};

TEST_F(BuiltInFunctionsTest, AwsIsCalledWhereTheInterpreterHasBoto3) {
  std::filesystem::create_directory(directory_ + "/boto3");
  std::ofstream(directory_ + "/boto3/__init__.py") << "raise SystemExit('is not run')\n";
  options_.environment.push_back("PYTHONPATH=" + directory_);
  EXPECT_THAT(Names(BuiltInFunctions(options_, {})),
              ElementsAre("pawl:aws", "pawl:aws-job", "pawl:lambda"));
  EXPECT_THAT(Names(BuiltInFunctions(options_, {.calls_aws = false})), IsEmpty());
}

TEST_F(BuiltInFunctionsTest, AwsIsNotCalledWithoutBoto3) {
  // Isolated and without site-packages.
  Boto3Is("-I -S");
  EXPECT_THAT(Names(BuiltInFunctions(options_, {})), IsEmpty());
}

TEST_F(BuiltInFunctionsTest, HttpTasksNeedAFileThatIsRight) {
  const std::string file = HttpFile(R"({"allow": ["https://api.example.com"]})");
  const auto functions = BuiltInFunctions(options_, {.calls_aws = false, .http_tasks = file});
  EXPECT_THAT(Names(functions), ElementsAre("pawl:http"));
  EXPECT_EQ(functions->front().environment.at("PAWL_HTTP_TASKS"), file);

  const auto wrong = BuiltInFunctions(
      options_, {.calls_aws = false, .http_tasks = HttpFile(R"({"allow": ["api"]})")});
  EXPECT_EQ(wrong.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(wrong.status().message(), HasSubstr("allow: 'api' is no endpoint"));
  const auto absent =
      BuiltInFunctions(options_, {.calls_aws = false, .http_tasks = directory_ + "/none.json"});
  EXPECT_THAT(absent.status().message(), HasSubstr("No such file"));
}

TEST_F(BuiltInFunctionsTest, AnInterpreterThatIsNotThereIsAnError) {
  options_.python = directory_ + "/none";
  EXPECT_EQ(BuiltInFunctions(options_, {}).status().code(), StatusCode::kUnavailable);
}

TEST_F(BuiltInFunctionsTest, TheyRunInThePoolAndFailInTheirOwnWords) {
  const std::string file = HttpFile(R"({"connections": {"c": {"authorization": "NONE"}}})");
  auto functions = BuiltInFunctions(options_, {.calls_aws = false, .http_tasks = file});
  ASSERT_TRUE(functions.ok());
  std::promise<InvocationResult> promise;
  ChildPoolCallbacks callbacks;
  callbacks.on_results = [&promise](std::vector<InvocationResult> results) {
    promise.set_value(results.front());
  };
  callbacks.on_logs = [](const std::vector<LogLine>&) {};
  auto pool = ChildPool::Start(options_, std::move(callbacks));
  ASSERT_TRUE(pool.ok()) << pool.status().message();
  ASSERT_TRUE((*pool)->SetFunction(functions->front()).ok());
  Invocation call;
  call.id = 1;
  call.function = kHttpFunction;
  call.request_id = "r";
  call.event = Bytes(R"({"Resource":"http:invoke","Parameters":{"ApiEndpoint":
      "https://127.0.0.1","Method":"GET","Authentication":{"ConnectionArn":"c"}}})");
  ASSERT_TRUE((*pool)->Submit({call}).ok());
  const InvocationResult result = promise.get_future().get();
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.error, "States.Runtime");
  EXPECT_EQ(result.payload,
            "The endpoint https://127.0.0.1:443 is not allowed; the worker's file has the list");
  (*pool)->Stop();
}

TEST_F(BuiltInFunctionsTest, NoOtherFunctionHasSuchAName) {
  FunctionSpec spec;
  spec.name = kAwsFunction;
  spec.handler = "a.b";
  spec.code_directory = "/";
  EXPECT_FALSE(CheckFunctionSpec(spec).ok());
  spec.is_built_in = true;
  EXPECT_TRUE(CheckFunctionSpec(spec).ok());
  spec.name = "pawl:other";
  EXPECT_FALSE(CheckFunctionSpec(spec).ok());
}

}  // namespace
}  // namespace pawl::workers
