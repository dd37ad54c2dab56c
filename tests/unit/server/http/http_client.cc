#include "tests/unit/server/http/http_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace pawl::test {
namespace {

constexpr int kReadSecondsMax = 20;

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char character) {
    return static_cast<char>(std::tolower(character));
  });
  return text;
}

void ReadHeaders(std::string_view head, HttpAnswer& answer) {
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) {
      answer.headers[LowerCase(std::string(line.substr(0, colon)))] = line.substr(colon + 2);
    }
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
  }
}

}  // namespace

HttpClient::HttpClient(std::uint16_t port) {
  socket_ = socket(AF_INET, SOCK_STREAM, 0);
  const timeval wait{.tv_sec = kReadSecondsMax, .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int connected =
      connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  EXPECT_EQ(connected, 0);
}

HttpClient::~HttpClient() {
  Close();
}

bool HttpClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

HttpAnswer HttpClient::Read(bool has_body) {
  HttpAnswer answer;
  std::size_t head = 0;
  while ((head = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return answer;
  }
  answer.status = std::stoi(buffer_.substr(buffer_.find(' ') + 1, 3));
  ReadHeaders(std::string_view(buffer_).substr(0, head), answer);
  buffer_.erase(0, head + 4);
  const auto length = answer.headers.find("content-length");
  if (!has_body || length == answer.headers.end()) return answer;
  const std::size_t size = std::stoul(length->second);
  while (buffer_.size() < size && Fill()) {
  }
  answer.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return answer;
}

HttpAnswer HttpClient::Ask(std::string_view bytes) {
  EXPECT_TRUE(Send(bytes));
  return Read();
}

bool HttpClient::IsEnded() {
  while (Fill()) {
  }
  char byte = 0;
  return recv(socket_, &byte, 1, 0) == 0 || errno == ECONNRESET;
}

void HttpClient::CloseSendingSide() {
  shutdown(socket_, SHUT_WR);
}

void HttpClient::Close() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
}

bool HttpClient::Fill() {
  std::array<char, 65536> bytes{};
  const ssize_t count = recv(socket_, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

}  // namespace pawl::test
