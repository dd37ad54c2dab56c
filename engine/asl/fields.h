// The fields of the Amazon States Language as one table: which object has which field, in which
// query language, and what its value must look like. The table itself is in field_table.cc.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/asl/problems.h"
#include "engine/asl/source.h"

namespace pawl::asl {

enum class Language : std::uint8_t { kJsonPath, kJsonata };

std::string_view LanguageName(Language language);

// The kinds of object a definition is made of, as bits. The states come first, in StateType's
// order.
enum Object : std::uint32_t {
  kPassObject = 1U << 0U,
  kTaskObject = 1U << 1U,
  kChoiceObject = 1U << 2U,
  kWaitObject = 1U << 3U,
  kSucceedObject = 1U << 4U,
  kFailObject = 1U << 5U,
  kParallelObject = 1U << 6U,
  kMapObject = 1U << 7U,
  kMachineObject = 1U << 8U,
  kBranchObject = 1U << 9U,
  kProcessorObject = 1U << 10U,
  kProcessorConfigObject = 1U << 11U,
  kChoiceRuleObject = 1U << 12U,
  // What stands in And, Or and Not.
  kConditionObject = 1U << 13U,
  kRetrierObject = 1U << 14U,
  kCatcherObject = 1U << 15U,
  kItemReaderObject = 1U << 16U,
  kReaderConfigObject = 1U << 17U,
  kItemBatcherObject = 1U << 18U,
  kResultWriterObject = 1U << 19U,
  kWriterConfigObject = 1U << 20U,
  kCredentialsObject = 1U << 21U,
};

// What a value must look like. "Or an expression" holds in the query language JSONata alone.
enum class Shape : std::uint8_t {
  kAny,
  kText,
  kTextOrExpression,
  // A string that is not empty.
  kName,
  // What a Task calls.
  kResource,
  kBoolean,
  // A boolean, or an expression.
  kCondition,
  kObject,
  // An object that is not empty.
  kStates,
  // An array that is not empty.
  kList,
  kTexts,
  // An integer in the field's range.
  kInteger,
  kIntegerOrExpression,
  kNumber,
  kNumberOrExpression,
  // One of the field's words.
  kWord,
  // RFC 3339, or an expression.
  kTimestamp,
  kPath,
  kPathOrNull,
  kReferencePath,
  kReferencePathOrNull,
  // A path or an intrinsic function call.
  kPathOrIntrinsic,
  // JSONPath: a payload template. JSONata: any value with expressions in it.
  kTemplate,
  // Names and templates: Assign.
  kAssignments,
  // JSONata: an array, an object or an expression.
  kItems,
};

// What CheckFields found good.
class Fields {
 public:
  // The field's place if it is there and its value has the right shape; else nullptr.
  const Place* Get(std::string_view name) const;
  // Whether it is there at all.
  bool Has(std::string_view name) const;

  const Place& object() const { return *object_; }

 private:
  friend Fields CheckFields(
      const Place&, Object, Language, Problems&, bool (*is_also_field)(std::string_view));

  const Place* object_ = nullptr;
  std::vector<Place> good_;
};

// Checks `place` as an object of that kind: that it is an object, that its fields exist in that
// language, have the right shape and do not exclude each other, and that none is missing. Refuses
// what the engine does not support. `is_also_field` names fields that the caller checks itself.
// `place` outlives the result.
Fields CheckFields(const Place& place,
                   Object object,
                   Language language,
                   Problems& problems,
                   bool (*is_also_field)(std::string_view) = nullptr);

}  // namespace pawl::asl
