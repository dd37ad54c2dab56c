// What the server counts, in Prometheus' text format (prometheus.io, "Exposition formats").
#pragma once

#include <string>
#include <string_view>

#include "engine/runtime/engine.h"

namespace pawl::server {

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

// The engine's statistics and what the process uses: counters (names ending in _total), gauges, and
// histograms of durations in seconds, by status or function where that tells more. Counters begin
// at 0 with each start of the server.
std::string MetricsText(const EngineStatistics& statistics);

}  // namespace pawl::server
