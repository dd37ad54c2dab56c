// Tags as pawl.v1 has them: a map, whose order is none.
#pragma once

#include <google/protobuf/map.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/runtime/engine.h"

namespace pawl::server {

// By key.
inline std::vector<Tag> FromWire(const google::protobuf::Map<std::string, std::string>& tags) {
  std::vector<Tag> list;
  for (const auto& [key, value] : tags)
    list.push_back({.key = key, .value = value});
  std::sort(list.begin(), list.end(), [](const Tag& a, const Tag& b) { return a.key < b.key; });
  return list;
}

}  // namespace pawl::server
