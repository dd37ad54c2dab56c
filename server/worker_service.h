// pawl.v1.WorkerService on the façade.
#pragma once

#include <memory>
#include <utility>

#include "engine/platform/clock.h"
#include "engine/runtime/engine.h"
#include "server/rpc/method_table.h"
#include "server/rpc/open_streams.h"
#include "server/worker_stream.h"

namespace pawl::server {

class WorkerService final {
 public:
  // All outlive the service.
  WorkerService(Engine& engine, platform::Clock& clock, rpc::OpenStreams& streams, WorkerLog log)
      : engine_(engine), clock_(clock), streams_(streams), log_(std::move(log)) {}

  WorkerService(const WorkerService&) = delete;
  WorkerService& operator=(const WorkerService&) = delete;

  void AddTo(rpc::MethodTable& methods) {
    methods.BeginService("pawl.v1.WorkerService");
    methods.AddStream("Work", [this](rpc::Call& call) -> std::unique_ptr<rpc::CallHandler> {
      return std::make_unique<WorkerStream>(engine_, clock_, log_, streams_, call);
    });
  }

 private:
  Engine& engine_;
  platform::Clock& clock_;
  rpc::OpenStreams& streams_;
  const WorkerLog log_;
};

}  // namespace pawl::server
