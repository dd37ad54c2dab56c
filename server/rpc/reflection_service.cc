#include "server/rpc/reflection_service.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <memory>
#include <set>
#include <utility>

#include "server/rpc/coalesced_writes.h"

namespace pawl::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using grpc::reflection::v1alpha::ServerReflectionRequest;
using grpc::reflection::v1alpha::ServerReflectionResponse;

// A file with all that it imports, each once.
void AddFile(const FileDescriptor& file,
             std::set<const FileDescriptor*>& added,
             ServerReflectionResponse& response) {
  if (!added.insert(&file).second) return;
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  response.mutable_file_descriptor_response()->add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i)
    AddFile(*file.dependency(i), added, response);
}

// Answers one question after the other.
class Reflection final : public CallHandler, private OpenStream {
 public:
  Reflection(const ReflectionService& service, OpenStreams& streams, Call& call)
      : service_(service),
        streams_(streams),
        call_(call),
        writes_(call, [this](auto& response, bool) { return Fill(response); }) {
    call_.Read();
    streams_.Add(*this);
  }

  ~Reflection() override { streams_.Remove(*this); }

  void OnRead(grpc::ByteBuffer* message) override {
    if (message == nullptr) return writes_.EndAfterWrites(grpc::Status::OK);
    ServerReflectionRequest request;
    if (const grpc::Status parsed = Parse(*message, request); !parsed.ok()) {
      return writes_.EndNow(parsed);
    }
    {
      const MutexLock lock(mutex_);
      answer_ = service_.Answer(request);
    }
    writes_.Wake();
  }

  void OnWritten(bool ok) override {
    // Not before: so no more than one answer waits.
    if (ok) call_.Read();
    writes_.OnWritten(ok);
  }

  void OnCancel() override { writes_.EndNow(grpc::Status::CANCELLED); }

 private:
  void Stop() override {
    writes_.EndAfterWrites({grpc::StatusCode::UNAVAILABLE, "the server is stopping"});
  }

  Filled Fill(ServerReflectionResponse& response) {
    const MutexLock lock(mutex_);
    if (!answer_) return Filled::kNothing;
    response = *std::exchange(answer_, std::nullopt);
    return Filled::kMessage;
  }

  const ReflectionService& service_;
  OpenStreams& streams_;
  Call& call_;
  Mutex mutex_;
  std::optional<ServerReflectionResponse> answer_ PAWL_GUARDED_BY(mutex_);
  CoalescedWrites<ServerReflectionResponse> writes_;
};

}  // namespace

void ReflectionService::AddTo(MethodTable& methods) {
  methods.BeginService("grpc.reflection.v1alpha.ServerReflection");
  methods.AddStream("ServerReflectionInfo", [this](Call& call) -> std::unique_ptr<CallHandler> {
    return std::make_unique<Reflection>(*this, streams_, call);
  });
  services_ = methods.services();
}

ServerReflectionResponse ReflectionService::Answer(const ServerReflectionRequest& request) const {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  const FileDescriptor* file = nullptr;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kListServices:
      for (const std::string& service : services_)
        response.mutable_list_services_response()->add_service()->set_name(service);
      return response;
    case ServerReflectionRequest::kFileByFilename:
      file = pool.FindFileByName(request.file_by_filename());
      break;
    case ServerReflectionRequest::kFileContainingSymbol:
      file = pool.FindFileContainingSymbol(request.file_containing_symbol());
      break;
    case ServerReflectionRequest::kFileContainingExtension: {
      const auto& wanted = request.file_containing_extension();
      const Descriptor* extended = pool.FindMessageTypeByName(wanted.containing_type());
      const FieldDescriptor* extension =
          extended == nullptr ? nullptr
                              : pool.FindExtensionByNumber(extended, wanted.extension_number());
      if (extension != nullptr) file = extension->file();
      break;
    }
    case ServerReflectionRequest::kAllExtensionNumbersOfType: {
      const std::string& name = request.all_extension_numbers_of_type();
      const Descriptor* extended = pool.FindMessageTypeByName(name);
      if (extended == nullptr) break;
      std::vector<const FieldDescriptor*> extensions;
      pool.FindAllExtensions(extended, &extensions);
      auto& numbers = *response.mutable_all_extension_numbers_response();
      numbers.set_base_type_name(name);
      for (const FieldDescriptor* extension : extensions)
        numbers.add_extension_number(extension->number());
      return response;
    }
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      response.mutable_error_response()->set_error_code(grpc::StatusCode::INVALID_ARGUMENT);
      response.mutable_error_response()->set_error_message("message_request: is required");
      return response;
  }
  if (file == nullptr) {
    response.mutable_error_response()->set_error_code(grpc::StatusCode::NOT_FOUND);
    response.mutable_error_response()->set_error_message("there is nothing of that name");
    return response;
  }
  std::set<const FileDescriptor*> added;
  AddFile(*file, added, response);
  return response;
}

}  // namespace pawl::rpc
