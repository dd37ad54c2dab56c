// A CallServer with methods of a test, and clients of it that need no stubs.
#pragma once

#include <gmock/gmock.h>
#include <google/protobuf/message_lite.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "server/rpc/call_server.h"
#include "server/rpc/message.h"

namespace pawl::test {

inline grpc::Status Translated(const Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), "translated: " + status.message()};
}

// One unary call whose end is waited for by Finish.
class ClientCall {
 public:
  ClientCall(const std::shared_ptr<grpc::Channel>& channel,
             const std::string& method,
             const grpc::ByteBuffer& request)
      : stub_(channel), call_(stub_.PrepareUnaryCall(&context_, method, request, &queue_)) {
    call_->StartCall();
    call_->Finish(&response_, &status_, nullptr);
  }

  ClientCall(const ClientCall&) = delete;
  ClientCall& operator=(const ClientCall&) = delete;

  void Cancel() { context_.TryCancel(); }

  grpc::Status Finish() {
    void* tag = nullptr;
    bool ok = false;
    queue_.Next(&tag, &ok);
    return status_;
  }

  // After Finish.
  bool Take(google::protobuf::MessageLite& response) {
    return rpc::Parse(response_, response).ok();
  }

 private:
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  grpc::ByteBuffer response_;
  grpc::Status status_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> call_;
};

// One stream, each step of which is waited for.
class ClientStream {
 public:
  ClientStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& method)
      : stub_(channel), call_(stub_.PrepareCall(&context_, method, &queue_)) {
    call_->StartCall(nullptr);
    Wait();
  }

  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  bool Write(const grpc::ByteBuffer& message) {
    call_->Write(message, nullptr);
    return Wait();
  }

  bool WritesDone() {
    call_->WritesDone(nullptr);
    return Wait();
  }

  bool Read(google::protobuf::MessageLite& message) {
    grpc::ByteBuffer bytes;
    call_->Read(&bytes, nullptr);
    return Wait() && rpc::Parse(bytes, message).ok();
  }

  void Cancel() { context_.TryCancel(); }

  grpc::Status Finish() {
    grpc::Status status;
    call_->Finish(&status, nullptr);
    Wait();
    return status;
  }

 private:
  bool Wait() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

// Serves `methods` until it is destroyed, over TCP.
class TestServer {
 public:
  explicit TestServer(rpc::MethodTable methods) : calls_(std::move(methods)) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    calls_.AddTo(builder);
    server_ = builder.BuildAndStart();
    calls_.Start();
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                   grpc::InsecureChannelCredentials());
  }

  ~TestServer() { Stop(); }

  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  // What has not ended is cut off.
  void Stop() {
    if (server_ == nullptr) return;
    server_->Shutdown(gpr_now(GPR_CLOCK_MONOTONIC));
    calls_.Stop();
    server_.reset();
  }

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  rpc::CallServer calls_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace pawl::test
