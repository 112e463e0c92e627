// tests/plugins/tes/tes_test.cpp: the plugin `tes` holds what every ingest plugin must; tasks, states, odd servers.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "plugins/ingest/tes/reply.hpp"
#include "plugins/ingest/tes/task.hpp"
#include "plugins/sdk/json.hpp"
#include "tests/suites/ingest_suite.hpp"
#include "tests/suites/instance.hpp"

#include <CppUTest/TestHarness.h>

extern "C" const tributary_descriptor* tributary_plugin_tes(void);

namespace fs = std::filesystem;
namespace suites = tributary::suites;
namespace tes = tributary::tes;
namespace sdk = tributary::sdk;
using tributary::fakes::HttpAnswer;
using tributary::fakes::HttpAsked;

namespace {

const std::string plain_task = R"(
name: check the parcel
inputs:
  - { url: "${drs_uri}", path: "/in/${name}" }
  - { content: "fixed", path: /in/fixed }
executors:
  - image: example.org/check:1
    command: [check, --parcel, "${parcel}", "${sha256}"]
    env: { URIS: "${drs_uris}" }
resources: { cpu_cores: 2, ram_gb: 4.5, preemptible: false, zones: ["7"] }
tags: { kind: ingest }
)";

/// A TES server that ignores every filter and shows two tasks on a page.
class Server : public suites::IngestSide {
 public:
  struct Task {
    std::string id, state = "RUNNING", tags;
    int exit_code = 0;
  };
  Server() {
    std::string name = (fs::temp_directory_path() / "tributary-tes-XXXXXX").string();
    folder = mkdtemp(name.data());
    std::ofstream(folder / "task.yaml") << plain_task;
    host_.settings["url"] = "https://tes.example.org/ga4gh/tes/v1/";
    host_.settings["task_file"] = (folder / "task.yaml").string();
    host_.http = [this](const HttpAsked& asked) {
      auto out = answer(asked);
      if (lost_ && (*lost_)-- == 0) {
        lost_.reset();
        out.outcome = TRIBUTARY_LATER;
        out.what = "the connection was cut before the answer";
      }
      return out;
    };
    for (int i = 0; i < 5; ++i) {
      foreign.push_back(
          {"foreign-" + std::to_string(i), "RUNNING", R"({"tributary_parcel":"p-0001","tributary_site":"other"})", 0});
    }
  }
  ~Server() override { fs::remove_all(folder); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] const tributary_descriptor* plugin() const override { return tributary_plugin_tes(); }
  [[nodiscard]] tributary::fakes::PluginHost& host() override { return host_; }
  [[nodiscard]] std::size_t tasks() override { return made.size(); }
  [[nodiscard]] bool is_cancelled(const std::string& id) override { return find(id)->state == "CANCELED"; }
  void end(const std::string& id, End how) override {
    find(id)->state = how == End::good ? "COMPLETE" : "EXECUTOR_ERROR";
    find(id)->exit_code = how == End::good ? 0 : 3;
  }
  void lose_reply(std::size_t n) override { lost_ = n; }

  fs::path folder;
  std::vector<Task> made, foreign;

 private:
  Task* find(const std::string& id) {
    for (auto* list : {&foreign, &made}) {
      for (auto& task : *list) {
        if (task.id == id) return &task;
      }
    }
    return nullptr;
  }
  static std::string json(const Task& task) {
    return R"({"id":")" + task.id + R"(","state":")" + task.state + R"(","tags":)" + task.tags +
           R"(,"logs":[{"logs":[{"exit_code":)" + std::to_string(task.exit_code) +
           R"(,"stderr":"words of the task"}],"outputs":[]}]})";
  }
  HttpAnswer answer(const HttpAsked& asked) {
    HttpAnswer out;
    const std::string base = "https://tes.example.org/ga4gh/tes/v1";
    const auto path = asked.url.substr(base.size());
    if (path == "/service-info") {
      out.body = R"({"id":"org.example.tes"})";
    } else if (asked.method == "POST" && path == "/tasks") {
      const auto body = *sdk::parse_json(asked.body);
      made.push_back({"task " + std::to_string(made.size() + 1), "QUEUED",
                      R"({"tributary_parcel":")" + body["tags"]["tributary_parcel"].text() + R"(","tributary_site":")" +
                          body["tags"]["tributary_site"].text() + "\"}",
                      0});
      out.body = R"({"id":")" + made.back().id + "\"}";
    } else if (path.rfind("/tasks?", 0) == 0) {
      out.body = page(path);
    } else {
      out = one(path.substr(7));
    }
    return out;
  }
  std::string page(const std::string& path) {
    auto all = foreign;
    all.insert(all.end(), made.begin(), made.end());
    const auto at = path.find("page_token=");
    std::size_t i = at == std::string::npos ? 0 : std::strtoul(path.c_str() + at + 11, nullptr, 10);
    std::string list;
    for (std::size_t n = 0; n < 2 && i < all.size(); ++n, ++i) list += (list.empty() ? "" : ",") + json(all[i]);
    return "{\"tasks\":[" + list + "]" + (i < all.size() ? ",\"next_page_token\":\"" + std::to_string(i) + "\"" : "") +
           "}";
  }
  HttpAnswer one(std::string id) {
    HttpAnswer out;
    const auto blank = id.find("%20");
    if (blank != std::string::npos) id.replace(blank, 3, " ");
    const bool cancelling = id.find(":cancel") != std::string::npos;
    auto* task = find(id.substr(0, id.find_first_of(":?")));
    if (task == nullptr) {
      out.status = 404;
    } else if (cancelling && task->state == "CANCELED") {
      out.status = 400;
    } else if (cancelling) {
      task->state = "CANCELED";
      out.body = "{}";
    } else {
      out.body = json(*task);
    }
    return out;
  }

  tributary::fakes::PluginHost host_{tributary_plugin_tes()};
  std::optional<std::size_t> lost_;
};

}  // namespace

TEST_GROUP(TesIngest) {
  Server server;
  tributary_note note{};

  tributary_outcome poll(const std::string& id) {
    suites::Instance<tributary_ingest_ops> at(tributary_plugin_tes(), server.host());
    char state[64];
    return at.ops().poll(at.self(), id.c_str(), state, sizeof state, &note);
  }
};

TEST(TesIngest, holds_what_every_ingest_plugin_must) {
  suites::ingest_must_hold([] { return std::make_unique<Server>(); });
}

TEST(TesIngest, says_how_a_task_ended_and_nothing_of_its_logs) {
  server.made.push_back({"t1", "EXECUTOR_ERROR", "{}", 137});
  LONGS_EQUAL(TRIBUTARY_REFUSED, poll("t1"));
  STRCMP_EQUAL("task t1 ended as EXECUTOR_ERROR, exit code 137", note.what);
  CHECK_TRUE(std::string(note.hint).find("words of the task") == std::string::npos);
}

TEST(TesIngest, knows_every_state_and_takes_an_unknown_one_for_running) {
  for (const char* state : {"UNKNOWN", "QUEUED", "INITIALIZING", "RUNNING", "PAUSED", "CANCELING"}) {
    CHECK_TRUE_TEXT(tes::phase_of(state) == tes::Phase::running, state);
  }
  for (const char* state : {"EXECUTOR_ERROR", "SYSTEM_ERROR", "CANCELED", "PREEMPTED"}) {
    CHECK_TRUE_TEXT(tes::phase_of(state) == tes::Phase::failed, state);
  }
  CHECK_TRUE(tes::phase_of("COMPLETE") == tes::Phase::complete);
  server.made.push_back({"t1", "PONDERING", "{}", 0});
  LONGS_EQUAL(TRIBUTARY_LATER, poll("t1"));
  CHECK_TRUE(server.host().logged.at(0).find("PONDERING is no state") != std::string::npos);
}

TEST(TesIngest, calls_a_person_when_the_server_has_forgotten_the_task) { LONGS_EQUAL(TRIBUTARY_BROKEN, poll("t9")); }

TEST(TesIngest, takes_a_page_instead_of_json_for_something_that_passes) {
  server.host().http = [](const HttpAsked&) {
    HttpAnswer out;
    out.body = "<html>";
    return out;
  };
  LONGS_EQUAL(TRIBUTARY_LATER, poll("t1"));
}

TEST_GROUP(TesTask) {
  tributary_delivered_object objects[2] = {};
  tributary_ingest_job job{};

  void setup() override {
    objects[0] = {sizeof objects[0], "a.cram.c4gh", "id-1", "drs://h/1", "s3://b/1", "11", 5};
    objects[1] = {sizeof objects[1], "a\",\"b", "id-2", "drs://h/2", "s3://b/2", "22", 6};
    job = {sizeof job, "p-1", "TL-A", "site-1", objects, 2};
  }
  sdk::Json expand(const std::string& yaml) const {
    return sdk::parse_json(tes::Task(yaml, "task.yaml").expand(job)).value_or(sdk::Json());
  }
  static std::string complaint(const std::string& yaml) {
    try {
      const tes::Task task(yaml, "task.yaml");
    } catch (const sdk::Broken& broken) {
      return broken.what();
    }
    return "none";
  }
};

TEST(TesTask, repeats_inputs_and_words_of_a_command_for_every_object) {
  const auto task = expand(plain_task);
  LONGS_EQUAL(3, task["inputs"].items().size());
  STRCMP_EQUAL("drs://h/1", task["inputs"].items()[0]["url"].text().c_str());
  STRCMP_EQUAL("/in/a\",\"b", task["inputs"].items()[1]["path"].text().c_str());
  STRCMP_EQUAL("fixed", task["inputs"].items()[2]["content"].text().c_str());
  const auto command = task["executors"].items()[0]["command"].items();
  LONGS_EQUAL(1, task["executors"].items().size());
  LONGS_EQUAL(5, command.size());
  STRCMP_EQUAL("p-1", command[2].text().c_str());
  STRCMP_EQUAL("22", command[4].text().c_str());
  STRCMP_EQUAL("drs://h/1 drs://h/2", task["executors"].items()[0]["env"]["URIS"].text().c_str());
}

TEST(TesTask, keeps_text_text_and_makes_numbers_only_where_tes_has_numbers) {
  const auto task = expand(plain_task);
  LONGS_EQUAL(2, task["resources"]["cpu_cores"].integer().value_or(0));
  CHECK_FALSE(task["resources"]["preemptible"].flag().value_or(true));
  STRCMP_EQUAL("7", task["resources"]["zones"].items()[0].text().c_str());
  CHECK_FALSE(task["resources"]["ram_gb"].is_text());
  const auto words =
      expand("executors: [{image: i, command: [sleep, 5, true, 0x1F]}]")["executors"].items()[0]["command"];
  STRCMP_EQUAL("5", words.items()[1].text().c_str());
  STRCMP_EQUAL("0x1F", words.items()[3].text().c_str());
}

TEST(TesTask, always_carries_the_tags_by_which_it_is_found_again) {
  const auto with = expand(plain_task)["tags"];
  STRCMP_EQUAL("ingest", with["kind"].text().c_str());
  STRCMP_EQUAL("p-1", with["tributary_parcel"].text().c_str());
  const auto without = expand("executors: [{image: i, command: [x]}]")["tags"];
  STRCMP_EQUAL("site-1", without["tributary_site"].text().c_str());
  STRCMP_EQUAL(
      "p-1",
      expand("executors: [{image: i, command: [x]}]\ntags: {tributary_parcel: other}")["tags"]["tributary_parcel"]
          .text()
          .c_str());
}

TEST(TesTask, never_lets_a_value_change_the_structure) {
  job.pseudonym = "x]}\n- {evil: 1}\n\"${parcel}";
  const auto task = expand("executors: [{image: i, command: [\"${pseudonym}\"]}]");
  LONGS_EQUAL(1, task["executors"].items()[0]["command"].items().size());
  STRCMP_EQUAL(job.pseudonym, task["executors"].items()[0]["command"].items()[0].text().c_str());
}

TEST(TesTask, leaves_a_doubled_dollar_to_the_shell) {
  const auto task = expand("executors: [{image: i, command: [\"echo $${HOME} $x ${parcel}\"]}]");
  STRCMP_EQUAL("echo ${HOME} $x p-1", task["executors"].items()[0]["command"].items()[0].text().c_str());
}

TEST(TesTask, names_place_and_cause_of_what_is_wrong_with_a_template) {
  STRCMP_CONTAINS("task.yaml:1:1: executors", complaint("name: x").c_str());
  STRCMP_CONTAINS("task.yaml:2:7: ${sample} is not known",
                  complaint("executors: [{image: i, command: [x]}]\nname: ${sample}").c_str());
  STRCMP_CONTAINS("stands in no list", complaint("executors: [{image: i, command: [x]}]\nname: ${drs_uri}").c_str());
  STRCMP_CONTAINS("never closed", complaint("executors: [{image: i, command: [\"${parcel\"]}]").c_str());
  STRCMP_CONTAINS("needs `image`", complaint("executors: [{image: i, command: x}]").c_str());
  STRCMP_CONTAINS("cpu_cores: must be a number",
                  complaint("executors: [{image: i, command: [x]}]\nresources: {cpu_cores: two}").c_str());
  STRCMP_CONTAINS("preemptible: must be true or false",
                  complaint("executors: [{image: i, command: [x]}]\nresources: {preemptible: yes}").c_str());
  STRCMP_CONTAINS("no YAML", complaint("a: [").c_str());
  STRCMP_CONTAINS("is a map", complaint("").c_str());
}
