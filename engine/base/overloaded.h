// One function object out of several lambdas, for std::visit.
#pragma once

namespace pawl {

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

// Not needed by C++20, but by clang before 17.
template <typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace pawl
