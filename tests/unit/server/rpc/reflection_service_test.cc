#include "server/rpc/reflection_service.h"

#include <google/protobuf/descriptor.pb.h>

#include "call_fixture.h"
#include "google/rpc/status.pb.h"

namespace pawl::test {
namespace {

using grpc::reflection::v1alpha::ServerReflectionRequest;
using grpc::reflection::v1alpha::ServerReflectionResponse;

class ReflectionServiceTest : public testing::Test {
 protected:
  rpc::MethodTable Methods() {
    rpc::MethodTable methods(Translated);
    methods.BeginService("test.Door");
    reflection_.AddTo(methods);
    return methods;
  }

  static std::vector<std::string> Names(const ServerReflectionResponse& response) {
    std::vector<std::string> names;
    for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
      google::protobuf::FileDescriptorProto file;
      EXPECT_TRUE(file.ParseFromString(bytes));
      names.push_back(file.name());
    }
    return names;
  }

  rpc::OpenStreams streams_;
  rpc::ReflectionService reflection_{streams_};
  TestServer server_{Methods()};
};

constexpr char kPath[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
constexpr char kFile[] = "grpc/reflection/v1alpha/reflection.proto";

TEST_F(ReflectionServiceTest, AnswersOneQuestionAfterTheOther) {
  ClientStream stream(server_.channel(), kPath);
  for (int i = 0; i < 3; ++i) {
    ServerReflectionRequest request;
    request.set_host("here");
    request.set_list_services("*");
    ASSERT_TRUE(stream.Write(rpc::Serialize(request)));
    ServerReflectionResponse response;
    ASSERT_TRUE(stream.Read(response));
    EXPECT_EQ(response.valid_host(), "here");
    EXPECT_EQ(response.original_request().list_services(), "*");
    std::vector<std::string> names;
    for (const auto& service : response.list_services_response().service())
      names.push_back(service.name());
    EXPECT_THAT(names,
                testing::ElementsAre("test.Door", "grpc.reflection.v1alpha.ServerReflection"));
  }
  ASSERT_TRUE(stream.WritesDone());
  EXPECT_TRUE(stream.Finish().ok());
}

TEST_F(ReflectionServiceTest, StoppingEndsAStream) {
  ClientStream stream(server_.channel(), kPath);
  ServerReflectionRequest request;
  request.set_list_services("*");
  ASSERT_TRUE(stream.Write(rpc::Serialize(request)));
  ServerReflectionResponse response;
  ASSERT_TRUE(stream.Read(response));
  streams_.StopAll();
  EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ReflectionServiceTest, AFileIsFoundByItsNameAndByWhatItDeclares) {
  ServerReflectionRequest request;
  request.set_file_by_filename(kFile);
  EXPECT_THAT(Names(reflection_.Answer(request)), testing::ElementsAre(kFile));
  for (const char* symbol : {"grpc.reflection.v1alpha.ServerReflection",
                             "grpc.reflection.v1alpha.ServerReflection.ServerReflectionInfo",
                             "grpc.reflection.v1alpha.ErrorResponse",
                             "grpc.reflection.v1alpha.ErrorResponse.error_code"}) {
    request.set_file_containing_symbol(symbol);
    EXPECT_THAT(Names(reflection_.Answer(request)), testing::ElementsAre(kFile)) << symbol;
  }
}

TEST_F(ReflectionServiceTest, AFileComesWithWhatItImports) {
  ServerReflectionRequest request;
  request.set_file_containing_symbol(google::rpc::Status::descriptor()->full_name());
  EXPECT_THAT(Names(reflection_.Answer(request)),
              testing::ElementsAre("google/rpc/status.proto", "google/protobuf/any.proto"));
}

TEST_F(ReflectionServiceTest, WhatIsNotThereIsNotFound) {
  ServerReflectionRequest request;
  request.set_file_by_filename("missing.proto");
  EXPECT_EQ(reflection_.Answer(request).error_response().error_code(), 5);
  request.set_file_containing_symbol("test.Missing");
  EXPECT_EQ(reflection_.Answer(request).error_response().error_code(), 5);
  request.set_all_extension_numbers_of_type("test.Missing");
  EXPECT_EQ(reflection_.Answer(request).error_response().error_code(), 5);
  request.mutable_file_containing_extension()->set_containing_type("google.protobuf.FileOptions");
  request.mutable_file_containing_extension()->set_extension_number(123'456);
  EXPECT_EQ(reflection_.Answer(request).error_response().error_code(), 5);
}

TEST_F(ReflectionServiceTest, ATypeWithoutExtensionsHasAnEmptyList) {
  ServerReflectionRequest request;
  request.set_all_extension_numbers_of_type("google.protobuf.FileOptions");
  const ServerReflectionResponse response = reflection_.Answer(request);
  EXPECT_EQ(response.all_extension_numbers_response().base_type_name(),
            "google.protobuf.FileOptions");
  EXPECT_EQ(response.all_extension_numbers_response().extension_number_size(), 0);
}

TEST_F(ReflectionServiceTest, AQuestionIsRequired) {
  EXPECT_EQ(reflection_.Answer({}).error_response().error_code(), 3);
}

}  // namespace
}  // namespace pawl::test
