// What the server counts, in Prometheus' text format (prometheus.io, "Exposition formats").
#pragma once

#include <string>
#include <string_view>

#include "engine/runtime/engine.h"

namespace pawl::server {

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

// The engine's statistics and what the process uses, as counters (names ending in _total) and
// gauges. Counters begin at 0 with each start of the server.
std::string MetricsText(const EngineStatistics& statistics);

}  // namespace pawl::server
