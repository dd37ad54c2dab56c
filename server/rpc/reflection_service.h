// grpc.reflection.v1alpha.ServerReflection: what the server can be asked, for programs such as
// grpcurl that have no protos.
#pragma once

#include <string>
#include <vector>

#include "grpc/reflection/v1alpha/reflection.pb.h"
#include "server/rpc/method_table.h"
#include "server/rpc/open_streams.h"

namespace pawl::rpc {

// Threads: safe from any thread once its methods are added.
class ReflectionService {
 public:
  // Outlives the service.
  explicit ReflectionService(OpenStreams& streams) : streams_(streams) {}

  ReflectionService(const ReflectionService&) = delete;
  ReflectionService& operator=(const ReflectionService&) = delete;

  // The services of `methods` are those that it lists; itself is the last.
  void AddTo(MethodTable& methods);

  // Files, symbols and extensions are those that the program was linked with.
  grpc::reflection::v1alpha::ServerReflectionResponse Answer(
      const grpc::reflection::v1alpha::ServerReflectionRequest& request) const;

 private:
  OpenStreams& streams_;
  std::vector<std::string> services_;
};

}  // namespace pawl::rpc
