#include "server/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace pawl::server {
namespace {

using prometheus::MetricType;

struct Metric {
  const char* name;
  const char* help;
  MetricType type;
  std::uint64_t EngineStatistics::*value;
};

constexpr MetricType kCounter = MetricType::Counter;
constexpr MetricType kGauge = MetricType::Gauge;

// What a scrape holds stays bounded, however many functions there are.
constexpr std::size_t kMeasuredFunctionsMax = 1'000;

constexpr std::array kMetrics = {
    Metric{"pawl_executions_started_total",
           "Executions that were started",
           kCounter,
           &EngineStatistics::executions_started},
    Metric{"pawl_turns_total",
           "Steps by which executions went on",
           kCounter,
           &EngineStatistics::turns},
    Metric{"pawl_history_events_total",
           "Events recorded in histories",
           kCounter,
           &EngineStatistics::events},
    Metric{"pawl_tasks_dispatched_total",
           "Tasks handed to workers",
           kCounter,
           &EngineStatistics::tasks_dispatched},
    Metric{"pawl_tasks_completed_total",
           "Tasks that came back",
           kCounter,
           &EngineStatistics::tasks_completed},
    Metric{
        "pawl_commits_total", "Groups of rows made durable", kCounter, &EngineStatistics::commits},
    Metric{"pawl_rows_written_total", "Rows written", kCounter, &EngineStatistics::rows_written},
    Metric{"pawl_log_written_bytes_total",
           "Bytes written to the store's log",
           kCounter,
           &EngineStatistics::log_bytes},
    Metric{"pawl_executions_scrubbed_total",
           "Executions whose rows were looked through for contradictions",
           kCounter,
           &EngineStatistics::scrubbed},
    Metric{"pawl_executions_quarantined_total",
           "Executions whose rows contradict each other and that do not run",
           kCounter,
           &EngineStatistics::quarantined},
    Metric{"pawl_resident_executions",
           "Executions in memory",
           kGauge,
           &EngineStatistics::resident_executions},
    Metric{"pawl_store_memory_bytes",
           "Memory that the store holds: memtables and caches",
           kGauge,
           &EngineStatistics::store_memory_bytes},
    Metric{"pawl_tasks_queued",
           "Tasks that wait for a worker",
           kGauge,
           &EngineStatistics::queued_tasks},
    Metric{"pawl_tasks_leased", "Tasks that workers hold", kGauge, &EngineStatistics::leased_tasks},
    Metric{"pawl_timers_armed",
           "Timers in memory: waits, time-outs, retries",
           kGauge,
           &EngineStatistics::armed_timers},
    Metric{"pawl_workers", "Connected workers", kGauge, &EngineStatistics::workers},
};

prometheus::MetricFamily Family(const char* name, const char* help, MetricType type, double value) {
  prometheus::MetricFamily family{.name = name, .help = help, .type = type, .metric = {}};
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  (type == kCounter ? metric.counter.value : metric.gauge.value) = value;
  return family;
}

prometheus::ClientMetric Labelled(const char* label, std::string text) {
  prometheus::ClientMetric metric;
  metric.label.push_back({.name = label, .value = std::move(text)});
  return metric;
}

void AddClosed(const EngineStatistics& statistics,
               std::vector<prometheus::MetricFamily>& families) {
  prometheus::MetricFamily family{.name = "pawl_executions_closed_total",
                                  .help = "Executions that have ended",
                                  .type = kCounter,
                                  .metric = {}};
  const auto add = [&family](ExecutionStatus status, std::uint64_t count) {
    family.metric.push_back(
        Labelled("status", std::string(interpreter::ExecutionStatusName(status))));
    family.metric.back().counter.value = static_cast<double>(count);
  };
  add(ExecutionStatus::kSucceeded, statistics.executions_succeeded);
  add(ExecutionStatus::kFailed, statistics.executions_failed);
  add(ExecutionStatus::kTimedOut, statistics.executions_timed_out);
  add(ExecutionStatus::kAborted, statistics.executions_aborted);
  families.push_back(std::move(family));
}

void Fill(const DurationHistogram& from, prometheus::ClientMetric& to) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < from.counts.size(); ++i) {
    count += from.counts[i];
    const double bound = i < DurationHistogram::kBounds.size()
                             ? DurationHistogram::kBounds[i]
                             : std::numeric_limits<double>::infinity();
    to.histogram.bucket.push_back({.cumulative_count = count, .upper_bound = bound});
  }
  to.histogram.sample_count = count;
  to.histogram.sample_sum = from.sum_seconds;
}

void AddCommits(const EngineStatistics& statistics,
                std::vector<prometheus::MetricFamily>& families) {
  prometheus::MetricFamily& family = families.emplace_back();
  family.name = "pawl_commit_duration_seconds";
  family.help = "How long groups of rows took until they were durable: the log's write and sync";
  family.type = MetricType::Histogram;
  Fill(statistics.commit_durations, family.metric.emplace_back());
}

// Functions in the order of their names; of more than kMeasuredFunctionsMax the rest is left out.
void AddFunctions(const EngineStatistics& statistics,
                  std::vector<prometheus::MetricFamily>& families) {
  prometheus::MetricFamily queued{.name = "pawl_function_tasks_queued",
                                  .help = "Tasks of the function that wait for a worker",
                                  .type = kGauge,
                                  .metric = {}};
  prometheus::MetricFamily leased{.name = "pawl_function_tasks_leased",
                                  .help = "Tasks of the function that workers hold",
                                  .type = kGauge,
                                  .metric = {}};
  prometheus::MetricFamily durations{
      .name = "pawl_task_duration_seconds",
      .help = "From the delivery of a task to a worker to the worker's answer",
      .type = MetricType::Histogram,
      .metric = {}};
  std::size_t left = kMeasuredFunctionsMax;
  for (const auto& [name, function] : statistics.functions) {
    if (left-- == 0) break;
    queued.metric.push_back(Labelled("function", name));
    queued.metric.back().gauge.value = static_cast<double>(function.queued);
    leased.metric.push_back(Labelled("function", name));
    leased.metric.back().gauge.value = static_cast<double>(function.leased);
    durations.metric.push_back(Labelled("function", name));
    Fill(function.durations, durations.metric.back());
  }
  for (prometheus::MetricFamily* family : {&queued, &leased, &durations})
    families.push_back(std::move(*family));
}

void AddStore(const EngineStatistics& statistics, std::vector<prometheus::MetricFamily>& families) {
  for (const auto& [name, value] : statistics.store) {
    prometheus::MetricFamily& family = families.emplace_back();
    family.name = "pawl_rocksdb_" + name;
    family.help = "RocksDB's own figure, over all column families";
    family.type = kGauge;
    family.metric.emplace_back().gauge.value = static_cast<double>(value);
  }
}

double Seconds(const timeval& time) {
  constexpr double kMicrosPerSecond = 1e6;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / kMicrosPerSecond;
}

// 0 where the system does not tell.
double ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  double resident_pages = 0;
  file >> pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// Under the names that all of Prometheus' client libraries give them.
void AddProcess(std::vector<prometheus::MetricFamily>& families) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  families.push_back(Family("process_cpu_seconds_total",
                            "User and system CPU time of the process",
                            kCounter,
                            Seconds(usage.ru_utime) + Seconds(usage.ru_stime)));
  families.push_back(Family(
      "process_resident_memory_bytes", "Resident memory of the process", kGauge, ResidentBytes()));
}

}  // namespace

std::string MetricsText(const EngineStatistics& statistics) {
  std::vector<prometheus::MetricFamily> families;
  for (const Metric& metric : kMetrics) {
    const auto value = static_cast<double>(statistics.*metric.value);
    families.push_back(Family(metric.name, metric.help, metric.type, value));
  }
  AddClosed(statistics, families);
  AddCommits(statistics, families);
  AddFunctions(statistics, families);
  AddStore(statistics, families);
  AddProcess(families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace pawl::server
