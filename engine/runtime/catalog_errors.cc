#include "engine/runtime/catalog_errors.h"

namespace pawl::runtime {

Status MachineNotFound(const interpreter::ArnScheme& arns, const std::string& name) {
  return NotFound("State Machine Does Not Exist: '" + interpreter::StateMachineArn(arns, name) +
                  "'")
      .WithReason("StateMachineDoesNotExist");
}

Status MachineDeleting(const interpreter::ArnScheme& arns, const std::string& name) {
  return FailedPrecondition("State Machine is being deleted: '" +
                            interpreter::StateMachineArn(arns, name) + "'")
      .WithReason("StateMachineDeleting");
}

Status ResourceMissing() {
  return NotFound("Request references a resource that does not exist.")
      .WithReason("ResourceNotFound");
}

Status PageTokenInvalid() {
  return InvalidArgument("the page token is not valid", "page_token");
}

}  // namespace pawl::runtime
