// The façade's versions, aliases and tags.
#include "engine/runtime/engine_impl.h"

namespace pawl::runtime {

Result<VersionInfo> EngineImpl::PublishVersion(const PublishRequest& request) {
  RETURN_IF_ERROR(CheckDisk());
  return catalog_->Publish(request, clock_->Now());
}

Result<VersionList> EngineImpl::ListVersions(NamespaceId namespace_id,
                                             const std::string& state_machine,
                                             std::size_t page_size,
                                             const std::string& after) {
  return catalog_->ListVersions(namespace_id, state_machine, page_size, after);
}

Status EngineImpl::DeleteVersion(NamespaceId namespace_id,
                                 const std::string& state_machine,
                                 std::uint64_t version) {
  return catalog_->DeleteVersion(namespace_id, state_machine, version);
}

Result<AliasInfo> EngineImpl::CreateAlias(const AliasRequest& request) {
  RETURN_IF_ERROR(CheckDisk());
  return catalog_->CreateAlias(request, clock_->Now());
}

Result<AliasInfo> EngineImpl::UpdateAlias(const AliasRequest& request) {
  return catalog_->UpdateAlias(request, clock_->Now());
}

Result<AliasInfo> EngineImpl::DescribeAlias(NamespaceId namespace_id,
                                            const std::string& state_machine,
                                            const std::string& name) {
  return catalog_->DescribeAlias(namespace_id, state_machine, name);
}

Result<AliasList> EngineImpl::ListAliases(const ListAliasesRequest& request) {
  return catalog_->ListAliases(request);
}

Status EngineImpl::DeleteAlias(NamespaceId namespace_id,
                               const std::string& state_machine,
                               const std::string& name) {
  return catalog_->DeleteAlias(namespace_id, state_machine, name);
}

Status EngineImpl::TagResource(const ResourceName& resource, const std::vector<Tag>& tags) {
  RETURN_IF_ERROR(CheckDisk());
  return catalog_->Tag(resource, tags);
}

Status EngineImpl::UntagResource(const ResourceName& resource,
                                 const std::vector<std::string>& keys) {
  return catalog_->Untag(resource, keys);
}

Result<std::vector<Tag>> EngineImpl::ListTags(const ResourceName& resource) {
  return catalog_->ListTags(resource);
}

}  // namespace pawl::runtime
