#include "tests/simulator/script.h"

namespace pawl::simulator {
namespace {

std::int64_t NumberAt(const PlainJson& payload, std::string_view name) {
  const PlainJson* member = payload.Find(name);
  return member == nullptr ? 0 : member->AsInteger().value_or(0);
}

FunctionOutcome Returns(PlainJson output) {
  return {.output = std::move(output)};
}

FunctionOutcome Fails(std::string error, std::string cause) {
  return {.error = std::move(error), .cause = std::move(cause)};
}

// An element that a Map's iteration can work on as on an execution's input.
PlainJson Element(std::int64_t k) {
  return PlainJson::Object({{"n", PlainJson::Number(0)},
                            {"k", PlainJson::Number(k)},
                            {"s", PlainJson::String("element")},
                            {"b", PlainJson::Boolean(k % 2 == 0)},
                            {"t", PlainJson::String("2026-01-01T00:00:01Z")},
                            {"items", PlainJson::Array({})}});
}

}  // namespace

FunctionOutcome CallFunction(std::string_view function, const PlainJson& payload) {
  if (function == "echo") return Returns(payload);
  if (function == "small") {
    return Returns(PlainJson::Object(
        {{"ok", PlainJson::Boolean(true)}, {"k", PlainJson::Number(NumberAt(payload, "k"))}}));
  }
  if (function == "inc") return Returns(PlainJson::Number(NumberAt(payload, "n") + 1));
  if (function.starts_with("flaky")) {
    const std::int64_t attempt = NumberAt(payload, "attempt");
    if (attempt < function.back() - '0') {
      return Fails("Flaky", "attempt " + std::to_string(attempt));
    }
    return Returns(PlainJson::Object({{"after", PlainJson::Number(attempt)}}));
  }
  if (function == "odd") {
    const std::int64_t k = NumberAt(payload, "k");
    if (k % 2 != 0) return Fails("OddError", "k is " + std::to_string(k));
    return Returns(PlainJson::Object({{"even", PlainJson::Number(k)}}));
  }
  if (function == "boom") return Fails("Boom", "always");
  if (function == "later") {
    const std::int64_t redrives = NumberAt(payload, "redrives");
    if (redrives < 1) return Fails("TooEarly", "redriven " + std::to_string(redrives) + " times");
    return Returns(PlainJson::Object({{"redrives", PlainJson::Number(redrives)}}));
  }
  // What failed so is run again by a redrive as a whole, joins and all.
  if (function == "huge") return Fails("States.DataLimitExceeded", "as if it were");
  if (function == "list") {
    return Returns(PlainJson::Array({Element(1), Element(2), Element(3)}));
  }
  if (function == "text")
    return Returns(PlainJson::String("k=" + std::to_string(NumberAt(payload, "k"))));
  // Beyond what stands inline in a frame's row.
  if (function == "wide") {
    return Returns(PlainJson::Object({{"w", PlainJson::String(std::string(700, 'w'))}}));
  }
  if (function == "nothing") return Returns({});
  FunctionOutcome missing = Fails("Lambda.ResourceNotFoundException", "");
  return missing;
}

}  // namespace pawl::simulator
