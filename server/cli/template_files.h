// The files that a template names: code and definitions beside it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "server/templates/template.h"

namespace pawl::cli {

struct DefinitionText {
  // With the substitutions put in.
  std::string text;
  // Where it stands, for messages: a file's path, or the template's with the logical id.
  std::string label;
  // Placeholders without a substitution; they stay.
  std::vector<std::string> unknown;
};

// Each file is read once, so that what was checked is what is deployed.
class TemplateFiles {
 public:
  // Paths are relative to the folder of the template.
  explicit TemplateFiles(std::string template_path);

  // Errors: as ArchiveOf.
  Result<std::string> Archive(const templates::Function& function);

  // Errors: as ReadDefinition.
  Result<DefinitionText> Definition(const std::string& logical_id,
                                    const templates::StateMachine& machine);

 private:
  std::string PathOf(const std::string& relative) const;

  const std::string template_path_;
  std::map<std::string, std::string> archives_;
  std::map<std::string, std::string> definitions_;
};

}  // namespace pawl::cli
