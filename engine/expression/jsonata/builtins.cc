// All built-in functions by name.
#include <map>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/expression/jsonata/functions.h"

namespace pawl::expression::jsonata {
namespace {

class Builtins final {
 public:
  Builtins() {
    for (const auto family : {StringFunctions(),
                              PatternFunctions(),
                              EncodingFunctions(),
                              NumericFunctions(),
                              AggregateFunctions(),
                              ArrayFunctions(),
                              ObjectFunctions(),
                              HigherOrderFunctions(),
                              GeneralFunctions(),
                              PictureFunctions(),
                              DateTimeFunctions(),
                              StepFunctions()}) {
      for (const Builtin& builtin : family) {
        Add(builtin);
      }
    }
  }

  const Function* Find(std::string_view name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second.function;
  }

 private:
  struct Entry {
    Signature signature;
    Function function;
  };

  void Add(const Builtin& builtin) {
    auto parsed = Signature::Parse(builtin.signature);
    PAWL_CHECK(std::holds_alternative<Signature>(parsed));
    Entry& entry = entries_[builtin.name];
    entry.signature = std::get<Signature>(std::move(parsed));
    entry.function.builtin = &builtin;
    entry.function.signature = &entry.signature;
  }

  std::map<std::string_view, Entry> entries_;
};

}  // namespace

const Function* FindBuiltin(std::string_view name) {
  static const Builtins kBuiltins;
  return kBuiltins.Find(name);
}

}  // namespace pawl::expression::jsonata
