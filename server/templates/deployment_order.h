// In which order resources are deployed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "server/templates/template.h"

namespace pawl::templates {

struct DeploymentOrder {
  std::vector<Resource> resources = {};
  // The logical ids of resources that lead to each other in a circle; empty if there is none.
  std::vector<std::string> circle = {};
};

// What a resource depends on stands before it; else functions stand before their versions and
// aliases, those before activities, state machines, their versions and their aliases, and what is
// equal in that is in the given order. `dependencies`: by logical id; what is not among the
// resources is not looked at.
DeploymentOrder InOrder(std::vector<Resource> resources,
                        const std::map<std::string, std::set<std::string>>& dependencies);

}  // namespace pawl::templates
