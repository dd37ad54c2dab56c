// The requests of AWS Lambda: the members of each, and their bounds (API model). Data only; what
// happens with a request stands in the operations' files.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/base/ascii.h"
#include "server/aws/api_shape.h"
#include "server/lambda/function_reference.h"

namespace pawl::lambda::shapes {

using aws::MemberShape;
using aws::Shape;
using aws::ShapeKind;

// --- Words and patterns ---

inline constexpr std::array<std::string_view, 49> kRuntimeWords = {
    "nodejs",          "nodejs4.3",     "nodejs6.10", "nodejs8.10",    "nodejs10.x",
    "nodejs12.x",      "nodejs14.x",    "nodejs16.x", "nodejs18.x",    "nodejs20.x",
    "nodejs22.x",      "nodejs24.x",    "java8",      "java8.al2",     "java11",
    "java17",          "java21",        "java25",     "python2.7",     "python3.6",
    "python3.7",       "python3.8",     "python3.9",  "python3.10",    "python3.11",
    "python3.12",      "python3.13",    "python3.14", "dotnetcore1.0", "dotnetcore2.0",
    "dotnetcore2.1",   "dotnetcore3.1", "dotnet6",    "dotnet8",       "dotnet10",
    "nodejs4.3-edge",  "go1.x",         "ruby2.5",    "ruby2.7",       "ruby3.2",
    "ruby3.3",         "ruby3.4",       "ruby4.0",    "provided",      "provided.al2",
    "provided.al2023", "nodejs26.x",    "python3.15", "java8.al2023"};
inline constexpr std::array<std::string_view, 2> kPackageWords = {"Zip", "Image"};
inline constexpr std::array<std::string_view, 2> kTracingWords = {"Active", "PassThrough"};
inline constexpr std::array<std::string_view, 2> kArchitectureWords = {"x86_64", "arm64"};
inline constexpr std::array<std::string_view, 2> kSnapStartWords = {"PublishedVersions", "None"};
inline constexpr std::array<std::string_view, 2> kLogFormatWords = {"JSON", "Text"};
inline constexpr std::array<std::string_view, 6> kApplicationLogWords = {
    "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
inline constexpr std::array<std::string_view, 3> kSystemLogWords = {"DEBUG", "INFO", "WARN"};
inline constexpr std::array<std::string_view, 1> kAllWords = {"ALL"};
inline constexpr std::array<std::string_view, 3> kInvocationWords = {
    "Event", "RequestResponse", "DryRun"};
inline constexpr std::array<std::string_view, 2> kLogTypeWords = {"None", "Tail"};

constexpr bool IsNumber(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

constexpr bool IsWord(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return IsLetter(c) || IsDigit(c) || c == '-' || c == '_';
  });
}

constexpr bool IsAliasName(std::string_view text) {
  return IsWord(text) && !IsNumber(text);
}

constexpr bool IsVersion(std::string_view text) {
  return text == kLatestVersion || IsNumber(text);
}

constexpr bool HasNoSpace(std::string_view text) {
  return !text.empty() && text.find_first_of(" \t\r\n\f\v") == std::string_view::npos;
}

constexpr bool IsVariableName(std::string_view text) {
  return text.size() > 1 && IsLetter(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsLetter(c) || IsDigit(c) || c == '_';
         });
}

// arn:aws:iam::123456789012:role/name
constexpr bool IsRoleArn(std::string_view text) {
  constexpr std::string_view kService = ":iam::";
  constexpr std::string_view kRole = ":role";
  constexpr std::size_t kAccountDigits = 12;
  const std::size_t service = text.find(kService);
  if (!text.starts_with("arn:") || service == std::string_view::npos) return false;
  const std::string_view partition = text.substr(4, service - 4);
  const std::string_view rest = text.substr(service + kService.size());
  if (!partition.empty() && !partition.starts_with("aws")) return false;
  if (rest.size() <= kAccountDigits + kRole.size()) return false;
  const std::string_view name = rest.substr(kAccountDigits + kRole.size());
  return IsNumber(rest.substr(0, kAccountDigits)) &&
         rest.substr(kAccountDigits).starts_with(kRole) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return IsLetter(c) || IsDigit(c) || std::string_view("_+=,.@-/").find(c) < 8;
         });
}

// --- Simple shapes ---

inline constexpr Shape kText{};
inline constexpr Shape kBoolean{.kind = ShapeKind::kBoolean};
inline constexpr Shape kFunctionName{
    .min = 1, .max = 140, .pattern = kFunctionPattern, .matches = IsFunctionReference};
inline constexpr Shape kNamespacedName{.min = 1,
                                       .max = 256,
                                       .pattern = kNamespacedFunctionPattern,
                                       .matches = IsNamespacedFunctionReference};
inline constexpr Shape kQualifier{
    .min = 1, .max = 128, .pattern = R"(\$(LATEST)|[a-zA-Z0-9-_$]+)", .matches = IsQualifier};
inline constexpr Shape kAliasName{
    .min = 1, .max = 128, .pattern = "(?!^[0-9]+$)([a-zA-Z0-9-_]+)", .matches = IsAliasName};
inline constexpr Shape kVersion{
    .min = 1, .max = 1024, .pattern = R"((\$LATEST|[0-9]+))", .matches = IsVersion};
inline constexpr Shape kDescription{.min = 0, .max = 256};
inline constexpr Shape kHandler{
    .min = 0, .max = 128, .pattern = R"([^\s]+)", .matches = HasNoSpace};
inline constexpr Shape kRole{
    .min = 0,
    .max = 10'000,
    .pattern = R"(arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+)",
    .matches = IsRoleArn};
inline constexpr Shape kRuntime{.words = kRuntimeWords};
inline constexpr Shape kTimeout{.kind = ShapeKind::kInteger, .min = 1, .max = 900};
inline constexpr Shape kMemory{.kind = ShapeKind::kInteger, .min = 128, .max = 10'240};
inline constexpr Shape kArn{.min = 0, .max = 10'000};
inline constexpr Shape kZip{.is_sensitive = true};
inline constexpr Shape kBucket{.min = 3, .max = 63};
inline constexpr Shape kKey{.min = 1, .max = 1024};
inline constexpr Shape kPageSize{.kind = ShapeKind::kInteger, .min = 1, .max = 10'000};
inline constexpr Shape kPackage{.words = kPackageWords};
// What the model calls an integer has 32 bits.
inline constexpr Shape kConcurrency{.kind = ShapeKind::kInteger, .min = 0, .max = 2'147'483'647};
inline constexpr Shape kAll{.words = kAllWords};
inline constexpr Shape kInvocationType{.words = kInvocationWords};
inline constexpr Shape kLogType{.words = kLogTypeWords};

// --- Maps ---

inline constexpr Shape kVariableName{.pattern = "[a-zA-Z]([a-zA-Z0-9_])+",
                                     .matches = IsVariableName};
inline constexpr Shape kVariables{
    .kind = ShapeKind::kMap, .is_sensitive = true, .item = &kText, .key = &kVariableName};
inline constexpr Shape kTagKey{.min = 1, .max = 128};
inline constexpr Shape kTagValue{.min = 0, .max = 256};
inline constexpr Shape kTags{.kind = ShapeKind::kMap, .item = &kTagValue, .key = &kTagKey};
inline constexpr Shape kTagKeys{.kind = ShapeKind::kList, .item = &kTagKey};
inline constexpr Shape kWeight{.kind = ShapeKind::kNumber, .min = 0, .max = 1};
inline constexpr Shape kOtherVersion{
    .min = 1, .max = 1024, .pattern = "[0-9]+", .matches = IsNumber};
inline constexpr Shape kWeights{.kind = ShapeKind::kMap, .item = &kWeight, .key = &kOtherVersion};

// --- Structures ---

inline constexpr std::array kEnvironmentMembers = {MemberShape{"Variables", &kVariables}};
inline constexpr Shape kEnvironment{
    .kind = ShapeKind::kStructure, .name = "Environment", .members = kEnvironmentMembers};

inline constexpr Shape kTextList{.kind = ShapeKind::kList, .min = 0, .max = 16, .item = &kArn};
inline constexpr std::array kVpcMembers = {MemberShape{"SubnetIds", &kTextList},
                                           MemberShape{"SecurityGroupIds", &kTextList},
                                           MemberShape{"Ipv6AllowedForDualStack", &kBoolean}};
inline constexpr Shape kVpc{
    .kind = ShapeKind::kStructure, .name = "VpcConfig", .members = kVpcMembers};

inline constexpr std::array kDeadLetterMembers = {MemberShape{"TargetArn", &kArn}};
inline constexpr Shape kDeadLetter{
    .kind = ShapeKind::kStructure, .name = "DeadLetterConfig", .members = kDeadLetterMembers};

inline constexpr Shape kTracingMode{.words = kTracingWords};
inline constexpr std::array kTracingMembers = {MemberShape{"Mode", &kTracingMode}};
inline constexpr Shape kTracing{
    .kind = ShapeKind::kStructure, .name = "TracingConfig", .members = kTracingMembers};

inline constexpr Shape kArchitecture{.words = kArchitectureWords};
inline constexpr Shape kArchitectures{
    .kind = ShapeKind::kList, .min = 1, .max = 1, .item = &kArchitecture};
// AWS's quota.
inline constexpr Shape kLayers{.kind = ShapeKind::kList, .min = 0, .max = 5, .item = &kArn};

inline constexpr Shape kStorageSize{.kind = ShapeKind::kInteger, .min = 512, .max = 10'240};
inline constexpr std::array kStorageMembers = {MemberShape{"Size", &kStorageSize, true}};
inline constexpr Shape kStorage{
    .kind = ShapeKind::kStructure, .name = "EphemeralStorage", .members = kStorageMembers};

inline constexpr Shape kSnapStartWhen{.words = kSnapStartWords};
inline constexpr std::array kSnapStartMembers = {MemberShape{"ApplyOn", &kSnapStartWhen}};
inline constexpr Shape kSnapStart{
    .kind = ShapeKind::kStructure, .name = "SnapStart", .members = kSnapStartMembers};

inline constexpr Shape kLogFormat{.words = kLogFormatWords};
inline constexpr Shape kApplicationLog{.words = kApplicationLogWords};
inline constexpr Shape kSystemLog{.words = kSystemLogWords};
inline constexpr Shape kLogGroup{.min = 1, .max = 512};
inline constexpr std::array kLoggingMembers = {MemberShape{"LogFormat", &kLogFormat},
                                               MemberShape{"ApplicationLogLevel", &kApplicationLog},
                                               MemberShape{"SystemLogLevel", &kSystemLog},
                                               MemberShape{"LogGroup", &kLogGroup}};
inline constexpr Shape kLogging{
    .kind = ShapeKind::kStructure, .name = "LoggingConfig", .members = kLoggingMembers};

inline constexpr Shape kMountPath{.min = 0, .max = 160};
inline constexpr std::array kFileSystemMembers = {MemberShape{"Arn", &kArn, true},
                                                  MemberShape{"LocalMountPath", &kMountPath, true}};
inline constexpr Shape kFileSystem{
    .kind = ShapeKind::kStructure, .name = "FileSystemConfig", .members = kFileSystemMembers};
inline constexpr Shape kFileSystems{
    .kind = ShapeKind::kList, .min = 0, .max = 1, .item = &kFileSystem};

inline constexpr std::array kCodeMembers = {MemberShape{"ZipFile", &kZip},
                                            MemberShape{"S3Bucket", &kBucket},
                                            MemberShape{"S3Key", &kKey},
                                            MemberShape{"S3ObjectVersion", &kKey},
                                            MemberShape{"ImageUri", &kText}};
inline constexpr Shape kCode{
    .kind = ShapeKind::kStructure, .name = "FunctionCode", .members = kCodeMembers};

inline constexpr std::array kRoutingMembers = {MemberShape{"AdditionalVersionWeights", &kWeights}};
inline constexpr Shape kRouting{
    .kind = ShapeKind::kStructure, .name = "AliasRoutingConfiguration", .members = kRoutingMembers};

// --- Requests ---

inline constexpr std::array kFunction = {MemberShape{"FunctionName", &kFunctionName, true}};
inline constexpr std::array kQualifiedFunction = {
    MemberShape{"FunctionName", &kNamespacedName, true}, MemberShape{"Qualifier", &kQualifier}};

inline constexpr std::array kInvoke = {MemberShape{"FunctionName", &kNamespacedName, true},
                                       MemberShape{"Qualifier", &kQualifier},
                                       MemberShape{"InvocationType", &kInvocationType},
                                       MemberShape{"LogType", &kLogType},
                                       MemberShape{"ClientContext", &kText}};

inline constexpr std::array kCreateFunction = {MemberShape{"FunctionName", &kFunctionName, true},
                                               MemberShape{"Runtime", &kRuntime},
                                               MemberShape{"Role", &kRole, true},
                                               MemberShape{"Handler", &kHandler},
                                               MemberShape{"Code", &kCode, true},
                                               MemberShape{"Description", &kDescription},
                                               MemberShape{"Timeout", &kTimeout},
                                               MemberShape{"MemorySize", &kMemory},
                                               MemberShape{"Publish", &kBoolean},
                                               MemberShape{"VpcConfig", &kVpc},
                                               MemberShape{"PackageType", &kPackage},
                                               MemberShape{"DeadLetterConfig", &kDeadLetter},
                                               MemberShape{"Environment", &kEnvironment},
                                               MemberShape{"KMSKeyArn", &kArn},
                                               MemberShape{"TracingConfig", &kTracing},
                                               MemberShape{"Tags", &kTags},
                                               MemberShape{"Layers", &kLayers},
                                               MemberShape{"FileSystemConfigs", &kFileSystems},
                                               MemberShape{"Architectures", &kArchitectures},
                                               MemberShape{"EphemeralStorage", &kStorage},
                                               MemberShape{"SnapStart", &kSnapStart},
                                               MemberShape{"LoggingConfig", &kLogging}};

inline constexpr std::array kUpdateFunctionCode = {
    MemberShape{"FunctionName", &kFunctionName, true},
    MemberShape{"ZipFile", &kZip},
    MemberShape{"S3Bucket", &kBucket},
    MemberShape{"S3Key", &kKey},
    MemberShape{"S3ObjectVersion", &kKey},
    MemberShape{"ImageUri", &kText},
    MemberShape{"Publish", &kBoolean},
    MemberShape{"DryRun", &kBoolean},
    MemberShape{"RevisionId", &kText},
    MemberShape{"Architectures", &kArchitectures}};

inline constexpr std::array kUpdateFunctionConfiguration = {
    MemberShape{"FunctionName", &kFunctionName, true},
    MemberShape{"Role", &kRole},
    MemberShape{"Handler", &kHandler},
    MemberShape{"Description", &kDescription},
    MemberShape{"Timeout", &kTimeout},
    MemberShape{"MemorySize", &kMemory},
    MemberShape{"VpcConfig", &kVpc},
    MemberShape{"Environment", &kEnvironment},
    MemberShape{"Runtime", &kRuntime},
    MemberShape{"DeadLetterConfig", &kDeadLetter},
    MemberShape{"KMSKeyArn", &kArn},
    MemberShape{"TracingConfig", &kTracing},
    MemberShape{"RevisionId", &kText},
    MemberShape{"Layers", &kLayers},
    MemberShape{"FileSystemConfigs", &kFileSystems},
    MemberShape{"EphemeralStorage", &kStorage},
    MemberShape{"SnapStart", &kSnapStart},
    MemberShape{"LoggingConfig", &kLogging}};

inline constexpr std::array kListFunctions = {MemberShape{"FunctionVersion", &kAll},
                                              MemberShape{"Marker", &kText},
                                              MemberShape{"MaxItems", &kPageSize}};
inline constexpr std::array kListVersions = {MemberShape{"FunctionName", &kNamespacedName, true},
                                             MemberShape{"Marker", &kText},
                                             MemberShape{"MaxItems", &kPageSize}};
inline constexpr std::array kPublishVersion = {MemberShape{"FunctionName", &kFunctionName, true},
                                               MemberShape{"CodeSha256", &kText},
                                               MemberShape{"Description", &kDescription},
                                               MemberShape{"RevisionId", &kText}};

inline constexpr std::array kCreateAlias = {MemberShape{"FunctionName", &kFunctionName, true},
                                            MemberShape{"Name", &kAliasName, true},
                                            MemberShape{"FunctionVersion", &kVersion, true},
                                            MemberShape{"Description", &kDescription},
                                            MemberShape{"RoutingConfig", &kRouting}};
inline constexpr std::array kUpdateAlias = {MemberShape{"FunctionName", &kFunctionName, true},
                                            MemberShape{"Name", &kAliasName, true},
                                            MemberShape{"FunctionVersion", &kVersion},
                                            MemberShape{"Description", &kDescription},
                                            MemberShape{"RoutingConfig", &kRouting},
                                            MemberShape{"RevisionId", &kText}};
inline constexpr std::array kAlias = {MemberShape{"FunctionName", &kFunctionName, true},
                                      MemberShape{"Name", &kAliasName, true}};
inline constexpr std::array kListAliases = {MemberShape{"FunctionName", &kFunctionName, true},
                                            MemberShape{"FunctionVersion", &kVersion},
                                            MemberShape{"Marker", &kText},
                                            MemberShape{"MaxItems", &kPageSize}};

inline constexpr std::array kPutFunctionConcurrency = {
    MemberShape{"FunctionName", &kFunctionName, true},
    MemberShape{"ReservedConcurrentExecutions", &kConcurrency, true}};

inline constexpr std::array kTagResource = {MemberShape{"Resource", &kArn, true},
                                            MemberShape{"Tags", &kTags, true}};
inline constexpr std::array kUntagResource = {MemberShape{"Resource", &kArn, true},
                                              MemberShape{"TagKeys", &kTagKeys, true}};
inline constexpr std::array kListTags = {MemberShape{"Resource", &kArn, true}};

}  // namespace pawl::lambda::shapes
