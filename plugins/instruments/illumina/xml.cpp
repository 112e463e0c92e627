// plugins/instruments/illumina/xml.cpp: a SAX reader with limits.
#include "plugins/instruments/illumina/xml.hpp"

#include <Poco/Exception.h>
#include <Poco/SAX/Attributes.h>
#include <Poco/SAX/DefaultHandler.h>
#include <Poco/SAX/SAXParser.h>

#include <algorithm>

#include "plugins/instruments/illumina/text.hpp"

namespace tributary::illumina {
namespace {

constexpr std::size_t most_elements = 50'000;
constexpr std::size_t deepest = 32;
constexpr std::size_t longest_name = 128;

// Never throws: its callers are C frames of the parser. What goes beyond a limit is remembered and judged afterwards.
class Collector final : public Poco::XML::DefaultHandler {
 public:
  explicit Collector(std::vector<XmlElement>& into) : into_(into) {}
  [[nodiscard]] bool beyond_limits() const { return beyond_; }

  void startElement(const Poco::XML::XMLString&, const Poco::XML::XMLString&, const Poco::XML::XMLString& name,
                    const Poco::XML::Attributes& attributes) override {
    ++depth_;
    if (beyond_ || depth_ > deepest || name.size() > longest_name || into_.size() >= most_elements) {
      beyond_ = true;
      return;
    }
    XmlElement element;
    element.path = (open_.empty() ? "" : into_[open_.back()].path + "/") + lower(name);
    for (int i = 0; i < attributes.getLength(); ++i) {
      element.attributes[lower(attributes.getQName(i))] = attributes.getValue(i);
    }
    open_.push_back(into_.size());
    into_.push_back(std::move(element));
  }

  void endElement(const Poco::XML::XMLString&, const Poco::XML::XMLString&, const Poco::XML::XMLString&) override {
    --depth_;
    if (beyond_ || open_.empty()) return;
    auto& text = into_[open_.back()].text;
    text = std::string(trim(text));
    open_.pop_back();
  }

  void characters(const Poco::XML::XMLChar text[], int start, int length) override {
    if (!beyond_ && !open_.empty()) into_[open_.back()].text.append(text + start, static_cast<std::size_t>(length));
  }

 private:
  std::vector<XmlElement>& into_;
  std::vector<std::size_t> open_;
  std::size_t depth_ = 0;
  bool beyond_ = false;
};

// The declaration may lie about the encoding, and by now all is UTF-8.
std::string without_declaration(std::string text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  if (start == std::string::npos) throw XmlDamaged("is empty");
  text.erase(0, start);
  if (text.rfind("<?xml", 0) == 0) {
    const auto end = text.find("?>");
    if (end == std::string::npos) throw XmlDamaged("is cut off");
    text.erase(0, end + 2);
  }
  return text;
}

}  // namespace

XmlDocument::XmlDocument(std::string_view bytes) {
  const std::string text = without_declaration(to_utf8(bytes));
  if (text.find("<!DOCTYPE") != std::string::npos) throw XmlDamaged("has a document type declaration");
  Collector collector(elements_);
  try {
    Poco::XML::SAXParser parser;
    parser.setFeature(Poco::XML::XMLReader::FEATURE_NAMESPACES, false);
    parser.setFeature(Poco::XML::XMLReader::FEATURE_NAMESPACE_PREFIXES, true);
    parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_GENERAL_ENTITIES, false);
    parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_PARAMETER_ENTITIES, false);
    parser.setContentHandler(&collector);
    parser.parseMemoryNP(text.data(), text.size());
  } catch (const Poco::Exception&) {
    throw XmlDamaged("is cut off or no XML");
  }
  if (collector.beyond_limits()) throw XmlDamaged("is deeper or longer than such a document can be");
}

const XmlElement* XmlDocument::first(std::string_view name) const {
  const auto found = std::find_if(elements_.begin(), elements_.end(), [&](const XmlElement& element) {
    return element.path == name || ends_with(element.path, "/" + std::string(name));
  });
  return found == elements_.end() ? nullptr : &*found;
}

std::string XmlDocument::text(std::string_view name) const {
  const auto* element = first(name);
  return element == nullptr ? std::string() : element->text;
}

}  // namespace tributary::illumina
