// FunctionService on a real engine in memory.
#include "server/function_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine_server_fixture.h"
#include "pawl/v1/function_service.grpc.pb.h"
#include "tests/support/zip_writer.h"

namespace pawl::test {
namespace {

class FunctionServiceTest : public EngineServerTest {
 protected:
  FunctionServiceTest() : functions_(v1::FunctionService::NewStub(server_->InProcessChannel())) {}

  static std::string Archive(const std::string& content = "def handler(e, c): return 1\n") {
    return ZipOf({{.name = "app.py", .content = content}});
  }

  static v1::DeployedConfiguration Configuration(const std::string& name) {
    v1::DeployedConfiguration configuration;
    configuration.set_name(name);
    configuration.mutable_configuration()->set_handler("app.handler");
    return configuration;
  }

  Result<v1::DeployFunctionResponse> Send(const std::vector<v1::DeployFunctionRequest>& messages) {
    grpc::ClientContext context;
    v1::DeployFunctionResponse response;
    const auto writer = functions_->DeployFunction(&context, &response);
    for (const v1::DeployFunctionRequest& message : messages)
      writer->Write(message);
    writer->WritesDone();
    const Status status = server::FromGrpcStatus(writer->Finish());
    if (!status.ok()) return status;
    return response;
  }

  // In pieces of 50 bytes.
  Result<v1::DeployFunctionResponse> Deploy(const v1::DeployedConfiguration& configuration,
                                            const std::string& archive) {
    std::vector<v1::DeployFunctionRequest> messages(1);
    *messages[0].mutable_configuration() = configuration;
    for (std::size_t at = 0; at < archive.size(); at += 50)
      messages.emplace_back().set_code(archive.substr(at, 50));
    return Send(messages);
  }

  template <typename Rpc, typename Request, typename Response>
  Status CallFunctions(Rpc rpc, const Request& request, Response& response) {
    grpc::ClientContext context;
    return server::FromGrpcStatus(((*functions_).*rpc)(&context, request, &response));
  }

  Result<v1::DeployedFunction> Describe(const std::string& name,
                                        const std::string& qualifier = "") {
    v1::DescribeFunctionRequest request;
    request.set_name(name);
    request.set_qualifier(qualifier);
    v1::DescribeFunctionResponse response;
    RETURN_IF_ERROR(CallFunctions(&FunctionStub::DescribeFunction, request, response));
    return response.function();
  }

  Status SetAlias(const std::string& version) {
    v1::SetFunctionAliasRequest request;
    request.mutable_alias()->set_function("orders");
    request.mutable_alias()->set_name("live");
    request.mutable_alias()->set_version(version);
    v1::SetFunctionAliasResponse response;
    return CallFunctions(&FunctionStub::SetFunctionAlias, request, response);
  }

  std::string Publish() {
    v1::PublishFunctionVersionRequest request;
    request.set_name("orders");
    v1::PublishFunctionVersionResponse response;
    const Status status = CallFunctions(&FunctionStub::PublishFunctionVersion, request, response);
    return status.ok() ? response.function().version() : status.message();
  }

  using FunctionStub = v1::FunctionService::Stub;
  std::unique_ptr<FunctionStub> functions_;
};

TEST_F(FunctionServiceTest, DeploysAFunctionInPieces) {
  v1::DeployedConfiguration configuration = Configuration("orders");
  configuration.mutable_configuration()->set_timeout_seconds(30);
  (*configuration.mutable_configuration()->mutable_environment())["TABLE"] = "t";
  const auto deployed = Deploy(configuration, Archive());
  ASSERT_TRUE(deployed.ok()) << deployed.status().ToString();
  EXPECT_TRUE(deployed->created() && deployed->changed());
  const auto function = Describe("orders");
  ASSERT_TRUE(function.ok());
  EXPECT_EQ(function->configuration().handler(), "app.handler");
  EXPECT_EQ(function->configuration().timeout_seconds(), 30U);
  EXPECT_EQ(function->configuration().memory_mb(), 128U);
  EXPECT_EQ(function->configuration().environment().at("TABLE"), "t");
  EXPECT_EQ(function->code_bytes(), Archive().size());
  EXPECT_EQ(function->version(), "$LATEST");
}

TEST_F(FunctionServiceTest, DeployingTheSameAgainChangesNothing) {
  const auto first = Deploy(Configuration("orders"), Archive());
  const auto second = Deploy(Configuration("orders"), Archive());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_FALSE(second->created() || second->changed());
  EXPECT_EQ(second->function().revision_id(), first->function().revision_id());
}

TEST_F(FunctionServiceTest, ChangesCodeAndConfigurationAlone) {
  ASSERT_TRUE(Deploy(Configuration("orders"), Archive()).ok());
  v1::DeployedConfiguration name_alone;
  name_alone.set_name("orders");
  const auto code = Deploy(name_alone, Archive("x = 2\n"));
  ASSERT_TRUE(code.ok()) << code.status().ToString();
  EXPECT_TRUE(code->changed());
  EXPECT_EQ(code->function().configuration().handler(), "app.handler");
  v1::DeployedConfiguration other = Configuration("orders");
  other.mutable_configuration()->set_memory_mb(512);
  const auto configuration = Deploy(other, "");
  ASSERT_TRUE(configuration.ok());
  EXPECT_EQ(configuration->function().configuration().memory_mb(), 512U);
  EXPECT_EQ(configuration->function().code_sha256(), code->function().code_sha256());
}

TEST_F(FunctionServiceTest, WhatAClientThatLeftHasSentIsNotDeployed) {
  constexpr int kClients = 20;
  v1::DeployFunctionRequest code;
  code.set_code(Archive());
  for (int i = 0; i < kClients; ++i) {
    grpc::ClientContext context;
    v1::DeployFunctionResponse response;
    const auto writer = functions_->DeployFunction(&context, &response);
    v1::DeployFunctionRequest first;
    *first.mutable_configuration() = Configuration("orders" + std::to_string(i));
    writer->Write(first);
    writer->Write(code);
    context.TryCancel();
    EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  // All calls have ended then.
  server_->Stop(std::chrono::minutes(1));
  for (int i = 0; i < kClients; ++i) {
    const auto function = engine_->Functions().Describe({.name = "orders" + std::to_string(i)});
    EXPECT_EQ(function.status().code(), StatusCode::kNotFound) << i;
  }
}

TEST_F(FunctionServiceTest, RefusesWhatIsNoDeployment) {
  v1::DeployFunctionRequest code;
  code.set_code("x");
  EXPECT_EQ(Send({code}).status().field(), "configuration");
  EXPECT_EQ(Send({}).status().field(), "configuration");
  v1::DeployFunctionRequest twice;
  *twice.mutable_configuration() = Configuration("orders");
  EXPECT_EQ(Send({twice, twice}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Deploy(Configuration(""), Archive()).status().field(), "name");
  EXPECT_EQ(Deploy(Configuration("orders"), "").status().field(), "code");
  EXPECT_EQ(Deploy(Configuration("orders"), "no archive").status().reason(),
            "InvalidParameterValue");
  EXPECT_EQ(Deploy(Configuration("no name"), Archive()).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(FunctionServiceTest, ListsPageByPage) {
  for (const char* name : {"b", "a", "c"})
    ASSERT_TRUE(Deploy(Configuration(name), Archive()).ok());
  v1::ListFunctionsRequest request;
  request.set_page_size(2);
  v1::ListFunctionsResponse page;
  ASSERT_TRUE(CallFunctions(&FunctionStub::ListFunctions, request, page).ok());
  ASSERT_EQ(page.functions_size(), 2);
  EXPECT_EQ(page.functions(0).name() + page.functions(1).name(), "ab");
  request.set_page_token(page.next_page_token());
  v1::ListFunctionsResponse rest;
  ASSERT_TRUE(CallFunctions(&FunctionStub::ListFunctions, request, rest).ok());
  ASSERT_EQ(rest.functions_size(), 1);
  EXPECT_EQ(rest.functions(0).name(), "c");
  EXPECT_EQ(rest.next_page_token(), "");
}

TEST_F(FunctionServiceTest, PublishesVersionsAndSetsAliases) {
  ASSERT_TRUE(Deploy(Configuration("orders"), Archive()).ok());
  EXPECT_EQ(Publish(), "1");
  EXPECT_EQ(Publish(), "1");
  EXPECT_TRUE(SetAlias("1").ok());
  ASSERT_TRUE(Deploy(Configuration("orders"), Archive("x = 2\n")).ok());
  EXPECT_EQ(Publish(), "2");
  EXPECT_TRUE(SetAlias("2").ok());
  EXPECT_EQ(Describe("orders", "live")->code_sha256(), Describe("orders", "2")->code_sha256());

  v1::ListFunctionVersionsRequest versions;
  versions.set_name("orders");
  v1::ListFunctionVersionsResponse listed;
  ASSERT_TRUE(CallFunctions(&FunctionStub::ListFunctionVersions, versions, listed).ok());
  EXPECT_EQ(listed.functions_size(), 3);

  v1::ListFunctionAliasesRequest aliases;
  aliases.set_name("orders");
  v1::ListFunctionAliasesResponse found;
  ASSERT_TRUE(CallFunctions(&FunctionStub::ListFunctionAliases, aliases, found).ok());
  ASSERT_EQ(found.aliases_size(), 1);
  EXPECT_EQ(found.aliases(0).name() + found.aliases(0).version(), "live2");

  v1::DeleteFunctionAliasRequest remove;
  remove.set_name("orders");
  remove.set_alias("live");
  v1::DeleteFunctionAliasResponse removed;
  EXPECT_TRUE(CallFunctions(&FunctionStub::DeleteFunctionAlias, remove, removed).ok());
  EXPECT_EQ(CallFunctions(&FunctionStub::DeleteFunctionAlias, remove, removed).code(),
            StatusCode::kNotFound);
}

// For one function and one version: for another it would skip what it should list.
TEST_F(FunctionServiceTest, APageTokenOfAliasesIsForItsListAlone) {
  const std::vector<std::string> names = {"orders-of-all-the-shops", "orders-of-all-the-banks"};
  for (const std::string& name : names) {
    ASSERT_TRUE(Deploy(Configuration(name), Archive()).ok());
    for (const std::string alias : {"blue", "green", "live"}) {
      v1::SetFunctionAliasRequest request;
      request.mutable_alias()->set_function(name);
      request.mutable_alias()->set_name(alias);
      request.mutable_alias()->set_version("$LATEST");
      v1::SetFunctionAliasResponse response;
      ASSERT_TRUE(CallFunctions(&FunctionStub::SetFunctionAlias, request, response).ok());
    }
  }
  v1::ListFunctionAliasesRequest request;
  request.set_name(names[0]);
  request.set_page_size(1);
  std::string listed;
  std::string token;
  do {
    v1::ListFunctionAliasesResponse page;
    const Status status = CallFunctions(&FunctionStub::ListFunctionAliases, request, page);
    ASSERT_TRUE(status.ok()) << status.ToString();
    ASSERT_EQ(page.aliases_size(), 1);
    listed += page.aliases(0).name() + " ";
    if (!page.next_page_token().empty()) token = page.next_page_token();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, "blue green live ");

  request.set_page_token(token);
  request.set_name(names[1]);
  v1::ListFunctionAliasesResponse page;
  EXPECT_EQ(CallFunctions(&FunctionStub::ListFunctionAliases, request, page).code(),
            StatusCode::kInvalidArgument);
  request.set_name(names[0]);
  request.set_version("1");
  EXPECT_EQ(CallFunctions(&FunctionStub::ListFunctionAliases, request, page).code(),
            StatusCode::kInvalidArgument);
}

TEST_F(FunctionServiceTest, SetsAndTakesAwayTheConcurrency) {
  ASSERT_TRUE(Deploy(Configuration("orders"), Archive()).ok());
  v1::SetFunctionConcurrencyRequest request;
  request.set_name("orders");
  request.set_concurrency(0);
  v1::SetFunctionConcurrencyResponse response;
  ASSERT_TRUE(CallFunctions(&FunctionStub::SetFunctionConcurrency, request, response).ok());
  EXPECT_TRUE(Describe("orders")->has_reserved_concurrency());
  request.clear_concurrency();
  ASSERT_TRUE(CallFunctions(&FunctionStub::SetFunctionConcurrency, request, response).ok());
  EXPECT_FALSE(Describe("orders")->has_reserved_concurrency());
}

TEST_F(FunctionServiceTest, DeletesAFunction) {
  ASSERT_TRUE(Deploy(Configuration("orders"), Archive()).ok());
  v1::DeleteFunctionRequest request;
  request.set_name("orders");
  v1::DeleteFunctionResponse response;
  EXPECT_TRUE(CallFunctions(&FunctionStub::DeleteFunction, request, response).ok());
  const Status gone = CallFunctions(&FunctionStub::DeleteFunction, request, response);
  EXPECT_EQ(gone.code(), StatusCode::kNotFound);
  EXPECT_EQ(gone.reason(), "ResourceNotFound");
}

TEST_F(FunctionServiceTest, InvokingWantsAName) {
  v1::InvokeFunctionResponse response;
  EXPECT_EQ(
      CallFunctions(&FunctionStub::InvokeFunction, v1::InvokeFunctionRequest(), response).field(),
      "name");
}

TEST_F(FunctionServiceTest, TheServerTellsWhatItsArnsHave) {
  v1::DescribeServerResponse response;
  ASSERT_TRUE(Call(&Stub::DescribeServer, v1::DescribeServerRequest(), response).ok());
  EXPECT_EQ(response.partition(), "aws");
  EXPECT_EQ(response.region(), "us-east-1");
  EXPECT_EQ(response.account(), "123456789012");
}

}  // namespace
}  // namespace pawl::test
