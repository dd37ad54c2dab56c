// `pawl deploy` of a template: reads it and the files it names, checks all of it, and only then
// deploys its resources one by one.
#pragma once

#include <map>
#include <set>
#include <string>

#include "server/cli/client.h"
#include "server/cli/client_command.h"

namespace pawl::cli {

struct TemplateFile {
  std::string path;
  std::string text;
  // See templates::TemplateOptions.
  std::map<std::string, std::string> parameters = {};
  std::string stack_name = {};
  std::set<std::string> skipped = {};
  // What is left out, and every warning, is an error.
  bool is_strict = false;
  // Only tells what would be deployed.
  bool is_dry_run = false;
};

// Prints what happens to each resource, and tells on standard error what is left out. Returns the
// exit code: kFailed for a wrong template or definition, kUsage for a file that cannot be read.
// What was deployed before an error stays; deploying again goes on from there.
int DeployTemplate(const ClientOptions& options, Client& client, const TemplateFile& file);

}  // namespace pawl::cli
