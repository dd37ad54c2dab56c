// pawl.v1.WorkerService on the façade.
#pragma once

#include "engine/platform/clock.h"
#include "engine/runtime/engine.h"
#include "pawl/v1/worker_service.grpc.pb.h"
#include "server/open_streams.h"
#include "server/worker_stream.h"

namespace pawl::server {

class WorkerService final : public v1::WorkerService::CallbackService {
 public:
  // All outlive the service.
  WorkerService(Engine& engine, platform::Clock& clock, OpenStreams& streams, WorkerLog log)
      : engine_(engine), clock_(clock), streams_(streams), log_(std::move(log)) {}

  grpc::ServerBidiReactor<v1::WorkRequest, v1::WorkResponse>* Work(
      grpc::CallbackServerContext* context) override {
    return new WorkerStream(engine_, clock_, log_, streams_, *context);
  }

 private:
  Engine& engine_;
  platform::Clock& clock_;
  OpenStreams& streams_;
  const WorkerLog log_;
};

}  // namespace pawl::server
