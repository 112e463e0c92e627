// tests/plugins/fhir/drop.hpp: a folder of FHIR resources with a host that is configured for it.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "agent/consent/evaluate.hpp"
#include "tests/fakes/plugin_host.hpp"
#include "tests/plugins/fhir/resources.hpp"
#include "tests/suites/instance.hpp"

extern "C" const tributary_descriptor* tributary_plugin_fhir(void);

namespace tributary::tests {

class Drop {
 public:
  Drop() {
    std::array<char, 64> name{"/tmp/tributary-fhir-XXXXXX"};
    folder_ = ::mkdtemp(name.data());
    std::filesystem::create_directory(folder_ + "/in");
    host.settings["folder"] = folder_ + "/in";
    host.settings["code_map"] = TRIBUTARY_CONF_FOLDER "/consent-codes/mii-broad-consent.yaml";
    host.settings["sample_systems"] = sample_system;
    host.settings["subject_system"] = subject_system;
  }
  Drop(const Drop&) = delete;
  Drop& operator=(const Drop&) = delete;
  ~Drop() { std::filesystem::remove_all(folder_); }

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string in(const std::string& name) const { return folder_ + "/in/" + name; }

  /// A file that is new under the name, changed an hour ago by the host's clock.
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(in(".new"), std::ios::binary) << text;
    std::filesystem::rename(in(".new"), in(name));
    set_age(3600);
  }
  void clear() const {
    for (const auto& file : std::filesystem::directory_iterator(folder_ + "/in")) std::filesystem::remove(file);
  }
  void set_age(std::int64_t age_s) const {
    const std::array<timespec, 2> times{timespec{host.now_utc_s - age_s, 0}, timespec{host.now_utc_s - age_s, 0}};
    for (const auto& file : std::filesystem::directory_iterator(folder_ + "/in")) {
      ::utimensat(AT_FDCWD, file.path().c_str(), times.data(), 0);
    }
    ::utimensat(AT_FDCWD, (folder_ + "/in").c_str(), times.data(), 0);
  }
  /// SAMPLE-01 of SUBJECT-01, who is Patient/p1, and these.
  void hold(const std::vector<std::string>& consents) const {
    auto all = consents;
    all.push_back(patient("p1", "SUBJECT-01"));
    all.push_back(specimen("SAMPLE-01", "p1"));
    put("all.json", bundle(all));
  }

  fakes::PluginHost host{tributary_plugin_fhir()};

 private:
  std::string folder_;
};

/// What the agent decides on what the plugin tells; unknown as well when the plugin can not answer.
struct Judgement {
  tributary_outcome outcome = TRIBUTARY_BROKEN;
  consent::Decision decision;
  std::vector<consent::Record> records;
  std::string what;
};

inline Judgement judge(suites::Instance<tributary_consent_ops>& at, std::int64_t now_utc_s,
                       consent::Purpose purpose = {}) {
  Judgement out;
  tributary_subject_sink sink{};
  sink.size = sizeof sink;
  sink.self = &out.records;
  sink.subject = [](void*, const char*) {};
  sink.record = [](void* self, const tributary_consent_record* r) {
    static_cast<std::vector<consent::Record>*>(self)->push_back(
        {r->consent_id, r->status, r->permissions, r->valid_from, r->valid_until});
  };
  sink.attribute = [](void*, const char*, const char*, std::int32_t) {};
  out.outcome = at.call([&](tributary_note* note) { return at.ops().ask(at.self(), "SAMPLE-01", &sink, note); });
  out.what = at.note.what;
  if (purpose.country.empty()) purpose.country = "DE";
  if (out.outcome == TRIBUTARY_DONE) out.decision = consent::evaluate(out.records, purpose, now_utc_s);
  return out;
}

}  // namespace tributary::tests
