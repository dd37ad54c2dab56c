// StateMachine: a definition compiled once. Every path, template and choice rule is parsed and
// every transition is an index, so that running never parses a definition. Immutable and shared
// between threads. The fields follow the Amazon States Language (states-language.net/spec.html);
// where a field was absent its default stands here.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/expression/intrinsic.h"
#include "engine/expression/jsonata/jsonata_template.h"
#include "engine/expression/path.h"
#include "engine/expression/payload_template.h"

namespace pawl::asl {

enum class StateType : std::uint8_t {
  kPass,
  kTask,
  kChoice,
  kWait,
  kSucceed,
  kFail,
  kParallel,
  kMap,
};

// "Pass", "Task" and so on.
std::string_view StateTypeName(StateType type);

// No state: the end of a branch where a transition stands, no Default in a Choice.
inline constexpr StateIndex kNoState = std::numeric_limits<StateIndex>::max();

// InputPath and OutputPath: a path, or null, which stands for {}.
struct PathOrNull {
  bool is_null = false;
  // Requires !is_null. The default is "$".
  expression::Path path;
};

// ResultPath: a reference path, or null, which discards the result.
struct ResultPath {
  bool is_null = false;
  expression::ReferencePath path;
};

struct Retrier {
  std::vector<std::string> error_equals;
  Duration interval = std::chrono::seconds(1);
  std::uint32_t max_attempts = 3;
  double backoff_rate = 2.0;
  std::optional<Duration> max_delay;
  // JitterStrategy FULL: the delay is uniform in [0, computed delay].
  bool has_full_jitter = false;
};

// A value with expressions in it, in the query language of its state.
using ValueTemplate = std::variant<expression::PayloadTemplate, expression::JsonataTemplate>;

struct Catcher {
  std::vector<std::string> error_equals;
  ResultPath result_path;
  std::optional<expression::JsonataTemplate> output;
  std::optional<ValueTemplate> assign;
  StateIndex next = kNoState;
};

// A number that stands in the definition, is read from the state's input, or is computed.
using ComputedNumber = std::variant<std::int64_t, expression::Path, expression::JsonataTemplate>;

// --- Choice ---

// The comparison operators of the language; each type has the same five for strings, numbers and
// timestamps.
enum class Comparison : std::uint8_t {
  kStringEquals,
  kStringLessThan,
  kStringGreaterThan,
  kStringLessThanEquals,
  kStringGreaterThanEquals,
  kStringMatches,
  kNumericEquals,
  kNumericLessThan,
  kNumericGreaterThan,
  kNumericLessThanEquals,
  kNumericGreaterThanEquals,
  kBooleanEquals,
  kTimestampEquals,
  kTimestampLessThan,
  kTimestampGreaterThan,
  kTimestampLessThanEquals,
  kTimestampGreaterThanEquals,
  kIsNull,
  kIsPresent,
  kIsNumeric,
  kIsString,
  kIsBoolean,
  kIsTimestamp,
};

struct Condition;

struct And {
  std::vector<Condition> conditions;
};

struct Or {
  std::vector<Condition> conditions;
};

struct Not {
  std::vector<Condition> condition;  // exactly one
};

struct Test {
  expression::Path variable;
  Comparison comparison = Comparison::kIsPresent;
  // The value compared with: JSON text of the literal (a string, number or boolean), or the path of
  // a ...Path operator.
  std::variant<std::string, expression::Path> operand;
};

struct Condition {
  std::variant<And, Or, Not, Test> rule;
};

struct ChoiceRule {
  // In JSONata an expression that gives a boolean.
  std::variant<Condition, expression::JsonataTemplate> condition;
  // Instead of the state's own.
  std::optional<expression::JsonataTemplate> output;
  std::optional<ValueTemplate> assign;
  StateIndex next = kNoState;
};

// --- What each type of state has beyond the common fields ---

struct PassState {
  // Result: compact JSON text.
  std::optional<Bytes> result;
};

// Step Functions Developer Guide, "Discover service integration patterns": what a task's result is.
enum class IntegrationPattern : std::uint8_t {
  kRequestResponse,  // no suffix: the answer to the call
  kRunJob,           // .sync: how the job ended that the call started
  kRunJobJson,       // .sync:2: the same, with input and output as JSON instead of text
  kCallback,         // .waitForTaskToken: what comes with the token that the call was given
};

// The calls of Step Functions' own API that a task can make: states:startExecution, and these in
// aws-sdk:sfn.
enum class EngineCall : std::uint8_t {
  kStartExecution,
  kSendTaskSuccess,
  kSendTaskFailure,
  kSendTaskHeartbeat,
};

// What a Resource calls. `arn:aws:states:::lambda:invoke` takes the function's name from its
// Parameters and wraps the result in AWS's envelope.
struct TaskState {
  enum class Integration : std::uint8_t {
    kLambdaFunction,  // Resource names the function: a bare name or a Lambda ARN
    kLambdaInvoke,    // arn:aws:states:::lambda:invoke
    kEngineCall,      // what the engine itself answers; see EngineCall
    kService,         // what a built-in function of a worker calls; see ServiceFunction
    kActivity,        // a worker that polls takes it and answers with its token
  };
  Integration integration = Integration::kLambdaFunction;
  // As the definition writes it.
  std::string resource;
  IntegrationPattern pattern = IntegrationPattern::kRequestResponse;
  // kEngineCall: which, and whether it is written as aws-sdk:sfn, whose answers and errors differ.
  EngineCall call = EngineCall::kStartExecution;
  bool is_aws_sdk = false;
  // kService: "sqs:sendMessage", "aws-sdk:s3:getObject" or "http:invoke", without the suffix.
  std::string service_call;
  // False only in a machine compiled for the test of one state, where a mock stands for what the
  // engine does not call.
  bool is_runnable = true;
  // kLambdaFunction: the function's bare name and the qualifier (empty: none). kActivity:
  // ActivityFunction(its name). kService: ServiceFunction(service_call).
  std::string function_name;
  std::string qualifier;
  std::optional<ComputedNumber> timeout_seconds;
  std::optional<ComputedNumber> heartbeat_seconds;

  bool waits_for_token() const { return pattern == IntegrationPattern::kCallback; }

  // Whether the result is the end of an execution that the task started.
  bool waits_for_execution() const {
    return integration == Integration::kEngineCall &&
           (pattern == IntegrationPattern::kRunJob || pattern == IntegrationPattern::kRunJobJson);
  }

  // Whether the result is the end of a job of an AWS service: a worker makes the call that starts
  // it, and a worker, possibly another, then waits for its end (kAwsJobFunction).
  bool waits_for_job() const {
    return integration == Integration::kService && pattern == IntegrationPattern::kRunJob;
  }
};

// Tasks of an activity are matched like those of a function, by a name that no function can have.
std::string ActivityFunction(std::string_view activity);
// The activity's name; nullopt for a function.
std::optional<std::string_view> ActivityOf(std::string_view function);

// The built-in function of a worker (engine/base/built_in_function.h) that makes the call
// TaskState::service_call.
std::string_view ServiceFunction(std::string_view service_call);

struct ChoiceState {
  std::vector<ChoiceRule> rules;
  StateIndex default_next = kNoState;
};

struct SecondsPath {
  expression::Path path;
};

struct TimestampPath {
  expression::Path path;
};

struct SecondsExpression {
  expression::JsonataTemplate expression;
};

struct TimestampExpression {
  expression::JsonataTemplate expression;
};

struct WaitState {
  // Seconds, Timestamp, SecondsPath or TimestampPath.
  std::variant<Duration,
               Timestamp,
               SecondsPath,
               TimestampPath,
               SecondsExpression,
               TimestampExpression>
      until;
};

// What a text is computed by in JSONPath.
using PathOrCall = std::variant<expression::Path, expression::Intrinsic>;

struct FailState {
  std::optional<std::string> error;
  std::optional<std::string> cause;
  std::optional<PathOrCall> error_path;
  std::optional<PathOrCall> cause_path;
  std::optional<expression::JsonataTemplate> error_expression;
  std::optional<expression::JsonataTemplate> cause_expression;
};

struct ParallelState {
  // The first state of each branch.
  std::vector<StateIndex> branches;
};

// A number that may have a fraction; else as ComputedNumber.
using ComputedFraction = std::variant<double, expression::Path, expression::JsonataTemplate>;

// Where the items of a distributed Map come from (Step Functions Developer Guide, "ItemReader
// (Map)").
struct ItemReader {
  // s3:listObjectsV2; else s3:getObject.
  bool is_listing = false;
  // Parameters or Arguments: which object, or which objects.
  std::optional<ValueTemplate> parameters;
  // The words of ReaderConfig, empty where it does not say: "CSV", "S3_INVENTORY", "FIRST_ROW",
  // "COMMA", "LOAD_AND_FLATTEN" and so on.
  std::string input_type;
  std::string manifest_type;
  std::string csv_header_location;
  std::vector<std::string> csv_headers;
  std::string csv_delimiter;
  std::string transformation;
  std::optional<std::variant<std::string, expression::JsonataTemplate>> items_pointer;
  // The first items alone; 0 and without it all.
  std::optional<ComputedNumber> max_items;
};

// Which items become the input of one execution (Developer Guide, "ItemBatcher (Map)").
struct ItemBatcher {
  std::optional<ComputedNumber> items_max;
  std::optional<ComputedNumber> bytes_max;
  std::optional<ValueTemplate> batch_input;
};

// Where results go (Developer Guide, "ResultWriter (Map)").
struct ResultWriter {
  // To a bucket (s3:putObject); else they are the state's output.
  bool has_bucket = false;
  // Parameters or Arguments: Bucket and Prefix.
  std::optional<ValueTemplate> parameters;
  // The words of WriterConfig, empty where it does not say: "COMPACT", "JSONL" and so on.
  std::string transformation;
  std::string output_type;
};

// A Map whose iterations are executions of their own (Step Functions Developer Guide, "Distributed
// mode").
struct DistributedMap {
  // ProcessorConfig's ExecutionType.
  bool is_express = false;
  // What the run and its executions are named after; made from the state where none is given.
  std::string label;
  // How many items may fail, and how many of a hundred. Without either: none.
  std::optional<ComputedNumber> tolerated_failure_count;
  std::optional<ComputedFraction> tolerated_failure_percentage;
  // Without it the items come from the state's input.
  std::optional<ItemReader> reader;
  std::optional<ItemBatcher> batcher;
  std::optional<ResultWriter> writer;
};

struct MapState {
  // The first state of the item processor.
  StateIndex processor = kNoState;
  expression::Path items_path;
  // Items, in JSONata; without it the state's input.
  std::optional<expression::JsonataTemplate> items;
  // ItemSelector, or Parameters in the older form.
  std::optional<ValueTemplate> item_selector;
  // 0: as many as Limits::inline_map_concurrency.
  ComputedNumber max_concurrency = std::int64_t{0};
  // nullptr where its Mode is INLINE.
  std::shared_ptr<const DistributedMap> distributed;

  bool has_item_reader() const { return distributed && distributed->reader.has_value(); }

  bool has_result_writer() const { return distributed && distributed->writer.has_value(); }
};

struct SucceedState {};

struct State {
  std::string name;
  StateType type = StateType::kPass;
  // The state's query language: JSONata, or JSONPath.
  bool is_jsonata = false;
  // Where the state leads: kNoState at an End, and for Choice, Succeed and Fail.
  StateIndex next = kNoState;
  // The Parallel or Map state around it and, of a Parallel, the branch; kNoState at the top.
  StateIndex parent = kNoState;
  std::uint32_t branch = 0;

  PathOrNull input_path;
  PathOrNull output_path;
  // Parameters of Pass, Task and Parallel. (A Map's stand in MapState::item_selector.)
  std::optional<expression::PayloadTemplate> parameters;
  std::optional<expression::PayloadTemplate> result_selector;
  ResultPath result_path;
  // Arguments and Output, in JSONata.
  std::optional<expression::JsonataTemplate> arguments;
  std::optional<expression::JsonataTemplate> output;
  // Assign: an object of variables and their values.
  std::optional<ValueTemplate> assign;
  std::vector<Retrier> retriers;
  std::vector<Catcher> catchers;

  std::variant<PassState,
               TaskState,
               ChoiceState,
               WaitState,
               SucceedState,
               FailState,
               ParallelState,
               MapState>
      details;
};

// Step Functions Developer Guide, "Choosing workflow type".
enum class MachineType : std::uint8_t {
  kStandard = 0,  // every transition is durable
  kExpress = 1,   // in memory, for five minutes at most
};

// "STANDARD" and "EXPRESS".
std::string_view MachineTypeName(MachineType type);

struct StateMachine {
  std::string comment;
  StateIndex start = kNoState;
  // All states, those of branches and processors too, in document order: the index is stable for a
  // revision, so rows may name a state by it.
  std::vector<State> states;
  // TimeoutSeconds of the state machine.
  std::optional<Duration> timeout;
  // What executions are told they run as; empty: the engine's own. Not in the definition: whoever
  // keeps the revision sets it.
  std::string role_arn;
};

}  // namespace pawl::asl
