// The XML of S3's answers, read by expat.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::s3 {

// Called at the end of each element, in document order: where it stands, "Error/Code", and its own
// text with the spaces around it.
using OnElement = std::function<void(const std::string& path, const std::string& text)>;

// InvalidArgument for what is no XML, for a document type (S3 sends none; entities could be defined
// there) and for elements nested deeper than 16. What was read until then has been told.
Status ReadXml(std::string_view text, const OnElement& on_element);

}  // namespace pawl::s3
