// Each kind of resource, and what is left out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readings.h"

namespace pawl::test {
namespace {

using templates::Function;
using templates::FunctionAlias;
using templates::FunctionVersion;
using templates::Reading;
using templates::ReadTemplate;
using templates::StateMachine;
using templates::StateMachineAlias;
using templates::TemplateOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

Reading Read(const std::string& resources, const TemplateOptions& options = {}) {
  return ReadTemplate("Transform: AWS::Serverless-2016-10-31\nResources:\n" + resources, options);
}

constexpr char kFunction[] = R"(
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
)";

TEST(FunctionReaderTest, ReadsAServerlessFunction) {
  const Reading reading = Read(std::string(kFunction) + R"(
      FunctionName: orders
      Timeout: 30
      MemorySize: 512
      Description: takes orders
      Role: arn:aws:iam::1:role/x
      Environment: {Variables: {TABLE: t, LEVEL: 3, ON: true}}
      ReservedConcurrentExecutions: 5
      Architectures: [arm64]
      Tracing: Active
      Tags: {team: shop}
)");
  ASSERT_THAT(Problems(reading), IsEmpty());
  const auto function = Find<Function>(reading, "F");
  EXPECT_EQ(function.name, "orders");
  EXPECT_EQ(function.code.path, "src/");
  EXPECT_EQ(function.reserved_concurrency, 5U);
  EXPECT_THAT(function.tags, ElementsAre(Pair("team", "shop")));
  const FunctionConfiguration expected = {
      .handler = "app.handler",
      .timeout_seconds = 30,
      .memory_mb = 512,
      .environment = {{"LEVEL", "3"}, {"ON", "true"}, {"TABLE", "t"}},
      .description = "takes orders",
      .runtime = "python3.12",
      .role = "arn:aws:iam::1:role/x",
      .other = R"({"Architectures":["arm64"],"TracingConfig":{"Mode":"Active"}})"};
  EXPECT_EQ(function.configuration, expected);
  EXPECT_THAT(reading.content.left_out, IsEmpty());
}

TEST(FunctionReaderTest, HasTheDefaultsOfAws) {
  const auto function = Find<Function>(Read(kFunction), "F");
  EXPECT_EQ(function.name, "F");
  EXPECT_EQ(function.configuration.timeout_seconds, 3U);
  EXPECT_EQ(function.configuration.memory_mb, 128U);
  EXPECT_EQ(function.reserved_concurrency, std::nullopt);
}

TEST(FunctionReaderTest, PrefixesNamesWithTheStackThatIsNamed) {
  const TemplateOptions options = {.stack_name = "shop"};
  EXPECT_EQ(Find<Function>(Read(kFunction, options), "F").name, "shop-F");
}

TEST(FunctionReaderTest, ReadsALambdaFunctionWithItsCodeInside) {
  const Reading reading = Read(R"(
  F:
    Type: AWS::Lambda::Function
    Properties:
      Code: {ZipFile: "def handler(event, context): return 1"}
      Handler: index.handler
      Runtime: python3.11
      Tags: [{Key: a, Value: b}]
      TracingConfig: {Mode: PassThrough}
)");
  ASSERT_THAT(Problems(reading), IsEmpty());
  const auto function = Find<Function>(reading, "F");
  EXPECT_EQ(function.code.text, "def handler(event, context): return 1");
  EXPECT_THAT(function.tags, ElementsAre(Pair("a", "b")));
  EXPECT_EQ(function.configuration.other, R"({"TracingConfig":{"Mode":"PassThrough"}})");
}

constexpr char kAsset[] = R"(
  F:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: !Sub 'assets-${AWS::AccountId}', S3Key: a.zip}
      Handler: index.handler
      Runtime: python3.11
)";

TEST(FunctionReaderTest, TakesTheAssetThatCdkNames) {
  const Reading reading =
      Read(std::string(kAsset) +
           "    Metadata: {'aws:asset:path': asset.1, 'aws:asset:property': Code}\n");
  EXPECT_EQ(Find<Function>(reading, "F").code.path, "asset.1");
}

TEST(FunctionReaderTest, LeavesOutWhatIsInS3) {
  EXPECT_THAT(LeftOut(Read(kAsset)), ElementsAre("F (AWS::Lambda::Function)"));
  const Reading uri = Read(R"(
  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: s3://b/k, Handler: a.b, Runtime: python3.12}}
)");
  EXPECT_THAT(LeftOut(uri), ElementsAre("F (AWS::Serverless::Function)"));
  EXPECT_TRUE(uri.ok());
}

TEST(FunctionReaderTest, RefusesOtherRuntimes) {
  const Reading reading = Read(R"(
  F:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src, Handler: a.b, Runtime: nodejs20.x}
  G:
    Type: AWS::Lambda::Function
    Properties: {PackageType: Image, Code: {ImageUri: x}, Handler: a.b}
)");
  EXPECT_THAT(Problems(reading),
              ElementsAre(HasSubstr("6:55 UNSUPPORTED_RUNTIME Pawl runs Python functions, and the "
                                    "runtime is 'nodejs20.x'"),
                          HasSubstr("UNSUPPORTED_RUNTIME container images do not run here")));
}

TEST(FunctionReaderTest, LeavesOutWhatIsToBeSkipped) {
  const std::string text =
      "  F: {Type: AWS::Serverless::Function, Properties: {Runtime: nodejs20.x}}\n";
  const Reading reading = Read(text, {.skipped = {"F"}});
  EXPECT_TRUE(reading.ok());
  EXPECT_THAT(LeftOut(reading), ElementsAre("F (AWS::Serverless::Function)"));
  EXPECT_THAT(Problems(Read(text, {.skipped = {"F", "G"}})),
              ElementsAre(HasSubstr("has no resource 'G' that could be skipped")));
}

TEST(FunctionReaderTest, SaysWhatIsMissing) {
  const Reading reading = Read("  F: {Type: AWS::Serverless::Function}\n");
  EXPECT_THAT(
      Problems(reading),
      UnorderedElementsAre("3:3 INVALID_PROPERTY the resource needs the property Runtime",
                           "3:3 INVALID_PROPERTY the resource needs the property Handler",
                           "3:3 INVALID_PROPERTY the function has neither CodeUri nor InlineCode"));
}

TEST(FunctionReaderTest, SaysWhatHasTheWrongType) {
  const Reading reading = Read(std::string(kFunction) + R"(
      Timeout: soon
      MemorySize: 99999999999
      Description: [a]
      Environment: {Variables: {A: [b]}}
      Tags: x
)");
  EXPECT_THAT(
      Problems(reading),
      ElementsAre(HasSubstr("11:16 INVALID_PROPERTY Timeout is a whole number from 0, not 'soon'"),
                  HasSubstr("MemorySize is a whole number"),
                  HasSubstr("Description is a string, not of the type array"),
                  HasSubstr("A is a string, not of the type array"),
                  HasSubstr("Tags is an object of keys and values")));
}

TEST(FunctionReaderTest, ListsThePropertiesThatItLeavesOut) {
  const Reading reading = Read(std::string(kFunction) + R"(
      Layers: [!Ref L]
      Policies: [AmazonS3ReadOnlyAccess]
      Events:
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
        Api: {Type: Api}
  L: {Type: AWS::Serverless::LayerVersion}
)");
  EXPECT_TRUE(reading.ok());
  EXPECT_THAT(LeftOut(reading),
              ElementsAre("F.Layers",
                          "F.Policies",
                          "F.Events.Nightly (Schedule)",
                          "F.Events.Api (Api)",
                          "L (AWS::Serverless::LayerVersion)"));
}

TEST(FunctionReaderTest, GlobalsStandBelowItsOwn) {
  const Reading reading = ReadTemplate(R"(
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.12
    Timeout: 20
    Environment: {Variables: {A: '1', B: '2'}}
    Architectures: [x86_64]
    Layers: [x]
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: a.b
      Timeout: 5
      Environment: {Variables: {B: '3'}}
)",
                                       {});
  ASSERT_THAT(Problems(reading), IsEmpty());
  const auto function = Find<Function>(reading, "F");
  EXPECT_EQ(function.configuration.timeout_seconds, 5U);
  EXPECT_EQ(function.configuration.runtime, "python3.12");
  EXPECT_THAT(function.configuration.environment, ElementsAre(Pair("A", "1"), Pair("B", "3")));
  EXPECT_THAT(LeftOut(reading), ElementsAre("F.Layers"));
}

TEST(FunctionReaderTest, AutoPublishAliasMakesAVersionAndAnAlias) {
  const std::string text = std::string(kFunction) + R"(
      AutoPublishAlias: live
  G:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: a.b
      Runtime: python3.12
      Environment: {Variables: {ALIAS: !Ref F.Alias, VERSION: !Ref F.Version}}
)";
  const Reading before = Read(text);
  ASSERT_THAT(Problems(before), IsEmpty());
  EXPECT_THAT(LogicalIds(before), ElementsAre("F", "F.Version", "F.Alias", "G"));
  EXPECT_EQ(Find<FunctionAlias>(before, "F.Alias").version, "${F.Version}");

  const Reading after = Read(text, {.published = {{"F.Version", 7}}});
  EXPECT_EQ(Find<FunctionAlias>(after, "F.Alias").version, "7");
  const std::string arn = "arn:aws:lambda:us-east-1:123456789012:function:F:";
  EXPECT_THAT(Find<Function>(after, "G").configuration.environment,
              ElementsAre(Pair("ALIAS", arn + "live"), Pair("VERSION", arn + "7")));
}

TEST(FunctionReaderTest, ReadsVersionsAndAliases) {
  const Reading reading = Read(std::string(kFunction) + R"(
  V: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F, Description: first}}
  W: {Type: AWS::Lambda::Version, Properties: {FunctionName: !GetAtt F.Arn}}
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref F
      FunctionVersion: !GetAtt V.Version
      Name: live
      RoutingConfig: {AdditionalVersionWeights: [{FunctionVersion: !GetAtt W.Version, FunctionWeight: 0.25}]}
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionString: !Sub '${V} ${Live}'}
)",
                               {.published = {{"V", 1}, {"W", 2}}});
  ASSERT_THAT(Problems(reading), IsEmpty());
  EXPECT_THAT(LogicalIds(reading), ElementsAre("F", "V", "W", "Live", "M"));
  EXPECT_EQ(Find<FunctionVersion>(reading, "W").function, "F");
  const auto alias = Find<FunctionAlias>(reading, "Live");
  EXPECT_EQ(alias.function + alias.version + alias.other_version, "F12");
  EXPECT_DOUBLE_EQ(alias.other_weight, 0.25);
  const std::string arn = "arn:aws:lambda:us-east-1:123456789012:function:F:";
  EXPECT_EQ(Find<StateMachine>(reading, "M").definition.text, arn + "1 " + arn + "live");
}

TEST(FunctionReaderTest, RefusesAWrongRoute) {
  const Reading reading = Read(R"(
  A:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: f, FunctionVersion: '1', Name: live, RoutingConfig: {AdditionalVersionWeights: [{FunctionVersion: '2', FunctionWeight: 2}]}}
)");
  EXPECT_THAT(Problems(reading), ElementsAre(HasSubstr("one weight from 0 to 1")));
}

TEST(StateMachineReaderTest, ReadsAServerlessStateMachine) {
  const Reading reading = Read(std::string(kFunction) + R"(
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: order
      Type: EXPRESS
      DefinitionUri: statemachine/order.asl.json
      DefinitionSubstitutions: {FArn: !GetAtt F.Arn, N: 3}
      Logging: {Level: ALL, IncludeExecutionData: true, Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: x}}]}
      Tracing: {Enabled: 'true'}
      Role: !GetAtt MRole.Arn
      Tags: {team: shop}
)");
  ASSERT_THAT(Problems(reading), IsEmpty());
  const auto machine = Find<StateMachine>(reading, "M");
  EXPECT_EQ(machine.name, "order");
  EXPECT_EQ(machine.type, "EXPRESS");
  EXPECT_EQ(machine.definition.path, "statemachine/order.asl.json");
  EXPECT_THAT(machine.substitutions,
              ElementsAre(Pair("FArn", "arn:aws:lambda:us-east-1:123456789012:function:F"),
                          Pair("N", "3")));
  EXPECT_EQ(machine.role_arn, "arn:aws:iam::123456789012:role/MRole");
  EXPECT_EQ(machine.configuration,
            R"({"loggingConfiguration":{"level":"ALL","includeExecutionData":true,)"
            R"("destinations":[{"cloudWatchLogsLogGroup":{"logGroupArn":"x"}}]},)"
            R"("tracingConfiguration":{"enabled":true}})");
  EXPECT_THAT(machine.tags, ElementsAre(Pair("team", "shop")));
}

TEST(StateMachineReaderTest, ReadsDefinitionsOfEveryForm) {
  const Reading reading = Read(R"(
  A:
    Type: AWS::StepFunctions::StateMachine
    Properties: {StateMachineName: a, Definition: {StartAt: X, States: {X: {Type: Succeed}}}}
  B:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionString: !Join ['', ['{"StartAt":"', X, '"}']], StateMachineType: EXPRESS}
  C:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionS3Location: c.yaml}
)");
  ASSERT_THAT(Problems(reading), IsEmpty());
  EXPECT_THAT(Find<StateMachine>(reading, "A").definition.text, HasSubstr("\"StartAt\": \"X\""));
  EXPECT_EQ(Find<StateMachine>(reading, "B").definition.text, "{\"StartAt\":\"X\"}");
  EXPECT_EQ(Find<StateMachine>(reading, "B").type, "EXPRESS");
  EXPECT_EQ(Find<StateMachine>(reading, "C").definition.path, "c.yaml");
}

TEST(StateMachineReaderTest, LeavesOutDefinitionsInS3) {
  const Reading reading = Read(R"(
  A: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionS3Location: {Bucket: b, Key: k}}}
  B: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: 's3://b/k'}}
)");
  EXPECT_TRUE(reading.ok());
  EXPECT_THAT(
      LeftOut(reading),
      ElementsAre("A (AWS::StepFunctions::StateMachine)", "B (AWS::Serverless::StateMachine)"));
}

TEST(StateMachineReaderTest, SaysWhatIsWrong) {
  EXPECT_THAT(Problems(Read("  A: {Type: AWS::Serverless::StateMachine}\n")),
              ElementsAre(HasSubstr("this one has 0")));
  EXPECT_THAT(Problems(Read(R"(
  A:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: a, Definition: {}, Type: FAST}
)")),
              ElementsAre(HasSubstr("this one has 2")));
  EXPECT_THAT(Problems(Read(R"(
  A:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: a, Type: FAST}
)")),
              ElementsAre(HasSubstr("the type is STANDARD or EXPRESS, not 'FAST'")));
  EXPECT_THAT(Problems(Read(R"(
  A:
    Type: AWS::Serverless::StateMachine
    Properties: {Definition: text}
)")),
              ElementsAre(HasSubstr("Definition is an object, not of the type string")));
}

TEST(StateMachineReaderTest, ReadsActivitiesVersionsAndAliases) {
  const Reading reading = Read(R"(
  Alias:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties: {Name: live, RoutingConfiguration: [{StateMachineVersionArn: !Ref V, Weight: 100}]}
  V: {Type: AWS::StepFunctions::StateMachineVersion, Properties: {StateMachineArn: !Ref M}}
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionString: !Ref Approve}
  Outer:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionString: !Ref Alias}
  Approve: {Type: AWS::StepFunctions::Activity, Properties: {Name: approve}}
)",
                               {.published = {{"V", 4}}});
  ASSERT_THAT(Problems(reading), IsEmpty());
  EXPECT_THAT(LogicalIds(reading), ElementsAre("Approve", "M", "V", "Alias", "Outer"));
  EXPECT_EQ(Find<templates::Activity>(reading, "Approve").name, "approve");
  const auto alias = Find<StateMachineAlias>(reading, "Alias");
  EXPECT_EQ(alias.state_machine, "M");
  ASSERT_EQ(alias.routes.size(), 1U);
  EXPECT_EQ(alias.routes[0].version, "4");
  EXPECT_EQ(Find<StateMachine>(reading, "Outer").definition.text,
            "arn:aws:states:us-east-1:123456789012:stateMachine:M:live");
  EXPECT_EQ(Find<StateMachine>(reading, "M").definition.text,
            "arn:aws:states:us-east-1:123456789012:activity:approve");
}

TEST(StateMachineReaderTest, AutoPublishAliasMakesAVersionAndAnAlias) {
  const Reading reading = Read(R"(
  M:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: a.json, AutoPublishAlias: live, DeploymentPreference: {Type: ALL_AT_ONCE}}
)");
  ASSERT_THAT(Problems(reading), IsEmpty());
  EXPECT_THAT(LogicalIds(reading), ElementsAre("M", "M.Version", "M.Alias"));
  EXPECT_THAT(LeftOut(reading), ElementsAre("M.DeploymentPreference"));
}

TEST(ResourcesTest, NamesThatDependOnEachOtherAreACircle) {
  const Reading reading = Read(R"(
  A: {Type: AWS::StepFunctions::Activity, Properties: {Name: !Sub 'a-${B}'}}
  B: {Type: AWS::StepFunctions::Activity, Properties: {Name: !Sub 'b-${A}'}}
)");
  EXPECT_THAT(Problems(reading), ::testing::Contains(HasSubstr("CIRCULAR_DEPENDENCY")));
}

TEST(ResourcesTest, ResourcesThatReferToEachOtherAreACircle) {
  const Reading reading = Read(R"(
  A: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: !Ref B}}
  B: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: !Ref A}}
)");
  EXPECT_THAT(Problems(reading),
              ElementsAre("4:3 CIRCULAR_DEPENDENCY the resources refer to each other in a circle: "
                          "A -> B -> A"));
}

TEST(ResourcesTest, DependsOnIsNotLookedAt) {
  const Reading reading = Read(R"(
  A: {Type: AWS::StepFunctions::Activity, DependsOn: B}
  B: {Type: AWS::StepFunctions::Activity, DependsOn: [A]}
)");
  EXPECT_THAT(Problems(reading), IsEmpty());
}

TEST(ResourcesTest, AConditionThatIsFalseMakesNothing) {
  const Reading reading = ReadTemplate(R"(
Conditions: {No: !Equals [a, b]}
Resources:
  A: {Type: AWS::StepFunctions::Activity, Condition: No}
  T: {Type: AWS::DynamoDB::Table, Condition: No}
  B: {Type: AWS::StepFunctions::Activity, Properties: {Name: !Ref A}}
)",
                                       {});
  EXPECT_THAT(LeftOut(reading), IsEmpty());
  EXPECT_THAT(Problems(reading), ElementsAre(HasSubstr("'A' is not made: its Condition is false")));
}

TEST(ResourcesTest, KnowsWhatServerlessMakesOnItsOwn) {
  const Reading reading = Read(std::string(kFunction) + R"(
      Environment: {Variables: {ROLE: !GetAtt FRole.Arn, API: !Ref ServerlessRestApi}}
)");
  ASSERT_THAT(Problems(reading), IsEmpty());
  EXPECT_THAT(Find<Function>(reading, "F").configuration.environment,
              ElementsAre(Pair("API", "ServerlessRestApi"),
                          Pair("ROLE", "arn:aws:iam::123456789012:role/FRole")));
}

TEST(ResourcesTest, ArnsAreThoseOfTheAccount) {
  const Reading reading = Read(R"(
  A: {Type: AWS::StepFunctions::Activity}
  M: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: !Ref A}}
)",
                               {.account = {"aws-cn", "cn-north-1", "210987654321"}});
  EXPECT_EQ(Find<StateMachine>(reading, "M").definition.text,
            "arn:aws-cn:states:cn-north-1:210987654321:activity:A");
}

}  // namespace
}  // namespace pawl::test
