// The function 'work', which these tests serve.
#pragma once

namespace pawl::workers {

inline constexpr char kWorkArn[] = "arn:aws:lambda:us-east-1:123456789012:function:work";

}  // namespace pawl::workers
