#include "server/cli/event_text.h"

#include <fmt/format.h>

#include <map>
#include <string>

#include "engine/json/arena.h"
#include "engine/json/parse.h"
#include "server/cli/terminal_text.h"
#include "server/cli/wire_text.h"

namespace pawl::cli {
namespace {

constexpr std::size_t kLineDetailColumns = 200;

}  // namespace

std::string CauseText(const std::string& cause) {
  json::Arena arena;
  const Result<json::Value> value = json::Parse(cause, arena);
  const json::Value* const message = value.ok() ? value->Find("errorMessage") : nullptr;
  return message != nullptr && message->is_string() ? std::string(message->string()) : cause;
}

std::string EventDetail(const v1::HistoryEvent& event) {
  std::string text;
  const auto add = [&text](const std::string& part) {
    if (!part.empty()) text += (text.empty() ? "" : "  ") + part;
  };
  if (event.has_index()) add(fmt::format("item {}", event.index()));
  if (event.has_length()) add(fmt::format("{} items", event.length()));
  add(event.resource());
  add(event.worker());
  add(event.map_run_arn());
  // In the order of their names: protobuf's maps have none.
  const std::map<std::string, std::string> variables(event.assigned_variables().begin(),
                                                     event.assigned_variables().end());
  for (const auto& [name, value] : variables)
    add(fmt::format("${} = {}", name, value));
  add(event.location());
  add(event.error());
  add(CauseText(event.cause()));
  return text;
}

std::string EventLine(const v1::HistoryEvent& event) {
  std::string line =
      fmt::format("{:>5}  {}  {}", event.id(), TimeText(event.time()), EventTypeText(event.type()));
  if (!event.state().empty()) line += "  " + SafeText(event.state());
  const std::string detail = SafeText(EventDetail(event), kLineDetailColumns);
  return detail.empty() ? line : line + "  " + detail;
}

}  // namespace pawl::cli
