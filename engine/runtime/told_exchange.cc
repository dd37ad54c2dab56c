#include "engine/runtime/told_exchange.h"

#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/json/arena.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::runtime {
namespace {

std::optional<Bytes> ObjectIn(const json::Value& object, std::string_view name) {
  const json::Value* member = object.Find(name);
  if (member == nullptr || !member->is_object()) return std::nullopt;
  return Bytes(json::Write(*member));
}

std::string TextIn(const json::Value& object, std::string_view name) {
  const json::Value* member = object.Find(name);
  return member != nullptr && member->is_string() ? std::string(member->string()) : "";
}

}  // namespace

Bytes AskForExchange(const Bytes& event, bool reveals_secrets) {
  std::string text = event.str();
  PAWL_CHECK(text.size() > 2 && text.back() == '}');
  text.pop_back();
  text += R"(,"Trace":{"RevealSecrets":)";
  text += reveals_secrets ? "true}}" : "false}}";
  return Bytes(std::move(text));
}

ToldExchange TakeExchange(interpreter::CalledFunction& end) {
  if (!end.output) return {};
  json::Arena arena;
  const std::string text = end.output->str();
  const Result<json::Value> told = json::Parse(text, arena);
  if (!told.ok() || !told->is_object()) return {};
  const json::Value* exchange = told->Find("Exchange");
  const json::Value* result = told->Find("Result");
  const json::Value* error = told->Find("Error");
  if (exchange == nullptr || !exchange->is_object() || (result == nullptr) == (error == nullptr)) {
    return {};
  }
  if (result != nullptr) {
    end.output = Bytes(json::Write(*result));
  } else {
    end.output.reset();
    end.error = error->is_object() ? TextIn(*error, "Error") : "";
    end.cause = error->is_object() ? TextIn(*error, "Cause") : "";
  }
  return {.request = ObjectIn(*exchange, "request"), .response = ObjectIn(*exchange, "response")};
}

}  // namespace pawl::runtime
