#include "engine/objects/json_value_end.h"

namespace pawl::objects {

std::size_t JsonValueEnd::Take(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !is_found_) {
    const std::string_view rest = bytes.substr(taken);
    if (kind_ == Kind::kUnknown) {
      Begin(rest.front());
      ++taken;
    } else if (kind_ == Kind::kScalar) {
      taken += TakeScalar(rest);
    } else if (is_in_string_) {
      taken += TakeString(rest);
    } else {
      taken += TakeStructure(rest);
    }
  }
  return taken;
}

void JsonValueEnd::Begin(char first) {
  switch (first) {
    case '"':
      kind_ = Kind::kString;
      is_in_string_ = true;
      return;
    case '{':
    case '[':
      kind_ = Kind::kContainer;
      open_ = 1;
      return;
    default:
      kind_ = Kind::kScalar;
  }
}

std::size_t JsonValueEnd::TakeScalar(std::string_view bytes) {
  const std::size_t end = bytes.find_first_of(",]}: \t\r\n");
  is_found_ = end != std::string_view::npos;
  return is_found_ ? end : bytes.size();
}

std::size_t JsonValueEnd::TakeString(std::string_view bytes) {
  if (is_escaped_) {
    is_escaped_ = false;
    return 1;
  }
  std::size_t place = 0;
  while (place < bytes.size() && bytes[place] != '"' && bytes[place] != '\\') {
    ++place;
  }
  if (place == bytes.size()) return place;
  if (bytes[place] == '\\') {
    is_escaped_ = true;
  } else {
    is_in_string_ = false;
    is_found_ = kind_ == Kind::kString;
  }
  return place + 1;
}

std::size_t JsonValueEnd::TakeStructure(std::string_view bytes) {
  for (std::size_t place = 0; place < bytes.size(); ++place) {
    switch (bytes[place]) {
      case '"':
        is_in_string_ = true;
        return place + 1;
      case '{':
      case '[':
        ++open_;
        break;
      case '}':
      case ']':
        if (--open_ == 0) {
          is_found_ = true;
          return place + 1;
        }
        break;
      default:
        break;
    }
  }
  return bytes.size();
}

}  // namespace pawl::objects
