// The values of a template's parameters (AWS CloudFormation, "Parameters"), and of the pseudo
// parameters.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/asl/problems.h"
#include "engine/asl/source.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"
#include "server/templates/template.h"

namespace pawl::templates {

inline constexpr std::string_view kStackNameDefault = "pawl";

class Parameters {
 public:
  // Checks all of `section` (nullptr: the template has none) and all given values. Everything
  // outlives the parameters. AllowedPattern is not looked at.
  Parameters(const asl::Place* section,
             const TemplateOptions& options,
             asl::Problems& problems,
             json::Arena& arena);

  // Whether there is a parameter or pseudo parameter of that name.
  bool Has(std::string_view name) const;

  // Requires Has(name). A list for the types that are lists. nullopt: AWS::NoValue, or it has no
  // value, which is reported at `place`.
  std::optional<json::Value> Get(std::string_view name, const asl::Place& place) const;

  const std::map<std::string, std::optional<json::Value>, std::less<>>& values() const {
    return values_;
  }

 private:
  void AddPseudo(const TemplateOptions& options);
  void Add(const asl::Place& place, const TemplateOptions& options);
  json::Value ToValue(const std::string& type, const std::string& text);

  asl::Problems& problems_;
  json::Arena& arena_;
  // nullopt: it has no value.
  std::map<std::string, std::optional<json::Value>, std::less<>> values_;
};

}  // namespace pawl::templates
