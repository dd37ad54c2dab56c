// What a Choice rule in JSONPath compares (ASL specification, "Data-test expression").
#pragma once

#include <string_view>

#include "tests/simulator/plain_json.h"

namespace pawl::simulator {

// Timestamps as RFC 3339 has them, and times that only the engine knows.
bool IsTimestamp(const PlainJson& value);
// `comparison` without "Path": "NumericLessThan" and so on.
bool Compare(std::string_view comparison, const PlainJson& value, const PlainJson& operand);
// `comparison`: "IsString" and so on, not "IsPresent".
bool HasType(std::string_view comparison, const PlainJson& value);

}  // namespace pawl::simulator
