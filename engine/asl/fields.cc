#include "engine/asl/fields.h"

#include <algorithm>
#include <string>

#include "engine/asl/field_table.h"
#include "engine/asl/shapes.h"

namespace pawl::asl {

namespace {

std::uint8_t BitOf(Language language) {
  return language == Language::kJsonPath ? kInJsonPath : kInJsonata;
}

std::vector<std::string_view> FieldNames(Object object, Language language) {
  std::vector<std::string_view> names;
  for (const Field& field : AllFields()) {
    if ((field.objects & object) != 0 && (field.languages & BitOf(language)) != 0) {
      names.push_back(field.name);
    }
  }
  return names;
}

std::string_view NameOf(Object object) {
  switch (object) {
    case kPassObject:
      return "a Pass state";
    case kTaskObject:
      return "a Task state";
    case kChoiceObject:
      return "a Choice state";
    case kWaitObject:
      return "a Wait state";
    case kSucceedObject:
      return "a Succeed state";
    case kFailObject:
      return "a Fail state";
    case kParallelObject:
      return "a Parallel state";
    case kMapObject:
      return "a Map state";
    case kMachineObject:
      return "a state machine";
    case kBranchObject:
      return "a branch";
    case kProcessorObject:
      return "an item processor";
    case kProcessorConfigObject:
      return "ProcessorConfig";
    case kChoiceRuleObject:
      return "a choice rule";
    case kConditionObject:
      return "a condition";
    case kRetrierObject:
      return "a retrier";
    case kCatcherObject:
      return "a catcher";
    case kItemReaderObject:
      return "ItemReader";
    case kReaderConfigObject:
      return "ReaderConfig";
    case kItemBatcherObject:
      return "ItemBatcher";
    case kResultWriterObject:
      return "ResultWriter";
    case kWriterConfigObject:
      return "WriterConfig";
    case kCredentialsObject:
      return "Credentials";
  }
  return "";
}

void ReportUnknown(const Place& member, Object object, Language language, Problems& problems) {
  const std::vector<std::string_view> names = FieldNames(object, language);
  const std::string suggestion =
      problems.TakeSuggestion() ? DidYouMean(member.name, names) : std::string();
  std::string known;
  if (names.size() <= 8) {
    for (const std::string_view name : names) {
      known += (known.empty() ? "; it has " : ", ") + std::string(name);
    }
  }
  problems.ErrorAtName(
      code::kSchema,
      member,
      std::string(NameOf(object)) + " has no field " + Quote(member.name) + suggestion + known);
}

void ReportLanguage(const Place& member, Language language, Problems& problems) {
  problems.ErrorAtName(code::kSchema,
                       member,
                       "the field " + Quote(member.name) +
                           " does not exist in the query language " +
                           std::string(LanguageName(language)) + ", which this state uses");
}

void CheckMissing(const Place& place, Object object, Language language, Problems& problems) {
  std::string missing;
  for (const Field& field : AllFields()) {
    if (field.is_required && (field.objects & object) != 0 &&
        (field.languages & BitOf(language)) != 0 && place.node->Find(field.name) == nullptr) {
      missing += (missing.empty() ? "" : ", ") + std::string(field.name);
    }
  }
  if (!missing.empty()) {
    problems.Error(code::kSchema, place, "These fields are required: [" + missing + "]");
  }
}

// "End": false says nothing.
bool IsPresent(const SourceNode& object, std::string_view name) {
  const SourceNode* value = object.FindValue(name);
  return value != nullptr && !(name == "End" && value->is(json::Type::kBoolean) && !value->boolean);
}

void CheckGroup(const Place& place, const FieldGroup& group, Problems& problems) {
  std::string choices;
  const SourceMember* first = nullptr;
  for (const std::string_view name : group.names) {
    if (name.empty()) {
      break;
    }
    choices += (choices.empty() ? "" : ", ") + std::string(name);
    if (!IsPresent(*place.node, name)) {
      continue;
    }
    const SourceMember* member = place.node->Find(name);
    if (first == nullptr) {
      first = member;
      continue;
    }
    problems.ErrorAtName(code::kSchema,
                         place.Member(*member),
                         "'" + std::string(name) + "' and '" + std::string(first->name) +
                             "' exclude each other; keep one of them");
  }
  if (first == nullptr && group.is_required) {
    problems.Error(code::kSchema, place, "One of these fields is required: [" + choices + "]");
  }
}

void CheckGroups(const Place& place, Object object, Language language, Problems& problems) {
  for (const FieldGroup& group : AllFieldGroups()) {
    if ((group.objects & object) == 0) {
      continue;
    }
    // Where a language has one field of the group alone, it is no choice; but it may be required.
    FieldGroup of_language{.names = {}, .objects = group.objects, .is_required = group.is_required};
    std::size_t count = 0;
    for (const std::string_view name : group.names) {
      const Field* field = name.empty() ? nullptr : FindField(name, object);
      if (field != nullptr && (field->languages & BitOf(language)) != 0) {
        of_language.names[count++] = name;
      }
    }
    CheckGroup(place, of_language, problems);
  }
}

}  // namespace

std::string_view LanguageName(Language language) {
  return language == Language::kJsonPath ? "JSONPath" : "JSONata";
}

const Place* Fields::Get(std::string_view name) const {
  const auto found =
      std::find_if(good_.begin(), good_.end(), [&](const Place& p) { return p.name == name; });
  return found == good_.end() ? nullptr : &*found;
}

bool Fields::Has(std::string_view name) const {
  return object_->node->Find(name) != nullptr;
}

Fields CheckFields(const Place& place,
                   Object object,
                   Language language,
                   Problems& problems,
                   bool (*is_also_field)(std::string_view)) {
  Fields fields;
  fields.object_ = &place;
  if (!place.node->is(json::Type::kObject)) {
    problems.Error(
        code::kSchema,
        place,
        "expected an object, " + std::string(NameOf(object)) + "; found " + Describe(*place.node));
    return fields;
  }
  for (const SourceMember& member : place.node->members) {
    const Place member_place = place.Member(member);
    const Field* field = FindField(member.name, object);
    if (field == nullptr) {
      if (is_also_field == nullptr || !is_also_field(member.name)) {
        ReportUnknown(member_place, object, language, problems);
      }
    } else if ((field->languages & BitOf(language)) == 0) {
      ReportLanguage(member_place, language, problems);
    } else if (CheckShape(member_place, field->shape, field->bounds, language, problems)) {
      if (field->unsupported != nullptr) {
        problems.NotRunnable(member_place, field->unsupported);
      }
      fields.good_.push_back(member_place);
    }
  }
  CheckMissing(place, object, language, problems);
  CheckGroups(place, object, language, problems);
  return fields;
}

}  // namespace pawl::asl
