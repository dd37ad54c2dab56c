#include "server/s3/xml_text.h"

#include <expat.h>

#include <memory>
#include <type_traits>
#include <vector>

#include "engine/base/check.h"

namespace pawl::s3 {
namespace {

constexpr std::size_t kDepthMax = 16;

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser>;

struct Reading {
  XML_Parser parser;
  const OnElement* on_element;
  std::string path = {};
  // Of each open element.
  std::vector<std::string> texts = {};
  std::string problem = {};

  void Stop(std::string why) {
    problem = std::move(why);
    XML_StopParser(parser, XML_FALSE);
  }
};

void OnStart(void* context, const XML_Char* name, const XML_Char** /*attributes*/) {
  auto& reading = *static_cast<Reading*>(context);
  if (reading.texts.size() == kDepthMax) {
    reading.Stop("elements are nested deeper than " + std::to_string(kDepthMax));
    return;
  }
  if (!reading.path.empty()) reading.path += '/';
  reading.path += name;
  reading.texts.emplace_back();
}

void OnText(void* context, const XML_Char* text, int size) {
  auto& reading = *static_cast<Reading*>(context);
  if (!reading.texts.empty()) reading.texts.back().append(text, static_cast<std::size_t>(size));
}

void OnEnd(void* context, const XML_Char* /*name*/) {
  auto& reading = *static_cast<Reading*>(context);
  (*reading.on_element)(reading.path, reading.texts.back());
  reading.texts.pop_back();
  const std::size_t slash = reading.path.rfind('/');
  reading.path.resize(slash == std::string::npos ? 0 : slash);
}

void OnDocumentType(void* context,
                    const XML_Char* /*name*/,
                    const XML_Char* /*system*/,
                    const XML_Char* /*public_id*/,
                    int /*has_internal_subset*/) {
  static_cast<Reading*>(context)->Stop("it has a document type; expected none");
}

}  // namespace

Status ReadXml(std::string_view text, const OnElement& on_element) {
  const Parser parser(XML_ParserCreate(nullptr));
  PAWL_CHECK(parser != nullptr);
  Reading reading{.parser = parser.get(), .on_element = &on_element};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), &OnStart, &OnEnd);
  XML_SetCharacterDataHandler(parser.get(), &OnText);
  XML_SetStartDoctypeDeclHandler(parser.get(), &OnDocumentType);
  if (XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE) ==
      XML_STATUS_OK) {
    return OkStatus();
  }
  const std::string problem = reading.problem.empty()
                                  ? std::string(XML_ErrorString(XML_GetErrorCode(parser.get())))
                                  : reading.problem;
  return InvalidArgument("no XML that can be read, line " +
                         std::to_string(XML_GetCurrentLineNumber(parser.get())) + ": " + problem);
}

}  // namespace pawl::s3
