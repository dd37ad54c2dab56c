// pawl._engine: the engine inside a Python process. It holds no logic: pawl/engine.py is the
// interface. No gRPC here.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/platform/thread.h"
#include "engine/runtime/engine.h"
#include "workers/bindings/embedded_worker.h"
#include "workers/bindings/python_status.h"

namespace pawl::bindings {
namespace {

namespace py = pybind11;
using workers::EmbeddedTask;
using workers::EmbeddedWorker;

// Ctrl-C is looked at this often while something waits.
constexpr std::chrono::milliseconds kWaitSlice{200};

py::object BytesOrNone(const Bytes& bytes) {
  if (!bytes.has_value()) return py::none();
  return py::bytes(bytes.view().data(), bytes.view().size());
}

py::object BytesOrNone(const std::optional<Bytes>& bytes) {
  if (!bytes) return py::none();
  return py::bytes(bytes->view().data(), bytes->view().size());
}

py::object TextOrNone(const std::optional<std::string>& text) {
  if (!text) return py::none();
  return Text(*text);
}

py::dict ToPython(const StateMachineInfo& info) {
  py::dict fields;
  fields["name"] = info.name;
  fields["arn"] = info.arn;
  fields["revision"] = info.revision;
  fields["definition"] = Text(info.definition);
  fields["created_micros"] = ToMicros(info.created_at);
  fields["updated_micros"] = ToMicros(info.updated_at);
  fields["deleting"] = info.is_deleting;
  return fields;
}

py::dict ToPython(const ExecutionInfo& info) {
  py::dict fields;
  fields["state_machine"] = info.name.state_machine;
  fields["name"] = info.name.name;
  fields["arn"] = info.arn;
  fields["revision"] = info.revision;
  fields["status"] = std::string(interpreter::ExecutionStatusName(info.status));
  fields["started_micros"] = ToMicros(info.started_at);
  fields["stopped_micros"] =
      info.stopped_at ? py::object(py::int_(ToMicros(*info.stopped_at))) : py::none();
  fields["input"] = BytesOrNone(info.input);
  fields["output"] = BytesOrNone(info.output);
  fields["error"] = TextOrNone(info.error);
  fields["cause"] = TextOrNone(info.cause);
  fields["quarantine_reason"] = Text(info.quarantine_reason);
  return fields;
}

py::dict ToPython(const EventInfo& event) {
  py::dict fields;
  fields["id"] = event.id;
  fields["previous_id"] = event.previous_id;
  fields["type"] = std::string(interpreter::EventTypeName(event.type));
  fields["at_micros"] = ToMicros(event.at);
  fields["state"] = Text(event.state);
  fields["index"] = OrNone(event.index);
  fields["length"] = OrNone(event.length);
  fields["input"] = BytesOrNone(event.input);
  fields["output"] = BytesOrNone(event.output);
  fields["error"] = TextOrNone(event.error);
  fields["cause"] = TextOrNone(event.cause);
  fields["resource"] = Text(event.resource);
  fields["resource_type"] = Text(event.resource_type);
  fields["timeout_seconds"] = OrNone(event.timeout_seconds);
  fields["heartbeat_seconds"] = OrNone(event.heartbeat_seconds);
  fields["location"] = TextOrNone(event.location);
  fields["worker"] = TextOrNone(event.worker);
  py::dict variables;
  for (const interpreter::Assignment& assignment : event.assigned_variables) {
    variables[Text(assignment.name)] = py::bytes(assignment.value.str());
  }
  fields["assigned_variables"] = variables;
  return fields;
}

py::dict ToPython(const StartResponse& started) {
  py::dict fields;
  fields["state_machine"] = started.name.state_machine;
  fields["name"] = started.name.name;
  fields["arn"] = started.arn;
  fields["started_micros"] = ToMicros(started.started_at);
  fields["repeated"] = started.is_repeated;
  return fields;
}

std::optional<ExecutionStatus> StatusFrom(const std::string& name) {
  if (name.empty()) return std::nullopt;
  for (const ExecutionStatus status : {ExecutionStatus::kRunning,
                                       ExecutionStatus::kSucceeded,
                                       ExecutionStatus::kFailed,
                                       ExecutionStatus::kTimedOut,
                                       ExecutionStatus::kAborted}) {
    if (interpreter::ExecutionStatusName(status) == name) return status;
  }
  Raise(InvalidArgument("'" + name + "' is none of RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED",
                        "status"));
}

// Shared by the threads of the program: calls hold `gate_` shared, Close exclusively.
class PyEngine {
 public:
  PyEngine(std::string data_dir, std::size_t threads) : process_(::getpid()) {
    EngineOptions options;
    options.data_dir = std::move(data_dir);
    Status status;
    {
      const py::gil_scoped_release release;
      Result<std::unique_ptr<Engine>> engine = Engine::Open(std::move(options));
      status = engine.status();
      if (engine.ok()) {
        engine_ = std::move(engine).value();
        worker_ = std::make_unique<EmbeddedWorker>(*engine_, threads);
      }
    }
    RaiseIfError(status);
  }

  PyEngine(const PyEngine&) = delete;
  PyEngine& operator=(const PyEngine&) = delete;

  ~PyEngine() {
    if (::getpid() != process_) {
      // A fork's copy: its threads do not exist here, and the store belongs to the other process.
      static_cast<void>(worker_.release());
      static_cast<void>(engine_.release());
      return;
    }
    Close();
  }

  void Close() {
    if (::getpid() != process_) return;
    const py::gil_scoped_release release;
    is_closing_ = true;
    if (worker_) worker_->Stop();
    const std::unique_lock gate(gate_);
    worker_.reset();
    engine_.reset();
  }

  py::dict Deploy(const std::string& name, const std::string& definition) {
    DeployResponse response = Call<DeployResponse>(
        [&] { return engine_->Deploy({.name = name, .definition = definition}); });
    py::dict fields = ToPython(response.state_machine);
    fields["changed"] = response.is_changed;
    py::list warnings;
    for (const asl::Diagnostic& warning : response.warnings)
      warnings.append(Text(warning.pointer + ": " + asl::FullMessage(warning)));
    fields["warnings"] = warnings;
    return fields;
  }

  py::dict Start(const std::string& machine, const std::string& name, const std::string& input) {
    return ToPython(Call<StartResponse>([&] {
      return engine_->StartExecutionAndWait(
          {.state_machine = machine, .name = name, .input = input});
    }));
  }

  py::list StartMany(const std::string& machine, const std::vector<std::string>& inputs) {
    using Results = std::vector<Result<StartResponse>>;
    std::vector<StartRequest> requests;
    requests.reserve(inputs.size());
    for (const std::string& input : inputs)
      requests.push_back({.state_machine = machine, .input = input});
    Results results = Call<Results>([&]() -> Result<Results> {
      platform::Event event;
      Results all;
      engine_->StartExecutions(std::move(requests), [&](Results done) {
        all = std::move(done);
        event.Notify();
      });
      event.Wait();
      return all;
    });
    py::list list;
    for (Result<StartResponse>& result : results)
      list.append(ToPython(ValueOrRaise(std::move(result))));
    return list;
  }

  py::dict Describe(const std::string& machine, const std::string& name) {
    return ToPython(Call<ExecutionInfo>(
        [&] { return engine_->DescribeExecution({.state_machine = machine, .name = name}); }));
  }

  py::dict Wait(const std::string& machine, const std::string& name, double timeout) {
    const auto end = std::chrono::steady_clock::now() +
                     std::chrono::duration_cast<std::chrono::nanoseconds>(
                         std::chrono::duration<double>(std::clamp(timeout, 0.0, 1e9)));
    while (true) {
      const auto left =
          std::chrono::duration_cast<Duration>(end - std::chrono::steady_clock::now());
      const bool is_last = timeout >= 0 && left <= kWaitSlice;
      const Duration slice = is_last ? std::max(left, Duration(1)) : Duration(kWaitSlice);
      const Result<ExecutionInfo> info = Try<ExecutionInfo>([&] {
        return engine_->WaitForExecution({.state_machine = machine, .name = name}, slice);
      });
      if (info.ok()) return ToPython(*info);
      if (info.status().code() != StatusCode::kDeadlineExceeded || is_last) Raise(info.status());
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    }
  }

  py::tuple History(const std::string& machine,
                    const std::string& name,
                    EventId after,
                    std::size_t page_size) {
    const HistoryPage page = Call<HistoryPage>([&] {
      return engine_->GetHistory({.name = {.state_machine = machine, .name = name},
                                  .after = after,
                                  .page_size = page_size});
    });
    py::list events;
    for (const EventInfo& event : page.events)
      events.append(ToPython(event));
    return py::make_tuple(events, page.has_more);
  }

  py::tuple List(const std::string& machine,
                 const std::string& status,
                 std::size_t page_size,
                 const std::string& token) {
    const std::optional<ExecutionStatus> wanted = StatusFrom(status);
    const ListResponse response = Call<ListResponse>([&] {
      return engine_->ListExecutions(
          {.state_machine = machine, .status = wanted, .page_size = page_size, .after = token});
    });
    py::list executions;
    for (const ExecutionInfo& info : response.executions)
      executions.append(ToPython(info));
    return py::make_tuple(executions, py::bytes(response.next));
  }

  std::int64_t Stop(const std::string& machine,
                    const std::string& name,
                    std::optional<std::string> error,
                    std::optional<std::string> cause) {
    const StopResponse response = Call<StopResponse>([&] {
      return engine_->StopExecutionAndWait({.name = {.state_machine = machine, .name = name},
                                            .error = std::move(error),
                                            .cause = std::move(cause)});
    });
    return ToMicros(response.stopped_at);
  }

  void Register(const std::string& name) {
    RaiseIfError(Try<bool>([&]() -> Result<bool> {
                   worker_->Register(name);
                   return true;
                 }).status());
  }

  void Functions(const std::string& directory,
                 const std::string& python,
                 const std::string& package_directory) {
    workers::EmbeddedDirectory served;
    served.path = directory;
    served.pool.python = python;
    served.pool.package_directory = package_directory;
    for (char** variable = environ; *variable != nullptr; ++variable)
      served.pool.environment.emplace_back(*variable);
    served.concurrency = static_cast<std::uint32_t>(platform::ProcessorCount());
    served.log = [](const std::string& text) {
      std::string line = text.ends_with('\n') ? text : text + '\n';
      // Past Python: its lock is not needed for this.
      static_cast<void>(::write(STDERR_FILENO, line.data(), line.size()) == 0);
    };
    RaiseIfError(Try<bool>([&]() -> Result<bool> {
                   RETURN_IF_ERROR(worker_->Serve(std::move(served)));
                   return true;
                 }).status());
  }

  // (id, function, event, request id, seconds left or None); None when there will be no more.
  // Without the gate: Close waits for the program's threads, which may run for long.
  py::object Take() {
    bool has_waited = false;
    while (true) {
      const std::shared_lock gate(gate_, std::try_to_lock);
      if (!gate.owns_lock() || is_closing_ || !worker_) return py::none();
      if (std::optional<EmbeddedTask> task = worker_->TryTake(has_waited)) {
        py::object left = py::none();
        if (task->deadline) {
          const std::chrono::duration<double> seconds =
              *task->deadline - std::chrono::steady_clock::now();
          left = py::float_(seconds.count());
        }
        return py::make_tuple(task->id,
                              py::str(task->function),
                              py::bytes(task->event.view().data(), task->event.view().size()),
                              py::str(task->request_id),
                              left);
      }
      const py::gil_scoped_release release;
      has_waited = true;
      if (!worker_->Wait()) break;
    }
    return py::none();
  }

  void Succeed(std::uint64_t id, const py::bytes& output) {
    Completion completion;
    completion.output = Bytes(static_cast<std::string>(output));
    Complete(id, std::move(completion));
  }

  void Fail(std::uint64_t id, std::string error, std::string cause) {
    Completion completion;
    completion.error = std::move(error);
    completion.cause = std::move(cause);
    Complete(id, std::move(completion));
  }

 private:
  // Short and without waiting for anything: the lock of the interpreter stays.
  void Complete(std::uint64_t id, Completion completion) {
    const std::shared_lock gate(gate_, std::try_to_lock);
    if (!gate.owns_lock() || is_closing_ || !worker_ || ::getpid() != process_) return;
    worker_->Complete(id, std::move(completion));
  }

  // Runs `call` without the lock of the interpreter.
  template <typename T, typename Function>
  Result<T> Try(const Function& call) {
    if (::getpid() != process_) {
      return FailedPrecondition(
          "this engine belongs to the process " + std::to_string(process_) +
          " and cannot be used after fork(); open an engine after forking, on other data");
    }
    const py::gil_scoped_release release;
    const std::shared_lock gate(gate_);
    if (is_closing_ || !engine_) return FailedPrecondition("the engine is closed");
    return call();
  }

  template <typename T, typename Function>
  T Call(const Function& call) {
    return ValueOrRaise(Try<T>(call));
  }

  const pid_t process_;
  std::atomic<bool> is_closing_ = false;
  std::shared_mutex gate_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<EmbeddedWorker> worker_;
};

}  // namespace

PYBIND11_MODULE(_engine, module) {
  module.doc() = "The engine inside this process; use pawl.Engine.";
  py::class_<PyEngine>(module, "Engine")
      .def(py::init<std::string, std::size_t>(), py::arg("data_dir"), py::arg("threads"))
      .def("close", &PyEngine::Close)
      .def("deploy", &PyEngine::Deploy)
      .def("start", &PyEngine::Start)
      .def("start_many", &PyEngine::StartMany)
      .def("describe", &PyEngine::Describe)
      .def("wait", &PyEngine::Wait)
      .def("history", &PyEngine::History)
      .def("list", &PyEngine::List)
      .def("stop", &PyEngine::Stop)
      .def("register", &PyEngine::Register)
      .def("functions", &PyEngine::Functions)
      .def("take", &PyEngine::Take)
      .def("succeed", &PyEngine::Succeed)
      .def("fail", &PyEngine::Fail);
}

}  // namespace pawl::bindings
