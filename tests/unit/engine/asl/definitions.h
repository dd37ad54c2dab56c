// The language of the tests of engine/asl: definitions with one thing in them, and what is said
// about them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/asl/compile.h"

namespace pawl::asl {

inline void PrintTo(const Diagnostic& diagnostic, std::ostream* out) {
  *out << diagnostic.line << ":" << diagnostic.column << " " << diagnostic.code << " '"
       << diagnostic.pointer << "' " << diagnostic.message;
}

}  // namespace pawl::asl

namespace pawl::test {

// A machine of one state "S" with these members; states "T" and "U" can be gone to.
inline std::string WithState(std::string_view members) {
  return R"({"StartAt": "A", "States": {
    "A": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "T"},
                                        {"Variable": "$.y", "IsPresent": true, "Next": "U"}],
          "Default": "S"},
    "T": {"Type": "Succeed"},
    "U": {"Type": "Succeed"},
    "S": {)" +
         std::string(members) + "}}}";
}

// The state "S" of a definition that compiles.
inline const asl::State& FindState(const asl::Compilation& compilation, std::string_view name) {
  PAWL_CHECK_MESSAGE(compilation.ok(), compilation.diagnostics.front().message.c_str());
  const auto& states = compilation.machine->states;
  const auto found =
      std::find_if(states.begin(), states.end(), [&](const auto& s) { return s.name == name; });
  PAWL_CHECK(found != states.end());
  return *found;
}

// Errors and warnings are told apart by their codes.
MATCHER_P2(Problem, code, pointer, "") {
  return arg.code == code && arg.pointer == pointer;
}

MATCHER_P2(ProblemSaying, code, words, "") {
  return arg.code == code && FullMessage(arg).find(words) != std::string::npos;
}

inline std::vector<asl::Diagnostic> Diagnose(std::string_view source) {
  return asl::Compile(source).diagnostics;
}

}  // namespace pawl::test
