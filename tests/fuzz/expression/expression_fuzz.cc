// The first line is a path, the rest a document. The path is parsed, evaluated, used as a
// template's member, and, where it is a reference path, set.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/expression/path.h"
#include "engine/expression/payload_template.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::expression {
namespace {

constexpr std::string_view kDocument =
    R"({"a":[{"b":1,"c":"x"},{"b":2,"c":[true,null]}],"d":{"e":-1.5e3},"f":"10"})";

class OneValueScope final : public Scope {
 public:
  explicit OneValueScope(json::Value value) : value_(value) {}

  Result<json::Value> Root(const Path& /*path*/) override { return value_; }

  SeededRandom& Random() override { return random_; }

 private:
  json::Value value_;
  SeededRandom random_{1};
};

void SetAndRead(std::string_view text, json::Value root, json::Arena& arena) {
  const Result<ReferencePath> path = ReferencePath::Parse(text);
  if (!path.ok()) return;
  const json::Value marker = json::Value::String("marker");
  const Result<json::Value> changed = path->Set(root, marker, arena);
  if (!changed.ok()) return;
  PAWL_CHECK(json::Check(json::Write(*changed)).ok());
  PAWL_CHECK(json::Equal(path->Evaluate(*changed, arena).value(), marker));
}

void UseInTemplate(std::string_view text, json::Value root, json::Arena& arena) {
  json::ObjectBuilder object;
  object.Set("x.$", json::Value::String(text));
  const Result<PayloadTemplate> compiled = PayloadTemplate::Compile(object.Build(arena));
  if (!compiled.ok()) return;
  OneValueScope scope(root);
  const Result<json::Value> value = compiled->Evaluate(scope, arena);
  if (value.ok()) PAWL_CHECK(json::Check(json::Write(*value)).ok());
}

void Run(std::string_view data) {
  const std::size_t line = data.find('\n');
  const std::string_view text = data.substr(0, line);
  json::Arena arena;
  // A template's text is a JSON string, so it is UTF-8.
  std::string quoted;
  json::WriteStringTo(quoted, text);
  if (!json::Check(quoted).ok()) return;

  const Result<json::Value> given =
      json::Parse(line == std::string_view::npos ? kDocument : data.substr(line + 1), arena);
  const json::Value root = given.ok() ? *given : json::Parse(kDocument, arena).value();
  UseInTemplate(text, root, arena);
  const Result<Path> path = Path::Parse(text);
  if (!path.ok()) {
    PAWL_CHECK(path.status().code() == StatusCode::kInvalidArgument);
    return;
  }
  const Result<json::Value> found = path->Evaluate(root, arena);
  if (found.ok()) {
    PAWL_CHECK(path->is_definite() || found->is_array());
    PAWL_CHECK(!path->is_identity() || json::Equal(*found, root));
  } else {
    const StatusCode code = found.status().code();
    PAWL_CHECK(code == StatusCode::kNotFound || code == StatusCode::kFailedPrecondition ||
               code == StatusCode::kResourceExhausted);
  }
  SetAndRead(text, root, arena);
}

}  // namespace
}  // namespace pawl::expression

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pawl::expression::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
