// CallServer: the methods of a gRPC server on completion queues, all of them. One method left to
// gRPC's own threads (its callback or its synchronous API, health checking and reflection too)
// would start them, and they would wake each other with every message that arrives.
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/base/mutex.h"
#include "server/rpc/call.h"
#include "server/rpc/call_queue.h"
#include "server/rpc/job_pool.h"
#include "server/rpc/method_table.h"

namespace pawl::rpc {

class CallServer {
 public:
  explicit CallServer(MethodTable methods);
  // After Stop, or without Start.
  ~CallServer() = default;
  CallServer(const CallServer&) = delete;
  CallServer& operator=(const CallServer&) = delete;

  // Before the server is built, once.
  void AddTo(grpc::ServerBuilder& builder);
  // Once it is.
  void Start();
  // Once it was shut down: returns when all calls have ended.
  void Stop();

  // For Call.
  std::unique_ptr<CallHandler> Handle(const std::string& method, Call& call);

  JobPool& jobs() { return jobs_; }

  void OnCallBegun();
  void OnCallEnded();

 private:
  const MethodTable methods_;
  JobPool jobs_;
  grpc::AsyncGenericService service_;
  std::vector<std::unique_ptr<CallQueue>> queues_;
  Mutex mutex_;
  CondVar ended_;
  // With those that still wait for a client.
  int calls_ PAWL_GUARDED_BY(mutex_) = 0;
};

}  // namespace pawl::rpc
