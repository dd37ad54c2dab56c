#include "engine/expression/jsonata/picture_call.h"

#include "engine/expression/jsonata/text_cost.h"

namespace pawl::expression::jsonata {

bool ChargePicture(Evaluator& evaluator, const Call& call) {
  std::size_t bytes = 0;
  for (const Value argument : call.arguments) {
    if (argument.is_string()) bytes += argument.text().size();
  }
  return evaluator.Charge(1 + bytes / kParsedTextBytesPerStep);
}

std::optional<std::string_view> TextAt(const Call& call, std::size_t index) {
  return call.At(index).is_string() ? std::optional(call.At(index).text()) : std::nullopt;
}

Value TextOrFailure(Evaluator& evaluator, const Result<std::string>& text) {
  return text.ok() ? evaluator.MakeText(*text) : evaluator.FailWith(text.status());
}

}  // namespace pawl::expression::jsonata
