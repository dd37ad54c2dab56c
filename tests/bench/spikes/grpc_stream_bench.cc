// What an item costs on a bidirectional gRPC stream, at either end, by the callback API and by a
// completion queue with one thread, for messages of 1 to 64 items. The two ends are processes of
// their own, so that each one's CPU is its own.
//
//   grpc_stream_bench [--seconds=N] [--transport=tcp|unix]
//
// The server sends tasks as long as fewer than the window are unanswered; the worker answers each
// message with one of as many results. One write is outstanding at either end, as gRPC demands.
#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "stream_bench.grpc.pb.h"

extern char** environ;

namespace {

using pawl::bench::FromWorker;
using pawl::bench::StreamBenchService;
using pawl::bench::ToWorker;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kPayloadBytes = 100;

void Require(bool condition, const std::string& what) {
  if (condition) return;
  std::fprintf(stderr, "grpc_stream_bench: %s\n", what.c_str());
  std::exit(1);
}

double CpuMicros() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto micros = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

struct Setup {
  bool is_callback = true;
  int items_per_message = 1;
  int window = 256;
  int seconds = 2;
};

// The server's end of the stream without gRPC: what may be sent now, and what came back.
class TaskSource {
 public:
  explicit TaskSource(const Setup& setup)
      : setup_(setup), end_(Clock::now() + std::chrono::seconds(setup.seconds)) {}

  // Fills `message` if one may be sent.
  bool Next(ToWorker& message) {
    if (in_flight_ + setup_.items_per_message > setup_.window || IsOver()) return false;
    in_flight_ += setup_.items_per_message;
    message.mutable_tasks()->Clear();
    for (int i = 0; i < setup_.items_per_message; ++i) {
      auto* task = message.add_tasks();
      task->set_id(++last_id_);
      task->set_function("clean");
      task->set_payload(payload_);
    }
    return true;
  }

  void Take(const FromWorker& message) {
    in_flight_ -= message.results_size();
    answered_ += message.results_size();
    if (answered_ % 1024 < message.results_size()) is_over_ = Clock::now() >= end_;
  }

  bool IsOver() const { return is_over_; }

  bool IsDone() const { return is_over_ && in_flight_ == 0; }

  void Report() const {
    std::printf("%ld %f\n", answered_, (CpuMicros() - cpu_start_) / static_cast<double>(answered_));
    std::fflush(stdout);
  }

 private:
  const Setup setup_;
  const Clock::time_point end_;
  const double cpu_start_ = CpuMicros();
  const std::string payload_ = std::string(kPayloadBytes, 'x');
  int in_flight_ = 0;
  std::uint64_t last_id_ = 0;
  long answered_ = 0;
  bool is_over_ = false;
};

void Answer(const ToWorker& tasks, FromWorker& results) {
  results.mutable_results()->Clear();
  for (const auto& task : tasks.tasks()) {
    auto* result = results.add_results();
    result->set_id(task.id());
    result->set_payload(task.payload());
  }
}

class CallbackService final : public StreamBenchService::CallbackService {
 public:
  explicit CallbackService(const Setup& setup) : setup_(setup) {}

  grpc::ServerBidiReactor<FromWorker, ToWorker>* Work(grpc::CallbackServerContext*) override {
    return new Reactor(setup_);
  }

 private:
  class Reactor final : public grpc::ServerBidiReactor<FromWorker, ToWorker> {
   public:
    explicit Reactor(const Setup& setup) : source_(setup) {
      StartRead(&read_);
      const std::lock_guard lock(mutex_);
      Write();
    }

    void OnReadDone(bool is_ok) override {
      if (!is_ok) return;
      bool is_done = false;
      {
        const std::lock_guard lock(mutex_);
        source_.Take(read_);
        is_done = source_.IsDone();
        if (!is_writing_) Write();
      }
      if (is_done) {
        source_.Report();
        Finish(grpc::Status::OK);
        return;
      }
      StartRead(&read_);
    }

    void OnWriteDone(bool is_ok) override {
      const std::lock_guard lock(mutex_);
      is_writing_ = false;
      if (is_ok) Write();
    }

    void OnDone() override { delete this; }

   private:
    void Write() {
      if (!source_.Next(write_)) return;
      is_writing_ = true;
      StartWrite(&write_);
    }

    std::mutex mutex_;
    TaskSource source_;
    FromWorker read_;
    ToWorker write_;
    bool is_writing_ = false;
  };

  const Setup setup_;
};

constexpr std::array<int, 5> kTags = {0, 1, 2, 3, 4};

void* Tag(int number) {
  return const_cast<int*>(&kTags[static_cast<std::size_t>(number)]);
}

int Number(void* tag) {
  return *static_cast<int*>(tag);
}

constexpr int kStarted = 0;
constexpr int kRead = 1;
constexpr int kWritten = 2;
constexpr int kFinished = 3;

void ServeByQueue(const Setup& setup,
                  StreamBenchService::AsyncService& service,
                  grpc::ServerCompletionQueue& queue) {
  grpc::ServerContext context;
  grpc::ServerAsyncReaderWriter<ToWorker, FromWorker> stream(&context);
  service.RequestWork(&context, &stream, &queue, &queue, Tag(kStarted));
  std::unique_ptr<TaskSource> source;
  FromWorker read;
  ToWorker write;
  bool is_writing = false;
  const auto maybe_write = [&] {
    if (is_writing || !source->Next(write)) return;
    is_writing = true;
    stream.Write(write, Tag(kWritten));
  };
  void* tag = nullptr;
  bool is_ok = false;
  while (queue.Next(&tag, &is_ok)) {
    switch (Number(tag)) {
      case kStarted:
        source = std::make_unique<TaskSource>(setup);
        stream.Read(&read, Tag(kRead));
        break;
      case kRead:
        if (!is_ok) break;
        source->Take(read);
        if (source->IsDone()) {
          source->Report();
          stream.Finish(grpc::Status::OK, Tag(kFinished));
          break;
        }
        stream.Read(&read, Tag(kRead));
        break;
      case kWritten:
        is_writing = false;
        break;
      default:
        return;
    }
    maybe_write();
  }
}

void RunServer(const Setup& setup, const std::string& address) {
  CallbackService by_callback(setup);
  StreamBenchService::AsyncService by_queue;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  std::unique_ptr<grpc::ServerCompletionQueue> queue;
  if (setup.is_callback) {
    builder.RegisterService(&by_callback);
  } else {
    builder.RegisterService(&by_queue);
    queue = builder.AddCompletionQueue();
  }
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  Require(server != nullptr, "cannot listen on " + address);
  std::printf("%d\n", port);
  std::fflush(stdout);
  if (!setup.is_callback) ServeByQueue(setup, by_queue, *queue);
  // Until the parent closes our input.
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  std::_Exit(0);
}

class CallbackWorker final : public grpc::ClientBidiReactor<FromWorker, ToWorker> {
 public:
  explicit CallbackWorker(StreamBenchService::Stub& stub) {
    stub.async()->Work(&context_, this);
    StartRead(&read_);
    StartCall();
  }

  void OnReadDone(bool is_ok) override {
    if (!is_ok) return;
    {
      const std::lock_guard lock(mutex_);
      FromWorker results;
      if (!spare_.empty()) {
        results = std::move(spare_.back());
        spare_.pop_back();
      }
      Answer(read_, results);
      queue_.push_back(std::move(results));
      if (!is_writing_) Write();
    }
    StartRead(&read_);
  }

  void OnWriteDone(bool) override {
    const std::lock_guard lock(mutex_);
    is_writing_ = false;
    spare_.push_back(std::move(write_));
    if (!queue_.empty()) Write();
  }

  void OnDone(const grpc::Status&) override {
    const std::lock_guard lock(mutex_);
    is_done_ = true;
    done_.notify_one();
  }

  void Wait() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return is_done_; });
  }

 private:
  void Write() {
    is_writing_ = true;
    write_ = std::move(queue_.front());
    queue_.pop_front();
    StartWrite(&write_);
  }

  grpc::ClientContext context_;
  std::mutex mutex_;
  std::condition_variable done_;
  ToWorker read_;
  FromWorker write_;
  std::deque<FromWorker> queue_;
  std::vector<FromWorker> spare_;
  bool is_writing_ = false;
  bool is_done_ = false;
};

void WorkByQueue(StreamBenchService::Stub& stub) {
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto stream = stub.AsyncWork(&context, &queue, Tag(kStarted));
  ToWorker read;
  FromWorker write;
  std::deque<FromWorker> waiting;
  bool is_writing = false;
  grpc::Status status;
  void* tag = nullptr;
  bool is_ok = false;
  while (queue.Next(&tag, &is_ok)) {
    switch (Number(tag)) {
      case kStarted:
        stream->Read(&read, Tag(kRead));
        break;
      case kRead:
        if (!is_ok) {
          stream->Finish(&status, Tag(kFinished));
          break;
        }
        waiting.emplace_back();
        Answer(read, waiting.back());
        stream->Read(&read, Tag(kRead));
        break;
      case kWritten:
        is_writing = false;
        break;
      default:
        return;
    }
    if (!is_writing && !waiting.empty()) {
      write = std::move(waiting.front());
      waiting.pop_front();
      is_writing = true;
      stream->Write(write, Tag(kWritten));
    }
  }
}

// The server as a process of its own, with pipes to its input and output.
class ServerProcess {
 public:
  ServerProcess(const std::string& program, std::vector<std::string> arguments) {
    std::array<int, 2> to{};
    std::array<int, 2> from{};
    Require(pipe2(to.data(), O_CLOEXEC) == 0 && pipe2(from.data(), O_CLOEXEC) == 0, "pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
    std::vector<char*> argv = {const_cast<char*>(program.c_str())};
    for (std::string& argument : arguments) {
      argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    Require(posix_spawn(&process_, program.c_str(), &actions, nullptr, argv.data(), environ) == 0,
            "posix_spawn");
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    input_ = to[1];
    output_ = fdopen(from[0], "r");
  }

  ~ServerProcess() {
    close(input_);
    int status = 0;
    waitpid(process_, &status, 0);
    (void)std::fclose(output_);
  }

  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  std::string Line() {
    std::array<char, 256> line{};
    Require(std::fgets(line.data(), line.size(), output_) != nullptr, "the server ended early");
    return line.data();
  }

 private:
  pid_t process_ = 0;
  int input_ = -1;
  std::FILE* output_ = nullptr;
};

void Measure(const Setup& setup, bool is_unix) {
  const std::string socket = "/tmp/pawl-grpc-stream-bench-" + std::to_string(getpid());
  const std::string listen = is_unix ? "unix:" + socket : "127.0.0.1:0";
  ServerProcess server("/proc/self/exe",
                       {"--serve=" + listen,
                        std::string("--callback=") + (setup.is_callback ? "1" : "0"),
                        "--items=" + std::to_string(setup.items_per_message),
                        "--window=" + std::to_string(setup.window),
                        "--seconds=" + std::to_string(setup.seconds)});
  const int port = std::atoi(server.Line().c_str());
  const std::string address = is_unix ? listen : "127.0.0.1:" + std::to_string(port);
  const auto stub =
      StreamBenchService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  const double cpu_start = CpuMicros();
  const auto start = Clock::now();
  if (setup.is_callback) {
    CallbackWorker worker(*stub);
    worker.Wait();
  } else {
    WorkByQueue(*stub);
  }
  const double micros = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
  const double cpu = CpuMicros() - cpu_start;
  long items = 0;
  double server_cpu = 0;
  Require(std::sscanf(server.Line().c_str(), "%ld %lf", &items, &server_cpu) == 2, "no report");
  const auto per_item = [&](double value) { return value / static_cast<double>(items); };
  std::printf("%-9s %6d %7d %10.0f %12.2f %12.2f %12.1f\n",
              setup.is_callback ? "callback" : "queue",
              setup.items_per_message,
              setup.window,
              1e6 / per_item(micros),
              server_cpu,
              per_item(cpu),
              per_item(micros) * setup.window);
  std::fflush(stdout);
  unlink(socket.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> flags;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::size_t equals = argument.find('=');
    Require(equals != std::string::npos, "expected --name=value, found " + argument);
    flags[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
  const auto number = [&](const std::string& name, int otherwise) {
    return flags.count(name) != 0 ? std::stoi(flags[name]) : otherwise;
  };
  Setup setup{.seconds = number("--seconds", 2)};
  if (flags.count("--serve") != 0) {
    setup.is_callback = number("--callback", 1) == 1;
    setup.items_per_message = number("--items", 1);
    setup.window = number("--window", 256);
    RunServer(setup, flags["--serve"]);
  }
  std::printf("%-9s %6s %7s %10s %12s %12s %12s\n",
              "api",
              "items",
              "window",
              "items/s",
              "server us",
              "worker us",
              "round us");
  for (const bool is_callback : {true, false}) {
    for (const auto& [items, window] :
         std::vector<std::pair<int, int>>{{1, 1}, {1, 256}, {8, 256}, {64, 256}}) {
      setup.is_callback = is_callback;
      setup.items_per_message = items;
      setup.window = window;
      Measure(setup, flags["--transport"] == "unix");
    }
  }
  return 0;
}
