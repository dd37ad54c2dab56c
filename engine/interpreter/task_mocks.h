// TaskMocks: what tasks give, instead of being run, in executions that are tests (the mock
// configuration of Step Functions Local).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/status.h"

namespace pawl::interpreter {

// One of `output` (JSON text: the state's whole result) and `error` is set.
struct MockedEnd {
  std::optional<Bytes> output = {};
  std::string error = {};
  std::string cause = {};
};

// Threads: safe from any thread. The same answer whenever it is asked.
class TaskMocks {
 public:
  virtual ~TaskMocks() = default;

  // OK if there is such a test case. NotFound says what there is.
  virtual Status Check(std::string_view state_machine, std::string_view test_case) const = 0;

  // How call `call` (from 0) of the state's task in one execution ends: each retry and each visit
  // of the state is another one. nullopt: the state is not mocked. NotFound: the test case is not
  // there (any more), or says nothing of this call.
  virtual Result<std::optional<MockedEnd>> Find(std::string_view state_machine,
                                                std::string_view test_case,
                                                std::string_view state,
                                                std::uint32_t call) const = 0;
};

}  // namespace pawl::interpreter
