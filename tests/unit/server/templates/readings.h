// Readings of templates, for their tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/templates/template.h"

namespace pawl::test {

// "3:5 CODE message" for each diagnostic.
inline std::vector<std::string> Problems(const templates::Reading& reading) {
  std::vector<std::string> problems;
  for (const asl::Diagnostic& diagnostic : reading.diagnostics) {
    problems.push_back(std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column) +
                       " " + diagnostic.code + " " + diagnostic.message);
  }
  return problems;
}

// "logical id: why" of what is left out.
inline std::vector<std::string> LeftOut(const templates::Reading& reading) {
  std::vector<std::string> left_out;
  for (const templates::LeftOut& entry : reading.content.left_out)
    left_out.push_back(entry.what + (entry.type.empty() ? "" : " (" + entry.type + ")"));
  return left_out;
}

inline std::vector<std::string> LogicalIds(const templates::Reading& reading) {
  std::vector<std::string> ids;
  for (const templates::Resource& resource : reading.content.resources)
    ids.push_back(resource.logical_id);
  return ids;
}

// The only resource of that kind with the logical id; a default one if there is none.
template <typename Details>
Details Find(const templates::Reading& reading, std::string_view logical_id) {
  for (const templates::Resource& resource : reading.content.resources) {
    const auto* details = std::get_if<Details>(&resource.details);
    if (details != nullptr && resource.logical_id == logical_id) return *details;
  }
  return {};
}

}  // namespace pawl::test
