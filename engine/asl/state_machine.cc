#include "engine/asl/state_machine.h"

#include "engine/base/built_in_function.h"

namespace pawl::asl {

std::string_view MachineTypeName(MachineType type) {
  return type == MachineType::kExpress ? "EXPRESS" : "STANDARD";
}

std::string_view StateTypeName(StateType type) {
  switch (type) {
    case StateType::kPass:
      return "Pass";
    case StateType::kTask:
      return "Task";
    case StateType::kChoice:
      return "Choice";
    case StateType::kWait:
      return "Wait";
    case StateType::kSucceed:
      return "Succeed";
    case StateType::kFail:
      return "Fail";
    case StateType::kParallel:
      return "Parallel";
    case StateType::kMap:
      return "Map";
  }
  return "";
}

std::string ActivityFunction(std::string_view activity) {
  return "activity:" + std::string(activity);
}

std::optional<std::string_view> ActivityOf(std::string_view function) {
  constexpr std::string_view kPrefix = "activity:";
  if (!function.starts_with(kPrefix)) return std::nullopt;
  return function.substr(kPrefix.size());
}

std::string_view ServiceFunction(std::string_view service_call) {
  return service_call.starts_with("http:") ? kHttpFunction : kAwsFunction;
}

}  // namespace pawl::asl
