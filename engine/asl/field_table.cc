#include "engine/asl/field_table.h"

#include <algorithm>
#include <array>

namespace pawl::asl {

namespace {

constexpr std::uint32_t kAnyState = 0xFFU;
constexpr std::uint32_t kScopes = kMachineObject | kBranchObject | kProcessorObject;
constexpr std::uint32_t kSteps =
    kPassObject | kTaskObject | kWaitObject | kParallelObject | kMapObject;
constexpr std::uint32_t kEverything = ~std::uint32_t{kCredentialsObject};

constexpr std::uint8_t kPaths = kInJsonPath;
constexpr std::uint8_t kJsonata = kInJsonata;
constexpr std::uint8_t kBoth = kInBoth;

// AWS's bound on seconds, and on what it calls a positive integer.
constexpr double kSecondsMax = 99'999'999;
constexpr double kMaxDelaySecondsMax = 31'622'400;
constexpr double kCountMax = 1e15;
constexpr double kBatchBytesMax = 262'144;

constexpr std::array<std::string_view, 8> kTypes = {
    "Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map"};
constexpr std::array<std::string_view, 2> kLanguages = {"JSONPath", "JSONata"};
constexpr std::array<std::string_view, 1> kVersions = {"1.0"};
constexpr std::array<std::string_view, 2> kModes = {"INLINE", "DISTRIBUTED"};
constexpr std::array<std::string_view, 2> kExecutionTypes = {"STANDARD", "EXPRESS"};
constexpr std::array<std::string_view, 2> kJitters = {"FULL", "NONE"};
constexpr std::array<std::string_view, 5> kInputTypes = {
    "CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"};
constexpr std::array<std::string_view, 2> kHeaderLocations = {"FIRST_ROW", "GIVEN"};
constexpr std::array<std::string_view, 5> kDelimiters = {
    "COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"};
constexpr std::array<std::string_view, 2> kManifestTypes = {"S3_INVENTORY", "ATHENA_DATA"};
constexpr std::array<std::string_view, 2> kReaderTransformations = {"NONE", "LOAD_AND_FLATTEN"};
constexpr std::array<std::string_view, 3> kWriterTransformations = {"NONE", "COMPACT", "FLATTEN"};
constexpr std::array<std::string_view, 2> kOutputTypes = {"JSON", "JSONL"};

constexpr bool kRequired = true;

constexpr auto kFields = std::to_array<Field>({
    // Everywhere.
    {"Comment", kEverything, kBoth, Shape::kText},

    // The state machine, a branch of a Parallel, the processor of a Map.
    {"StartAt", kScopes, kBoth, Shape::kName, kRequired},
    {"States", kScopes, kBoth, Shape::kStates, kRequired},
    {"Version", kMachineObject, kBoth, Shape::kWord, false, {.words = kVersions}},
    {"TimeoutSeconds", kMachineObject, kBoth, Shape::kInteger, false, {1, kSecondsMax}},
    {"ProcessorConfig", kProcessorObject, kBoth, Shape::kObject},
    {"Mode", kProcessorConfigObject, kBoth, Shape::kWord, false, {.words = kModes}},
    {"ExecutionType",
     kProcessorConfigObject,
     kBoth,
     Shape::kWord,
     false,
     {.words = kExecutionTypes}},

    // States of every type.
    {"Type", kAnyState, kBoth, Shape::kWord, kRequired, {.words = kTypes}},
    {"QueryLanguage",
     kAnyState | kMachineObject,
     kBoth,
     Shape::kWord,
     false,
     {.words = kLanguages}},

    // Where a state leads.
    {"Next", kSteps, kBoth, Shape::kName},
    {"Next", kChoiceRuleObject | kCatcherObject, kBoth, Shape::kName, kRequired},
    {"End", kSteps, kBoth, Shape::kBoolean},

    // Input and output.
    {"InputPath", kAnyState & ~kFailObject, kPaths, Shape::kPathOrNull},
    {"OutputPath", kAnyState & ~kFailObject, kPaths, Shape::kPathOrNull},
    {"Parameters",
     kPassObject | kTaskObject | kParallelObject | kMapObject,
     kPaths,
     Shape::kTemplate},
    {"ResultSelector", kTaskObject | kParallelObject | kMapObject, kPaths, Shape::kTemplate},
    {"ResultPath",
     kPassObject | kTaskObject | kParallelObject | kMapObject | kCatcherObject,
     kPaths,
     Shape::kReferencePathOrNull},
    {"Arguments", kTaskObject | kParallelObject, kJsonata, Shape::kTemplate},
    {"Output",
     (kAnyState & ~kFailObject) | kChoiceRuleObject | kCatcherObject,
     kJsonata,
     Shape::kTemplate},
    {"Assign",
     kSteps | kChoiceObject | kChoiceRuleObject | kCatcherObject,
     kBoth,
     Shape::kAssignments},

    // Errors.
    {"Retry", kTaskObject | kParallelObject | kMapObject, kBoth, Shape::kAny},
    {"Catch", kTaskObject | kParallelObject | kMapObject, kBoth, Shape::kAny},
    {"ErrorEquals", kRetrierObject | kCatcherObject, kBoth, Shape::kTexts, kRequired},
    {"IntervalSeconds", kRetrierObject, kBoth, Shape::kInteger, false, {1, kSecondsMax}},
    {"MaxAttempts", kRetrierObject, kBoth, Shape::kInteger, false, {0, kSecondsMax}},
    {"BackoffRate", kRetrierObject, kBoth, Shape::kNumber, false, {1, kCountMax}},
    {"MaxDelaySeconds", kRetrierObject, kBoth, Shape::kInteger, false, {1, kMaxDelaySecondsMax}},
    {"JitterStrategy", kRetrierObject, kBoth, Shape::kWord, false, {.words = kJitters}},

    // Pass.
    {"Result", kPassObject, kPaths, Shape::kAny},

    // Task.
    {"Resource", kTaskObject, kBoth, Shape::kResource, kRequired},
    {"TimeoutSeconds", kTaskObject, kBoth, Shape::kIntegerOrExpression, false, {1, kSecondsMax}},
    {"TimeoutSecondsPath", kTaskObject, kPaths, Shape::kReferencePath},
    {"HeartbeatSeconds", kTaskObject, kBoth, Shape::kIntegerOrExpression, false, {1, kSecondsMax}},
    {"HeartbeatSecondsPath", kTaskObject, kPaths, Shape::kReferencePath},
    {"Credentials", kTaskObject, kBoth, Shape::kTemplate},

    // Choice.
    {"Choices", kChoiceObject, kBoth, Shape::kList, kRequired},
    {"Default", kChoiceObject, kBoth, Shape::kName},
    {"Condition", kChoiceRuleObject, kJsonata, Shape::kCondition, kRequired},
    {"Variable", kChoiceRuleObject | kConditionObject, kPaths, Shape::kPath},
    {"And", kChoiceRuleObject | kConditionObject, kPaths, Shape::kList},
    {"Or", kChoiceRuleObject | kConditionObject, kPaths, Shape::kList},
    {"Not", kChoiceRuleObject | kConditionObject, kPaths, Shape::kObject},

    // Wait.
    {"Seconds", kWaitObject, kBoth, Shape::kIntegerOrExpression, false, {0, kSecondsMax}},
    {"Timestamp", kWaitObject, kBoth, Shape::kTimestamp},
    {"SecondsPath", kWaitObject, kPaths, Shape::kReferencePath},
    {"TimestampPath", kWaitObject, kPaths, Shape::kReferencePath},

    // Fail.
    {"Error", kFailObject, kBoth, Shape::kTextOrExpression},
    {"Cause", kFailObject, kBoth, Shape::kTextOrExpression},
    {"ErrorPath", kFailObject, kPaths, Shape::kPathOrIntrinsic},
    {"CausePath", kFailObject, kPaths, Shape::kPathOrIntrinsic},

    // Parallel.
    {"Branches", kParallelObject, kBoth, Shape::kList, kRequired},

    // Map.
    {"ItemProcessor", kMapObject, kBoth, Shape::kObject},
    {"Iterator", kMapObject, kBoth, Shape::kObject},
    {"ItemsPath", kMapObject, kPaths, Shape::kPath},
    {"Items", kMapObject, kJsonata, Shape::kItems},
    {"ItemSelector", kMapObject, kBoth, Shape::kTemplate},
    {"MaxConcurrency", kMapObject, kBoth, Shape::kIntegerOrExpression, false, {0, kCountMax}},
    {"MaxConcurrencyPath", kMapObject, kPaths, Shape::kReferencePath},

    // Distributed Map.
    {"Label", kMapObject, kBoth, Shape::kText},
    {"ToleratedFailureCount",
     kMapObject,
     kBoth,
     Shape::kIntegerOrExpression,
     false,
     {0, kCountMax}},
    {"ToleratedFailureCountPath", kMapObject, kPaths, Shape::kReferencePath},
    {"ToleratedFailurePercentage", kMapObject, kBoth, Shape::kNumberOrExpression, false, {0, 100}},
    {"ToleratedFailurePercentagePath", kMapObject, kPaths, Shape::kReferencePath},
    {"ItemReader", kMapObject, kBoth, Shape::kObject},
    {"ItemBatcher", kMapObject, kBoth, Shape::kObject},
    {"ResultWriter", kMapObject, kBoth, Shape::kObject},
    {"Resource", kItemReaderObject, kBoth, Shape::kName, kRequired},
    {"Resource", kResultWriterObject, kBoth, Shape::kName},
    {"Parameters", kItemReaderObject | kResultWriterObject, kPaths, Shape::kTemplate},
    {"Arguments", kItemReaderObject | kResultWriterObject, kJsonata, Shape::kTemplate},
    {"ReaderConfig", kItemReaderObject, kBoth, Shape::kObject},
    {"InputType", kReaderConfigObject, kBoth, Shape::kWord, false, {.words = kInputTypes}},
    {"CSVHeaderLocation",
     kReaderConfigObject,
     kBoth,
     Shape::kWord,
     false,
     {.words = kHeaderLocations}},
    {"CSVHeaders", kReaderConfigObject, kBoth, Shape::kTexts},
    {"CSVDelimiter", kReaderConfigObject, kBoth, Shape::kWord, false, {.words = kDelimiters}},
    {"ManifestType", kReaderConfigObject, kBoth, Shape::kWord, false, {.words = kManifestTypes}},
    {"Transformation",
     kReaderConfigObject,
     kBoth,
     Shape::kWord,
     false,
     {.words = kReaderTransformations}},
    {"ItemsPointer", kReaderConfigObject, kBoth, Shape::kTextOrExpression},
    {"MaxItems", kReaderConfigObject, kBoth, Shape::kIntegerOrExpression, false, {0, kCountMax}},
    {"MaxItemsPath", kReaderConfigObject, kPaths, Shape::kReferencePath},
    {"MaxItemsPerBatch",
     kItemBatcherObject,
     kBoth,
     Shape::kIntegerOrExpression,
     false,
     {1, kCountMax}},
    {"MaxItemsPerBatchPath", kItemBatcherObject, kPaths, Shape::kReferencePath},
    {"MaxInputBytesPerBatch",
     kItemBatcherObject,
     kBoth,
     Shape::kIntegerOrExpression,
     false,
     {1, kBatchBytesMax}},
    {"MaxInputBytesPerBatchPath", kItemBatcherObject, kPaths, Shape::kReferencePath},
    {"BatchInput", kItemBatcherObject, kBoth, Shape::kTemplate},
    {"WriterConfig", kResultWriterObject, kBoth, Shape::kObject},
    {"Transformation",
     kWriterConfigObject,
     kBoth,
     Shape::kWord,
     false,
     {.words = kWriterTransformations}},
    {"OutputType", kWriterConfigObject, kBoth, Shape::kWord, false, {.words = kOutputTypes}},
});

constexpr auto kGroups = std::to_array<FieldGroup>({
    {{"Next", "End"}, kSteps, kRequired},
    {{"TimeoutSeconds", "TimeoutSecondsPath"}, kTaskObject},
    {{"HeartbeatSeconds", "HeartbeatSecondsPath"}, kTaskObject},
    {{"Seconds", "SecondsPath", "Timestamp", "TimestampPath"}, kWaitObject, kRequired},
    {{"Error", "ErrorPath"}, kFailObject},
    {{"Cause", "CausePath"}, kFailObject},
    {{"ItemProcessor", "Iterator"}, kMapObject, kRequired},
    {{"ItemSelector", "Parameters"}, kMapObject},
    {{"MaxConcurrency", "MaxConcurrencyPath"}, kMapObject},
    {{"ToleratedFailureCount", "ToleratedFailureCountPath"}, kMapObject},
    {{"ToleratedFailurePercentage", "ToleratedFailurePercentagePath"}, kMapObject},
    {{"MaxItems", "MaxItemsPath"}, kReaderConfigObject},
    {{"MaxItemsPerBatch", "MaxItemsPerBatchPath"}, kItemBatcherObject},
    {{"MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"}, kItemBatcherObject},
});

}  // namespace

std::span<const Field> AllFields() {
  return kFields;
}

std::span<const FieldGroup> AllFieldGroups() {
  return kGroups;
}

const Field* FindField(std::string_view name, Object object) {
  const auto* found = std::find_if(kFields.begin(), kFields.end(), [&](const Field& f) {
    return f.name == name && (f.objects & object) != 0;
  });
  return found == kFields.end() ? nullptr : found;
}

}  // namespace pawl::asl
