// GetAccountSettings of the AWS Lambda API.
#include <gtest/gtest.h>

#include "tests/unit/server/lambda/lambda_client.h"

namespace pawl::test {
namespace {

TEST(AccountOperationsTest, TellsWhatIsUsed) {
  LambdaClient client;
  ASSERT_EQ(client.Create("a", R"(,"Publish":true)").Error(), "");
  ASSERT_EQ(client.Create("b").Error(), "");
  const LambdaAnswer settings = client.Get("/2016-08-19/account-settings/");
  EXPECT_EQ(settings.Get("AccountUsage.FunctionCount"), "2");
  EXPECT_EQ(settings.Get("AccountUsage.TotalCodeSize"), std::to_string(3 * ZipOf("one").size()));
  EXPECT_EQ(settings.Get("AccountLimit"),
            R"({"CodeSizeUnzipped":262144000,"CodeSizeZipped":52428800})");
}

}  // namespace
}  // namespace pawl::test
