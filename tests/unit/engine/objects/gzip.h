// Texts as gzip files, for tests.
#pragma once

#include <string>
#include <string_view>

namespace pawl::test {

std::string Gzip(std::string_view text);

}  // namespace pawl::test
