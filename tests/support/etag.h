// The ETag of an object of the stores of tests.
#pragma once

#include <cstdint>
#include <string>

namespace pawl::test {

inline std::string EtagOf(std::uint64_t version) {
  return "\"" + std::to_string(version) + "\"";
}

}  // namespace pawl::test
