#include "server/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <fstream>
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

constexpr std::array kMetrics = {
    Metric{"pawl_executions_started_total",
           "Executions that were started",
           kCounter,
           &EngineStatistics::executions_started},
    Metric{"pawl_executions_closed_total",
           "Executions that have ended, however",
           kCounter,
           &EngineStatistics::executions_closed},
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
    Metric{"pawl_resident_executions_bytes",
           "Memory of the executions in memory",
           kGauge,
           &EngineStatistics::resident_bytes},
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
  AddProcess(families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace pawl::server
