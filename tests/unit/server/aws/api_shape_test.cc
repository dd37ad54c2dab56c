#include "server/aws/api_shape.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "engine/json/arena.h"
#include "engine/json/parse.h"
#include "server/aws/request_shapes.h"

namespace pawl::aws {
namespace {

constexpr Shape kShort{.min = 2, .max = 3};
constexpr Shape kWordsByName{.kind = ShapeKind::kMap, .item = &kShort, .key = &kShort};
constexpr Shape kSecretsByName{
    .kind = ShapeKind::kMap, .is_sensitive = true, .item = &kShort, .key = &kShort};
constexpr std::array kMembers = {MemberShape{"name", &kShort, true},
                                 MemberShape{"count", &shapes::kPageSize},
                                 MemberShape{"share", &shapes::kPercentage},
                                 MemberShape{"payload", &shapes::kPayload},
                                 MemberShape{"routes", &shapes::kRoutes},
                                 MemberShape{"tags", &shapes::kTags},
                                 MemberShape{"alias", &shapes::kAliasName},
                                 MemberShape{"WordsByName", &kWordsByName},
                                 MemberShape{"SecretsByName", &kSecretsByName}};

std::string Check(std::string_view text) {
  json::Arena arena;
  const auto input = json::Parse(text, arena);
  const Status status = CheckInput(input.value(), kMembers, 5);
  return status.ok() ? "" : status.reason() + ": " + status.message();
}

// A request with a good name and one member more.
std::string With(const std::string& member) {
  return Check(R"({"name":"ab",)" + member + "}");
}

std::string Violation(const std::string& text) {
  return "ValidationException: 1 validation error detected: " + text;
}

TEST(ApiShapeTest, PassesWhatIsWithinBounds) {
  EXPECT_EQ(Check(R"({"name":"ab"})"), "");
  EXPECT_EQ(Check(R"({"name":"äöü","unknown":{}})"), "");
  EXPECT_EQ(With(R"("count":null,"share":0.5,"payload":"12345","alias":"v-1")"), "");
}

TEST(ApiShapeTest, NamesAMemberThatIsMissing) {
  EXPECT_EQ(
      Check("{}"),
      Violation("Value null at 'name' failed to satisfy constraint: Member must not be null"));
  EXPECT_EQ(Check(R"({"name":null})"), Check("{}"));
}

TEST(ApiShapeTest, NamesAMapAndNotItsEntries) {
  EXPECT_EQ(With(R"("WordsByName":{"ab":"cd"})"), "");
  EXPECT_EQ(With(R"("WordsByName":{"ab":"cd","a":"cd"})"),
            Violation("Value '{ab=cd, a=cd}' at 'wordsByName' failed to satisfy constraint: Map "
                      "keys must satisfy constraint: [Member must have length greater than or "
                      "equal to 2]"));
  EXPECT_EQ(With(R"("SecretsByName":{"ab":"long","cd":"long"})"),
            Violation("Value at 'secretsByName' failed to satisfy constraint: Map value must "
                      "satisfy constraint: [Member must have length less than or equal to 3]"));
  EXPECT_EQ(With(R"("WordsByName":{"ab":1})"),
            "SerializationException: NUMBER_VALUE can not be converted to a String at "
            "'wordsByName.ab.member'");
  EXPECT_EQ(With(R"("WordsByName":[])"),
            "SerializationException: START_ARRAY can not be converted to a Map at 'wordsByName'");
}

TEST(ApiShapeTest, NamesLengthsAndRanges) {
  EXPECT_EQ(Check(R"({"name":"a"})"),
            Violation("Value 'a' at 'name' failed to satisfy constraint: Member must have length "
                      "greater than or equal to 2"));
  EXPECT_EQ(Check(R"({"name":"abcd"})"),
            Violation("Value 'abcd' at 'name' failed to satisfy constraint: Member must have "
                      "length less than or equal to 3"));
  EXPECT_EQ(With(R"("count":1001)"),
            Violation("Value '1001' at 'count' failed to satisfy constraint: Member must have "
                      "value less than or equal to 1000"));
  EXPECT_EQ(With(R"("share":-0.5)"),
            Violation("Value '-0.5' at 'share' failed to satisfy constraint: Member must have "
                      "value greater than or equal to 0"));
}

TEST(ApiShapeTest, CountsCharactersAsJavaDoes) {
  EXPECT_EQ(Check(R"({"name":"a😀"})"), "");
  EXPECT_NE(Check(R"({"name":"😀😀"})"), "");
}

TEST(ApiShapeTest, ShowsNoPayload) {
  EXPECT_EQ(With(R"("payload":"secret")"),
            Violation("Value at 'payload' failed to satisfy constraint: Member must have length "
                      "less than or equal to 5"));
}

TEST(ApiShapeTest, NamesPatterns) {
  EXPECT_EQ(With(R"("alias":"123")"),
            Violation("Value '123' at 'alias' failed to satisfy constraint: Member must satisfy "
                      "regular expression pattern: ^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$"));
}

TEST(ApiShapeTest, ShowsListsAsJavaDoes) {
  EXPECT_EQ(With(R"("routes":[{"stateMachineVersionArn":"a","weight":1},)"
                 R"({"weight":2,"stateMachineVersionArn":"b"},)"
                 R"({"stateMachineVersionArn":"c","weight":3}])"),
            Violation("Value '[RoutingConfigurationListItem(stateMachineVersionArn=a, weight=1), "
                      "RoutingConfigurationListItem(stateMachineVersionArn=b, weight=2), "
                      "RoutingConfigurationListItem(stateMachineVersionArn=c, weight=3)]' at "
                      "'routes' failed to satisfy constraint: Member must have length less than or "
                      "equal to 2"));
}

TEST(ApiShapeTest, NamesThePlaceInsideAList) {
  EXPECT_EQ(With(R"("tags":[{"key":"a"},{"key":""}])"),
            Violation("Value '' at 'tags.2.member.key' failed to satisfy constraint: Member must "
                      "have length greater than or equal to 1"));
}

TEST(ApiShapeTest, GathersAllViolations) {
  EXPECT_EQ(Check(R"({"name":"a","count":-1})"),
            "ValidationException: 2 validation errors detected: Value 'a' at 'name' failed to "
            "satisfy constraint: Member must have length greater than or equal to 2; Value '-1' at "
            "'count' failed to satisfy constraint: Member must have value greater than or equal to "
            "0");
}

TEST(ApiShapeTest, TellsValuesOfAnotherType) {
  EXPECT_EQ(Check(R"({"name":1})"),
            "SerializationException: NUMBER_VALUE can not be converted to a String at 'name'");
  EXPECT_EQ(With(R"("count":1.5)"),
            "SerializationException: NUMBER_VALUE can not be converted to a Integer at 'count'");
  EXPECT_EQ(With(R"("tags":[1])"),
            "SerializationException: NUMBER_VALUE can not be converted to a Structure at "
            "'tags.1.member'");
}

}  // namespace
}  // namespace pawl::aws
