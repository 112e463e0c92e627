// tests/plugins/fhir/resources.hpp: small FHIR resources as text, made by tests.
#pragma once

#include <string>
#include <vector>

namespace tributary::tests {

inline const std::string sample_system = "urn:test:sample";
inline const std::string subject_system = "urn:test:person";
inline const std::string oid = "2.16.840.1.113883.3.1937.777.24.";

/// A code of the broad consent: mii(8).
inline std::string mii(int n) { return oid + "5.3." + std::to_string(n); }

inline std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ",") + item;
  return out;
}

inline std::string patient(const std::string& id, const std::string& subject, const std::string& more = {}) {
  return R"({"resourceType":"Patient","id":")" + id + R"(","identifier":[{"system":")" + subject_system +
         R"(","value":")" + subject + R"("}])" + more + "}";
}

inline std::string specimen(const std::string& sample, const std::string& patient_id) {
  return R"({"resourceType":"Specimen","accessionIdentifier":{"system":")" + sample_system + R"(","value":")" + sample +
         R"("},"subject":{"reference":"Patient/)" + patient_id + R"("}})";
}

/// "2020-01-01/2030-12-31"; either side may be empty.
inline std::string period(const std::string& dates) {
  const auto slash = dates.find('/');
  const auto from = dates.substr(0, slash), until = dates.substr(slash + 1);
  std::string out;
  if (!from.empty()) out += R"("start":")" + from + "\"";
  if (!until.empty()) out += std::string(out.empty() ? "" : ",") + R"("end":")" + until + "\"";
  return R"("period":{)" + out + "}";
}

inline std::string code(const std::string& word) { return R"("code":[{"coding":[{"code":")" + word + R"("}]}])"; }

/// A provision of R4: type, dates (or ""), code (or ""), and what is nested in it or stands beside.
inline std::string r4(const std::string& type, const std::string& dates, const std::string& word,
                      const std::vector<std::string>& nested = {}, const std::string& more = {}) {
  return R"({"type":")" + type + "\"" + (dates.empty() ? "" : "," + period(dates)) +
         (word.empty() ? "" : "," + code(word)) + more +
         (nested.empty() ? "" : R"(,"provision":[)" + joined(nested) + "]") + "}";
}

/// A provision of R5, which has no type.
inline std::string r5(const std::string& dates, const std::string& word, const std::vector<std::string>& nested = {}) {
  std::string out = dates.empty() ? "" : period(dates);
  if (!word.empty()) out += (out.empty() ? "" : ",") + code(word);
  if (!nested.empty()) out += (out.empty() ? "" : ",") + (R"("provision":[)" + joined(nested) + "]");
  return "{" + out + "}";
}

inline std::string consent_r4(const std::string& id, const std::string& status, const std::string& provision,
                              const std::string& patient_id = "p1", const std::string& more = {}) {
  return R"({"resourceType":"Consent","id":")" + id + R"(","status":")" + status +
         R"(","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"research"}]},)" +
         R"("patient":{"reference":"Patient/)" + patient_id + R"("},"policy":[{"uri":"urn:oid:)" + oid +
         R"(2.1791"}])" + more + (provision.empty() ? "" : R"(,"provision":)" + provision) + "}";
}

inline std::string consent_r5(const std::string& id, const std::string& status, const std::string& decision,
                              const std::string& dates, const std::vector<std::string>& provisions,
                              const std::string& more = {}) {
  return R"({"resourceType":"Consent","id":")" + id + R"(","status":")" + status +
         R"(","subject":{"reference":"Patient/p1"},"decision":")" + decision + "\"" +
         (dates.empty() ? "" : "," + period(dates)) + more +
         (provisions.empty() ? "" : R"(,"provision":[)" + joined(provisions) + "]") + "}";
}

inline std::string bundle(const std::vector<std::string>& resources, const std::string& type = "collection") {
  std::vector<std::string> entries;
  for (const auto& resource : resources) entries.push_back(R"({"resource":)" + resource + "}");
  return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" + joined(entries) + "]}";
}

}  // namespace tributary::tests
