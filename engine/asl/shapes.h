// Checks one value against the shape that the table of fields asks for.
#pragma once

#include <span>
#include <string_view>

#include "engine/asl/fields.h"
#include "engine/asl/problems.h"
#include "engine/asl/source.h"

namespace pawl::asl {

struct ShapeBounds {
  // kInteger, kNumber and their kin: the range, both ends in it.
  double min = 0;
  double max = 0;
  // kWord.
  std::span<const std::string_view> words = {};
};

// Whether the value has that shape; reports what is wrong with it, and parts of it that the engine
// does not support yet (which leave the shape right).
bool CheckShape(const Place& place,
                Shape shape,
                const ShapeBounds& bounds,
                Language language,
                Problems& problems);

}  // namespace pawl::asl
