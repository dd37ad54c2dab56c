// HttpRequest and HttpResponse: what travels over one HTTP/1.1 connection, as values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pawl::http {

struct HttpHeader {
  // Of a request: in lower case.
  std::string name = {};
  std::string value = {};
};

struct HttpRequest {
  // "POST".
  std::string method = {};
  // As it was sent, query included: "/healthz?full=1".
  std::string target = {};
  // In the order they came; what is about the connection alone is among them.
  std::vector<HttpHeader> headers = {};
  std::string body = {};

  // The value of the first header of that name (in lower case); empty if there is none.
  std::string_view Header(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  // Empty: the answer has no Content-Type.
  std::string content_type = {};
  // Beside Content-Type, Content-Length, Date and Connection, which the server sets. Names and
  // values hold no control characters.
  std::vector<HttpHeader> headers = {};
  std::string body = {};
};

}  // namespace pawl::http
