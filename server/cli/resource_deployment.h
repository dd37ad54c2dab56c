// Deploying one resource of a template, each in its own way.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/status.h"
#include "server/cli/client.h"
#include "server/cli/template_files.h"
#include "server/templates/template.h"

namespace pawl::cli {

struct DeployedResource {
  // "function", "function version", "state machine alias": for people.
  std::string kind = {};
  std::string name = {};
  // "created", "updated", "unchanged", "published", "set".
  std::string what = {};
  // Of a version that was published; else 0.
  std::uint64_t version = 0;
};

// "function", "state machine", …
std::string KindOf(const templates::Resource& resource);
// Its name; of a version or alias also that of its owner, "orders:live".
std::string NameOf(const templates::Resource& resource);

// Errors: the server's; those of the files.
Result<DeployedResource> DeployResource(const templates::Resource& resource,
                                        TemplateFiles& files,
                                        Client& client);

// What DeployResource would do: "create", "update", "leave as it is", "publish", "set". Changes
// nothing.
Result<std::string> PlanResource(const templates::Resource& resource,
                                 TemplateFiles& files,
                                 Client& client);

}  // namespace pawl::cli
