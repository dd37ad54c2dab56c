#include "tests/simulator/express_check.h"

#include <algorithm>

namespace pawl::simulator {
namespace {

PlainJson TextOrNull(const std::optional<std::string>& text) {
  return text ? PlainJson::String(*text) : PlainJson{};
}

}  // namespace

std::string DisagreementOn(const ExpressEnd& end,
                           const OracleRun& run,
                           std::optional<Duration> timeout,
                           bool has_chance) {
  if (end.status == "TIMED_OUT") {
    const Duration most = Limits().express_duration_max;
    const bool is_early = end.stopped_at < end.started_at + std::min(timeout.value_or(most), most);
    return is_early ? "an EXPRESS execution timed out too early" : "";
  }
  const bool is_success = end.status == "SUCCEEDED";
  if (!is_success && end.status != "FAILED") {
    return "an EXPRESS execution ended as " + std::string(end.status);
  }
  if (is_success != end.output.has_value()) return "an EXPRESS execution has a wrong output";
  if (has_chance || run.has_chance || run.has_given_up) return {};
  if (is_success != run.has_succeeded) {
    return "an EXPRESS execution is " + std::string(end.status) + " with " +
           end.error.value_or("no error") + ", the oracle disagrees with " + run.error.Write();
  }
  if (is_success) {
    const bool is_right = Matches(run.output, PlainJson::Parse(*end.output));
    return is_right ? ""
                    : "the output of an EXPRESS execution is " + run.output.Write() + ", not " +
                          *end.output;
  }
  return Matches(run.error, TextOrNull(end.error))
             ? ""
             : "the error of an EXPRESS execution is " + run.error.Write() + ", not " +
                   end.error.value_or("none");
}

}  // namespace pawl::simulator
