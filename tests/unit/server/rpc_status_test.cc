#include "server/rpc_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"

namespace pawl::server {
namespace {

TEST(RpcStatusTest, AStatusSurvivesTheWire) {
  const Status status = Status(StatusCode::kAlreadyExists, "execution 'x' exists", "execution.name")
                            .WithReason("ExecutionAlreadyExists");
  EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
}

TEST(RpcStatusTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(RpcStatusTest, AFieldIsNamedByABadRequest) {
  const google::rpc::Status wire = ToRpcStatus(InvalidArgument("input: no JSON", "input"));
  google::rpc::BadRequest bad_request;
  ASSERT_EQ(wire.details_size(), 1);
  ASSERT_TRUE(wire.details(0).UnpackTo(&bad_request));
  EXPECT_EQ(bad_request.field_violations(0).field(), "input");
  EXPECT_EQ(bad_request.field_violations(0).description(), "input: no JSON");
  EXPECT_EQ(wire.details(0).type_url(), "type.googleapis.com/google.rpc.BadRequest");
}

TEST(RpcStatusTest, AReasonIsNamedByAnErrorInfo) {
  const google::rpc::Status wire = ToRpcStatus(Aborted("x").WithReason("Fenced"));
  google::rpc::ErrorInfo info;
  ASSERT_EQ(wire.details_size(), 1);
  ASSERT_TRUE(wire.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "Fenced");
  EXPECT_EQ(info.domain(), "pawl");
}

TEST(RpcStatusTest, ALongMessageIsCutBetweenCharacters) {
  std::string message;
  while (message.size() < 3 * kWireMessageBytesMax)
    message += "ä€";
  const std::string cut = ToRpcStatus(Internal(message)).message();
  EXPECT_LE(cut.size(), kWireMessageBytesMax);
  EXPECT_GT(cut.size(), kWireMessageBytesMax - 8);
  EXPECT_THAT(cut, testing::EndsWith(" …"));
  const std::string kept = cut.substr(0, cut.size() - std::string(" …").size());
  EXPECT_TRUE(kept.ends_with("ä") || kept.ends_with("€"));
}

TEST(RpcStatusTest, ATransportErrorWithoutDetailsKeepsCodeAndMessage) {
  const Status status = FromGrpcStatus({grpc::StatusCode::UNAVAILABLE, "connection refused"});
  EXPECT_EQ(status, Unavailable("connection refused"));
}

TEST(RpcStatusTest, AnErrorInsideAFieldNamesTheWholePath) {
  const Status inner = Status(StatusCode::kInvalidArgument, "bad", "name").WithReason("R");
  const Status outer = InsideField(inner, "executions[3]");
  EXPECT_EQ(outer.field(), "executions[3].name");
  EXPECT_EQ(outer.reason(), "R");
  EXPECT_EQ(InsideField(NotFound("x"), "executions[3]"), NotFound("x"));
}

}  // namespace
}  // namespace pawl::server
