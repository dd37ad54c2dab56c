// What a durable step costs in RocksDB: CPU of the whole process (flushes and compactions too) for
// a commit of two rows a step, in synced groups of 1 to 1,000 steps, beside the raw fdatasync of
// the same disk in the same run.
//
//   rocksdb_commit_bench [--directory=D] [--groups=1,10,100,1000] [--steps=N]
//   [--only=raw|storage|recovery]
//                        [--db=OPTIONS] [--state=OPTIONS] [--history=OPTIONS]
//
// "storage" is RocksDbStorage as the engine uses it. "raw" is RocksDB with few options of its own,
// to try others on: OPTIONS is RocksDB's "name=value;name=value" and is laid over them.
#include <fcntl.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "engine/base/coding.h"
#include "engine/base/random.h"
#include "engine/storage/rocksdb_storage.h"

namespace {

using Micros = std::chrono::duration<double, std::micro>;

constexpr int kShards = 128;
constexpr int kExecutionsInFlight = 256;
constexpr int kStepsPerExecution = 25;
constexpr std::size_t kFrameBytes = 150;

void Require(bool condition, const std::string& what) {
  if (condition) return;
  std::fprintf(stderr, "rocksdb_commit_bench: %s\n", what.c_str());
  std::exit(1);
}

void Require(const rocksdb::Status& status, const std::string& what) {
  Require(status.ok(), what + ": " + status.ToString());
}

double CpuMicros(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto micros = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

double Percentile(std::vector<double> values, double share) {
  Require(!values.empty(), "no samples");
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

// As engine/rows lays them out: a frame's key has a tag after the shard, a history row's has none.
std::string Key(int shard, std::string_view tag, std::uint64_t number, std::uint32_t id) {
  std::string key;
  pawl::Encoder encoder(key);
  encoder.BigEndian16(static_cast<std::uint16_t>(shard));
  encoder.Raw(tag);
  encoder.BigEndian64(number);
  encoder.BigEndian32(id);
  return key;
}

// Steps of many executions in turn, as a server under load commits them.
class Workload {
 public:
  struct Step {
    int shard;
    std::string frame_key;
    std::string frame;
    std::string history_key;
    std::string history;
  };

  Workload() {
    text_.resize(4096);
    for (char& c : text_) {
      c = static_cast<char>('a' + random_.Below(26));
    }
    for (int i = 0; i < kExecutionsInFlight; ++i) {
      executions_.push_back({i % kShards, next_number_++, i % kStepsPerExecution});
    }
  }

  Step Next() {
    Execution& execution = executions_[next_execution_++ % executions_.size()];
    if (execution.steps_done == kStepsPerExecution) {
      // Shards take starts as they come, so numbers of one shard ascend but have gaps.
      execution = {static_cast<int>(random_.Below(kShards)), next_number_++, 0};
    }
    ++execution.steps_done;
    const auto event = static_cast<std::uint32_t>(execution.steps_done * 3);
    return {execution.shard,
            Key(execution.shard, "F", execution.number, 0),
            Text(kFrameBytes),
            Key(execution.shard, "", execution.number, event),
            Text(60 + random_.Below(241))};
  }

 private:
  struct Execution {
    int shard;
    std::uint64_t number;
    int steps_done;
  };

  std::string Text(std::size_t size) {
    return text_.substr(random_.Below(text_.size() - size), size);
  }

  pawl::SeededRandom random_{42};
  std::string text_;
  std::vector<Execution> executions_;
  std::size_t next_execution_ = 0;
  std::uint64_t next_number_ = 1;
};

struct Flags {
  std::string directory = "/tmp/pawl-rocksdb-bench";
  std::vector<int> groups = {1, 10, 100, 1000};
  std::int64_t steps = 0;
  std::string only;
  std::string db;
  std::string state;
  std::string history;
};

// The median latency of appending 4 KiB to a file and fdatasync: the floor of every commit.
double FdatasyncMicros(const std::string& directory) {
  const std::string path = directory + "/floor";
  const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  Require(file >= 0, "cannot create " + path);
  const std::string block(4096, 'x');
  std::vector<double> micros;
  for (int i = 0; i < 300; ++i) {
    const auto start = std::chrono::steady_clock::now();
    Require(write(file, block.data(), block.size()) == 4096, "write");
    Require(fdatasync(file) == 0, "fdatasync");
    micros.push_back(Micros(std::chrono::steady_clock::now() - start).count());
  }
  close(file);
  unlink(path.c_str());
  return Percentile(micros, 0.5);
}

class Store {
 public:
  virtual ~Store() = default;
  virtual void Commit(Workload& workload, int steps) = 0;
  // Does what it can of the background work still owed.
  virtual void Settle() = 0;
  virtual std::uint64_t log_bytes() = 0;
};

class EngineStore final : public Store {
 public:
  explicit EngineStore(const std::string& directory) {
    auto storage = pawl::storage::RocksDbStorage::Open({.directory = directory});
    Require(storage.ok(), storage.status().ToString());
    storage_ = std::move(storage).value();
  }

  void Commit(Workload& workload, int steps) override {
    std::map<int, pawl::storage::WriteBatch> writes;
    for (int i = 0; i < steps; ++i) {
      Workload::Step step = workload.Next();
      pawl::storage::WriteBatch& batch = writes[step.shard];
      batch.Put(pawl::storage::Family::kHistory, step.history_key, step.history);
      batch.Put(pawl::storage::Family::kState, step.frame_key, step.frame);
    }
    std::vector<pawl::storage::ShardBatch> group;
    group.reserve(writes.size());
    for (auto& [shard, batch] : writes) {
      group.push_back({pawl::ShardId{static_cast<std::uint16_t>(shard)}, 1, std::move(batch)});
    }
    storage_->Commit(std::move(group), [](const std::vector<pawl::storage::CommitResult>& results) {
      Require(results.front() == pawl::storage::CommitResult::kOk, "commit");
    });
  }

  void Settle() override {}

  std::uint64_t log_bytes() override { return storage_->Statistics().log_bytes; }

 private:
  std::unique_ptr<pawl::storage::Storage> storage_;
};

class RawStore final : public Store {
 public:
  RawStore(const Flags& flags, const std::string& directory) {
    rocksdb::DBOptions db_options;
    db_options.create_if_missing = true;
    db_options.create_missing_column_families = true;
    db_options.max_background_jobs = 2;
    db_options.allow_concurrent_memtable_write = false;
    db_options.enable_write_thread_adaptive_yield = false;
    db_options.write_buffer_manager =
        std::make_shared<rocksdb::WriteBufferManager>(std::size_t{64} << 20);
    db_options.stats_dump_period_sec = 0;
    db_options.stats_persist_period_sec = 0;
    Require(rocksdb::GetDBOptionsFromString(db_options, flags.db, &db_options), "--db");
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(std::size_t{32} << 20);
    table.cache_index_and_filter_blocks = true;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    rocksdb::ColumnFamilyOptions family;
    family.compression = rocksdb::kNoCompression;
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::ColumnFamilyOptions state = family;
    rocksdb::ColumnFamilyOptions history = family;
    history.enable_blob_files = true;
    history.min_blob_size = 4096;
    rocksdb::ConfigOptions config;
    Require(rocksdb::GetColumnFamilyOptionsFromString(config, state, flags.state, &state),
            "--state");
    Require(rocksdb::GetColumnFamilyOptionsFromString(config, history, flags.history, &history),
            "--history");
    rocksdb::DB* db = nullptr;
    Require(rocksdb::DB::Open(db_options,
                              directory,
                              {{"default", family}, {"state", state}, {"history", history}},
                              &handles_,
                              &db),
            "open");
    db_.reset(db);
  }

  ~RawStore() override {
    for (rocksdb::ColumnFamilyHandle* handle : handles_) {
      db_->DestroyColumnFamilyHandle(handle);
    }
  }

  RawStore(const RawStore&) = delete;
  RawStore& operator=(const RawStore&) = delete;

  void Commit(Workload& workload, int steps) override {
    batch_.Clear();
    for (int i = 0; i < steps; ++i) {
      const Workload::Step step = workload.Next();
      batch_.Put(handles_[2], step.history_key, step.history);
      batch_.Put(handles_[1], step.frame_key, step.frame);
    }
    rocksdb::WriteOptions options;
    options.sync = true;
    Require(db_->Write(options, &batch_), "write");
    log_bytes_ += batch_.GetDataSize();
  }

  void Settle() override {
    for (rocksdb::ColumnFamilyHandle* handle : handles_) {
      Require(db_->Flush({}, handle), "flush");
    }
    // "compaction-pending" alone is no sign: universal compaction keeps it set with nothing to do.
    for (int idle_rounds = 0; idle_rounds < 20; ++idle_rounds) {
      for (const char* work : {"rocksdb.num-running-compactions", "rocksdb.num-running-flushes"}) {
        std::uint64_t running = 0;
        Require(db_->GetIntProperty(work, &running), work);
        if (running > 0) idle_rounds = 0;
      }
      usleep(1000);
    }
  }

  std::uint64_t log_bytes() override { return log_bytes_; }

 private:
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteBatch batch_;
  std::uint64_t log_bytes_ = 0;
};

std::unique_ptr<Store> Open(const Flags& flags, const std::string& name) {
  const std::string directory = flags.directory + "/store";
  std::filesystem::remove_all(directory);
  if (name == "storage") return std::make_unique<EngineStore>(directory);
  return std::make_unique<RawStore>(flags, directory);
}

void Run(const Flags& flags, const std::string& name, int group) {
  // The workload's own cost, so that it can be taken off.
  const std::int64_t groups =
      flags.steps > 0
          ? std::max(std::int64_t{1}, flags.steps / group)
          : std::clamp(std::int64_t{400'000} / group, std::int64_t{400}, std::int64_t{4'000});
  const std::int64_t steps = groups * group;
  double workload_micros = 0;
  {
    Workload workload;
    const double start = CpuMicros(RUSAGE_SELF);
    std::size_t bytes = 0;
    for (std::int64_t i = 0; i < steps; ++i) {
      bytes += workload.Next().history.size();
    }
    Require(bytes > 0, "no workload");
    workload_micros = CpuMicros(RUSAGE_SELF) - start;
  }
  Workload workload;
  const std::unique_ptr<Store> store = Open(flags, name);
  std::vector<double> latencies;
  const double cpu_start = CpuMicros(RUSAGE_SELF);
  const double thread_start = CpuMicros(RUSAGE_THREAD);
  const auto start = std::chrono::steady_clock::now();
  for (std::int64_t i = 0; i < groups; ++i) {
    const auto before = std::chrono::steady_clock::now();
    store->Commit(workload, group);
    latencies.push_back(Micros(std::chrono::steady_clock::now() - before).count());
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double thread_cpu = CpuMicros(RUSAGE_THREAD) - thread_start - workload_micros;
  const double cpu = CpuMicros(RUSAGE_SELF) - cpu_start - workload_micros;
  store->Settle();
  const double all_cpu = CpuMicros(RUSAGE_SELF) - cpu_start - workload_micros;
  const auto per_step = [&](double value) { return value / static_cast<double>(steps); };
  std::printf("%-8s %6d %9ld %10.0f %10.2f %10.2f %10.2f %9.0f %9.0f %8.0f\n",
              name.c_str(),
              group,
              steps,
              static_cast<double>(steps) / seconds,
              per_step(thread_cpu),
              per_step(cpu),
              per_step(all_cpu),
              Percentile(latencies, 0.5),
              Percentile(latencies, 0.99),
              per_step(static_cast<double>(store->log_bytes())));
  std::fflush(stdout);
}

// How std::int64_t opening takes after a process died with as much log as there can be. Call before
// anything has started threads: it forks.
void RunRecovery(const Flags& flags) {
  const std::string directory = flags.directory + "/store";
  std::filesystem::remove_all(directory);
  // Just short of the memtables' bound, where all would be written out.
  constexpr int kGroups = 1'300;
  constexpr int kGroupSteps = 100;
  const pid_t child = fork();
  Require(child >= 0, "fork");
  if (child == 0) {
    Workload workload;
    EngineStore store(directory);
    for (int i = 0; i < kGroups; ++i) {
      store.Commit(workload, kGroupSteps);
    }
    _exit(0);
  }
  int status = 0;
  Require(waitpid(child, &status, 0) == child && status == 0, "the child failed");
  std::uintmax_t log_bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory + "/db")) {
    if (entry.path().extension() == ".log") log_bytes += entry.file_size();
  }
  const auto start = std::chrono::steady_clock::now();
  const EngineStore store(directory);
  const double micros = Micros(std::chrono::steady_clock::now() - start).count();
  std::printf("open after a kill with %.1f MiB of log: %.0f ms\n",
              static_cast<double>(log_bytes) / 1048576.0,
              micros / 1000);
}

Flags Parse(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::size_t equals = argument.find('=');
    Require(equals != std::string::npos, "expected --name=value, found " + argument);
    const std::string name = argument.substr(0, equals);
    const std::string value = argument.substr(equals + 1);
    const std::map<std::string, std::string*> texts = {{"--directory", &flags.directory},
                                                       {"--only", &flags.only},
                                                       {"--db", &flags.db},
                                                       {"--state", &flags.state},
                                                       {"--history", &flags.history}};
    if (const auto text = texts.find(name); text != texts.end()) {
      *text->second = value;
    } else if (name == "--steps") {
      flags.steps = std::stol(value);
    } else if (name == "--groups") {
      flags.groups.clear();
      std::stringstream list(value);
      for (std::string item; std::getline(list, item, ',');) {
        flags.groups.push_back(std::stoi(item));
      }
    } else {
      Require(false, "unknown flag " + name);
    }
  }
  return flags;
}

}  // namespace

int main(int argc, char** argv) {
  const Flags flags = Parse(argc, argv);
  std::filesystem::create_directories(flags.directory);
  std::printf("fdatasync of 4 KiB appended, p50: %.0f us\n", FdatasyncMicros(flags.directory));
  if (flags.only.empty() || flags.only == "recovery") RunRecovery(flags);
  std::printf("%-8s %6s %9s %10s %10s %10s %10s %9s %9s %8s\n",
              "store",
              "group",
              "steps",
              "steps/s",
              "us/caller",
              "us/run",
              "us/settled",
              "p50 us",
              "p99 us",
              "log B");
  for (const char* name : {"storage", "raw"}) {
    if (!flags.only.empty() && flags.only != name) continue;
    for (const int group : flags.groups) {
      Run(flags, name, group);
    }
  }
  std::filesystem::remove_all(flags.directory);
  return 0;
}
