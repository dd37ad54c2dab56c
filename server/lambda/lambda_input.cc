#include "server/lambda/lambda_input.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "engine/base/utf8.h"
#include "engine/json/parse.h"
#include "server/lambda/lambda_error.h"

namespace pawl::lambda {
namespace {

struct HeaderMember {
  // In lower case.
  std::string_view header;
  std::string_view member;
};

constexpr std::array<HeaderMember, 3> kHeaderMembers = {
    {{"x-amz-invocation-type", "InvocationType"},
     {"x-amz-log-type", "LogType"},
     {"x-amz-client-context", "ClientContext"}}};

Status Unreadable(std::string message) {
  return Refusal("SerializationException", std::move(message));
}

// A copy in `arena`: what the caller has need not live on.
Result<json::Value> TextValue(std::string_view name, std::string_view text, json::Arena& arena) {
  if (IsUtf8(text)) return json::Value::String(arena.Copy(text));
  return Unreadable(std::string(name) + " is not UTF-8");
}

// What is no number stays a text, which its shape refuses.
bool IsInteger(std::string_view text) {
  constexpr std::size_t kDigitsMax = 18;
  return !text.empty() && text.size() <= kDigitsMax && (text.front() != '0' || text.size() == 1) &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A list is in as many parameters as it has entries, named in lower case: tagKeys=a&tagKeys=b.
Result<std::optional<json::Value>> ListParameter(const aws::MemberShape& member,
                                                 const Target& target,
                                                 json::Arena& arena) {
  std::string name(member.name);
  name[0] = static_cast<char>(name[0] - 'A' + 'a');
  json::ArrayBuilder list;
  for (const sigv4::QueryParameter& parameter : target.query) {
    if (parameter.name != name) continue;
    ASSIGN_OR_RETURN(const json::Value value, TextValue(name, parameter.value, arena));
    list.Add(value);
  }
  if (list.size() == 0) return std::optional<json::Value>();
  return std::optional(list.Build(arena));
}

Result<std::optional<json::Value>> QueryParameterValue(const aws::MemberShape& member,
                                                       const Target& target,
                                                       json::Arena& arena) {
  if (member.shape->kind == aws::ShapeKind::kList) return ListParameter(member, target, arena);
  const auto text = target.Parameter(member.name);
  if (!text) return std::optional<json::Value>();
  if (member.shape->kind == aws::ShapeKind::kInteger && IsInteger(*text)) {
    return std::optional(json::Value::Number(arena.Copy(*text)));
  }
  ASSIGN_OR_RETURN(const json::Value value, TextValue(member.name, *text, arena));
  return std::optional(value);
}

Status AddBody(std::string_view body, json::Arena& arena, json::ObjectBuilder& members) {
  const Result<json::Value> input = json::Parse(body.empty() ? "{}" : body, arena);
  if (!input.ok()) return Unreadable(input.status().message());
  if (!input->is_object()) {
    return Unreadable("the request is " + std::string(json::TypeName(input->type())) +
                      "; an object would be right");
  }
  for (const json::Member& member : input->members())
    members.Set(member.name, member.value);
  return {};
}

Status AddQuery(const Operation& operation,
                const Target& target,
                json::Arena& arena,
                json::ObjectBuilder& members) {
  for (const aws::MemberShape& member : operation.input) {
    ASSIGN_OR_RETURN(const auto value, QueryParameterValue(member, target, arena));
    if (value) members.Set(member.name, *value);
  }
  return {};
}

Status AddHeaders(const http::HttpRequest& request,
                  json::Arena& arena,
                  json::ObjectBuilder& members) {
  for (const HeaderMember& known : kHeaderMembers) {
    const std::string_view text = request.Header(known.header);
    if (text.empty()) continue;
    ASSIGN_OR_RETURN(const json::Value value, TextValue(known.header, text, arena));
    members.Set(known.member, value);
  }
  return {};
}

}  // namespace

Result<json::Value> InputOf(const http::HttpRequest& request,
                            const FoundOperation& found,
                            const Target& target,
                            json::Arena& arena) {
  json::ObjectBuilder members;
  if (found.operation.members_in == MembersIn::kBody) {
    RETURN_IF_ERROR(AddBody(request.body, arena, members));
  } else {
    RETURN_IF_ERROR(AddQuery(found.operation, target, arena, members));
  }
  if (found.operation.members_in == MembersIn::kQueryAndHeaders) {
    RETURN_IF_ERROR(AddHeaders(request, arena, members));
  }
  for (const PathParameter& parameter : found.path) {
    ASSIGN_OR_RETURN(const json::Value value, TextValue(parameter.name, parameter.value, arena));
    members.Set(parameter.name, value);
  }
  return members.Build(arena);
}

}  // namespace pawl::lambda
