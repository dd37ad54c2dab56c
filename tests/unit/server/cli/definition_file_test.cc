#include "server/cli/definition_file.h"

#include <gtest/gtest.h>

namespace pawl::cli {
namespace {

TEST(DefinitionFileTest, AStateMachineHasItsFilesNameWithoutTheSuffix) {
  EXPECT_EQ(StateMachineNameOf("a/b/orders.asl.json"), "orders");
  EXPECT_EQ(StateMachineNameOf("orders.asl.yaml"), "orders");
  EXPECT_EQ(StateMachineNameOf("v1.2.yml"), "v1.2");
  EXPECT_EQ(StateMachineNameOf("orders.json"), "orders");
  EXPECT_EQ(StateMachineNameOf("orders"), "orders");
}

TEST(DefinitionFileTest, ASuffixAloneIsAName) {
  EXPECT_EQ(StateMachineNameOf(".json"), ".json");
}

TEST(DefinitionFileTest, APathIsToldFromAName) {
  EXPECT_TRUE(IsDefinitionPath("orders.asl.json"));
  EXPECT_TRUE(IsDefinitionPath("./orders"));
  EXPECT_FALSE(IsDefinitionPath("orders"));
  EXPECT_FALSE(IsDefinitionPath("orders.v2"));
}

TEST(DefinitionFileTest, AMissingFileIsNotFoundByName) {
  const Result<std::string> text = ReadDefinition("/nowhere/x.asl.json");
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.status().code(), StatusCode::kNotFound);
  EXPECT_NE(text.status().message().find("/nowhere/x.asl.json"), std::string::npos);
}

TEST(DefinitionFileTest, ADirectoryIsNoDefinition) {
  EXPECT_EQ(ReadDefinition("/").status().code(), StatusCode::kInvalidArgument);
}

TEST(DefinitionFileTest, ADiagnosticNamesItsPlaceFirst) {
  const asl::Diagnostic diagnostic{.code = "MISSING_TRANSITION_TARGET",
                                   .severity = asl::Severity::kError,
                                   .pointer = "/States/A/Next",
                                   .line = 3,
                                   .column = 7,
                                   .message = "no state '\x1b'"};
  EXPECT_EQ(DiagnosticText("a.json", diagnostic),
            "a.json:3:7: error: no state '\\u001b' [MISSING_TRANSITION_TARGET at /States/A/Next]");
}

}  // namespace
}  // namespace pawl::cli
