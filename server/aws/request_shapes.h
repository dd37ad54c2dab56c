// The requests of AWS Step Functions: the members of each, and their bounds (API reference,
// "Actions"). Data only; what happens with a request stands in the operations' files.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/base/ascii.h"
#include "server/aws/api_shape.h"

namespace pawl::aws::shapes {

// --- Words and patterns ---

inline constexpr std::array<std::string_view, 2> kTypeWords = {"EXPRESS", "STANDARD"};
inline constexpr std::array<std::string_view, 6> kStatusWords = {
    "FAILED", "RUNNING", "TIMED_OUT", "SUCCEEDED", "PENDING_REDRIVE", "ABORTED"};
inline constexpr std::array<std::string_view, 2> kRedriveWords = {"REDRIVEN", "NOT_REDRIVEN"};
inline constexpr std::array<std::string_view, 2> kDataWords = {"METADATA_ONLY", "ALL_DATA"};
inline constexpr std::array<std::string_view, 4> kLogWords = {"ALL", "ERROR", "FATAL", "OFF"};
inline constexpr std::array<std::string_view, 2> kKeyWords = {"CUSTOMER_MANAGED_KMS_KEY",
                                                              "AWS_OWNED_KEY"};
inline constexpr std::array<std::string_view, 2> kSeverityWords = {"ERROR", "WARNING"};
inline constexpr std::array<std::string_view, 3> kInspectionWords = {"TRACE", "INFO", "DEBUG"};
inline constexpr std::array<std::string_view, 3> kMockWords = {"STRICT", "PRESENT", "NONE"};

constexpr bool IsAscii(std::string_view text) {
  return std::all_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
}

constexpr bool IsClientToken(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '!' && c <= '~'; });
}

constexpr bool IsAliasName(std::string_view text) {
  const auto is_letter = [](char c) { return IsLetter(c) || c == '_' || c == '-' || c == '.'; };
  const auto is_allowed = [&](char c) { return is_letter(c) || IsDigit(c); };
  return std::all_of(text.begin(), text.end(), is_allowed) &&
         std::any_of(text.begin(), text.end(), is_letter);
}

// --- Simple shapes ---

inline constexpr Shape kName{.min = 1, .max = 80};
inline constexpr Shape kArn{.min = 1, .max = 256};
inline constexpr Shape kLongArn{.min = 1, .max = 2000};
// The compiler of definitions holds the most.
inline constexpr Shape kDefinition{.min = 1, .is_sensitive = true};
inline constexpr Shape kPayload{.is_payload = true, .is_sensitive = true};
inline constexpr Shape kError{.min = 0, .max = 256, .is_sensitive = true};
inline constexpr Shape kCause{.min = 0, .max = 32'768, .is_sensitive = true};
inline constexpr Shape kDescription{.max = 256, .is_sensitive = true};
inline constexpr Shape kStateName{.min = 1, .max = 80, .is_sensitive = true};
inline constexpr Shape kTraceHeader{
    .min = 0, .max = 256, .pattern = R"(\p{ASCII}*)", .matches = IsAscii};
inline constexpr Shape kText{};
inline constexpr Shape kBoolean{.kind = ShapeKind::kBoolean};
inline constexpr Shape kPageSize{.kind = ShapeKind::kInteger, .min = 0, .max = 1000};
inline constexpr Shape kPageToken{.min = 1, .max = 1024};
inline constexpr Shape kExecutionsPageToken{.min = 1, .max = 3096};
inline constexpr Shape kTaskToken{.min = 1, .max = 2048};
inline constexpr Shape kClientToken{
    .min = 1, .max = 64, .pattern = "[!-~]+", .matches = IsClientToken};
inline constexpr Shape kCount{.kind = ShapeKind::kInteger, .min = 0};
// What the model calls an integer has 32 bits.
inline constexpr Shape kConcurrency{.kind = ShapeKind::kInteger, .min = 0, .max = 2'147'483'647};
inline constexpr Shape kPercentage{.kind = ShapeKind::kNumber, .min = 0, .max = 100};
inline constexpr Shape kType{.words = kTypeWords};
inline constexpr Shape kStatus{.words = kStatusWords};
inline constexpr Shape kRedriveFilter{.words = kRedriveWords};
inline constexpr Shape kIncludedData{.words = kDataWords};

// --- Structures ---

inline constexpr Shape kTagKey{.min = 1, .max = 128};
inline constexpr Shape kTagValue{.min = 0, .max = 256};
inline constexpr std::array kTagMembers = {MemberShape{"key", &kTagKey},
                                           MemberShape{"value", &kTagValue}};
inline constexpr Shape kTag{.kind = ShapeKind::kStructure, .name = "Tag", .members = kTagMembers};
inline constexpr Shape kTags{.kind = ShapeKind::kList, .item = &kTag};
inline constexpr Shape kTagKeys{.kind = ShapeKind::kList, .item = &kTagKey};

inline constexpr Shape kKmsKeyId{.min = 1, .max = 2048};
inline constexpr Shape kReusePeriod{.kind = ShapeKind::kInteger, .min = 60, .max = 900};
inline constexpr Shape kKeyType{.words = kKeyWords};
inline constexpr std::array kEncryptionMembers = {
    MemberShape{"kmsKeyId", &kKmsKeyId},
    MemberShape{"kmsDataKeyReusePeriodSeconds", &kReusePeriod},
    MemberShape{"type", &kKeyType, true}};
inline constexpr Shape kEncryption{.kind = ShapeKind::kStructure,
                                   .name = "EncryptionConfiguration",
                                   .members = kEncryptionMembers};

inline constexpr Shape kLogLevel{.words = kLogWords};
inline constexpr std::array kLogGroupMembers = {MemberShape{"logGroupArn", &kArn}};
inline constexpr Shape kLogGroup{
    .kind = ShapeKind::kStructure, .name = "CloudWatchLogsLogGroup", .members = kLogGroupMembers};
inline constexpr std::array kDestinationMembers = {
    MemberShape{"cloudWatchLogsLogGroup", &kLogGroup}};
inline constexpr Shape kDestination{
    .kind = ShapeKind::kStructure, .name = "LogDestination", .members = kDestinationMembers};
inline constexpr Shape kDestinations{.kind = ShapeKind::kList, .item = &kDestination};
inline constexpr std::array kLoggingMembers = {MemberShape{"level", &kLogLevel},
                                               MemberShape{"includeExecutionData", &kBoolean},
                                               MemberShape{"destinations", &kDestinations}};
inline constexpr Shape kLogging{
    .kind = ShapeKind::kStructure, .name = "LoggingConfiguration", .members = kLoggingMembers};

inline constexpr std::array kTracingMembers = {MemberShape{"enabled", &kBoolean}};
inline constexpr Shape kTracing{
    .kind = ShapeKind::kStructure, .name = "TracingConfiguration", .members = kTracingMembers};

inline constexpr Shape kAliasName{.min = 1,
                                  .max = 80,
                                  .pattern = R"(^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$)",
                                  .matches = IsAliasName};
inline constexpr Shape kWeight{.kind = ShapeKind::kInteger, .min = 0, .max = 100};
inline constexpr std::array kRouteMembers = {MemberShape{"stateMachineVersionArn", &kArn, true},
                                             MemberShape{"weight", &kWeight, true}};
inline constexpr Shape kRoute{.kind = ShapeKind::kStructure,
                              .name = "RoutingConfigurationListItem",
                              .members = kRouteMembers};
inline constexpr Shape kRoutes{.kind = ShapeKind::kList, .min = 1, .max = 2, .item = &kRoute};

inline constexpr Shape kMockValidation{.words = kMockWords};
inline constexpr std::array kMockErrorMembers = {MemberShape{"error", &kError},
                                                 MemberShape{"cause", &kCause}};
inline constexpr Shape kMockError{
    .kind = ShapeKind::kStructure, .name = "MockErrorOutput", .members = kMockErrorMembers};
inline constexpr std::array kMockMembers = {MemberShape{"result", &kPayload},
                                            MemberShape{"errorOutput", &kMockError},
                                            MemberShape{"fieldValidationMode", &kMockValidation}};
inline constexpr Shape kMock{
    .kind = ShapeKind::kStructure, .name = "MockInput", .members = kMockMembers};
inline constexpr std::array kTestConfigurationMembers = {
    MemberShape{"retrierRetryCount", &kCount},
    MemberShape{"errorCausedByState", &kStateName},
    MemberShape{"mapIterationFailureCount", &kCount},
    MemberShape{"mapItemReaderData", &kPayload}};
inline constexpr Shape kTestConfiguration{.kind = ShapeKind::kStructure,
                                          .name = "TestStateConfiguration",
                                          .members = kTestConfigurationMembers};
inline constexpr Shape kInspection{.words = kInspectionWords};
inline constexpr Shape kSeverity{.words = kSeverityWords};
inline constexpr Shape kDiagnosticsMax{.kind = ShapeKind::kInteger, .min = 0, .max = 100};

// --- Requests ---

inline constexpr std::array kCreateStateMachine = {
    MemberShape{"name", &kName, true},
    MemberShape{"definition", &kDefinition, true},
    MemberShape{"roleArn", &kArn, true},
    MemberShape{"type", &kType},
    MemberShape{"loggingConfiguration", &kLogging},
    MemberShape{"tags", &kTags},
    MemberShape{"tracingConfiguration", &kTracing},
    MemberShape{"publish", &kBoolean},
    MemberShape{"versionDescription", &kDescription},
    MemberShape{"encryptionConfiguration", &kEncryption}};
inline constexpr std::array kUpdateStateMachine = {
    MemberShape{"stateMachineArn", &kArn, true},
    MemberShape{"definition", &kDefinition},
    MemberShape{"roleArn", &kArn},
    MemberShape{"loggingConfiguration", &kLogging},
    MemberShape{"tracingConfiguration", &kTracing},
    MemberShape{"publish", &kBoolean},
    MemberShape{"versionDescription", &kDescription},
    MemberShape{"encryptionConfiguration", &kEncryption}};
inline constexpr std::array kDescribeStateMachine = {MemberShape{"stateMachineArn", &kArn, true},
                                                     MemberShape{"includedData", &kIncludedData}};
inline constexpr std::array kDeleteStateMachine = {MemberShape{"stateMachineArn", &kArn, true}};
inline constexpr std::array kPage = {MemberShape{"maxResults", &kPageSize},
                                     MemberShape{"nextToken", &kPageToken}};
inline constexpr std::array kValidateStateMachineDefinition = {
    MemberShape{"definition", &kDefinition, true},
    MemberShape{"type", &kType},
    MemberShape{"severity", &kSeverity},
    MemberShape{"maxResults", &kDiagnosticsMax}};

inline constexpr std::array kStartExecution = {MemberShape{"stateMachineArn", &kArn, true},
                                               MemberShape{"name", &kName},
                                               MemberShape{"input", &kPayload},
                                               MemberShape{"traceHeader", &kTraceHeader}};
inline constexpr std::array kStartSyncExecution = {MemberShape{"stateMachineArn", &kArn, true},
                                                   MemberShape{"name", &kName},
                                                   MemberShape{"input", &kPayload},
                                                   MemberShape{"traceHeader", &kTraceHeader},
                                                   MemberShape{"includedData", &kIncludedData}};
inline constexpr std::array kStopExecution = {MemberShape{"executionArn", &kArn, true},
                                              MemberShape{"error", &kError},
                                              MemberShape{"cause", &kCause}};
inline constexpr std::array kDescribeExecution = {MemberShape{"executionArn", &kArn, true},
                                                  MemberShape{"includedData", &kIncludedData}};
inline constexpr std::array kListExecutions = {MemberShape{"stateMachineArn", &kArn},
                                               MemberShape{"statusFilter", &kStatus},
                                               MemberShape{"maxResults", &kPageSize},
                                               MemberShape{"nextToken", &kExecutionsPageToken},
                                               MemberShape{"mapRunArn", &kLongArn},
                                               MemberShape{"redriveFilter", &kRedriveFilter}};
inline constexpr std::array kGetExecutionHistory = {MemberShape{"executionArn", &kArn, true},
                                                    MemberShape{"maxResults", &kPageSize},
                                                    MemberShape{"reverseOrder", &kBoolean},
                                                    MemberShape{"nextToken", &kPageToken},
                                                    MemberShape{"includeExecutionData", &kBoolean}};
inline constexpr std::array kRedriveExecution = {MemberShape{"executionArn", &kArn, true},
                                                 MemberShape{"clientToken", &kClientToken}};

inline constexpr std::array kDescribeMapRun = {MemberShape{"mapRunArn", &kLongArn, true}};
inline constexpr std::array kListMapRuns = {MemberShape{"executionArn", &kArn, true},
                                            MemberShape{"maxResults", &kPageSize},
                                            MemberShape{"nextToken", &kPageToken}};
inline constexpr std::array kUpdateMapRun = {
    MemberShape{"mapRunArn", &kLongArn, true},
    MemberShape{"maxConcurrency", &kConcurrency},
    MemberShape{"toleratedFailurePercentage", &kPercentage},
    MemberShape{"toleratedFailureCount", &kCount}};

inline constexpr std::array kCreateActivity = {
    MemberShape{"name", &kName, true},
    MemberShape{"tags", &kTags},
    MemberShape{"encryptionConfiguration", &kEncryption}};
inline constexpr std::array kActivity = {MemberShape{"activityArn", &kArn, true}};
inline constexpr std::array kGetActivityTask = {MemberShape{"activityArn", &kArn, true},
                                                MemberShape{"workerName", &kName}};

inline constexpr std::array kSendTaskSuccess = {MemberShape{"taskToken", &kTaskToken, true},
                                                MemberShape{"output", &kPayload, true}};
inline constexpr std::array kSendTaskFailure = {MemberShape{"taskToken", &kTaskToken, true},
                                                MemberShape{"error", &kError},
                                                MemberShape{"cause", &kCause}};
inline constexpr std::array kSendTaskHeartbeat = {MemberShape{"taskToken", &kTaskToken, true}};

inline constexpr std::array kTestState = {MemberShape{"definition", &kDefinition, true},
                                          MemberShape{"roleArn", &kArn},
                                          MemberShape{"input", &kPayload},
                                          MemberShape{"inspectionLevel", &kInspection},
                                          MemberShape{"revealSecrets", &kBoolean},
                                          MemberShape{"variables", &kPayload},
                                          MemberShape{"stateName", &kStateName},
                                          MemberShape{"mock", &kMock},
                                          MemberShape{"context", &kPayload},
                                          MemberShape{"stateConfiguration", &kTestConfiguration}};

inline constexpr std::array kPublishStateMachineVersion = {
    MemberShape{"stateMachineArn", &kArn, true},
    MemberShape{"revisionId", &kText},
    MemberShape{"description", &kDescription}};
inline constexpr std::array kListOfStateMachine = {MemberShape{"stateMachineArn", &kArn, true},
                                                   MemberShape{"nextToken", &kPageToken},
                                                   MemberShape{"maxResults", &kPageSize}};
inline constexpr std::array kDeleteStateMachineVersion = {
    MemberShape{"stateMachineVersionArn", &kLongArn, true}};
inline constexpr std::array kCreateStateMachineAlias = {
    MemberShape{"description", &kDescription},
    MemberShape{"name", &kAliasName, true},
    MemberShape{"routingConfiguration", &kRoutes, true}};
inline constexpr std::array kUpdateStateMachineAlias = {
    MemberShape{"stateMachineAliasArn", &kArn, true},
    MemberShape{"description", &kDescription},
    MemberShape{"routingConfiguration", &kRoutes}};
inline constexpr std::array kStateMachineAlias = {MemberShape{"stateMachineAliasArn", &kArn, true}};

inline constexpr std::array kTagResource = {MemberShape{"resourceArn", &kArn, true},
                                            MemberShape{"tags", &kTags, true}};
inline constexpr std::array kUntagResource = {MemberShape{"resourceArn", &kArn, true},
                                              MemberShape{"tagKeys", &kTagKeys, true}};
inline constexpr std::array kListTagsForResource = {MemberShape{"resourceArn", &kArn, true}};

}  // namespace pawl::aws::shapes
