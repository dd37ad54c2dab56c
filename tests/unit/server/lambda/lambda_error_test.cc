#include "server/lambda/lambda_error.h"

#include <gtest/gtest.h>

namespace pawl::lambda {
namespace {

TEST(LambdaErrorTest, AReasonIsAwsNameWithoutException) {
  const LambdaError error =
      ToLambdaError(NotFound("Function not found: x").WithReason("ResourceNotFound"));
  EXPECT_EQ(error.code, "ResourceNotFoundException");
  const http::HttpResponse response = ErrorResponse(error);
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, R"({"Type":"User","Message":"Function not found: x"})");
  EXPECT_EQ(response.headers.front().value, "ResourceNotFoundException");
}

TEST(LambdaErrorTest, ACodeNamesWhatHasNoReason) {
  EXPECT_EQ(ToLambdaError(InvalidArgument("x")).code, "InvalidParameterValueException");
  EXPECT_EQ(ToLambdaError(AlreadyExists("x")).code, "ResourceConflictException");
  EXPECT_EQ(ToLambdaError(FailedPrecondition("x")).http_status, 412);
  EXPECT_EQ(ToLambdaError(Unavailable("x")).code, "ServiceException");
  EXPECT_EQ(ToLambdaError(DeadlineExceeded("x")).http_status, 500);
  EXPECT_EQ(ToLambdaError(Unimplemented("x")).http_status, 501);
  EXPECT_EQ(ToLambdaError(InvalidArgument("x").WithReason("NobodyKnows")).code,
            "InvalidParameterValueException");
}

TEST(LambdaErrorTest, AThrottleSaysWhichLimitItMet) {
  const http::HttpResponse response = ErrorResponse(
      ToLambdaError(ResourceExhausted("Rate Exceeded.")
                        .WithReason("ReservedFunctionConcurrentInvocationLimitExceeded")));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.body,
            R"({"Type":"User","message":"Rate Exceeded.",)"
            R"("Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"})");
  ASSERT_EQ(response.headers.size(), 2U);
  EXPECT_EQ(response.headers[1].name, "Retry-After");
  EXPECT_EQ(ToLambdaError(ResourceExhausted("x")).reason, "ConcurrentInvocationLimitExceeded");
}

TEST(LambdaErrorTest, AnErrorOfASignatureKeepsItsName) {
  const LambdaError error = ToLambdaError(
      Status(StatusCode::kUnauthenticated, "x").WithReason("InvalidSignatureException"));
  EXPECT_EQ(error.code, "InvalidSignatureException");
  EXPECT_EQ(error.http_status, 403);
}

}  // namespace
}  // namespace pawl::lambda
