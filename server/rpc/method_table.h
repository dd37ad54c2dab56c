// MethodTable: what a server can be asked, by the path of the method, and who answers it.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "server/rpc/answer.h"
#include "server/rpc/call.h"
#include "server/rpc/unary_call.h"

namespace pawl::rpc {

// Where a method that keeps its answer runs.
enum class Runs {
  // It is quick and does not wait.
  kAtOnce,
  // It computes for long, or waits for the disk.
  kWhereItMayWait,
};

class MethodTable {
 public:
  using Begin = std::function<std::unique_ptr<CallHandler>(Call& call)>;

  // `translate` makes of an error what the client gets.
  explicit MethodTable(StatusTranslation translate) : translate_(translate) {}

  MethodTable(MethodTable&&) = default;

  // The paths that are added are those of `service`, "package.Name", until the next.
  void BeginService(std::string_view service) { services_.emplace_back(service); }

  // A unary method that is answered when it returns. It may wait for the disk: it runs on a thread
  // for that.
  template <typename Service, typename Request, typename Response>
  void AddUnary(std::string_view name,
                Service& service,
                Status (Service::*method)(const grpc::ServerContextBase& context,
                                          const Request& request,
                                          Response& response)) {
    AddUnaryCall(name, Runs::kWhereItMayWait, [&service, method](UnaryCall& call) {
      Request request;
      if (!call.TakeRequest(request)) return;
      Response response;
      const Status status = (service.*method)(call.context(), request, response);
      status.ok() ? call.answer()->Finish(response) : call.answer()->Fail(status);
    });
  }

  // A unary method that keeps the answer for later.
  template <typename Service, typename Request, typename Response>
  void AddUnary(std::string_view name,
                Service& service,
                void (Service::*method)(const grpc::ServerContextBase& context,
                                        const Request& request,
                                        Answer<Response> answer),
                Runs runs = Runs::kAtOnce) {
    AddUnaryCall(name, runs, [&service, method](UnaryCall& call) {
      Request request;
      if (!call.TakeRequest(request)) return;
      (service.*method)(call.context(), request, Answer<Response>(call.answer()));
    });
  }

  // A stream, in either direction or both.
  void AddStream(std::string_view name, Begin begin) { Add(name, std::move(begin)); }

  // In the order in which they were begun.
  const std::vector<std::string>& services() const { return services_; }

  // Null if there is none. `path` is "/package.Service/Method".
  const Begin* Find(const std::string& path) const;

 private:
  void Add(std::string_view name, Begin begin);
  void AddUnaryCall(std::string_view name, Runs runs, UnaryCall::Run run);

  StatusTranslation translate_;
  std::vector<std::string> services_;
  std::unordered_map<std::string, Begin> methods_;
};

}  // namespace pawl::rpc
