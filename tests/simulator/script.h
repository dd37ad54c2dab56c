// What the functions of simulated workflows do. An outcome depends on nothing but the function and
// its payload, so that the oracle foresees what a worker will answer.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulator/plain_json.h"

namespace pawl::simulator {

// A result, or an error.
struct FunctionOutcome {
  std::optional<PlainJson> output = {};
  std::string error = {};
  std::string cause = {};
};

// Those that workers serve. "flaky1" to "flaky3" fail while the payload's `attempt` is below the
// number, "later" until the execution has been redriven, "odd" fails where the payload's `k` is
// odd, "boom" and "huge" always do.
inline constexpr std::array<std::string_view, 14> kFunctions = {"echo",
                                                                "small",
                                                                "inc",
                                                                "flaky1",
                                                                "flaky2",
                                                                "flaky3",
                                                                "odd",
                                                                "boom",
                                                                "later",
                                                                "huge",
                                                                "list",
                                                                "text",
                                                                "wide",
                                                                "nothing"};
// Activities that people outside serve, each as the function of its name.
inline constexpr std::array<std::string_view, 5> kActivities = {
    "echo", "small", "flaky2", "odd", "later"};
// An activity that nobody ever creates.
inline constexpr std::string_view kUnknownActivity = "nowhere";
// What those answer with who hold the token that an execution was started with.
inline constexpr std::string_view kTokenChildFunction = "small";
// The error of a function that fails after it has passed its task token on.
inline constexpr std::string_view kPassedOn = "PassedOn";
// A function that no worker ever announces.
inline constexpr std::string_view kUnknownFunction = "ghost";

FunctionOutcome CallFunction(std::string_view function, const PlainJson& payload);

}  // namespace pawl::simulator
