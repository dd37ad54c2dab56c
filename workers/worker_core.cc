#include "workers/worker_core.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace pawl::workers {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kKeepaliveMillis = 10'000;
constexpr int kKeepaliveTimeoutMillis = 5'000;
constexpr int kConnectTimeoutMillis = 2'000;
constexpr int kMessageBytesMax = 256 * 1024 * 1024;
// One attempt to reach the server; then stopping is looked at again.
constexpr int kConnectMillis = 200;

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS,
                   static_cast<int>(kReconnectAfter.count()));
  // The time that one attempt gets, in spite of its name.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMillis);
  // The pause between attempts is this file's; gRPC's own must not add to it.
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, static_cast<int>(kReconnectAfter.count()));
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

Result<std::unique_ptr<WorkerCore>> WorkerCore::Start(WorkerCoreOptions options) {
  std::optional<FunctionsDirectory> directory;
  if (!options.functions_directory.empty()) {
    ASSIGN_OR_RETURN(directory, FunctionsDirectory::Open(options.functions_directory));
  }
  std::unique_ptr<WorkerCore> core(new WorkerCore(std::move(options), std::move(directory)));
  ChildPoolCallbacks callbacks;
  WorkerCore* const self = core.get();
  callbacks.on_results = [self](std::vector<InvocationResult> results) {
    self->OnResults(std::move(results));
  };
  callbacks.on_logs = [self](std::vector<LogLine> lines) { self->OnLogs(std::move(lines)); };
  ASSIGN_OR_RETURN(core->pool_, ChildPool::Start(core->options_.pool, std::move(callbacks)));
  RETURN_IF_ERROR(core->ServeBuiltIns());
  core->RefreshFunctions();
  if (core->deployed_) {
    core->code_thread_ =
        std::make_unique<platform::Thread>("pawl-code", [self] { self->KeepCode(); });
  }
  core->thread_ = std::make_unique<platform::Thread>("pawl-stream", [self] { self->Run(); });
  return core;
}

WorkerCore::WorkerCore(WorkerCoreOptions options, std::optional<FunctionsDirectory> directory)
    : options_(std::move(options)),
      directory_(std::move(directory)),
      channel_(Connect(options_.address)),
      stub_(v1::WorkerService::NewStub(channel_)),
      served_(Sink()),
      ledger_(options_.name, options_.namespace_name, options_.code_cache != nullptr) {
  if (options_.code_cache) {
    deployed_ = std::make_unique<DeployedServing>(
        std::move(options_.code_cache), served_, options_.concurrency);
  }
}

WorkerCore::~WorkerCore() {
  {
    const MutexLock lock(mutex_);
    is_stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
    changed_.NotifyAll();
    code_changed_.NotifyAll();
  }
  thread_.reset();
  code_thread_.reset();
  if (pool_) pool_->Stop();
}

// --- Functions ---

Status WorkerCore::ServeBuiltIns() {
  ASSIGN_OR_RETURN(std::vector<FunctionSpec> functions,
                   BuiltInFunctions(options_.pool, options_.built_in));
  for (FunctionSpec& spec : functions) {
    spec.arn = options_.arn_prefix + spec.name;
    RETURN_IF_ERROR(pool_->SetFunction(spec));
    options_.log(WorkerLogLevel::kInfo, "'" + spec.name + "' is served");
    built_ins_.push_back(spec.name);
    const MutexLock lock(mutex_);
    ledger_.SetFunction(spec.name, spec.concurrency, {});
  }
  return {};
}

void WorkerCore::RefreshFunctions() {
  if (!directory_) return;
  Result<FunctionsChange> change = directory_->Poll();
  if (!change.ok()) {
    // Said once; the functions stay as they were.
    if (std::exchange(directory_report_, change.status().message()) != change.status().message()) {
      options_.log(WorkerLogLevel::kError, change.status().message());
    }
    return;
  }
  directory_report_.clear();
  for (FunctionSpec& spec : change->set) {
    if (spec.concurrency == 0) spec.concurrency = options_.concurrency;
    spec.arn = options_.arn_prefix + spec.name;
    served_.SetOwn({.spec = std::move(spec), .unqualified_arn = {}});
  }
  for (const std::string& name : change->removed)
    served_.RemoveOwn(name);
  if (change->has_new_problems) {
    for (const FunctionProblem& problem : change->problems)
      options_.log(WorkerLogLevel::kError, problem.ToString());
  }
}

ServedFunctionsSink WorkerCore::Sink() {
  ServedFunctionsSink sink;
  sink.set = [this](const ServedFunction& function) -> Status {
    RETURN_IF_ERROR(pool_->SetFunction(function.spec));
    const MutexLock lock(mutex_);
    ledger_.SetFunction(function.spec.name, function.spec.concurrency, function.unqualified_arn);
    written_.NotifyOne();
    return {};
  };
  sink.remove = [this](const std::string& name) {
    {
      const MutexLock lock(mutex_);
      ledger_.RemoveFunction(name);
      written_.NotifyOne();
    }
    // NotFound: the worker drains.
    const Status status = pool_->RemoveFunction(name);
    static_cast<void>(status);
  };
  sink.log = [this](const std::string& text, bool is_error) {
    options_.log(is_error ? WorkerLogLevel::kError : WorkerLogLevel::kInfo, text);
  };
  return sink;
}

// --- Deployed functions ---

bool WorkerCore::WaitForCode(std::optional<std::vector<v1::ProvidedFunction>>& functions,
                             std::optional<FetchedCode>& code) {
  const MutexLock lock(mutex_);
  while (!is_stopping_ && !is_draining_ && !code_.has_news())
    code_changed_.Wait(mutex_);
  if (is_stopping_ || is_draining_) return false;
  functions = code_.TakeFunctions();
  code = code_.TakeFetched();
  return true;
}

void WorkerCore::KeepCode() {
  std::string last_error;
  std::optional<std::vector<v1::ProvidedFunction>> functions;
  std::optional<FetchedCode> code;
  while (WaitForCode(functions, code)) {
    if (functions) deployed_->SetFunctions(std::move(*functions), clock_.WallNow());
    const Status stored = code ? deployed_->Store(*code) : OkStatus();
    if (!stored.ok() && std::exchange(last_error, stored.message()) != stored.message()) {
      options_.log(WorkerLogLevel::kError, "a function's code: " + stored.message());
    }
    std::vector<WantedCode> missing = deployed_->Apply();
    const MutexLock lock(mutex_);
    code_.Want(std::move(missing));
    if (!stored.ok()) code_.Postpone(code->sha256, steady_clock::now());
    written_.NotifyOne();
  }
}

// --- The connection ---

void WorkerCore::Run() {
  while (true) {
    {
      const MutexLock lock(mutex_);
      if (is_stopping_ || (is_draining_ && ledger_.is_idle())) break;
    }
    const gpr_timespec deadline = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                               gpr_time_from_millis(kConnectMillis, GPR_TIMESPAN));
    if (channel_->WaitForConnected(deadline)) {
      ReportEnd(Serve());
    } else {
      ReportEnd(grpc::Status(grpc::StatusCode::UNAVAILABLE, "no connection"));
    }
    if (!Pause()) break;
  }
  const MutexLock lock(mutex_);
  changed_.NotifyAll();
}

grpc::Status WorkerCore::Serve() {
  grpc::ClientContext context;
  v1::WorkRequest hello;
  {
    const MutexLock lock(mutex_);
    if (is_stopping_) return grpc::Status::CANCELLED;
    context_ = &context;
    has_stream_ended_ = false;
    hello = ledger_.Open();
    code_.Open();
  }
  const std::unique_ptr<Stream> stream = stub_->Work(&context);
  if (stream->Write(hello)) {
    platform::Thread writer("pawl-write", [this, &stream] { WriteTo(*stream); });
    ReadFrom(*stream);
    {
      const MutexLock lock(mutex_);
      has_stream_ended_ = true;
      ledger_.Close();
      written_.NotifyAll();
    }
    writer.Join();
  }
  const grpc::Status status = stream->Finish();
  const MutexLock lock(mutex_);
  ledger_.Close();
  context_ = nullptr;
  changed_.NotifyAll();
  return status;
}

void WorkerCore::ReadFrom(Stream& stream) {
  v1::WorkResponse response;
  while (stream.Read(&response)) {
    WorkOrders orders;
    bool has_work = false;
    {
      const MutexLock lock(mutex_);
      orders = ledger_.Take(response, steady_clock::now());
      code_.Take(response, steady_clock::now());
      if (code_.has_news()) code_changed_.NotifyOne();
      if (orders.is_welcome) {
        const milliseconds window(response.welcome().reconnect_window().seconds() * 1000 +
                                  response.welcome().reconnect_window().nanos() / 1'000'000);
        pause_max_ = std::clamp(window / 4, kReconnectAfter, kReconnectAfterMax);
      }
      has_work = HasWork(response);
      if (is_draining_) changed_.NotifyAll();
    }
    if (has_work) written_.NotifyOne();
    if (orders.is_welcome) {
      pause_ = kReconnectAfter;
      last_report_.clear();
      was_welcomed_ = true;
      options_.log(WorkerLogLevel::kInfo,
                   "connected to the server at " + options_.address + " (version " +
                       response.welcome().server_version() + ")");
    }
    Submit(std::move(orders.run));
    for (const std::uint64_t id : orders.cancel)
      pool_->Cancel(id);
  }
}

void WorkerCore::WriteTo(Stream& stream) {
  v1::WorkRequest request;
  while (true) {
    bool is_finished = false;
    {
      const MutexLock lock(mutex_);
      while (true) {
        if (has_stream_ended_) return;
        request.Clear();
        const SteadyTime now = steady_clock::now();
        bool is_anything = ledger_.Fill(request, now);
        if (!is_draining_) code_.Fill(request, now);
        is_anything = is_anything || request.code_piece_requests_size() > 0;
        if (is_anything) break;
        if (is_draining_ && ledger_.is_idle()) {
          is_finished = true;
          break;
        }
        writer_wakes_at_ = NextDue();
        if (const std::optional<SteadyTime> due = writer_wakes_at_) {
          written_.WaitFor(mutex_, std::max(*due - now, SteadyTime::duration(milliseconds(1))));
        } else {
          written_.Wait(mutex_);
        }
      }
    }
    if (is_finished) {
      stream.WritesDone();
      return;
    }
    // A stream that cannot be written to ends the reader too.
    if (!stream.Write(request)) return;
  }
}

bool WorkerCore::HasWork(const v1::WorkResponse& taken) const {
  const bool is_about_code = taken.has_provided() || taken.code_pieces_size() > 0;
  if (is_draining_ || taken.has_welcome() || is_about_code || ledger_.has_news()) return true;
  const std::optional<SteadyTime> due = NextDue();
  return due && (!writer_wakes_at_ || *due < *writer_wakes_at_);
}

std::optional<SteadyTime> WorkerCore::NextDue() const {
  const std::optional<SteadyTime> tasks = ledger_.NextDue();
  const std::optional<SteadyTime> code = is_draining_ ? std::nullopt : code_.NextDue();
  return tasks && code ? std::min(*tasks, *code) : tasks ? tasks : code;
}

bool WorkerCore::Pause() {
  const MutexLock lock(mutex_);
  const milliseconds pause = std::min(pause_, pause_max_);
  pause_ = std::min(pause * 2, pause_max_);
  // Between half of it and all of it, so that many workers do not come at once.
  const auto jitter = static_cast<std::int64_t>(random_.Next64() %
                                                static_cast<std::uint64_t>(pause.count() / 2 + 1));
  const SteadyTime end = steady_clock::now() + pause / 2 + milliseconds(jitter);
  while (!is_stopping_ && !(is_draining_ && ledger_.is_idle())) {
    const SteadyTime now = steady_clock::now();
    if (now >= end) return true;
    changed_.WaitFor(mutex_, end - now);
  }
  return false;
}

void WorkerCore::ReportEnd(const grpc::Status& status) {
  {
    const MutexLock lock(mutex_);
    if (is_stopping_ || (is_draining_ && ledger_.is_idle())) return;
  }
  const std::string text = status.ok() ? "the server ended the stream" : status.error_message();
  if (std::exchange(last_report_, text) == text) return;
  options_.log(
      WorkerLogLevel::kWarning,
      "no server at " + options_.address + " (" + text + "); trying again until it is there");
}

// --- The pool ---

void WorkerCore::Submit(std::vector<Invocation> calls) {
  if (calls.empty()) return;
  if (pool_->Submit(calls).ok()) return;
  // All or nothing: find out which one it is.
  std::vector<std::uint64_t> returned;
  for (Invocation& call : calls) {
    const std::uint64_t id = call.id;
    std::vector<Invocation> one;
    one.push_back(std::move(call));
    const Status status = pool_->Submit(std::move(one));
    if (status.ok()) continue;
    if (status.code() == StatusCode::kInvalidArgument) {
      const MutexLock lock(mutex_);
      ledger_.Fail(id, "Lambda.SdkClientException", status.message());
      continue;
    }
    returned.push_back(id);
  }
  const MutexLock lock(mutex_);
  ledger_.Return(returned);
  written_.NotifyOne();
}

void WorkerCore::OnResults(std::vector<InvocationResult> results) {
  {
    const MutexLock lock(mutex_);
    ledger_.Finish(std::move(results));
    if (is_draining_) changed_.NotifyAll();
  }
  written_.NotifyOne();
}

void WorkerCore::OnLogs(std::vector<LogLine> lines) {
  if (options_.function_log) {
    for (const LogLine& line : lines)
      options_.function_log(line);
  }
  const MutexLock lock(mutex_);
  ledger_.Log(lines, clock_.WallNow());
  written_.NotifyOne();
}

bool WorkerCore::Drain(milliseconds timeout) {
  {
    const MutexLock lock(mutex_);
    is_draining_ = true;
    ledger_.Drain();
    written_.NotifyOne();
    changed_.NotifyAll();
    code_changed_.NotifyAll();
  }
  // So that it serves nothing any more.
  code_thread_.reset();
  std::vector<std::string> names = served_.names();
  names.insert(names.end(), built_ins_.begin(), built_ins_.end());
  for (const std::string& name : names) {
    // What has not begun, or may be resumed, comes back as a result. NotFound: it is gone already.
    const Status status = pool_->RemoveFunction(name);
    static_cast<void>(status);
  }
  const SteadyTime end = steady_clock::now() + timeout;
  const MutexLock lock(mutex_);
  while (!(ledger_.is_idle() && context_ == nullptr)) {
    const SteadyTime now = steady_clock::now();
    if (now >= end) return ledger_.is_idle();
    changed_.WaitFor(mutex_, end - now);
  }
  return true;
}

}  // namespace pawl::workers
