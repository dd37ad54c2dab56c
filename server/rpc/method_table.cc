#include "server/rpc/method_table.h"

#include <fmt/format.h>

#include "engine/base/check.h"

namespace pawl::rpc {

const MethodTable::Begin* MethodTable::Find(const std::string& path) const {
  const auto found = methods_.find(path);
  return found == methods_.end() ? nullptr : &found->second;
}

void MethodTable::Add(std::string_view name, Begin begin) {
  const bool is_new =
      methods_.emplace(fmt::format("/{}/{}", services_.back(), name), std::move(begin)).second;
  PAWL_CHECK_MESSAGE(is_new, "a method was added twice");
}

void MethodTable::AddUnaryCall(std::string_view name, Runs runs, UnaryCall::Run run) {
  Add(name, [translate = translate_, runs, run = std::move(run)](Call& call) {
    return std::make_unique<UnaryCall>(call, translate, runs == Runs::kWhereItMayWait, run);
  });
}

}  // namespace pawl::rpc
