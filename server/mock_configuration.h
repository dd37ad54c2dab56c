// MockConfiguration: the mock configuration file of Step Functions Local (Step Functions Developer
// Guide, "Mocked service integrations"):
//
//   {"StateMachines": {"Orders": {"TestCases": {"HappyPath": {"Charge": "Paid"}}}},
//    "MockedResponses": {"Paid": {"0-1": {"Throw": {"Error": "E", "Cause": "C"}},
//                                 "2": {"Return": {"StatusCode": 200}}}}}
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/runtime/engine.h"

namespace pawl::server {

// Threads: safe from any thread.
class MockConfiguration final : public TaskMocks {
 public:
  // InvalidArgument says what is wrong, and where:
  // "StateMachines.Orders.TestCases.HappyPath.Charge: there is no mocked response 'Payed'; …".
  static Result<std::shared_ptr<const MockConfiguration>> Parse(std::string_view text);
  // Of a file. NotFound if it cannot be read; else as Parse, with the file's name before it.
  static Result<std::shared_ptr<const MockConfiguration>> Load(const std::string& file);

  Status Check(std::string_view state_machine, std::string_view test_case) const override;
  Result<std::optional<MockedEnd>> Find(std::string_view state_machine,
                                        std::string_view test_case,
                                        std::string_view state,
                                        std::uint32_t call) const override;

 private:
  class Reader;

  // What calls `first` to `last` of a state's task give.
  struct Calls {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    MockedEnd end = {};
  };

  struct Response {
    std::string name = {};
    // By `first`, without overlaps.
    std::vector<Calls> calls = {};
  };

  template <typename T>
  using ByName = std::map<std::string, T, std::less<>>;
  using TestCase = ByName<std::shared_ptr<const Response>>;  // by state

  Result<const TestCase*> FindCase(std::string_view state_machine,
                                   std::string_view test_case) const;

  ByName<ByName<TestCase>> machines_;
};

}  // namespace pawl::server
