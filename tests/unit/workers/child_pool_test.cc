#include "workers/child_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>

#include "engine/base/log_tail.h"

namespace pawl::workers {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto kPatience = 60s;

// A pool over a directory of functions that a test writes.
class ChildPoolTest : public ::testing::Test {
 protected:
  ChildPoolTest() {
    std::string name = (std::filesystem::temp_directory_path() / "pawl-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }

  ~ChildPoolTest() override {
    pool_.reset();
    std::filesystem::remove_all(directory_);
  }

  ChildPool& pool() {
    if (!pool_) StartPool({});
    return *pool_;
  }

  void StartPool(ChildPoolOptions options) {
    options.package_directory = PAWL_PYTHON_PACKAGE;
    options.environment = {"PATH=/usr/bin:/bin", "FROM_WORKER=yes"};
    ChildPoolCallbacks callbacks;
    callbacks.on_results = [this](std::vector<InvocationResult> results) {
      const std::lock_guard lock(mutex_);
      for (InvocationResult& result : results) {
        EXPECT_TRUE(results_.emplace(result.id, result).second) << "a second result";
      }
      changed_.notify_all();
    };
    callbacks.on_logs = [this](std::vector<LogLine> lines) {
      const std::lock_guard lock(mutex_);
      for (LogLine& line : lines)
        lines_.push_back(std::move(line));
      changed_.notify_all();
    };
    pool_ = std::move(ChildPool::Start(std::move(options), std::move(callbacks))).value();
  }

  std::string path(const std::string& file) const { return (directory_ / file).string(); }

  void WriteFile(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((directory_ / file).parent_path());
    std::ofstream(directory_ / file) << text;
  }

  std::string ReadFile(const std::string& file) const {
    std::ifstream stream(directory_ / file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  // Makes `code` the function `name`.
  FunctionSpec Spec(const std::string& name, const std::string& code) {
    WriteFile(name + ".py", code);
    FunctionSpec spec;
    spec.name = name;
    spec.code_directory = directory_.string();
    spec.handler = name + ".handler";
    spec.arn = "arn:aws:lambda:us-east-1:000000000000:function:" + name;
    spec.concurrency = 2;
    return spec;
  }

  void Function(const std::string& name, const std::string& code) { Set(Spec(name, code)); }

  void Set(const FunctionSpec& spec) {
    const Status status = pool().SetFunction(spec);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }

  Invocation Call(const std::string& function, const std::string& event) {
    const std::uint64_t id = ++last_id_;
    Invocation call;
    call.id = id;
    call.function = function;
    call.request_id = "request-" + std::to_string(id);
    call.event = Bytes(event);
    return call;
  }

  std::uint64_t Submit(const std::string& function, const std::string& event = "{}") {
    Invocation call = Call(function, event);
    const std::uint64_t id = call.id;
    Submit(std::move(call));
    return id;
  }

  // The log of one invocation whose caller asks for it.
  std::string LogOf(const std::string& function) {
    Invocation call = Call(function, "{}");
    call.wants_log = true;
    const std::uint64_t id = call.id;
    Submit(std::move(call));
    return Wait(id).log_tail;
  }

  void Submit(Invocation call) {
    const Status status = pool().Submit({std::move(call)});
    ASSERT_TRUE(status.ok()) << status.ToString();
  }

  InvocationResult Wait(std::uint64_t id) {
    std::unique_lock lock(mutex_);
    const bool has_come =
        changed_.wait_for(lock, kPatience, [&] { return results_.count(id) > 0; });
    EXPECT_TRUE(has_come) << "no result";
    return has_come ? results_[id] : InvocationResult{};
  }

  bool HasResult(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    return results_.count(id) > 0;
  }

  // Runs the function and returns its result's text or "error: payload".
  std::string Run(const std::string& function, const std::string& event = "{}") {
    return Text(Wait(Submit(function, event)));
  }

  static std::string Text(const InvocationResult& result) {
    switch (result.outcome) {
      case Outcome::kSucceeded:
        return result.payload;
      case Outcome::kFailed:
        return result.error + ": " + result.payload;
      case Outcome::kCancelled:
        return "cancelled";
      case Outcome::kReturned:
        return "returned";
    }
    return "";
  }

  // Waits for a line that contains `text`.
  LogLine WaitForLine(const std::string& text) {
    std::unique_lock lock(mutex_);
    LogLine found;
    EXPECT_TRUE(changed_.wait_for(lock,
                                  kPatience,
                                  [&] {
                                    for (const LogLine& line : lines_) {
                                      if (line.text.find(text) == std::string::npos) continue;
                                      found = line;
                                      return true;
                                    }
                                    return false;
                                  }))
        << "no line with " << text;
    return found;
  }

  // Waits until `condition` holds: for what other processes do.
  template <typename Condition>
  static bool Eventually(Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > limit) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }

  bool WaitForFile(const std::string& file) {
    return Eventually([&] { return std::filesystem::exists(directory_ / file); });
  }

  static bool IsGone(int pid) {
    return Eventually([pid] { return ::kill(pid, 0) != 0 && errno == ESRCH; });
  }

  std::filesystem::path directory_;
  std::unique_ptr<ChildPool> pool_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, InvocationResult> results_;
  std::vector<LogLine> lines_;
  std::uint64_t last_id_ = 0;
};

std::string ExitPayload(const std::string& id, const std::string& what) {
  return R"(Runtime.ExitError: {"errorType":"Runtime.ExitError","errorMessage":"RequestId: )" + id +
         " Error: Runtime exited " + what + R"("})";
}

// --- Results and errors --------------------------------------------------------------------------

TEST_F(ChildPoolTest, AFunctionGetsItsEventAndItsResultComesBack) {
  Function("double", "def handler(event, context):\n    return {'twice': event['n'] * 2}\n");
  EXPECT_EQ(Run("double", R"({"n": 21})"), R"({"twice":42})");
}

TEST_F(ChildPoolTest, AHandlerInAPackageIsNamedWithDotsOrSlashes) {
  WriteFile("pack/__init__.py", "");
  WriteFile("pack/deep/module.py", "def go(event, context):\n    return __name__\n");
  FunctionSpec spec = Spec("unused", "");
  for (const char* handler : {"pack.deep.module.go", "pack/deep/module.go"}) {
    spec.name = "packaged";
    spec.handler = handler;
    Set(spec);
    EXPECT_EQ(Run("packaged"), "\"pack.deep.module\"");
  }
}

TEST_F(ChildPoolTest, AnExceptionIsReportedInTheFormOfLambda) {
  Function("fails",
           "def handler(event, context):\n"
           "    raise ValueError('no such thing')\n");
  const InvocationResult result = Wait(Submit("fails"));
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.error, "ValueError");
  EXPECT_EQ(result.payload,
            R"({"errorMessage": "no such thing", "errorType": "ValueError", "requestId": )"
            R"("request-1", "stackTrace": ["  File \"/var/task/fails.py\", line 2, in handler\n)"
            R"(    raise ValueError('no such thing')\n"]})");
}

TEST_F(ChildPoolTest, AnErrorsTypeIsItsClassWithoutItsSurroundings) {
  Function("fails",
           "class Outer:\n"
           "    class Inner(Exception): pass\n"
           "def handler(event, context):\n"
           "    raise Outer.Inner()\n");
  EXPECT_EQ(Wait(Submit("fails")).error, "Inner");
}

struct ImportCase {
  const char* handler;
  const char* code;
  const char* error;
  const char* message;
};

class ImportTest : public ChildPoolTest, public ::testing::WithParamInterface<ImportCase> {};

TEST_P(ImportTest, FailsEveryInvocationInTheWordsOfLambda) {
  FunctionSpec spec = Spec("broken", GetParam().code);
  spec.handler = GetParam().handler;
  Set(spec);
  for (int i = 1; i <= 2; ++i) {
    const InvocationResult result = Wait(Submit("broken"));
    EXPECT_EQ(result.error, GetParam().error);
    EXPECT_THAT(result.payload,
                StartsWith(std::string(R"({"errorMessage": ")") + GetParam().message));
    EXPECT_THAT(
        result.payload,
        HasSubstr(R"("requestId": "request-)" + std::to_string(i) + R"(", "stackTrace": [)"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    ImportTest,
    ::testing::Values(
        ImportCase{"broken",
                   "",
                   "Runtime.MalformedHandlerName",
                   "Bad handler 'broken': not enough values to unpack (expected 2, got 1)"},
        ImportCase{"absent.handler",
                   "",
                   "Runtime.ImportModuleError",
                   "Unable to import module 'absent': No module named 'absent'"},
        ImportCase{"broken.handler",
                   "import absent_too\n",
                   "Runtime.ImportModuleError",
                   "Unable to import module 'broken': No module named 'absent_too'"},
        ImportCase{"broken.handler",
                   "def handler(:\n",
                   "Runtime.UserCodeSyntaxError",
                   "Syntax error in module 'broken': invalid syntax (broken.py, line 1)"},
        ImportCase{"broken.other",
                   "def handler(event, context): pass\n",
                   "Runtime.HandlerNotFound",
                   "Handler 'other' missing on module 'broken'"},
        ImportCase{"sys.exit",
                   "",
                   "Runtime.BuiltInModuleConflict",
                   "Cannot use built-in module sys as a handler module"},
        ImportCase{"broken.handler", "raise KeyError('top')\n", "KeyError", "'top'"}));

TEST_F(ChildPoolTest, AnExitWhileImportingIsReportedToEveryInvocation) {
  Function("leaves", "import os\nos._exit(3)\n");
  EXPECT_EQ(Run("leaves"), ExitPayload("request-1", "with error: exit status 3"));
  EXPECT_EQ(Run("leaves"), ExitPayload("request-2", "with error: exit status 3"));
}

TEST_F(ChildPoolTest, AnImportWithoutEndTimesOut) {
  ChildPoolOptions options;
  options.import_timeout = 300ms;
  StartPool(options);
  FunctionSpec spec = Spec("stuck", "while True: pass\n");
  spec.timeout = 200ms;
  Set(spec);
  EXPECT_EQ(Wait(Submit("stuck")).error, "Sandbox.Timedout");
}

struct ResultCase {
  const char* expression;
  const char* text;
};

class ReturnTest : public ChildPoolTest, public ::testing::WithParamInterface<ResultCase> {};

TEST_P(ReturnTest, BecomesJsonOrAMarshalError) {
  Function("returns",
           std::string("from decimal import Decimal\ndef handler(event, context):\n    return ") +
               GetParam().expression + "\n");
  EXPECT_THAT(Run("returns"), StartsWith(GetParam().text));
}

#define MARSHAL_ERROR(text)                                                      \
  "Runtime.MarshalError: {\"errorMessage\": \"Unable to marshal response: " text \
  "\", \"errorType\": \"Runtime.MarshalError\", \"requestId\": \"request-1\", \"stackTrace\": []}"

INSTANTIATE_TEST_SUITE_P(
    Values,
    ReturnTest,
    ::testing::Values(
        ResultCase{"None", "null"},
        ResultCase{"{'a': [1, 2.5, True], 'b': 'ü'}", R"({"a":[1,2.5,true],"b":"ü"})"},
        ResultCase{"(1, 2)", "[1,2]"},
        ResultCase{"{1: 2}", R"({"1":2})"},
        ResultCase{"b'{\"raw\":  1}'", R"({"raw":  1})"},
        ResultCase{"Decimal('1.10')", "1.10"},
        ResultCase{"{'p': [Decimal('0.30'), 'x']}", R"({"p":[0.30,"x"]})"},
        ResultCase{"'\\ud800'", R"("\ud800")"},
        ResultCase{"set()", MARSHAL_ERROR("Object of type set is not JSON serializable")},
        ResultCase{"{'x': b''}", MARSHAL_ERROR("Object of type bytes is not JSON serializable")},
        ResultCase{"float('nan')",
                   MARSHAL_ERROR("Out of range float values are not JSON compliant")},
        ResultCase{"Decimal('NaN')",
                   MARSHAL_ERROR("Out of range float values are not JSON compliant")},
        ResultCase{"[float('inf')]",
                   MARSHAL_ERROR("Out of range float values are not JSON compliant")},
        ResultCase{"b'no json'",
                   "Runtime.MarshalError: {\"errorMessage\": \"Unable to marshal "
                   "response: the function returned bytes that are not JSON: "},
        ResultCase{"(lambda a: (a.append(a), a)[1])([])",
                   MARSHAL_ERROR("Circular reference detected")}));

TEST_F(ChildPoolTest, ALargeResultComesWholeAndATooLargeOneIsAnError) {
  Function("large", "def handler(event, context):\n    return 'x' * event\n");
  EXPECT_EQ(Run("large", "5000000").size(), 5'000'002U);
  EXPECT_THAT(Run("large", "6291555"),
              AllOf(StartsWith("Function.ResponseSizeTooLarge: "),
                    HasSubstr("Response payload size exceeded maximum allowed payload size "
                              "(6291556 bytes).")));
}

TEST_F(ChildPoolTest, ALargeEventArrivesWhole) {
  Function("size", "def handler(event, context):\n    return len(event)\n");
  EXPECT_EQ(Run("size", '"' + std::string(6'000'000, 'x') + '"'), "6000000");
}

TEST_F(ChildPoolTest, AnEventThatIsNotJsonIsAnUnmarshalError) {
  Function("echo", "def handler(event, context):\n    return event\n");
  EXPECT_EQ(Wait(Submit("echo", "{oops")).error, "Runtime.UnmarshalError");
  EXPECT_EQ(Wait(Submit("echo", "\xff")).error, "Runtime.UnmarshalError");
  EXPECT_EQ(Wait(Submit("echo", "NaN")).error, "Runtime.UnmarshalError");
  EXPECT_EQ(Wait(Submit("echo", std::string(100'000, '['))).error, "Runtime.UnmarshalError");
}

// --- Ends of processes ---------------------------------------------------------------------------

struct EndCase {
  const char* statement;
  const char* what;
};

class ProcessEndTest : public ChildPoolTest, public ::testing::WithParamInterface<EndCase> {};

TEST_P(ProcessEndTest, CostsOnlyItsOwnInvocation) {
  Function("ends",
           std::string("import asyncio, ctypes, os, signal, sys\n"
                       "def handler(event, context):\n"
                       "    if event == 'end':\n        ") +
               GetParam().statement + "\n    return event\n");
  EXPECT_EQ(Run("ends", "1"), "1");
  EXPECT_EQ(Run("ends", "\"end\""), ExitPayload("request-2", GetParam().what));
  EXPECT_EQ(Run("ends", "3"), "3");
}

INSTANTIATE_TEST_SUITE_P(
    Ways,
    ProcessEndTest,
    ::testing::Values(EndCase{"sys.exit()", "without providing a reason"},
                      EndCase{"sys.exit(0)", "without providing a reason"},
                      EndCase{"sys.exit(4)", "with error: exit status 4"},
                      EndCase{"sys.exit('no')", "with error: exit status 1"},
                      EndCase{"os._exit(7)", "with error: exit status 7"},
                      EndCase{"raise asyncio.CancelledError()", "with error: exit status 1"},
                      EndCase{"raise KeyboardInterrupt()", "with error: signal: interrupt"},
                      EndCase{"ctypes.string_at(0)", "with error: signal: segmentation fault"},
                      EndCase{"os.abort()", "with error: signal: aborted"},
                      EndCase{"os.kill(os.getpid(), signal.SIGKILL)", "with error: signal: killed"},
                      EndCase{"os.closerange(3, 1000); sys.exit(5)", "with error: exit status 5"}));

TEST_F(ChildPoolTest, AFunctionThatLoopsForeverTimesOut) {
  FunctionSpec spec = Spec("loops",
                           "def handler(event, context):\n"
                           "    while event: pass\n"
                           "    return 'done'\n");
  spec.timeout = 1s;
  Set(spec);
  EXPECT_EQ(Run("loops", "true"),
            R"(Sandbox.Timedout: {"errorType":"Sandbox.Timedout","errorMessage":)"
            R"("RequestId: request-1 Error: Task timed out after 1.00 seconds"})");
  EXPECT_EQ(Run("loops", "false"), "\"done\"");
}

TEST_F(ChildPoolTest, WhatAFunctionForksDiesWithItsChild) {
  FunctionSpec spec = Spec("forks",
                           "import os, time\n"
                           "def handler(event, context):\n"
                           "    pids = []\n"
                           "    for _ in range(5):\n"
                           "        pid = os.fork()\n"
                           "        if pid == 0:\n"
                           "            time.sleep(1000)\n"
                           "        pids.append(str(pid))\n"
                           "    open(event, 'w').write(' '.join(pids))\n"
                           "    time.sleep(1000)\n");
  spec.timeout = 1s;
  Set(spec);
  EXPECT_EQ(Wait(Submit("forks", '"' + path("pids") + '"')).error, "Sandbox.Timedout");
  std::istringstream pids(ReadFile("pids"));
  int count = 0;
  for (int pid = 0; pids >> pid; ++count)
    EXPECT_TRUE(IsGone(pid));
  EXPECT_EQ(count, 5);
}

TEST_F(ChildPoolTest, AForkOfTheFunctionThatReturnsIsNoSecondChild) {
  Function("forks",
           "import os\n"
           "def handler(event, context):\n"
           "    os.fork()\n"
           "    return event\n");
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(Run("forks", std::to_string(i)), std::to_string(i));
}

TEST_F(ChildPoolTest, ADaemonThatLeftItsGroupDiesWithTheLastChild) {
  Function("daemons",
           "import os, time\n"
           "def handler(event, context):\n"
           "    if os.fork() == 0:\n"
           "        os.setsid()\n"
           "        if os.fork() == 0:\n"
           "            open(event + '.new', 'w').write(str(os.getpid()))\n"
           "            os.rename(event + '.new', event)\n"
           "            time.sleep(1000)\n"
           "        os._exit(0)\n"
           "    while not os.path.exists(event): time.sleep(0.01)\n"
           "    os._exit(1)\n");
  EXPECT_EQ(Wait(Submit("daemons", '"' + path("pid") + '"')).error, "Runtime.ExitError");
  EXPECT_TRUE(IsGone(std::stoi(ReadFile("pid"))));
}

TEST_F(ChildPoolTest, AFunctionPastItsMemoryLimitIsKilled) {
  FunctionSpec spec = Spec("eats",
                           "def handler(event, context):\n"
                           "    kept = []\n"
                           "    while event:\n"
                           "        kept.append(b'x' * 1_000_000)\n"
                           "    return 'small'\n");
  spec.memory_mb = 128;
  Set(spec);
  EXPECT_EQ(Run("eats", "true"), ExitPayload("request-1", "with error: signal: killed"));
  EXPECT_EQ(Run("eats", "false"), "\"small\"");
}

TEST_F(ChildPoolTest, OneAllocationPastTheMemoryLimitIsKilledToo) {
  FunctionSpec spec =
      Spec("eats", "def handler(event, context):\n    return len(bytearray(10_000_000_000))\n");
  spec.memory_mb = 128;
  Set(spec);
  EXPECT_EQ(Run("eats"), ExitPayload("request-1", "with error: signal: killed"));
}

TEST_F(ChildPoolTest, MemoryOfTheFunctionsOwnProcessesCounts) {
  FunctionSpec spec = Spec("eats",
                           "import subprocess, sys\n"
                           "def handler(event, context):\n"
                           "    subprocess.run([sys.executable, '-c', "
                           "'import time; x = b\"x\" * 200_000_000; time.sleep(1000)'])\n");
  spec.memory_mb = 128;
  Set(spec);
  EXPECT_EQ(Run("eats"), ExitPayload("request-1", "with error: signal: killed"));
}

TEST_F(ChildPoolTest, AnImportPastTheMemoryLimitIsKilled) {
  FunctionSpec spec = Spec("eats",
                           "import time\n"
                           "kept = b'x' * 200_000_000\n"
                           "time.sleep(1000)\n");
  spec.memory_mb = 128;
  Set(spec);
  EXPECT_EQ(Run("eats"), ExitPayload("request-1", "with error: signal: killed"));
}

// --- What the function sees ----------------------------------------------------------------------

TEST_F(ChildPoolTest, TheContextHasLambdasAttributes) {
  FunctionSpec spec = Spec("looks",
                           "def handler(event, c):\n"
                           "    left = c.get_remaining_time_in_millis()\n"
                           "    return [c.aws_request_id, c.function_name, c.function_version,\n"
                           "            c.memory_limit_in_mb, c.log_group_name,\n"
                           "            c.log_stream_name.split('[')[1][:8],\n"
                           "            c.invoked_function_arn, c.tenant_id,\n"
                           "            c.identity.cognito_identity_id,\n"
                           "            c.identity.cognito_identity_pool_id,\n"
                           "            c.client_context, type(left).__name__,\n"
                           "            9000 < left <= 10000]\n");
  spec.timeout = 10s;
  spec.memory_mb = 256;
  Set(spec);
  EXPECT_EQ(Run("looks"),
            R"(["request-1","looks","$LATEST","256","/aws/lambda/looks","$LATEST]",)"
            R"("arn:aws:lambda:us-east-1:000000000000:function:looks",null,null,null,null,)"
            R"("int",true])");
}

TEST_F(ChildPoolTest, AVersionOfAFunctionSeesTheFunctionsName) {
  FunctionSpec spec =
      Spec("looks",
           "import os\n"
           "def handler(event, c):\n"
           "    e = os.environ\n"
           "    return [c.function_name, c.function_version, c.log_group_name,\n"
           "            c.log_stream_name.split('[')[1][:2],\n"
           "            e['AWS_LAMBDA_FUNCTION_NAME'],\n"
           "            e['AWS_LAMBDA_FUNCTION_VERSION'], c.invoked_function_arn]\n");
  spec.version = "3";
  spec.arn = "arn:aws:lambda:us-east-1:000000000000:function:looks:3";
  Set(spec);
  spec.name = "looks:3";
  Set(spec);
  EXPECT_EQ(Run("looks:3"),
            R"(["looks","3","/aws/lambda/looks","3]","looks","3",)"
            R"("arn:aws:lambda:us-east-1:000000000000:function:looks:3"])");
}

TEST_F(ChildPoolTest, AColonStandsBeforeTheFunctionsVersionOnly) {
  FunctionSpec spec = Spec("looks", "def handler(event, c):\n    return 1\n");
  spec.name = "looks:3";
  EXPECT_EQ(CheckFunctionSpec(spec).field(), "name");
  spec.version = "3";
  EXPECT_EQ(CheckFunctionSpec(spec), OkStatus());
  spec.name = ":3";
  EXPECT_EQ(CheckFunctionSpec(spec).field(), "name");
  spec.version = "$LATEST";
  spec.name = "looks:$LATEST";
  EXPECT_EQ(CheckFunctionSpec(spec).field(), "name");
}

TEST_F(ChildPoolTest, TheInvokedArnAndTheClientContextReachTheFunction) {
  Function("looks",
           "def handler(event, c):\n"
           "    cc = c.client_context\n"
           "    return [c.invoked_function_arn, cc.custom, cc.client.app_title]\n");
  Invocation call = Call("looks", "{}");
  call.invoked_arn = "arn:aws:lambda:us-east-1:000000000000:function:looks:live";
  call.client_context = R"({"custom": {"k": "v"}, "client": {"app_title": "T"}})";
  const std::uint64_t id = call.id;
  Submit(std::move(call));
  EXPECT_EQ(Wait(id).payload,
            R"(["arn:aws:lambda:us-east-1:000000000000:function:looks:live",{"k":"v"},"T"])");
}

TEST_F(ChildPoolTest, AClientContextThatIsNotJsonIsAnError) {
  Function("looks", "def handler(event, c):\n    return 1\n");
  Invocation call = Call("looks", "{}");
  call.client_context = "{";
  const std::uint64_t id = call.id;
  Submit(std::move(call));
  EXPECT_EQ(Wait(id).error, "Runtime.LambdaContextUnmarshalError");
}

TEST_F(ChildPoolTest, TheEnvironmentIsTheWorkersTheFunctionsAndLambdas) {
  FunctionSpec spec = Spec("looks",
                           "import os\n"
                           "def handler(event, context):\n"
                           "    return [os.environ.get(name) for name in event] + [os.getcwd()]\n");
  spec.environment = {{"MINE", "1"}, {"FROM_WORKER", "overridden"}};
  Set(spec);
  EXPECT_EQ(Run("looks",
                R"(["MINE", "FROM_WORKER", "TZ", "_HANDLER", "LAMBDA_TASK_ROOT",
                    "AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION", "AWS_EXECUTION_ENV"])"),
            R"(["1","overridden",":UTC","looks.handler",")" + directory_.string() +
                R"(","looks","us-east-1","AWS_Lambda_python3.11",")" + directory_.string() +
                R"("])");
}

TEST_F(ChildPoolTest, GlobalsStayBetweenWarmCalls) {
  FunctionSpec spec = Spec("counts",
                           "count = 0\n"
                           "def handler(event, context):\n"
                           "    global count\n"
                           "    count += 1\n"
                           "    return count\n");
  spec.concurrency = 1;
  Set(spec);
  for (int i = 1; i <= 10; ++i)
    EXPECT_EQ(Run("counts"), std::to_string(i));
}

TEST_F(ChildPoolTest, AModuleIsImportedOnceForAllChildren) {
  FunctionSpec spec = Spec("imports",
                           "import os\n"
                           "imported_by = os.getpid()\n"
                           "def handler(event, context):\n"
                           "    assert os.getpid() != imported_by\n"
                           "    if event: os._exit(1)\n"
                           "    return imported_by\n");
  Set(spec);
  const std::string first = Run("imports", "false");
  EXPECT_EQ(Wait(Submit("imports", "true")).error, "Runtime.ExitError");
  EXPECT_EQ(Run("imports", "false"), first);
}

TEST_F(ChildPoolTest, AModuleThatStartsThreadsFindsThemInItsChildren) {
  Function("threads",
           "import queue, threading\n"
           "questions, answers = queue.Queue(), queue.Queue()\n"
           "def work():\n"
           "    while True: answers.put(questions.get() + 1)\n"
           "threading.Thread(target=work, daemon=True).start()\n"
           "def handler(event, context):\n"
           "    questions.put(event)\n"
           "    return answers.get(timeout=30)\n");
  EXPECT_EQ(Run("threads", "1"), "2");
  EXPECT_EQ(Run("threads", "2"), "3");
}

// --- Logs ----------------------------------------------------------------------------------------

TEST_F(ChildPoolTest, WhatAFunctionPrintsIsTaggedWithItsRequest) {
  Function("prints",
           "import os, sys\n"
           "print('at import')\n"
           "def handler(event, context):\n"
           "    print('to stdout', event)\n"
           "    print('to stderr', file=sys.stderr)\n"
           "    print('no end of line', end='')\n"
           "    os.system('echo from a process')\n");
  Run("prints");
  const LogLine line = WaitForLine("to stdout");
  EXPECT_EQ(line.text, "to stdout {}\n");
  EXPECT_EQ(line.function, "prints");
  EXPECT_EQ(line.request_id, "request-1");
  EXPECT_EQ(line.stream, LogStream::kStdout);
  EXPECT_EQ(WaitForLine("to stderr").stream, LogStream::kStderr);
  EXPECT_EQ(WaitForLine("no end of line").request_id, "request-1");
  EXPECT_EQ(WaitForLine("at import").request_id, "");
  EXPECT_EQ(WaitForLine("from a process").text, "from a process\n");
}

TEST_F(ChildPoolTest, TheLoggingModuleWritesLambdasForm) {
  Function("logs",
           "import logging\n"
           "def handler(event, context):\n"
           "    logging.getLogger('mine').info('not shown')\n"
           "    logging.getLogger('mine').warning('shown %d', 1)\n");
  Run("logs");
  EXPECT_THAT(WaitForLine("shown").text,
              AllOf(StartsWith("[WARNING]\t20"), EndsWith("Z\trequest-1\tshown 1\n")));
}

TEST_F(ChildPoolTest, AnUnhandledErrorIsLoggedWithItsTrace) {
  Function("fails", "def handler(event, context):\n    raise ValueError('bad')\n");
  Run("fails");
  EXPECT_THAT(WaitForLine("[ERROR]").text,
              AllOf(StartsWith("[ERROR] ValueError: bad\nTraceback (most recent call last):\n"),
                    HasSubstr("fails.py")));
}

TEST_F(ChildPoolTest, AFlashFloodOfOutputDoesNotStopTheFunction) {
  Function("floods",
           "def handler(event, context):\n"
           "    for i in range(50_000): print('line', i)\n"
           "    print('last')\n"
           "    return 'done'\n");
  EXPECT_EQ(Run("floods"), "\"done\"");
  EXPECT_EQ(WaitForLine("last").request_id, "request-1");
}

TEST_F(ChildPoolTest, TheLogGoesToTheCallerWhoAsksForIt) {
  Function("prints",
           "import logging, sys\n"
           "print('at import')\n"
           "def handler(event, context):\n"
           "    print('to stdout', event)\n"
           "    print('to stderr', file=sys.stderr)\n"
           "    logging.getLogger('mine').warning('logged')\n"
           "    print('no end of line', end='')\n"
           "    return 'x' * 1_000_000\n");
  const std::string log = LogOf("prints");
  EXPECT_THAT(log, StartsWith("START RequestId: request-1 Version: $LATEST\nto stdout {}\n"));
  EXPECT_THAT(log, HasSubstr("to stderr\n[WARNING]\t"));
  EXPECT_THAT(log, HasSubstr("Z\trequest-1\tlogged\nno end of line\nEND RequestId: request-1\n"));
  EXPECT_THAT(log, HasSubstr("\tMax Memory Used: "));
}

TEST_F(ChildPoolTest, WhatAProcessOfTheFunctionWritesIsInTheLog) {
  Function("starts",
           "import os\n"
           "def handler(event, context):\n"
           "    os.system('echo from a process')\n");
  EXPECT_THAT(LogOf("starts"), HasSubstr("\nfrom a process\nEND RequestId"));
}

TEST_F(ChildPoolTest, NobodyElsePaysForALog) {
  Function("prints", "def handler(event, context):\n    print('to stdout')\n");
  const std::uint64_t id = Submit("prints");
  EXPECT_EQ(Wait(id).log_tail, "");
}

TEST_F(ChildPoolTest, ALogHoldsTheLastLinesOfManyAndOfItsInvocationAlone) {
  Function("floods",
           "def handler(event, context):\n"
           "    for i in range(5_000): print(context.aws_request_id, 'line', i)\n");
  EXPECT_THAT(LogOf("floods"), HasSubstr("request-1 line 4999\nEND RequestId: request-1\n"));
  const std::string second = LogOf("floods");
  EXPECT_THAT(second, HasSubstr("request-2 line 4999\nEND RequestId: request-2\n"));
  EXPECT_THAT(second, Not(HasSubstr("request-1")));
  EXPECT_EQ(second.size(), kLogTailBytesMax);
}

TEST_F(ChildPoolTest, TheLogOfAFunctionThatFailsHasItsTrace) {
  Function("fails", "def handler(event, context):\n    raise ValueError('bad')\n");
  EXPECT_THAT(LogOf("fails"),
              AllOf(HasSubstr("[ERROR] ValueError: bad\nTraceback (most recent call last):\n"),
                    HasSubstr("fails.py"),
                    Not(HasSubstr("Status:"))));
}

TEST_F(ChildPoolTest, TheLogOfAProcessThatDiesIsWhatItHadWritten) {
  Function("dies", "import os\ndef handler(event, context):\n    print('last')\n    os._exit(3)\n");
  EXPECT_THAT(LogOf("dies"),
              AllOf(HasSubstr("\nlast\nEND RequestId"),
                    HasSubstr("Status: error\tError Type: Runtime.ExitError")));
}

TEST_F(ChildPoolTest, TheLogOfAFunctionThatTakesTooLongSaysSo) {
  FunctionSpec spec = Spec("sleeps",
                           "import time\n"
                           "def handler(event, context):\n"
                           "    print('asleep')\n"
                           "    time.sleep(60)\n");
  spec.timeout = 300ms;
  Set(spec);
  EXPECT_THAT(LogOf("sleeps"),
              AllOf(HasSubstr("\nasleep\nEND RequestId"), HasSubstr("\tStatus: timeout")));
}

// --- Scheduling ----------------------------------------------------------------------------------

TEST_F(ChildPoolTest, AsManyRunAtOnceAsTheConcurrencySays) {
  FunctionSpec spec =
      Spec("meets",
           "import os, time\n"
           "def handler(event, context):\n"
           "    open(f'{event}.{os.getpid()}', 'w').close()\n"
           "    while len([n for n in os.listdir('.') if n.startswith(event)]) < 3:\n"
           "        time.sleep(0.01)\n"
           "    return 'met'\n");
  spec.concurrency = 3;
  Set(spec);
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 3; ++i)
    ids.push_back(Submit("meets", "\"here\""));
  for (const std::uint64_t id : ids)
    EXPECT_EQ(Wait(id).payload, "\"met\"");
}

TEST_F(ChildPoolTest, ManyFastInvocationsAllEndOnce) {
  Function("echo", "def handler(event, context):\n    return event\n");
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 5'000; ++i)
    ids.push_back(Submit("echo", std::to_string(i)));
  for (int i = 0; i < 5'000; ++i) {
    ASSERT_EQ(Wait(ids[static_cast<std::size_t>(i)]).payload, std::to_string(i));
  }
  EXPECT_EQ(pool().statistics().invocations, 0U);
}

TEST_F(ChildPoolTest, WhatIsQueuedBehindASlowInvocationGoesElsewhere) {
  FunctionSpec spec = Spec("mixed",
                           "import os, time\n"
                           "def handler(event, context):\n"
                           "    while event and not os.path.exists(event): time.sleep(0.01)\n"
                           "    return event\n");
  Set(spec);
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(Run("mixed", "\"\""), "\"\"");
  std::vector<Invocation> batch = {Call("mixed", '"' + path("gate") + '"')};
  for (int i = 0; i < 20; ++i)
    batch.push_back(Call("mixed", "\"\""));
  const std::uint64_t slow = batch.front().id;
  ASSERT_TRUE(pool().Submit(batch).ok());
  for (std::size_t i = 1; i < batch.size(); ++i)
    EXPECT_EQ(Wait(batch[i].id).payload, "\"\"");
  EXPECT_FALSE(HasResult(slow));
  WriteFile("gate", "");
  EXPECT_EQ(Wait(slow).outcome, Outcome::kSucceeded);
}

TEST_F(ChildPoolTest, OnlyTheRunningInvocationFailsWhenAChildDies) {
  FunctionSpec spec = Spec("dies",
                           "import os\n"
                           "def handler(event, context):\n"
                           "    if event == 50: os._exit(9)\n"
                           "    with open('log', 'a') as log: log.write(f'{event}\\n')\n"
                           "    return event\n");
  spec.concurrency = 1;
  Set(spec);
  for (int i = 1000; i < 1020; ++i)
    Run("dies", std::to_string(i));
  std::vector<Invocation> batch;
  for (int i = 0; i < 100; ++i)
    batch.push_back(Call("dies", std::to_string(i)));
  ASSERT_TRUE(pool().Submit(batch).ok());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::string text = Text(Wait(batch[i].id));
    if (i == 50) {
      EXPECT_THAT(text, HasSubstr("exit status 9"));
    } else {
      EXPECT_EQ(text, std::to_string(i));
    }
  }
  std::istringstream log(ReadFile("log"));
  std::multiset<int> ran;
  for (int number = 0; log >> number;)
    ran.insert(number);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(ran.count(i), i == 50 ? 0U : 1U) << i;
}

TEST_F(ChildPoolTest, AChangedModuleRunsInNewProcesses) {
  FunctionSpec spec = Spec("changes", "def handler(event, context):\n    return 'old'\n");
  Set(spec);
  EXPECT_EQ(Run("changes"), "\"old\"");
  spec = Spec("changes", "def handler(event, context):\n    return 'new'\n");
  spec.fingerprint = 2;
  Set(spec);
  EXPECT_EQ(Run("changes"), "\"new\"");
}

TEST_F(ChildPoolTest, AnOldChildFinishesWhatItHasWhenTheModuleChanges) {
  const std::string code =
      "import os, time\n"
      "def handler(event, context):\n"
      "    open('started', 'w').close()\n"
      "    while not os.path.exists('gate'): time.sleep(0.01)\n"
      "    return 'old'\n";
  Function("changes", code);
  const std::uint64_t old_call = Submit("changes");
  ASSERT_TRUE(WaitForFile("started"));
  FunctionSpec spec = Spec("changes", "def handler(event, context):\n    return 'new'\n");
  spec.fingerprint = 2;
  Set(spec);
  EXPECT_EQ(Run("changes"), "\"new\"");
  WriteFile("gate", "");
  EXPECT_EQ(Wait(old_call).payload, "\"old\"");
  EXPECT_TRUE(Eventually([this] { return pool().statistics().zygotes == 1; }));
}

TEST_F(ChildPoolTest, CodeThatIsAwaitedHasItsTurnHoweverOftenItChanges) {
  const std::string code =
      "import os, time\n"
      "open('importing', 'w').close()\n"
      "while not os.path.exists('gate'): time.sleep(0.01)\n"
      "def handler(event, context):\n"
      "    return 'first'\n";
  Function("changes", code);
  const std::uint64_t call = Submit("changes");
  ASSERT_TRUE(WaitForFile("importing"));
  FunctionSpec spec = Spec("changed", "def handler(event, context):\n    return 'last'\n");
  spec.name = "changes";
  for (spec.fingerprint = 2; spec.fingerprint < 10; ++spec.fingerprint)
    Set(spec);
  WriteFile("gate", "");
  EXPECT_EQ(Wait(call).payload, "\"first\"");
  EXPECT_EQ(Run("changes"), "\"last\"");
}

TEST_F(ChildPoolTest, AMendedModuleWorksAtOnce) {
  FunctionSpec spec = Spec("broken", "def handler(\n");
  Set(spec);
  EXPECT_EQ(Wait(Submit("broken")).error, "Runtime.UserCodeSyntaxError");
  spec = Spec("broken", "def handler(event, context):\n    return 'mended'\n");
  spec.fingerprint = 2;
  Set(spec);
  EXPECT_EQ(Run("broken"), "\"mended\"");
}

TEST_F(ChildPoolTest, CancelKillsWhatRuns) {
  Function("waits",
           "import time\n"
           "def handler(event, context):\n"
           "    open('started', 'w').close()\n"
           "    time.sleep(1000)\n");
  const std::uint64_t id = Submit("waits");
  ASSERT_TRUE(WaitForFile("started"));
  pool().Cancel(id);
  EXPECT_EQ(Wait(id).outcome, Outcome::kCancelled);
}

TEST_F(ChildPoolTest, WhatIsCancelledMayUndoWhatItHasBegun) {
  FunctionSpec spec = Spec("waits",
                           "import signal, time\n"
                           "def undo(*_):\n"
                           "    open('undone', 'w').close()\n"
                           "    raise SystemExit\n"
                           "def handler(event, context):\n"
                           "    signal.signal(signal.SIGUSR1, undo)\n"
                           "    open('started', 'w').close()\n"
                           "    time.sleep(1000)\n");
  spec.cancel_grace = kPatience;
  Set(spec);
  const std::uint64_t id = Submit("waits");
  ASSERT_TRUE(WaitForFile("started"));
  pool().Cancel(id);
  EXPECT_EQ(Wait(id).outcome, Outcome::kCancelled);
  EXPECT_TRUE(WaitForFile("undone"));
}

TEST_F(ChildPoolTest, WhatIsCancelledAndGoesOnIsKilled) {
  FunctionSpec spec = Spec("waits",
                           "import signal, time\n"
                           "def handler(event, context):\n"
                           "    signal.signal(signal.SIGUSR1, signal.SIG_IGN)\n"
                           "    open('started', 'w').close()\n"
                           "    time.sleep(1000)\n");
  spec.cancel_grace = 50ms;
  Set(spec);
  const std::uint64_t id = Submit("waits");
  ASSERT_TRUE(WaitForFile("started"));
  pool().Cancel(id);
  EXPECT_EQ(Wait(id).outcome, Outcome::kCancelled);
}

TEST_F(ChildPoolTest, CancelTakesWhatWaitsOutOfTheQueue) {
  FunctionSpec spec = Spec("waits",
                           "import os, time\n"
                           "def handler(event, context):\n"
                           "    while not os.path.exists('gate'): time.sleep(0.01)\n"
                           "    return event\n");
  spec.concurrency = 1;
  Set(spec);
  const std::uint64_t first = Submit("waits", "1");
  const std::uint64_t second = Submit("waits", "2");
  pool().Cancel(second);
  EXPECT_EQ(Wait(second).outcome, Outcome::kCancelled);
  WriteFile("gate", "");
  EXPECT_EQ(Wait(first).payload, "1");
}

TEST_F(ChildPoolTest, AnInvocationPastItsDeadlineIsCancelled) {
  Function("waits", "import time\ndef handler(event, context):\n    time.sleep(1000)\n");
  Invocation call = Call("waits", "{}");
  call.deadline = std::chrono::steady_clock::now() + 300ms;
  const std::uint64_t id = call.id;
  Submit(std::move(call));
  EXPECT_EQ(Wait(id).outcome, Outcome::kCancelled);
}

TEST_F(ChildPoolTest, IdleProcessesEnd) {
  ChildPoolOptions options;
  options.idle_timeout = 50ms;
  StartPool(options);
  Function("echo", "def handler(event, context):\n    return event\n");
  EXPECT_EQ(Run("echo", "1"), "1");
  EXPECT_TRUE(Eventually([this] {
    const ChildPoolStatistics now = pool().statistics();
    return now.children == 0 && now.zygotes == 0;
  }));
  EXPECT_EQ(Run("echo", "2"), "2");
}

TEST_F(ChildPoolTest, FunctionsShareTheBoundOfProcesses) {
  ChildPoolOptions options;
  options.children_max = 1;
  StartPool(options);
  Function("first", "def handler(event, context):\n    return 1\n");
  Function("second", "def handler(event, context):\n    return 2\n");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Run("first"), "1");
    EXPECT_EQ(Run("second"), "2");
  }
}

TEST_F(ChildPoolTest, AFullPoolSaysSo) {
  ChildPoolOptions options;
  options.invocations_max = 2;
  StartPool(options);
  Function("waits", "import time\ndef handler(event, context):\n    time.sleep(1000)\n");
  Submit("waits");
  Submit("waits");
  const Status status = pool().Submit({Call("waits", "{}")});
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
}

TEST_F(ChildPoolTest, AnUnknownFunctionIsRefused) {
  EXPECT_EQ(pool().Submit({Call("nobody", "{}")}).code(), StatusCode::kNotFound);
  EXPECT_EQ(pool().RemoveFunction("nobody").code(), StatusCode::kNotFound);
}

TEST_F(ChildPoolTest, ARemovedFunctionThatMayBeResumedReturnsWhatRuns) {
  FunctionSpec spec = Spec("waits",
                           "import time\n"
                           "def handler(event, context):\n"
                           "    open('started', 'w').close()\n"
                           "    time.sleep(1000)\n");
  spec.is_resumable = true;
  Set(spec);
  const std::uint64_t id = Submit("waits");
  ASSERT_TRUE(WaitForFile("started"));
  ASSERT_TRUE(pool().RemoveFunction("waits").ok());
  EXPECT_EQ(Wait(id).outcome, Outcome::kReturned);
}

TEST_F(ChildPoolTest, ARemovedFunctionReturnsWhatHasNotBegun) {
  FunctionSpec spec = Spec("waits",
                           "import os, time\n"
                           "def handler(event, context):\n"
                           "    open('started', 'w').close()\n"
                           "    while not os.path.exists('gate'): time.sleep(0.01)\n"
                           "    return event\n");
  spec.concurrency = 1;
  Set(spec);
  const std::uint64_t first = Submit("waits", "1");
  ASSERT_TRUE(WaitForFile("started"));
  const std::uint64_t second = Submit("waits", "2");
  ASSERT_TRUE(pool().RemoveFunction("waits").ok());
  EXPECT_EQ(Wait(second).outcome, Outcome::kReturned);
  WriteFile("gate", "");
  EXPECT_EQ(Wait(first).payload, "1");
  EXPECT_TRUE(Eventually([this] { return pool().statistics().zygotes == 0; }));
}

TEST_F(ChildPoolTest, StopGivesEveryInvocationAResultAndLeavesNoProcess) {
  FunctionSpec spec = Spec("waits",
                           "import os, time\n"
                           "def handler(event, context):\n"
                           "    open('pid.new', 'w').write(str(os.getpid()))\n"
                           "    os.rename('pid.new', 'pid')\n"
                           "    time.sleep(1000)\n");
  spec.concurrency = 1;
  Set(spec);
  const std::uint64_t first = Submit("waits");
  ASSERT_TRUE(WaitForFile("pid"));
  const std::uint64_t second = Submit("waits");
  pool().Stop();
  EXPECT_EQ(Wait(first).outcome, Outcome::kCancelled);
  EXPECT_EQ(Wait(second).outcome, Outcome::kReturned);
  EXPECT_TRUE(IsGone(std::stoi(ReadFile("pid"))));
  EXPECT_EQ(pool().Submit({Call("waits", "{}")}).code(), StatusCode::kFailedPrecondition);
}

TEST_F(ChildPoolTest, AZygoteThatDiesIsReplaced) {
  Function("kills",
           "import os, signal, time\n"
           "def handler(event, context):\n"
           "    if event:\n"
           "        os.kill(os.getppid(), signal.SIGKILL)\n"
           "        time.sleep(1000)\n"
           "    return 'fine'\n");
  EXPECT_EQ(Run("kills", "false"), "\"fine\"");
  EXPECT_EQ(Run("kills", "true"), ExitPayload("request-2", "with error: signal: killed"));
  EXPECT_EQ(Run("kills", "false"), "\"fine\"");
}

TEST_F(ChildPoolTest, AFunctionThatOverwritesTheSharedMemoryCostsOnlyItself) {
  Function("scribbles",
           "import ctypes\n"
           "def handler(event, context):\n"
           "    if event:\n"
           "        with open('/proc/self/maps') as maps:\n"
           "            line = [l for l in maps if 'pawl-results' in l][0]\n"
           "        start, end = (int(n, 16) for n in line.split()[0].split('-'))\n"
           "        ctypes.memset(start, 0xEE, end - start)\n"
           "    return 'fine'\n");
  EXPECT_EQ(Run("scribbles", "false"), "\"fine\"");
  Run("scribbles", "true");
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(Run("scribbles", "false"), "\"fine\"");
}

TEST_F(ChildPoolTest, AnInvocationDoesNotPayForThoseThatKilledTheirChildBeforeIt) {
  const char* code =
      "import os\n"
      "def handler(event, context):\n"
      "    if event == 2: os._exit(2)\n"
      "    return event\n";
  FunctionSpec spec = Spec("exits", code);
  spec.concurrency = 1;
  Set(spec);
  // Fast ones first, so that the pool queues several in one child.
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(Run("exits", "1"), "1");
  std::vector<Invocation> batch;
  for (int i = 0; i < 8; ++i)
    batch.push_back(Call("exits", "2"));
  batch.push_back(Call("exits", "3"));
  const std::uint64_t last = batch.back().id;
  ASSERT_TRUE(pool().Submit(batch).ok());
  EXPECT_EQ(Text(Wait(last)), "3");
}

// What the function of the next test makes of an event.
std::string ChaosText(unsigned what) {
  if (what == 1) return "ValueError: {\"errorMessage\": \"1\"";
  if (what == 2 || what == 3) return "Runtime.ExitError: {\"errorType\":";
  if (what == 6) return '"' + std::string(50, 'x');
  if (what == 8) return "Sandbox.Timedout: {\"errorType\":";
  return std::to_string(what);
}

TEST_F(ChildPoolTest, WhateverFunctionsDoEveryInvocationEndsOnce) {
  const char* code =
      "import ctypes, os, time\n"
      "def handler(event, context):\n"
      "    if event == 1: raise ValueError(event)\n"
      "    if event == 2: os._exit(2)\n"
      "    if event == 3: ctypes.string_at(0)\n"
      "    if event == 4: time.sleep(0.02)\n"
      "    if event == 5: print('line')\n"
      "    if event == 6: return 'x' * 200_000\n"
      "    if event == 7: os.fork()\n"
      "    if event == 8: time.sleep(1000)\n"
      "    return event\n";
  for (unsigned seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    std::minstd_rand random(seed);
    FunctionSpec spec = Spec("chaos", code);
    spec.timeout = 500ms;
    spec.concurrency = 3;
    std::vector<std::pair<std::uint64_t, unsigned>> calls;
    for (int round = 0; round < 20; ++round) {
      if (round % 7 == 0) {
        spec.fingerprint = random();
        Set(spec);
      }
      std::vector<Invocation> batch;
      for (int i = 0; i < 20; ++i) {
        // Mostly what ends well, or the test would only wait.
        const auto what =
            static_cast<unsigned>(random() % 8 == 0 ? random() % 9 : 9 + random() % 9);
        batch.push_back(Call("chaos", std::to_string(what)));
        calls.emplace_back(batch.back().id, what);
      }
      ASSERT_TRUE(pool().Submit(batch).ok());
      if (random() % 4 == 0) pool().Cancel(calls[random() % calls.size()].first);
      if (random() % 2 == 0) Wait(calls[random() % calls.size()].first);
    }
    for (const auto& [id, what] : calls) {
      const InvocationResult result = Wait(id);
      if (result.outcome == Outcome::kCancelled) continue;
      EXPECT_EQ(Text(result).substr(0, 30), ChaosText(what).substr(0, 30)) << Text(result);
    }
  }
  EXPECT_EQ(pool().statistics().invocations, 0U);
}

// --- Bounds --------------------------------------------------------------------------------------

TEST_F(ChildPoolTest, ABadSpecIsRefusedAndNamed) {
  const FunctionSpec good = Spec("good", "");
  const auto field = [this](const FunctionSpec& spec) {
    const Status status = pool().SetFunction(spec);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    return status.field();
  };
  FunctionSpec spec = good;
  spec.name = "no/slash";
  EXPECT_EQ(field(spec), "name");
  spec = good;
  spec.timeout = 0ms;
  EXPECT_EQ(field(spec), "timeout");
  spec = good;
  spec.memory_mb = 1;
  EXPECT_EQ(field(spec), "memory");
  spec = good;
  spec.environment = {{"AWS_LAMBDA_FUNCTION_NAME", "other"}};
  EXPECT_EQ(field(spec), "environment");
}

TEST_F(ChildPoolTest, AnInterpreterThatIsNotThereIsRefused) {
  ChildPoolOptions options;
  options.python = "/no/such/python";
  options.package_directory = PAWL_PYTHON_PACKAGE;
  const auto started = ChildPool::Start(options, {});
  EXPECT_EQ(started.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(started.status().message(), HasSubstr("/no/such/python"));
}

}  // namespace
}  // namespace pawl::workers
