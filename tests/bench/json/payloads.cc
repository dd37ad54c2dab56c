#include "tests/bench/json/payloads.h"

namespace pawl::bench {

std::string SmallPayload() {
  return R"({"order_id":"7f3c2a","customer":48213,"items":["a-17","b-4"],"total":129.95,"is_paid":true,"note":null})";
}

std::string MediumPayload() {
  std::string text = R"({"batch":"2026-11-20","source":"Zürich – Käufe","records":[)";
  for (int i = 0; i < 9; ++i) {
    if (i > 0) text += ',';
    const std::string number = std::to_string(i);
    text += R"({"id":)" + number + R"(,"name":"package-)" + number + R"(","version":"1.2.)" +
            number + R"(","size":48213.5,"description":"line one\nline two"})";
  }
  return text + "]}";
}

std::string LargePayload() {
  std::string text = "{";
  for (int i = 0; i < 200; ++i) {
    if (i > 0) text += ',';
    text += "\"field_" + std::to_string(i) + "\":\"" +
            std::string(312, static_cast<char>('a' + i % 26)) + "\"";
  }
  return text + "}";
}

std::string DensePayload() {
  std::string text = "[";
  for (int i = 0; text.size() < 64 * 1024; ++i) {
    if (i > 0) text += ',';
    text += "{\"k\":" + std::to_string(i * 37) + ",\"v\":[\"x\",-1.5,true]}";
  }
  return text + "]";
}

}  // namespace pawl::bench
