// tests/plugins/sandbox/tes_test.cpp: tasks that look into what was delivered.
#include "agent/crypt4gh/crypt4gh.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"
#include "tests/plugins/sandbox/world.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::sandbox::test {

TEST_GROUP(Tes) {
  World world;
  const std::string fastq = "@r1\nACGTACGT\n+\nIIIIIIII\n";
  const std::string task_head = R"({"name":"check","executors":[{"image":"checker","command":["check"]}],)";

  void setup() override { world.start(); }

  std::string sealed(const std::string& plain) {
    const auto pem = files::read_small(world.directory() + "/recipient.pub", 4096);
    const auto recipient = crypt4gh::parse_public_key(*pem);
    crypt4gh::DataKey key;
    CHECK_TRUE(crypto::random(key.fill()).ok());
    const auto header = crypt4gh::make_header(key, {*recipient});
    crypt4gh::EncryptingSource source(std::make_unique<stream::ViewSource>(view(plain)), key, *header);
    Bytes out;
    stream::BufferSink sink(out, 1U << 20);
    CHECK_TRUE(stream::copy(source, sink).ok());
    return std::string(text(out));
  }
  static constexpr const char* release_of_one_file =
      R"({"software":"tributary 1","policy":{"name":"p"},"files":1,"changed":{"names":2},)"
      R"("dictionary":{"words":3,"spellings":9,"words_not_searchable":{"a":1,"b":1}},)"
      R"("scanned":{"bytes":22,"places":1},"hits":0})";
  static std::string manifest(const std::string& name, const std::string& plain, const std::string& cipher,
                              const std::string& release = release_of_one_file) {
    return R"({"manifest_version":1,"release":)" + release + R"(,"files":[{"changed":{"names":2},"name":")" + name +
           R"(","size":)" + std::to_string(plain.size()) + R"(,"sha256":")" + sha256_hex(plain) +
           R"(","ciphertext_size":)" + std::to_string(cipher.size()) + R"(,"ciphertext_sha256":")" +
           sha256_hex(cipher) + R"("}]})";
  }
  std::string inputs(const std::vector<std::string>& urls) const {
    std::string out;
    for (const auto& url : urls) out += (out.empty() ? "" : ",") + (R"({"url":")" + url + R"(","path":"/in"})");
    return R"("inputs":[)" + out + "]}";
  }
  Json finished(const std::vector<std::string>& ids) {
    std::vector<std::string> urls;
    for (const auto& id : ids) urls.push_back("drs://localhost/" + id);
    return finished_urls(urls);
  }
  Json finished_urls(const std::vector<std::string>& urls) {
    const auto id = field(world.tes("POST", "/tasks", task_head + inputs(urls)).body, "id");
    world.sandbox().wait_for_tasks();
    return parsed(world.tes("GET", "/tasks/" + id + "?view=FULL").body);
  }
  void check_bad(const Json& task, const std::string& why) const {
    STRCMP_EQUAL("EXECUTOR_ERROR", std::string(task["state"].as_string()).c_str());
    const auto& log = task["logs"].items()[0]["logs"].items()[0];
    LONGS_EQUAL(1, log["exit_code"].as_integer());
    STRCMP_CONTAINS(why.c_str(), std::string(log["stderr"].as_string()).c_str());
  }
};

TEST(Tes, completes_when_everything_opens_and_fits_the_manifest) {
  const auto cipher = sealed(fastq);
  const auto file = world.deliver("TL-1.fastq.c4gh", cipher, "tributary:p-1:0");
  world.deliver("TL-1.manifest.json.c4gh", sealed(manifest("TL-1.fastq.c4gh", fastq, cipher)), "tributary:p-1:1");
  const auto task = finished({file});
  STRCMP_EQUAL("COMPLETE", std::string(task["state"].as_string()).c_str());
  const auto& log = task["logs"].items()[0]["logs"].items()[0];
  LONGS_EQUAL(0, log["exit_code"].as_integer());
  STRCMP_CONTAINS("as the manifest says", std::string(log["stdout"].as_string()).c_str());
}

TEST(Tes, reads_access_URLs_too) {
  const auto id = world.deliver("TL-1.fastq.c4gh", sealed(fastq), "tributary:p-1:0");
  const auto object = world.drs("GET", "/objects/" + id);
  const auto s3 = field(object.body, "url");
  const auto https = field(world.drs("GET", "/objects/" + id + "/access/https").body, "url");
  STRCMP_EQUAL("COMPLETE", std::string(finished_urls({s3, https})["state"].as_string()).c_str());
}

TEST(Tes, finds_a_file_that_is_not_what_its_manifest_says) {
  const auto cipher = sealed(fastq);
  const auto file = world.deliver("TL-1.fastq.c4gh", cipher, "tributary:p-1:0");
  const auto list =
      world.deliver("TL-1.manifest.json.c4gh",
                    sealed(manifest("TL-1.fastq.c4gh", "@r1\nACGTACGA\n+\nIIIIIIII\n", cipher)), "tributary:p-1:1");
  check_bad(finished({file, list}), "the SHA-256 of the plaintext differs");
}

TEST(Tes, finds_a_file_that_the_manifest_lists_and_nobody_registered) {
  const auto cipher = sealed(fastq);
  const auto file = world.deliver("TL-1.fastq.c4gh", cipher, "tributary:p-1:0");
  const auto list =
      world.deliver("TL-1.manifest.json.c4gh", sealed(manifest("TL-1.1.fastq.c4gh", fastq, cipher)), "tributary:p-1:1");
  check_bad(finished({file, list}), "lists TL-1.1.fastq.c4gh, which is not registered");
}

TEST(Tes, finds_a_manifest_whose_release_is_not_there_or_can_not_be_true) {
  const auto cipher = sealed(fastq);
  const auto file = world.deliver("TL-1.fastq.c4gh", cipher, "tributary:p-1:0");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string release = release_of_one_file;
    if (from.empty()) {
      release = to;
    } else {
      release.replace(release.find(from), from.size(), to);
    }
    return finished({file, world.deliver("TL-1.manifest.json.c4gh",
                                         sealed(manifest("TL-1.fastq.c4gh", fastq, cipher, release)), "x:1")});
  };
  check_bad(with("", "null"), "release: is not there");
  check_bad(with("tributary 1", ""), "release: names no software");
  check_bad(with(R"("name":"p")", ""), "release: names no software");
  check_bad(with(R"("hits":0)", R"("hits":1)"), "release: identifiers were left");
  check_bad(with(R"("files":1)", R"("files":2)"), "release: counts other files");
  check_bad(with(R"("words":3)", R"("words":0)"), "release: nothing was searched for");
  check_bad(with(R"("words":3)", R"("words":1)"), "release: more words");
  check_bad(with(R"("places":1)", R"("places":0)"), "release: nothing was searched:");
  check_bad(with(R"("bytes":22)", R"("bytes":0)"), "release: nothing was searched:");
  check_bad(with(R"({"names":2})", R"({"names":3})"), "release: its changes are not those of the files");
}

TEST(Tes, finds_what_does_not_decrypt) {
  check_bad(finished({world.deliver("TL-1.fastq.c4gh", "no container at all", "tributary:p-1:0")}), "decrypt");
  auto cut = sealed(fastq);
  cut.back() = static_cast<char>(cut.back() ^ 1);
  check_bad(finished({world.deliver("TL-2.fastq.c4gh", cut, "tributary:p-2:0")}), "decrypt");
}

TEST(Tes, finds_bytes_that_rotted_on_the_disk) {
  CHECK_TRUE(world.sandbox().faults().add("put:corrupt:1").ok());
  check_bad(finished({world.deliver("TL-1.fastq.c4gh", sealed(fastq), "tributary:p-1:0")}), "stored: SHA-256");
}

TEST(Tes, finds_a_format_that_is_not_what_the_name_says) {
  check_bad(finished({world.deliver("TL-1.bam.c4gh", sealed(fastq), "tributary:p-1:0")}), "format");
  check_bad(finished({world.deliver("TL-1.bai.c4gh", sealed(fastq), "tributary:p-1:1")}), "this is no bai");
}

TEST(Tes, finds_inputs_that_are_not_there) {
  check_bad(finished({"obj-none"}), "there is no such DRS object");
  check_bad(finished_urls({"https://elsewhere.example/x"}), "only drs:// URIs and access URLs");
  check_bad(finished_urls({"drs://elsewhere.example/x"}), "not of this repository");
  check_bad(finished_urls({}), "nothing to examine");
}

TEST(Tes, checks_the_signature_of_the_manifest_when_it_knows_the_site) {
  const auto key = crypto::SigningKey::generate(), stranger = crypto::SigningKey::generate();
  world.stop();
  world.settings.site_keys = {*key->public_pem()};
  world.start();
  const auto cipher = sealed(fastq);
  const auto file = world.deliver("TL-1.fastq.c4gh", cipher, "tributary:p-1:0");
  const auto payload = manifest("TL-1.fastq.c4gh", fastq, cipher);
  const auto list = [&](const std::string& content, const std::string& alias) {
    return world.deliver("TL-1.manifest.json.c4gh", sealed(content), alias);
  };
  const auto good = list(*crypto::jws_sign(*key, payload, "tributary-manifest+jws"), "x:1");
  STRCMP_EQUAL("COMPLETE", std::string(finished({file, good})["state"].as_string()).c_str());
  check_bad(finished({file, list(*crypto::jws_sign(*stranger, payload, ""), "x:2")}), "signature");
  check_bad(finished({file, list(payload, "x:3")}), "is not signed");
}

TEST(Tes, refuses_tasks_that_are_none) {
  LONGS_EQUAL(400, world.tes("POST", "/tasks", "{}").status);
  LONGS_EQUAL(400, world.tes("POST", "/tasks", R"({"executors":[{"image":"x","command":[]}]})").status);
  LONGS_EQUAL(400, world.tes("POST", "/tasks", task_head + R"("inputs":[{"path":"/in"}]})").status);
  LONGS_EQUAL(400, world.tes("POST", "/tasks", task_head + R"("inputs":[{"url":"drs://x/y","path":"in"}]})").status);
  LONGS_EQUAL(400,
              world
                  .tes("POST", "/tasks",
                       task_head + R"("resources":{"backend_parameters":{"a":"b"},"backend_parameters_strict":true}})")
                  .status);
  LONGS_EQUAL(401, world.plain({"POST", "/ga4gh/tes/v1/tasks", {}, "{}"}).status);
}

TEST(Tes, shows_as_much_as_the_view_asks_for) {
  finished({"obj-none"});
  const auto id = field(world.tes("GET", "/tasks").body, "id");
  STRCMP_EQUAL((R"({"id":")" + id + R"(","state":"EXECUTOR_ERROR"})").c_str(),
               world.tes("GET", "/tasks/" + id).body.c_str());
  const auto basic = world.tes("GET", "/tasks/" + id + "?view=BASIC");
  CHECK_TRUE(basic.has("executors") && !basic.has("stderr"));
  CHECK_TRUE(world.tes("GET", "/tasks/" + id + "?view=FULL").has("stderr"));
  LONGS_EQUAL(404, world.tes("GET", "/tasks/task-none").status);
}

TEST(Tes, lists_by_name_state_and_tag_page_by_page) {
  for (const auto* tag : {"p-1", "p-2", "p-3"}) {
    world.tes("POST", "/tasks", task_head + R"("tags":{"tributary_parcel":")" + tag + R"("}})");
  }
  world.sandbox().wait_for_tasks();
  const auto tagged =
      parsed(world.tes("GET", "/tasks?tag_key=tributary_parcel&tag_value=p-2&view=BASIC").body)["tasks"];
  LONGS_EQUAL(1, tagged.items().size());
  LONGS_EQUAL(3, parsed(world.tes("GET", "/tasks?tag_key=tributary_parcel&tag_value=").body)["tasks"].items().size());
  LONGS_EQUAL(0, parsed(world.tes("GET", "/tasks?name_prefix=other").body)["tasks"].items().size());
  LONGS_EQUAL(0, parsed(world.tes("GET", "/tasks?state=COMPLETE").body)["tasks"].items().size());
  const auto page = parsed(world.tes("GET", "/tasks?page_size=2").body);
  LONGS_EQUAL(2, page["tasks"].items().size());
  const std::string token(page["next_page_token"].as_string());
  const auto rest = parsed(world.tes("GET", "/tasks?page_size=2&page_token=" + token).body);
  LONGS_EQUAL(1, rest["tasks"].items().size());
  CHECK_FALSE(rest.has("next_page_token"));
}

TEST(Tes, fails_by_its_own_fault_when_it_is_told_to) {
  CHECK_TRUE(world.sandbox().faults().add("task_run:fail:1").ok());
  STRCMP_EQUAL("SYSTEM_ERROR", std::string(finished({"obj-none"})["state"].as_string()).c_str());
}

TEST(Tes, keeps_a_finished_task_as_it_is_when_it_is_canceled) {
  finished({"obj-none"});
  const auto id = field(world.tes("GET", "/tasks").body, "id");
  LONGS_EQUAL(200, world.tes("POST", "/tasks/" + id + ":cancel").status);
  STRCMP_EQUAL("EXECUTOR_ERROR", field(world.tes("GET", "/tasks/" + id).body, "state").c_str());
  LONGS_EQUAL(404, world.tes("POST", "/tasks/task-none:cancel").status);
}

TEST(Tes, remembers_tasks_over_a_restart) {
  finished({"obj-none"});
  const auto id = field(world.tes("GET", "/tasks").body, "id");
  world.stop();
  world.start();
  STRCMP_EQUAL("EXECUTOR_ERROR", field(world.tes("GET", "/tasks/" + id).body, "state").c_str());
}

}  // namespace tributary::sandbox::test
