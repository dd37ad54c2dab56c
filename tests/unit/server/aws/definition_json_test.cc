// Texts as in the answers of CreateStateMachine and ValidateStateMachineDefinition that were
// recorded on AWS.
#include "server/aws/definition_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace pawl::aws {
namespace {

const asl::Diagnostic kError = {.code = "SCHEMA_VALIDATION_FAILED",
                                .pointer = "/States/WaitUntil/Timestamp",
                                .message = "String does not match RFC3339 timestamp"};

TEST(DefinitionJsonTest, ARefusalNamesCodeProblemAndPlace) {
  EXPECT_EQ(InvalidDefinitionMessage(std::vector{kError}, "{}"),
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: String does not match "
            "RFC3339 timestamp at /States/WaitUntil/Timestamp'");
}

TEST(DefinitionJsonTest, WarningsAreNoReasonToRefuse) {
  asl::Diagnostic warning = kError;
  warning.severity = asl::Severity::kWarning;
  warning.message = "a warning";
  EXPECT_EQ(InvalidDefinitionMessage(std::vector{warning, kError}, "{}"),
            InvalidDefinitionMessage(std::vector{kError}, "{}"));
}

TEST(DefinitionJsonTest, AValidDefinitionHasNoDiagnostics) {
  std::string text;
  WriteValidation(text, {}, 100);
  EXPECT_EQ(text, R"({"result":"OK","diagnostics":[],"truncated":false})");
}

TEST(DefinitionJsonTest, TheWholeDefinitionIsASlash) {
  std::string text;
  asl::Diagnostic error = kError;
  error.pointer = "";
  error.message = "These fields are required: [StartAt]";
  WriteValidation(text, std::vector{error}, 100);
  EXPECT_EQ(text,
            R"({"result":"FAIL","diagnostics":[{"severity":"ERROR",)"
            R"("code":"SCHEMA_VALIDATION_FAILED",)"
            R"("message":"These fields are required: [StartAt]","location":"/"}],)"
            R"("truncated":false})");
}

// Recorded: test_map_state_label_empty_fail and its neighbours.
TEST(DefinitionJsonTest, LabelsAreRefusedInOtherWords) {
  asl::Diagnostic label = kError;
  label.code = "INVALID_LABEL";
  label.message = "Label cannot be empty";
  EXPECT_EQ(InvalidDefinitionMessage(std::vector{label}, "{}"),
            "Error=ValueError Args=['Label cannot be empty'] in definition '{}'.");
  label.message = "Label contains invalid character: '\\n'";
  EXPECT_EQ(InvalidDefinitionMessage(std::vector{label}, "{}"),
            "Error=ValueError Args=[\"Label contains invalid character: '\\\\n'\"] in definition "
            "'{}'.");
  label.message = "Label contains invalid character: '\"'";
  EXPECT_EQ(InvalidDefinitionMessage(std::vector{label}, "{}"),
            "Error=ValueError Args=['Label contains invalid character: \\'\"\\''] in definition "
            "'{}'.");
}

TEST(DefinitionJsonTest, ValidationStopsAtTheMost) {
  std::string text;
  WriteValidation(text, std::vector{kError, kError}, 1);
  EXPECT_THAT(text, testing::EndsWith("}],\"truncated\":true}"));
}

}  // namespace
}  // namespace pawl::aws
