// Which variables the states of a definition refer to: variableReferences of DescribeStateMachine.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace pawl::aws {

// The variables that each state reads, by the state's name, at whatever depth the state stands;
// states that read none are left out. What a state assigns is no reference. `definition` is one
// that was accepted; one that is YAML gives none.
std::map<std::string, std::set<std::string>> VariableReferences(std::string_view definition);

}  // namespace pawl::aws
