#include "server/mock_configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/json/arena.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "engine/platform/file_text.h"
#include "engine/runtime/error_text.h"

namespace pawl::server {
namespace {

constexpr std::size_t kMockFileBytesMax = std::size_t{64} * 1024 * 1024;

// "a, b", or "none".
template <typename Map>
std::string Names(const Map& map) {
  std::string names;
  for (const auto& [name, unused] : map) {
    names += names.empty() ? "" : ", ";
    names += name;
  }
  return names.empty() ? "none" : names;
}

Status Wrong(const std::string& place, const std::string& what) {
  return InvalidArgument(place.empty() ? what : place + ": " + what);
}

Result<json::Value> ObjectAt(const std::string& place, json::Value value) {
  if (value.is_object()) return value;
  return Wrong(
      place,
      fmt::format("expected an object, found {}", std::string(json::TypeName(value.type()))));
}

std::string Under(const std::string& place, std::string_view name) {
  return place.empty() ? std::string(name) : fmt::format("{}.{}", place, name);
}

std::optional<std::uint32_t> NumberIn(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "0" or "1-3".
std::optional<std::pair<std::uint32_t, std::uint32_t>> RangeIn(std::string_view text) {
  const std::size_t hyphen = text.find('-');
  const auto first = NumberIn(text.substr(0, hyphen));
  const auto last = hyphen == std::string_view::npos ? first : NumberIn(text.substr(hyphen + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return std::pair(*first, *last);
}

Result<std::string> TextAt(const std::string& place,
                           json::Value object,
                           std::string_view name,
                           std::size_t size_max) {
  const json::Value* value = object.Find(name);
  if (value == nullptr) return std::string();
  if (value->is_string() && value->string().size() <= size_max) return std::string(value->string());
  return Wrong(Under(place, name), fmt::format("expected a string of at most {} bytes", size_max));
}

Result<MockedEnd> EndAt(const std::string& place, json::Value value) {
  ASSIGN_OR_RETURN(const json::Value object, ObjectAt(place, value));
  const json::Value* output = object.Find("Return");
  const json::Value* thrown = object.Find("Throw");
  if ((output == nullptr) == (thrown == nullptr) || object.members().size() != 1) {
    return Wrong(place, "expected one member, 'Return' or 'Throw'");
  }
  MockedEnd end;
  if (output != nullptr) {
    end.output = Bytes(json::Write(*output));
    return end;
  }
  const std::string at = Under(place, "Throw");
  RETURN_IF_ERROR(ObjectAt(at, *thrown).status());
  ASSIGN_OR_RETURN(end.error, TextAt(at, *thrown, "Error", runtime::kErrorCharactersMax));
  ASSIGN_OR_RETURN(end.cause, TextAt(at, *thrown, "Cause", runtime::kCauseCharactersMax));
  if (end.error.empty()) return Wrong(at, "expected an 'Error', the name of what is thrown");
  return end;
}

}  // namespace

class MockConfiguration::Reader {
 public:
  Result<std::shared_ptr<const MockConfiguration>> Read(json::Value root) {
    RETURN_IF_ERROR(ObjectAt("", root).status());
    for (const json::Member& member : root.members()) {
      if (member.name != "StateMachines" && member.name != "MockedResponses") {
        return Wrong(std::string(member.name),
                     "expected 'StateMachines' and 'MockedResponses' alone");
      }
    }
    if (const json::Value* responses = root.Find("MockedResponses")) {
      RETURN_IF_ERROR(ReadResponses(*responses));
    }
    const json::Value* machines = root.Find("StateMachines");
    if (machines == nullptr) return Wrong("", "'StateMachines' is missing");
    RETURN_IF_ERROR(ReadMachines(*machines));
    return std::shared_ptr<const MockConfiguration>(std::move(configuration_));
  }

 private:
  Status ReadResponses(json::Value value) {
    const std::string place = "MockedResponses";
    ASSIGN_OR_RETURN(const json::Value responses, ObjectAt(place, value));
    for (const json::Member& member : responses.members()) {
      ASSIGN_OR_RETURN(Response response, ResponseAt(Under(place, member.name), member.value));
      response.name = member.name;
      responses_[std::string(member.name)] = std::make_shared<const Response>(std::move(response));
    }
    return {};
  }

  static Result<Response> ResponseAt(const std::string& place, json::Value value) {
    ASSIGN_OR_RETURN(const json::Value object, ObjectAt(place, value));
    Response response;
    for (const json::Member& member : object.members()) {
      const std::string at = Under(place, member.name);
      const auto range = RangeIn(member.name);
      if (!range) return Wrong(at, "expected the number of a call ('0') or a range ('1-3')");
      ASSIGN_OR_RETURN(MockedEnd end, EndAt(at, member.value));
      response.calls.push_back(
          {.first = range->first, .last = range->second, .end = std::move(end)});
    }
    std::sort(response.calls.begin(), response.calls.end(), [](const Calls& a, const Calls& b) {
      return a.first < b.first;
    });
    for (std::size_t i = 1; i < response.calls.size(); ++i) {
      const std::uint32_t first = response.calls[i].first;
      if (first > response.calls[i - 1].last) continue;
      return Wrong(place, fmt::format("call {} is there twice", first));
    }
    return response;
  }

  Status ReadMachines(json::Value value) {
    const std::string place = "StateMachines";
    ASSIGN_OR_RETURN(const json::Value machines, ObjectAt(place, value));
    for (const json::Member& machine : machines.members()) {
      const std::string at = Under(place, machine.name);
      ASSIGN_OR_RETURN(const json::Value object, ObjectAt(at, machine.value));
      ByName<TestCase>& cases = configuration_->machines_[std::string(machine.name)];
      const json::Value* found = object.Find("TestCases");
      if (found == nullptr) return Wrong(at, "'TestCases' is missing");
      const std::string under = Under(at, "TestCases");
      ASSIGN_OR_RETURN(const json::Value test_cases, ObjectAt(under, *found));
      for (const json::Member& test_case : test_cases.members()) {
        RETURN_IF_ERROR(ReadCase(
            Under(under, test_case.name), test_case.value, cases[std::string(test_case.name)]));
      }
    }
    return {};
  }

  Status ReadCase(const std::string& place, json::Value value, TestCase& test_case) const {
    ASSIGN_OR_RETURN(const json::Value states, ObjectAt(place, value));
    for (const json::Member& state : states.members()) {
      const std::string at = Under(place, state.name);
      if (!state.value.is_string()) return Wrong(at, "expected the name of a mocked response");
      const auto found = responses_.find(state.value.string());
      if (found == responses_.end()) {
        return Wrong(at,
                     fmt::format("there is no mocked response '{}'; there are: {}",
                                 std::string(state.value.string()),
                                 Names(responses_)));
      }
      test_case[std::string(state.name)] = found->second;
    }
    return {};
  }

  std::shared_ptr<MockConfiguration> configuration_ = std::make_shared<MockConfiguration>();
  ByName<std::shared_ptr<const Response>> responses_;
};

Result<std::shared_ptr<const MockConfiguration>> MockConfiguration::Parse(std::string_view text) {
  json::Arena arena;
  ASSIGN_OR_RETURN(const json::Value root, json::Parse(text, arena));
  return Reader().Read(root);
}

Result<std::shared_ptr<const MockConfiguration>> MockConfiguration::Load(const std::string& file) {
  const Result<std::string> text = platform::ReadFileText(file, kMockFileBytesMax);
  if (!text.ok()) {
    return Status(text.status().code(), fmt::format("mock_config: {}", text.status().message()));
  }
  auto configuration = Parse(*text);
  if (configuration.ok()) return configuration;
  return InvalidArgument(
      fmt::format("mock_config: '{}': {}", file, configuration.status().message()));
}

Result<const MockConfiguration::TestCase*> MockConfiguration::FindCase(
    std::string_view state_machine, std::string_view test_case) const {
  const auto machine = machines_.find(state_machine);
  if (machine == machines_.end()) {
    return NotFound(
        fmt::format("the mock configuration has no test cases of state machine '{}', but of: {}",
                    state_machine,
                    Names(machines_)));
  }
  const auto found = machine->second.find(test_case);
  if (found != machine->second.end()) return &found->second;
  return NotFound(
      fmt::format("the mock configuration has no test case '{}' of state machine '{}', but: {}",
                  test_case,
                  state_machine,
                  Names(machine->second)));
}

Status MockConfiguration::Check(std::string_view state_machine, std::string_view test_case) const {
  return FindCase(state_machine, test_case).status();
}

Result<std::optional<MockedEnd>> MockConfiguration::Find(std::string_view state_machine,
                                                         std::string_view test_case,
                                                         std::string_view state,
                                                         std::uint32_t call) const {
  ASSIGN_OR_RETURN(const TestCase* const states, FindCase(state_machine, test_case));
  const auto response = states->find(state);
  if (response == states->end()) return std::optional<MockedEnd>();
  for (const Calls& calls : response->second->calls) {
    if (call >= calls.first && call <= calls.last) {
      return std::optional<MockedEnd>(calls.end);
    }
  }
  return NotFound(fmt::format("the mocked response '{}' says nothing of call {} of state '{}'",
                              response->second->name,
                              call,
                              state));
}

}  // namespace pawl::server
