// Forms are data: a table of the APIs that definitions call most, after their public models. Time
// is linear in the response; recursion is no deeper than the table.
#include "engine/interpreter/service_response.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>

namespace pawl::interpreter {
namespace {

struct Member;

struct Form {
  enum class Kind : std::uint8_t { kAny, kText, kNumber, kBoolean, kObject, kArray, kMap };
  Kind kind = Kind::kAny;
  // Of a text's length or a number.
  double min = 0;
  double max = std::numeric_limits<double>::infinity();
  // A text is one of these, unless there are none.
  std::span<const std::string_view> words = {};
  // Of an object; of each item of an array, which are texts if there are none.
  std::span<const Member> members = {};
};

struct Member {
  std::string_view name;
  Form form;
  bool is_required = false;
};

constexpr Form Text(double min = 0, double max = std::numeric_limits<double>::infinity()) {
  return {.kind = Form::Kind::kText, .min = min, .max = max};
}

constexpr Form Word(std::span<const std::string_view> words) {
  return {.kind = Form::Kind::kText, .words = words};
}

constexpr Form Number(double min = -std::numeric_limits<double>::infinity(),
                      double max = std::numeric_limits<double>::infinity()) {
  return {.kind = Form::Kind::kNumber, .min = min, .max = max};
}

constexpr Form Boolean() {
  return {.kind = Form::Kind::kBoolean};
}

constexpr Form Object(std::span<const Member> members) {
  return {.kind = Form::Kind::kObject, .members = members};
}

constexpr Form ArrayOf(std::span<const Member> members) {
  return {.kind = Form::Kind::kArray, .members = members};
}

// Members of any name.
constexpr Form Map() {
  return {.kind = Form::Kind::kMap};
}

constexpr Form Any() {
  return {};
}

constexpr bool kRequired = true;

// --- AWS Step Functions. Times are texts. ---

constexpr std::array<std::string_view, 6> kExecutionStatusWords = {
    "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"};

constexpr std::array<Member, 2> kStartExecution = {{
    {"ExecutionArn", Text(1, 256), kRequired},
    {"StartDate", Text(), kRequired},
}};

// Also what .sync gives.
constexpr std::array<Member, 11> kDescribeExecution = {{
    {"ExecutionArn", Text(1, 256), kRequired},
    {"StateMachineArn", Text(1, 256), kRequired},
    {"Name", Text(1, 80)},
    {"Status", Word(kExecutionStatusWords), kRequired},
    {"StartDate", Text(), kRequired},
    {"StopDate", Text()},
    {"Input", Any()},
    {"Output", Any()},
    {"Error", Text(0, 256)},
    {"Cause", Text(0, 32'768)},
    {"RedriveCount", Number(0)},
}};

constexpr std::array<Member, 1> kStopExecution = {{{"StopDate", Text(), kRequired}}};

// --- AWS Lambda ---

constexpr std::array<Member, 5> kInvoke = {{
    {"StatusCode", Number()},
    {"FunctionError", Text()},
    {"LogResult", Text()},
    {"Payload", Any()},
    {"ExecutedVersion", Text(1, 1024)},
}};

constexpr std::array<std::string_view, 4> kFunctionStates = {
    "Pending", "Active", "Inactive", "Failed"};
constexpr std::array<std::string_view, 2> kPackageTypes = {"Zip", "Image"};

constexpr std::array<Member, 16> kFunctionConfiguration = {{
    {"FunctionName", Text()},
    {"FunctionArn", Text()},
    {"Runtime", Text()},
    {"Role", Text()},
    {"Handler", Text(0, 128)},
    {"CodeSize", Number()},
    {"Description", Text(0, 256)},
    {"Timeout", Number(1)},
    {"MemorySize", Number(128, 10'240)},
    {"LastModified", Text()},
    {"CodeSha256", Text()},
    {"Version", Text(1, 1024)},
    {"RevisionId", Text()},
    {"State", Word(kFunctionStates)},
    {"StateReason", Text()},
    {"PackageType", Word(kPackageTypes)},
}};

constexpr std::array<Member, 4> kFunctionCode = {{
    {"RepositoryType", Text()},
    {"Location", Text()},
    {"ImageUri", Text()},
    {"ResolvedImageUri", Text()},
}};

constexpr std::array<Member, 1> kConcurrency = {{{"ReservedConcurrentExecutions", Number(0)}}};

constexpr std::array<Member, 4> kGetFunction = {{
    {"Configuration", Object(kFunctionConfiguration)},
    {"Code", Object(kFunctionCode)},
    {"Tags", Map()},
    {"Concurrency", Object(kConcurrency)},
}};

// --- Amazon EventBridge ---

constexpr std::array<Member, 3> kPutEventsEntry = {{
    {"EventId", Text()},
    {"ErrorCode", Text()},
    {"ErrorMessage", Text()},
}};

constexpr std::array<Member, 2> kPutEvents = {{
    {"FailedEntryCount", Number()},
    {"Entries", ArrayOf(kPutEventsEntry)},
}};

// --- Amazon SQS and SNS ---

constexpr std::array<Member, 5> kSendMessage = {{
    {"MD5OfMessageBody", Text()},
    {"MD5OfMessageAttributes", Text()},
    {"MD5OfMessageSystemAttributes", Text()},
    {"MessageId", Text()},
    {"SequenceNumber", Text()},
}};

constexpr std::array<Member, 2> kPublish = {{
    {"MessageId", Text()},
    {"SequenceNumber", Text()},
}};

// --- Amazon DynamoDB ---

constexpr std::array<Member, 3> kCapacity = {{
    {"ReadCapacityUnits", Number()},
    {"WriteCapacityUnits", Number()},
    {"CapacityUnits", Number()},
}};

constexpr std::array<Member, 7> kConsumedCapacity = {{
    {"TableName", Text(1, 1024)},
    {"CapacityUnits", Number()},
    {"ReadCapacityUnits", Number()},
    {"WriteCapacityUnits", Number()},
    {"Table", Object(kCapacity)},
    {"LocalSecondaryIndexes", Map()},
    {"GlobalSecondaryIndexes", Map()},
}};

constexpr std::array<Member, 2> kGetItem = {{
    {"Item", Map()},
    {"ConsumedCapacity", Object(kConsumedCapacity)},
}};

constexpr std::array<Member, 3> kWriteItem = {{
    {"Attributes", Map()},
    {"ConsumedCapacity", Object(kConsumedCapacity)},
    {"ItemCollectionMetrics", Map()},
}};

// --- AWS KMS ---

constexpr std::array<std::string_view, 4> kEncryptionAlgorithms = {
    "SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"};

constexpr std::array<Member, 3> kEncrypt = {{
    {"CiphertextBlob", Text(1, 6144)},
    {"KeyId", Text(1, 2048)},
    {"EncryptionAlgorithm", Word(kEncryptionAlgorithms)},
}};

// --- Amazon S3 ---

constexpr std::array<std::string_view, 13> kStorageClasses = {"STANDARD",
                                                              "REDUCED_REDUNDANCY",
                                                              "STANDARD_IA",
                                                              "ONEZONE_IA",
                                                              "INTELLIGENT_TIERING",
                                                              "GLACIER",
                                                              "DEEP_ARCHIVE",
                                                              "OUTPOSTS",
                                                              "GLACIER_IR",
                                                              "SNOW",
                                                              "EXPRESS_ONEZONE",
                                                              "FSX_OPENZFS",
                                                              "FSX_ONTAP"};

constexpr std::array<Member, 14> kGetObject = {{
    {"Body", Any()},
    {"DeleteMarker", Boolean()},
    {"AcceptRanges", Text()},
    {"LastModified", Text()},
    {"ContentLength", Number()},
    {"ETag", Text()},
    {"VersionId", Text()},
    {"CacheControl", Text()},
    {"ContentEncoding", Text()},
    {"ContentRange", Text()},
    {"ContentType", Text()},
    {"Metadata", Map()},
    {"StorageClass", Word(kStorageClasses)},
    {"PartsCount", Number()},
}};

struct Api {
  // Behind "arn:aws:states:::" and without "aws-sdk:".
  std::string_view action;
  std::span<const Member> members;
};

constexpr std::array<Api, 18> kApis = {{
    {"states:startExecution", kStartExecution},
    {"states:startExecution.sync", kDescribeExecution},
    {"states:startExecution.sync:2", kDescribeExecution},
    {"sfn:startExecution", kStartExecution},
    {"sfn:describeExecution", kDescribeExecution},
    {"sfn:stopExecution", kStopExecution},
    {"lambda:invoke", kInvoke},
    {"lambda:getFunction", kGetFunction},
    {"events:putEvents", kPutEvents},
    {"eventbridge:putEvents", kPutEvents},
    {"sqs:sendMessage", kSendMessage},
    {"sns:publish", kPublish},
    {"dynamodb:getItem", kGetItem},
    {"dynamodb:putItem", kWriteItem},
    {"dynamodb:updateItem", kWriteItem},
    {"dynamodb:deleteItem", kWriteItem},
    {"kms:encrypt", kEncrypt},
    {"s3:getObject", kGetObject},

}};

const Api* FindApi(std::string_view resource) {
  constexpr std::string_view kIntegration = ":states:::";
  constexpr std::string_view kSdk = "aws-sdk:";
  const std::size_t at = resource.find(kIntegration);
  if (at == std::string_view::npos) return nullptr;
  std::string_view action = resource.substr(at + kIntegration.size());
  if (action.starts_with(kSdk)) action.remove_prefix(kSdk.size());
  const auto* found = std::find_if(
      kApis.begin(), kApis.end(), [&](const Api& api) { return api.action == action; });
  return found == kApis.end() ? nullptr : found;
}

Status Wrong(const std::string& what) {
  return InvalidArgument("Mock result schema validation error: " + what, "mock.result");
}

std::optional<json::Type> TypeOf(Form::Kind kind) {
  switch (kind) {
    case Form::Kind::kText:
      return json::Type::kString;
    case Form::Kind::kNumber:
      return json::Type::kNumber;
    case Form::Kind::kBoolean:
      return json::Type::kBoolean;
    case Form::Kind::kObject:
    case Form::Kind::kMap:
      return json::Type::kObject;
    case Form::Kind::kArray:
      return json::Type::kArray;
    case Form::Kind::kAny:
      break;
  }
  return std::nullopt;
}

Status CheckMembers(std::span<const Member> members, json::Value object, bool is_complete);

Status CheckForm(std::string_view name, const Form& form, json::Value value, bool is_complete) {
  const std::string field = "Field '" + std::string(name) + "' ";
  const auto type = TypeOf(form.kind);
  if (type && value.type() != *type) {
    const std::string_view type_name = json::TypeName(*type);
    const bool is_vowel = type_name == "object" || type_name == "array";
    return Wrong(field + "must be " + (is_vowel ? "an " : "a ") + std::string(type_name));
  }
  if (form.kind == Form::Kind::kText) {
    const std::string_view text = value.string();
    const auto length = static_cast<double>(text.size());
    if (length < form.min) return Wrong(field + "is smaller than the minimum length");
    if (length > form.max) return Wrong(field + "exceeds the maximum length");
    const bool is_listed =
        form.words.empty() ||
        std::find(form.words.begin(), form.words.end(), text) != form.words.end();
    return is_listed ? OkStatus() : Wrong(field + "is not an expected value");
  }
  if (form.kind == Form::Kind::kNumber) {
    if (value.AsDouble() < form.min) return Wrong(field + "is less than the minimum value");
    if (value.AsDouble() > form.max) return Wrong(field + "exceeds the maximum value");
  }
  if (form.kind == Form::Kind::kObject) return CheckMembers(form.members, value, is_complete);
  if (form.kind == Form::Kind::kArray) {
    for (const json::Value& item : value.items()) {
      RETURN_IF_ERROR(CheckForm(name, Object(form.members), item, is_complete));
    }
  }
  return OkStatus();
}

Status CheckMembers(std::span<const Member> members, json::Value object, bool is_complete) {
  for (const Member& member : members) {
    const json::Value* value = object.Find(member.name);
    if (value != nullptr) {
      RETURN_IF_ERROR(CheckForm(member.name, member.form, *value, is_complete));
    } else if (member.is_required && is_complete) {
      return Wrong("Required field '" + std::string(member.name) + "' is missing");
    }
  }
  return OkStatus();
}

}  // namespace

Status CheckServiceResponse(std::string_view resource, json::Value response, bool is_complete) {
  const Api* api = FindApi(resource);
  if (api == nullptr) return OkStatus();
  if (!response.is_object()) {
    return Wrong("the response of " + std::string(api->action) + " must be an object, found " +
                 std::string(json::TypeName(response.type())));
  }
  return CheckMembers(api->members, response, is_complete);
}

}  // namespace pawl::interpreter
