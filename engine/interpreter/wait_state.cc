#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/overloaded.h"
#include "engine/interpreter/interpreter.h"
#include "engine/json/write.h"

namespace pawl::interpreter {
namespace {

// A Wait's Seconds are at most 99,999,999 (Step Functions Developer Guide, "Wait").
constexpr std::int64_t kWaitSecondsMax = 99'999'999;

std::string ShownValue(json::Value value) {
  return value.is_string() ? std::string(value.string()) : json::Write(value);
}

// The first two as recorded.
std::string_view WhySecondsAreWrong(std::optional<std::int64_t> number) {
  if (!number) return "cannot be parsed as a long value";
  if (*number < 0) return "references a negative value";
  return "references a value greater than 99999999";
}

Timestamp DueAfter(Duration delay, const Environment& environment, Timestamp now) {
  const auto micros = static_cast<double>(delay.count()) * environment.wait_time_scale;
  return now + Duration(static_cast<Duration::rep>(micros));
}

}  // namespace

void Interpreter::ExecuteWait(Frame& frame) {
  auto input = EffectiveInput(frame);
  if (!input) return;
  const auto& wait = std::get<asl::WaitState>(StateOf(frame).details);
  const auto due = std::visit(
      Overloaded{
          [&](Duration delay) -> std::optional<Timestamp> {
            return DueAfter(delay, environment_, now_);
          },
          [&](Timestamp at) -> std::optional<Timestamp> { return at; },
          [&](const asl::SecondsPath& seconds) -> std::optional<Timestamp> {
            const auto value = EvaluatePath(frame, seconds.path, *input);
            if (!value.ok()) {
              FailRuntime(frame,
                          "The SecondsPath parameter does not reference an input value: " +
                              seconds.path.text());
              return std::nullopt;
            }
            const auto number = value->is_number() ? value->AsInt64() : std::nullopt;
            if (!number || *number < 0 || *number > kWaitSecondsMax) {
              FailRuntime(frame,
                          "The SecondsPath parameter " + std::string(WhySecondsAreWrong(number)) +
                              ": " + seconds.path.text() + " == " + ShownValue(*value));
              return std::nullopt;
            }
            return DueAfter(std::chrono::seconds(*number), environment_, now_);
          },
          [&](const asl::TimestampPath& timestamp) -> std::optional<Timestamp> {
            const auto value = EvaluatePath(frame, timestamp.path, *input);
            if (!value.ok()) {
              FailRuntime(frame,
                          "The TimestampPath parameter does not reference an input value: " +
                              timestamp.path.text());
              return std::nullopt;
            }
            const auto at = value->is_string() ? ParseTimestamp(value->string()) : std::nullopt;
            if (!at) {
              FailRuntime(frame,
                          "The TimestampPath parameter does not reference a valid ISO-8601 "
                          "extended offset date-time format string: " +
                              timestamp.path.text() + " == " + ShownValue(*value));
            }
            return at;
          },
          [&](const asl::SecondsExpression& seconds) -> std::optional<Timestamp> {
            const auto value = QueryAs(json::Type::kNumber, frame, seconds.expression, "Seconds");
            if (!value.ok()) {
              FailQuery(frame, value.status());
              return std::nullopt;
            }
            const auto number = value->is_number() ? value->AsInt64() : std::nullopt;
            if (!number || *number < 0 || *number > kWaitSecondsMax) {
              FailQueryAfter(frame,
                             frame.last_event,
                             {StatusCode::kFailedPrecondition,
                              "The Seconds field must be a non-negative integer of at most "
                              "99999999: " +
                                  json::Write(*value),
                              "Seconds"});
              return std::nullopt;
            }
            return DueAfter(std::chrono::seconds(*number), environment_, now_);
          },
          [&](const asl::TimestampExpression& timestamp) -> std::optional<Timestamp> {
            const auto value =
                QueryAs(json::Type::kString, frame, timestamp.expression, "Timestamp");
            if (!value.ok()) {
              FailQuery(frame, value.status());
              return std::nullopt;
            }
            const auto at = ParseTimestamp(value->string());
            if (!at) {
              FailQueryAfter(frame,
                             frame.last_event,
                             {StatusCode::kFailedPrecondition,
                              "The Timestamp field cannot be parsed as an ISO-8601 extended offset "
                              "date-time format string: " +
                                  std::string(value->string()),
                              "Timestamp"});
            }
            return at;
          }},
      wait.until);
  if (!due) return;
  if (*due <= now_) return LeaveThrough(frame, std::move(*input), ExitOf(StateOf(frame)));
  SetWait(frame, TimerWait{.purpose = TimerWait::Purpose::kWaitState, .due = *due});
  turn_.effects.emplace_back(ArmTimer{frame.number, *due});
}

}  // namespace pawl::interpreter
