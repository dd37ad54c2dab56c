// What a completion queue hands back when an operation has ended.
#pragma once

namespace pawl::rpc {

class Tag {
 public:
  virtual ~Tag() = default;
  // On the queue's thread. `ok` is gRPC's: whether the operation did what it was for.
  virtual void OnEvent(bool ok) = 0;
};

// Calls a member function of its owner.
template <typename Owner, void (Owner::*OnEnd)(bool ok)>
class MemberTag final : public Tag {
 public:
  explicit MemberTag(Owner& owner) : owner_(owner) {}

  void OnEvent(bool ok) override { (owner_.*OnEnd)(ok); }

 private:
  Owner& owner_;
};

}  // namespace pawl::rpc
