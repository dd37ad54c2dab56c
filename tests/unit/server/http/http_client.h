// HttpClient: one connection, byte by byte, as well- and ill-behaved clients use it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace pawl::test {

struct HttpAnswer {
  // 0: the connection ended before one came.
  int status = 0;
  // Names in lower case.
  std::map<std::string, std::string, std::less<>> headers;
  std::string body;
};

class HttpClient {
 public:
  // To 127.0.0.1.
  explicit HttpClient(std::uint16_t port);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Whether the bytes went out.
  bool Send(std::string_view bytes);
  // The next answer. One to HEAD has no body, whatever its Content-Length.
  HttpAnswer Read(bool has_body = true);
  HttpAnswer Ask(std::string_view bytes);
  // Whether the server ends the connection; waits for it.
  bool IsEnded();
  void CloseSendingSide();
  void Close();

 private:
  bool Fill();

  int socket_ = -1;
  std::string buffer_;
};

}  // namespace pawl::test
