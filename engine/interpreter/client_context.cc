#include "engine/interpreter/client_context.h"

#include <utility>

#include "engine/expression/digest.h"
#include "engine/json/parse.h"

namespace pawl::interpreter {

Result<std::string> ClientContextOf(const json::Value& parameters) {
  const json::Value* field = parameters.Find("ClientContext");
  if (field == nullptr || field->is_null()) return std::string();
  if (field->is_string() && field->string().size() <= kClientContextTextMax) {
    auto text = expression::DecodeBase64(field->string());
    json::Arena arena;
    const auto parsed =
        text ? json::Parse(*text, arena) : Result<json::Value>(InvalidArgument("no Base64"));
    if (parsed.ok() && parsed->is_object()) return *std::move(text);
  }
  return InvalidArgument("Client context must be a valid Base64-encoded JSON object.",
                         "ClientContext");
}

}  // namespace pawl::interpreter
