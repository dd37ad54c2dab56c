#include "server/rpc/health_service.h"

#include "call_fixture.h"

namespace pawl::test {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

class HealthServiceTest : public testing::Test {
 protected:
  rpc::MethodTable Methods() {
    rpc::MethodTable methods(Translated);
    methods.BeginService("test.Door");
    health_.AddTo(methods);
    return methods;
  }

  static grpc::ByteBuffer RequestFor(const std::string& service) {
    HealthCheckRequest request;
    request.set_service(service);
    return rpc::Serialize(request);
  }

  grpc::Status Check(const std::string& service, HealthCheckResponse& response) {
    ClientCall call(server_.channel(), "/grpc.health.v1.Health/Check", RequestFor(service));
    grpc::Status status = call.Finish();
    if (status.ok()) {
      EXPECT_TRUE(call.Take(response));
    }
    return status;
  }

  rpc::OpenStreams streams_;
  rpc::HealthService health_{streams_};
  TestServer server_{Methods()};
};

TEST_F(HealthServiceTest, ServesWithEachOfItsServicesUntilItStops) {
  HealthCheckResponse response;
  for (const char* service : {"", "test.Door", "grpc.health.v1.Health"}) {
    EXPECT_TRUE(Check(service, response).ok()) << service;
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING) << service;
  }
  health_.StopServing();
  EXPECT_TRUE(Check("", response).ok());
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
}

TEST_F(HealthServiceTest, AServiceThatIsNotThereIsNotFound) {
  HealthCheckResponse response;
  EXPECT_EQ(Check("test.Window", response).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(HealthServiceTest, AWatchLearnsThatTheServerStops) {
  ClientStream watch(server_.channel(), "/grpc.health.v1.Health/Watch");
  ASSERT_TRUE(watch.Write(RequestFor("test.Door")));
  HealthCheckResponse response;
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  health_.StopServing();
  streams_.StopAll();
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(watch.Read(response));
  EXPECT_EQ(watch.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(HealthServiceTest, AWatchOfAnUnknownServiceSaysSo) {
  ClientStream watch(server_.channel(), "/grpc.health.v1.Health/Watch");
  ASSERT_TRUE(watch.Write(RequestFor("test.Window")));
  HealthCheckResponse response;
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  watch.Cancel();
  EXPECT_EQ(watch.Finish().error_code(), grpc::StatusCode::CANCELLED);
}

}  // namespace
}  // namespace pawl::test
