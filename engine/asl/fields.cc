#include "engine/asl/fields.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include "engine/asl/shapes.h"

namespace pawl::asl {

namespace {

// --- The table ---

constexpr std::uint32_t kAnyState = 0xFFU;
constexpr std::uint32_t kScopes = kMachineObject | kBranchObject | kProcessorObject;
constexpr std::uint32_t kSteps =
    kPassObject | kTaskObject | kWaitObject | kParallelObject | kMapObject;
constexpr std::uint32_t kEverything = ~std::uint32_t{kCredentialsObject};

constexpr std::uint8_t kPaths = 1;    // in JSONPath
constexpr std::uint8_t kJsonata = 2;  // in JSONata
constexpr std::uint8_t kBoth = 3;

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

struct Field {
  std::string_view name;
  std::uint32_t objects;
  std::uint8_t languages;
  Shape shape;
  bool is_required = false;
  ShapeBounds bounds = {};
  // "… is not supported yet": the engine does not run this field. nullptr: it does.
  const char* unsupported = nullptr;
};

constexpr bool kRequired = true;

constexpr Field kFields[] = {
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
    {"Next", kSteps | kChoiceRuleObject | kCatcherObject, kBoth, Shape::kName},
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
     Shape::kAssignments,
     false,
     {},
     "Assign (variables)"},

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
    {"Credentials", kTaskObject, kBoth, Shape::kTemplate, false, {}, "Credentials"},

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
    {"Label", kMapObject, kBoth, Shape::kText, false, {}, "Label (distributed Map)"},
    {"ToleratedFailureCount",
     kMapObject,
     kBoth,
     Shape::kIntegerOrExpression,
     false,
     {0, kCountMax},
     "ToleratedFailureCount (distributed Map)"},
    {"ToleratedFailureCountPath",
     kMapObject,
     kPaths,
     Shape::kReferencePath,
     false,
     {},
     "ToleratedFailureCountPath (distributed Map)"},
    {"ToleratedFailurePercentage",
     kMapObject,
     kBoth,
     Shape::kNumberOrExpression,
     false,
     {0, 100},
     "ToleratedFailurePercentage (distributed Map)"},
    {"ToleratedFailurePercentagePath",
     kMapObject,
     kPaths,
     Shape::kReferencePath,
     false,
     {},
     "ToleratedFailurePercentagePath (distributed Map)"},
    {"ItemReader", kMapObject, kBoth, Shape::kObject, false, {}, "ItemReader (distributed Map)"},
    {"ItemBatcher", kMapObject, kBoth, Shape::kObject, false, {}, "ItemBatcher (distributed Map)"},
    {"ResultWriter",
     kMapObject,
     kBoth,
     Shape::kObject,
     false,
     {},
     "ResultWriter (distributed Map)"},
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
};

// Of each group at most one field may be there, and one must where it is required.
struct Group {
  std::uint32_t objects;
  std::array<std::string_view, 4> names;
  bool is_required = false;
};

constexpr Group kGroups[] = {
    {kSteps, {"Next", "End"}, kRequired},
    {kTaskObject, {"TimeoutSeconds", "TimeoutSecondsPath"}},
    {kTaskObject, {"HeartbeatSeconds", "HeartbeatSecondsPath"}},
    {kWaitObject, {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"}, kRequired},
    {kFailObject, {"Error", "ErrorPath"}},
    {kFailObject, {"Cause", "CausePath"}},
    {kMapObject, {"ItemProcessor", "Iterator"}, kRequired},
    {kMapObject, {"ItemSelector", "Parameters"}},
    {kMapObject, {"MaxConcurrency", "MaxConcurrencyPath"}},
    {kMapObject, {"ToleratedFailureCount", "ToleratedFailureCountPath"}},
    {kMapObject, {"ToleratedFailurePercentage", "ToleratedFailurePercentagePath"}},
    {kReaderConfigObject, {"MaxItems", "MaxItemsPath"}},
    {kItemBatcherObject, {"MaxItemsPerBatch", "MaxItemsPerBatchPath"}},
    {kItemBatcherObject, {"MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"}},
};

// --- The check ---

std::uint8_t BitOf(Language language) {
  return language == Language::kJsonPath ? kPaths : kJsonata;
}

const Field* FindField(std::string_view name, Object object) {
  const auto* found = std::find_if(std::begin(kFields), std::end(kFields), [&](const Field& f) {
    return f.name == name && (f.objects & object) != 0;
  });
  return found == std::end(kFields) ? nullptr : found;
}

std::vector<std::string_view> FieldNames(Object object, Language language) {
  std::vector<std::string_view> names;
  for (const Field& field : kFields) {
    if ((field.objects & object) != 0 && (field.languages & BitOf(language)) != 0) {
      names.push_back(field.name);
    }
  }
  return names;
}

std::string_view NameOf(Object object) {
  switch (object) {
    case kPassObject:
      return "a Pass state";
    case kTaskObject:
      return "a Task state";
    case kChoiceObject:
      return "a Choice state";
    case kWaitObject:
      return "a Wait state";
    case kSucceedObject:
      return "a Succeed state";
    case kFailObject:
      return "a Fail state";
    case kParallelObject:
      return "a Parallel state";
    case kMapObject:
      return "a Map state";
    case kMachineObject:
      return "a state machine";
    case kBranchObject:
      return "a branch";
    case kProcessorObject:
      return "an item processor";
    case kProcessorConfigObject:
      return "ProcessorConfig";
    case kChoiceRuleObject:
      return "a choice rule";
    case kConditionObject:
      return "a condition";
    case kRetrierObject:
      return "a retrier";
    case kCatcherObject:
      return "a catcher";
    case kItemReaderObject:
      return "ItemReader";
    case kReaderConfigObject:
      return "ReaderConfig";
    case kItemBatcherObject:
      return "ItemBatcher";
    case kResultWriterObject:
      return "ResultWriter";
    case kWriterConfigObject:
      return "WriterConfig";
    case kCredentialsObject:
      return "Credentials";
  }
  return "";
}

void ReportUnknown(const Place& member, Object object, Language language, Problems& problems) {
  const std::vector<std::string_view> names = FieldNames(object, language);
  std::string known;
  if (names.size() <= 8) {
    for (const std::string_view name : names) {
      known += (known.empty() ? "; it has " : ", ") + std::string(name);
    }
  }
  problems.ErrorAtName(code::kSchema,
                       member,
                       std::string(NameOf(object)) + " has no field " + Quote(member.name) +
                           DidYouMean(member.name, names) + known);
}

void ReportLanguage(const Place& member, Language language, Problems& problems) {
  problems.ErrorAtName(code::kSchema,
                       member,
                       "the field " + Quote(member.name) +
                           " does not exist in the query language " +
                           std::string(LanguageName(language)) + ", which this state uses");
}

void CheckMissing(const Place& place, Object object, Language language, Problems& problems) {
  std::string missing;
  for (const Field& field : kFields) {
    if (field.is_required && (field.objects & object) != 0 &&
        (field.languages & BitOf(language)) != 0 && place.node->Find(field.name) == nullptr) {
      missing += (missing.empty() ? "" : ", ") + std::string(field.name);
    }
  }
  if (!missing.empty()) {
    problems.Error(code::kSchema, place, "These fields are required: [" + missing + "]");
  }
}

// "End": false says nothing.
bool IsPresent(const SourceNode& object, std::string_view name) {
  const SourceNode* value = object.FindValue(name);
  return value != nullptr && !(name == "End" && value->is(json::Type::kBoolean) && !value->boolean);
}

void CheckGroup(const Place& place, const Group& group, Problems& problems) {
  std::string choices;
  const SourceMember* first = nullptr;
  for (const std::string_view name : group.names) {
    if (name.empty()) {
      break;
    }
    choices += (choices.empty() ? "" : ", ") + std::string(name);
    if (!IsPresent(*place.node, name)) {
      continue;
    }
    const SourceMember* member = place.node->Find(name);
    if (first == nullptr) {
      first = member;
      continue;
    }
    problems.ErrorAtName(code::kSchema,
                         place.Member(*member),
                         "'" + std::string(name) + "' and '" + std::string(first->name) +
                             "' exclude each other; keep one of them");
  }
  if (first == nullptr && group.is_required) {
    problems.Error(code::kSchema, place, "One of these fields is required: [" + choices + "]");
  }
}

void CheckGroups(const Place& place, Object object, Language language, Problems& problems) {
  for (const Group& group : kGroups) {
    if ((group.objects & object) == 0) {
      continue;
    }
    // Where a language has one field of the group alone, it is no choice; but it may be required.
    Group of_language{.objects = group.objects, .names = {}, .is_required = group.is_required};
    std::size_t count = 0;
    for (const std::string_view name : group.names) {
      const Field* field = name.empty() ? nullptr : FindField(name, object);
      if (field != nullptr && (field->languages & BitOf(language)) != 0) {
        of_language.names[count++] = name;
      }
    }
    CheckGroup(place, of_language, problems);
  }
}

}  // namespace

std::string_view LanguageName(Language language) {
  return language == Language::kJsonPath ? "JSONPath" : "JSONata";
}

const Place* Fields::Get(std::string_view name) const {
  const auto found =
      std::find_if(good_.begin(), good_.end(), [&](const Place& p) { return p.name == name; });
  return found == good_.end() ? nullptr : &*found;
}

bool Fields::Has(std::string_view name) const {
  return object_->node->Find(name) != nullptr;
}

Fields CheckFields(const Place& place,
                   Object object,
                   Language language,
                   Problems& problems,
                   bool (*is_also_field)(std::string_view)) {
  Fields fields;
  fields.object_ = &place;
  if (!place.node->is(json::Type::kObject)) {
    problems.Error(
        code::kSchema,
        place,
        "expected an object, " + std::string(NameOf(object)) + "; found " + Describe(*place.node));
    return fields;
  }
  for (const SourceMember& member : place.node->members) {
    const Place member_place = place.Member(member);
    const Field* field = FindField(member.name, object);
    if (field == nullptr) {
      if (is_also_field == nullptr || !is_also_field(member.name)) {
        ReportUnknown(member_place, object, language, problems);
      }
    } else if ((field->languages & BitOf(language)) == 0) {
      ReportLanguage(member_place, language, problems);
    } else if (CheckShape(member_place, field->shape, field->bounds, language, problems)) {
      if (field->unsupported != nullptr) {
        problems.NotSupported(member_place, field->unsupported);
      }
      fields.good_.push_back(member_place);
    }
  }
  CheckMissing(place, object, language, problems);
  CheckGroups(place, object, language, problems);
  return fields;
}

}  // namespace pawl::asl
