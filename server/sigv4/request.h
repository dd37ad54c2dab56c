// What a signature is about: an HTTP request without its body.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pawl::sigv4 {

struct Header {
  std::string name = {};
  std::string value = {};

  bool operator==(const Header&) const = default;
};

struct Request {
  // "GET".
  std::string method = {};
  // As on the request line, percent-encoded; it starts with '/'.
  std::string path = {};
  // As on the request line, without its '?'.
  std::string query = {};
  // Names in any case. Host is among them; where a name stands twice, both values count.
  std::vector<Header> headers = {};
};

// Lower case, as SignedHeaders has it.
std::string LowerCase(std::string_view name);

// The first value of a header; nullptr where there is none. `name` is in lower case.
const std::string* FindHeader(const Request& request, std::string_view name);

}  // namespace pawl::sigv4
