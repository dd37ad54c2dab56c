#include "tests/simulator/plain_path.h"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/base/check.h"

namespace pawl::simulator {

std::optional<PlainJson> Follow(std::string_view path, const PlainJson& root) {
  std::vector<PlainJson> found = {root};
  bool is_definite = true;
  while (!path.empty()) {
    std::vector<PlainJson> next;
    const auto step = [&](const auto& select) {
      for (const PlainJson& value : found)
        select(value);
    };
    if (path.starts_with("[*]")) {
      is_definite = false;
      path.remove_prefix(3);
      step([&](const PlainJson& value) {
        next.insert(next.end(), value.items.begin(), value.items.end());
      });
    } else if (path.starts_with("['")) {
      const std::size_t end = path.find("']");
      PAWL_CHECK(end != std::string_view::npos);
      const std::string_view name = path.substr(2, end - 2);
      path.remove_prefix(end + 2);
      step([&](const PlainJson& value) {
        if (const PlainJson* member = value.Find(name)) next.push_back(*member);
      });
    } else if (path.front() == '[') {
      const std::size_t end = path.find(']');
      PAWL_CHECK(end != std::string_view::npos);
      const auto index = static_cast<std::size_t>(std::stoul(std::string(path.substr(1, end - 1))));
      path.remove_prefix(end + 1);
      step([&](const PlainJson& value) {
        if (index < value.items.size()) next.push_back(value.items[index]);
      });
    } else {
      PAWL_CHECK(path.front() == '.');
      const std::size_t end = std::min(path.find_first_of(".[", 1), path.size());
      const std::string_view name = path.substr(1, end - 1);
      path.remove_prefix(end);
      step([&](const PlainJson& value) {
        if (const PlainJson* member = value.Find(name)) next.push_back(*member);
      });
    }
    found = std::move(next);
    // What comes before the first [*] must be there.
    if (is_definite && found.empty()) return std::nullopt;
  }
  if (!is_definite) return PlainJson::Array(std::move(found));
  return found.front();
}

}  // namespace pawl::simulator
