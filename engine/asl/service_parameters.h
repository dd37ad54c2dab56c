// The parameters of the integrations that are no call of an AWS API: those the engine itself knows.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace pawl::asl {

// A parameter that has one of a few words.
struct WordParameter {
  std::string_view name;
  std::span<const std::string_view> words;
};

struct ServiceParameters {
  // "http:invoke", without the suffix.
  std::string_view call;
  std::span<const std::string_view> names;
  // So many of `names`, the first ones, are required.
  std::size_t required = 1;
  std::span<const WordParameter> words = {};
};

// The parameters of `call`; null for the calls of APIs, whose parameters their services know.
const ServiceParameters* FindServiceParameters(std::string_view call);

}  // namespace pawl::asl
