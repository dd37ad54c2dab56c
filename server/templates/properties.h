// Properties: those of one resource, with what Globals says of all of its kind. Taking one checks
// its type; those that nobody takes can be listed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/asl/problems.h"
#include "engine/asl/source.h"
#include "engine/json/value.h"
#include "server/templates/resources.h"

namespace pawl::templates {

// One that is kept and not acted on.
struct KeptProperty {
  std::string_view property;
  // What the service's API calls it.
  std::string_view name;
};

class Properties {
 public:
  // Everything outlives the properties.
  Properties(const Declared& resource, Resources& resources, asl::Problems& problems);
  Properties(const Properties&) = delete;
  Properties& operator=(const Properties&) = delete;

  // The value, with that of Globals below it: objects are joined, lists are put one behind the
  // other, and of anything else the resource's own is taken (AWS SAM, "Globals section"). nullopt:
  // there is none, or it is wrong, which is reported; so below.
  std::optional<json::Value> Take(std::string_view name);
  std::optional<std::string> TakeText(std::string_view name);
  std::optional<std::string> TakeRequiredText(std::string_view name);
  std::optional<std::uint32_t> TakeNumber(std::string_view name);
  // An object of strings, numbers and booleans.
  std::map<std::string, std::string> TakeTexts(std::string_view name);
  // An object, or a list of objects with Key and Value.
  std::map<std::string, std::string> TakeTags(std::string_view name);

  // Counts as taken.
  void Ignore(std::string_view name) { taken_.emplace(name); }

  bool Has(std::string_view name) const;

  // Of an object that was taken from the property `name`: its members as texts.
  std::map<std::string, std::string> Texts(std::string_view name, json::Value object);

  // Reported where the property stands; at the resource where it does not.
  void Error(std::string_view name, std::string_view code, const std::string& message);

  // What nobody took, in the order of the template.
  std::vector<const asl::SourceMember*> Rest() const;

 private:
  const asl::SourceMember* OwnMember(std::string_view name) const;
  const asl::SourceMember* GlobalMember(std::string_view name) const;

  const Declared& resource_;
  Resources& resources_;
  asl::Problems& problems_;
  const asl::Place* globals_ = nullptr;
  // The object of the resource's properties; nullopt where it has none.
  std::optional<asl::Place> own_;
  std::set<std::string, std::less<>> taken_;
};

}  // namespace pawl::templates
