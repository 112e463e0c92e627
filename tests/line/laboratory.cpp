// tests/line/laboratory.cpp: makes the run, the keys and the configuration.
#include "tests/line/laboratory.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <random>

#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::line_test {
namespace {

const std::vector<fakes::RunSample> people = {{"SAMPLE-01", "PROJECT-A", "", "", ""},
                                              {"SAMPLE-02", "PROJECT-A", "", "", ""},
                                              {"SAMPLE-03", "PROJECT-A", "", "", ""}};

void write(const std::string& path, std::string_view content) {
  if (!files::write_atomic(path, view(content), 0600)) std::abort();
}

}  // namespace

std::string reads_gz(std::size_t records, int read, unsigned seed) {
  std::minstd_rand chance(seed);
  std::string text;
  for (std::size_t i = 0; i < records; ++i) {
    text += "@M00146:21:000000000-A2WDF:1:1101:" + std::to_string(1000 + i / 1000) + ":" + std::to_string(i % 1000) +
            " " + std::to_string(read) + ":N:0:ACGTACGT\n";
    std::string bases(150, 'A'), qualities(150, 'F');
    for (auto& base : bases) base = "ACGT"[(chance() >> 8) & 3U];
    for (auto& quality : qualities) quality = static_cast<char>('#' + (chance() >> 8) % 40);
    text += bases + "\n+\n" + qualities + "\n";
  }
  return fakes::gzip(text);
}

Laboratory::Laboratory(std::size_t records, std::size_t more) {
  fakes::make_miseq(run_, people);
  int number = 0;
  for (const auto& person : people) {
    ++number;
    for (int read = 1; read <= 2; ++read) {
      run_.file("Data/Intensities/BaseCalls/" + person.id + "_S" + std::to_string(number) + "_L001_R" +
                    std::to_string(read) + "_001.fastq.gz",
                reads_gz(number == 1 && read == 1 ? records + more : records, read,
                         static_cast<unsigned>(number * 2 + read)));
    }
  }
  write(path() + "/pseudonym.key", std::string(32, 'p'));
  write(path() + "/state.key", std::string(32, 's'));
  auto key = crypto::SigningKey::generate();
  auto pair = crypto::x25519_generate();
  if (!key || !pair) std::abort();
  write(path() + "/site.key", key->secret_pem()->reveal());
  site_public_pem_ = *key->public_pem();
  write(path() + "/site.key.pub", site_public_pem_);
  recipient_ = crypt4gh::SecretKey(pair->secret.bytes());
  write(path() + "/recipient.pub", crypt4gh::write_public_key(pair->public_key));
  write_subjects();
  struct stat info{};
  if (::stat((path() + "/subjects.csv").c_str(), &info) == 0) made_utc_s_ = info.st_mtime;
}

Secret<32> Laboratory::state_key() const { return Secret<32>(view(std::string(32, 's'))); }

void Laboratory::write_subjects(const std::string& withdrawn) const {
  std::string text =
      "sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until,family_id,"
      "family_size\n";
  for (const auto& person : people) {
    const auto number = person.id.substr(person.id.size() - 2);
    const bool no = person.id == "SAMPLE-03" || person.id == withdrawn;
    text += person.id + ",SUBJECT-" + number + ",CONSENT-" + number + "," + (no ? "withdrawn" : "active") +
            ",GRU,2020-01-01,2099-12-31," + (number == "03" ? "FAMILY-02,1\n" : "FAMILY-01,2\n");
  }
  write(path() + "/subjects.csv", text);
}

std::vector<std::string> Laboratory::identifiers() {
  std::vector<std::string> words{fakes::miseq_run, "PROJECT-A", "PLATE-0815", "EXPERIMENT-77"};
  for (const auto* number : {"01", "02", "03"}) {
    words.push_back(std::string("SAMPLE-") + number);
    words.push_back(std::string("SUBJECT-") + number);
    words.push_back(std::string("CONSENT-") + number);
  }
  return words;
}

Far folder_at(const std::string& path) { return {"plugin: folder\n    settings: { path: \"" + path + "\" }", {}}; }

Far repository_at(const std::string& url, const std::string& directory, bool ingest, const std::string& more) {
  std::string settings = "plugin: drs\n    settings: { url: \"" + url + "/ga4gh/drs/v1\", part_size: 5MiB" + more +
                         ", controlled_access: [ \"https://repository.example.org/datasets/T1\" ] }\n"
                         "    auth: { type: bearer, token_file: \"" +
                         directory + "/token\" }";
  if (url.starts_with("https")) settings += "\n    tls: { ca_file: \"" + directory + "/ca.pem\" }";
  if (ingest) {
    settings += "\n    ingest: { plugin: tes, settings: { url: \"" + url + "/ga4gh/tes/v1\", task_file: task.yaml } }";
  }
  return {settings, directory + "/recipient.pub"};
}

SiteFolder::SiteFolder(const Laboratory& laboratory, const Far& far, const std::string& pseudonyms) {
  const auto& keys = laboratory.path();
  write(config_file(),
        "site: test-lab\nstate_dir: state\nstate_key_file: \"" + keys + "/state.key\"\nplugin_dir: \"" +
            std::string(TRIBUTARY_TEST_PLUGINS) + "\"\nrun_folders: [ { path: \"" + laboratory.runs() + "\"" +
            (laboratory.more_of_run_folder().empty() ? "" : ", " + laboratory.more_of_run_folder()) +
            " } ]\nsubjects:\n  - { name: lims, plugin: csv, settings: { file: \"" + keys +
            "/subjects.csv\" } }\nidentity: { key_file: \"" + keys + "/site.key\" }\npseudonyms: { key_file: \"" +
            keys + "/pseudonym.key\"" + (pseudonyms.empty() ? "" : ", " + pseudonyms) +
            " }\ndestinations:\n  - name: far\n    " + far.settings + "\n    recipients: [ \"" + keys +
            "/recipient.pub\"" + (far.recipient_file.empty() ? "" : ", \"" + far.recipient_file + "\"") +
            " ]\npolicies:\n  - name: research\n    destination: far\n"
            "    purpose: { use: HMB, country: DE }\n    files: [ " +
            laboratory.kinds() + " ]\n" +
            (laboratory.more_of_policy().empty() ? "" : "    " + laboratory.more_of_policy() + "\n") +
            "listen: null\n");
  write(path() + "/task.yaml",
        "name: ingest ${parcel}\ninputs:\n  - { name: \"${name}\", url: \"${drs_uri}\", path: \"/inputs/${name}\", "
        "type: FILE }\nexecutors:\n  - { image: \"registry.example.org/ingest:1\", command: [ check, \"${parcel}\" ] "
        "}\n");
}

}  // namespace tributary::line_test
