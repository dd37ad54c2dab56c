#include "engine/expression/result_depth.h"

#include <string>

#include "engine/base/limits.h"

namespace pawl::expression {

Result<json::Value> CheckDepth(json::Value result) {
  if (result.depth() <= kJsonDepthMax) return result;
  return ResourceExhausted("the result would nest " + std::to_string(result.depth()) +
                           " arrays and objects inside each other, the limit is " +
                           std::to_string(kJsonDepthMax));
}

}  // namespace pawl::expression
