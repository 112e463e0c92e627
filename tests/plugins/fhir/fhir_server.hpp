// tests/plugins/fhir/fhir_server.hpp: a small FHIR server: searches of what the plugin asks, pages, entity tags,
// faults.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/fakes/plugin_host.hpp"
#include "tests/plugins/fhir/resources.hpp"

namespace tributary::tests {

class FhirServer {
 public:
  explicit FhirServer(std::string base) : base_(std::move(base)) {}

  std::vector<std::string> resources;
  std::size_t page_size = 100;
  std::string version = "4.0.1";
  int changes = 1;  // the newest change of all types
  bool tells_total = true;
  /// Instead of the answer, when it gives one; sees every request.
  std::function<std::optional<fakes::HttpAnswer>(const fakes::HttpAsked&)> instead;

  fakes::HttpAnswer answer(const fakes::HttpAsked& asked) {
    if (instead) {
      if (auto other = instead(asked)) return *other;
    }
    const auto path = asked.url.substr(base_.size());
    if (path == "/metadata") return json(R"({"resourceType":"CapabilityStatement","fhirVersion":")" + version + "\"}");
    if (path.find("?page=") == 0) return page(std::stoul(path.substr(6)));
    const auto type = path.substr(1, path.find_first_of("/?", 1) - 1);
    const auto form = asked.method == "POST" ? asked.body : path.substr(path.find('?') + 1);
    if (form.find("_sort=") != std::string::npos) return newest(type, asked.header("If-None-Match"));
    pages_.push_back(matches(type, parse(form)));
    return page((pages_.size() - 1) * 1000);
  }

  static fakes::HttpAnswer json(const std::string& body, int status = 200) {
    return {TRIBUTARY_DONE, {}, status, {{"Content-Type", "application/fhir+json"}}, body};
  }
  void set_base(const std::string& base) { base_ = base; }

 private:
  using Form = std::map<std::string, std::string>;

  static std::string decode(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%') {
        out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
        i += 2;
      } else {
        out += text[i];
      }
    }
    return out;
  }
  static Form parse(const std::string& form) {
    Form out;
    for (std::size_t at = 0; at < form.size();) {
      const auto end = std::min(form.find('&', at), form.size());
      const auto equals = form.find('=', at);
      out[decode(form.substr(at, equals - at))] = decode(form.substr(equals + 1, end - equals - 1));
      at = end + 1;
    }
    return out;
  }
  static bool holds(const std::string& resource, const std::string& name, const std::string& value) {
    if (name == "_count") return true;
    if (name == "_id") return resource.find(R"("id":")" + value + "\"") != std::string::npos;
    if (name == "patient") return resource.find(R"("reference":")" + value + "\"") != std::string::npos;
    const auto bar = value.find('|');
    const auto wanted = R"("system":")" + value.substr(0, bar) + R"(","value":")" + value.substr(bar + 1) + "\"";
    return resource.find(wanted) != std::string::npos;
  }
  [[nodiscard]] std::vector<std::string> matches(const std::string& type, const Form& form) const {
    std::vector<std::string> out;
    for (const auto& resource : resources) {
      bool fits = resource.find(R"("resourceType":")" + type + "\"") != std::string::npos;
      for (const auto& [name, value] : form) fits = fits && holds(resource, name, value);
      if (fits) out.push_back(resource);
    }
    return out;
  }
  // The entries of one list from its place in all lists on: list * 1000 + offset.
  [[nodiscard]] fakes::HttpAnswer page(std::size_t place) const {
    const auto& all = pages_.at(place / 1000);
    const auto from = place % 1000;
    std::vector<std::string> entries;
    for (auto i = from; i < std::min(all.size(), from + page_size); ++i) {
      entries.push_back(R"({"resource":)" + all[i] + R"(,"search":{"mode":"match"}})");
    }
    std::string body = R"({"resourceType":"Bundle","type":"searchset")";
    if (tells_total) body += R"(,"total":)" + std::to_string(all.size());
    if (from + page_size < all.size()) {
      body += R"(,"link":[{"relation":"self","url":"x"},{"relation":"next","url":")" + base_ +
              "?page=" + std::to_string(place + page_size) + R"("}])";
    }
    return json(body + (entries.empty() ? "" : R"(,"entry":[)" + joined(entries) + "]") + "}");
  }
  [[nodiscard]] fakes::HttpAnswer newest(const std::string& type, const std::string& known) const {
    const auto tag = "W/\"" + std::to_string(changes) + "\"";
    if (known == tag) return {TRIBUTARY_DONE, {}, 304, {{"ETag", tag}}, {}};
    auto out = json(R"({"resourceType":"Bundle","type":"searchset","total":1,"entry":[{"resource":{"resourceType":")" +
                    type + R"(","id":"n","meta":{"versionId":")" + std::to_string(changes) + R"("}}}]})");
    out.headers.emplace_back("ETag", tag);
    return out;
  }

  std::string base_;
  std::vector<std::vector<std::string>> pages_;
};

}  // namespace tributary::tests
