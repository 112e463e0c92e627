// tests/line/far_side.cpp: a folder, and a national repository on the loopback interface.
#include <cstdlib>
#include <set>

#include "agent/port/http/http.hpp"
#include "agent/port/json/json.hpp"
#include "tests/line/sweep.hpp"
#include "tests/sandbox/sandbox.hpp"

namespace tributary::line_test {
namespace {

class FolderSide final : public FarSide {
 public:
  Far begin() override {
    directory_ = std::make_unique<fakes::TemporaryDirectory>();
    return folder_at(directory_->path());
  }
  Things things(const Laboratory& laboratory, const SiteFolder&) override {
    return things_in(laboratory, directory_->path());
  }

 private:
  std::unique_ptr<fakes::TemporaryDirectory> directory_;
};

class RepositorySide final : public FarSide {
 public:
  RepositorySide(const Laboratory& laboratory, bool ingest) : ingest_(ingest) {
    sandbox::Settings settings;
    settings.directory = directory_.path();
    settings.listen = "127.0.0.1:0";
    settings.threads = 4;
    settings.site_keys = {laboratory.site_public_pem()};
    auto started = sandbox::Sandbox::start(settings, clock_);
    auto client = http::make_client({}, clock_, stop_);
    if (!started || !client) std::abort();
    sandbox_ = *std::move(started);
    client_ = *std::move(client);
  }

  Far begin() override {
    known_ = names_in(state());
    return repository_at(sandbox_->url(), directory_.path() + "/token", ingest_);
  }

  Things things(const Laboratory& laboratory, const SiteFolder& site) override {
    sandbox_->wait_for_tasks();
    const auto digests = delivered_digests(laboratory, site);
    const auto now = state();
    Things out;
    if (now.is_null()) out.emplace("repository", "does not answer");
    for (const auto& object : now["objects"].items()) {
      if (known_.contains(std::string(object["id"].as_string())) || object["deleted"].as_bool()) continue;
      const std::string name(object["name"].as_string());
      const auto found = digests.find(std::string(object["sha256"].as_string()));
      std::string what = found == digests.end() ? "other bytes than were delivered" : "data " + found->second;
      if (name.ends_with(".manifest.json.c4gh") && found != digests.end()) what = "manifest";
      if (!object["duplicate_of"].is_null()) what += ", twice";
      out.emplace(name, what);
    }
    for (const auto& upload : now["open_uploads"].items()) add_new(out, upload, "upload left open");
    for (const auto& blob : now["unregistered"].items()) add_new(out, blob, "stored and not registered");
    for (const auto& task : now["tasks"].items()) {
      if (!known_.contains(std::string(task["id"].as_string())))
        out.emplace("task", std::string(task["state"].as_string()));
    }
    return out;
  }

 private:
  void add_new(Things& out, const Json& entry, const char* what) const {
    if (!known_.contains(std::string(entry["key"].as_string()))) out.emplace("stray", what);
  }

  static std::set<std::string> names_in(const Json& state) {
    std::set<std::string> out;
    for (const auto* list : {"objects", "open_uploads", "unregistered", "tasks"}) {
      for (const auto& entry : state[list].items()) {
        out.emplace(entry[entry.has("key") ? "key" : "id"].as_string());
      }
    }
    return out;
  }

  Json state() {
    http::Request request;
    request.url = sandbox_->url() + "/state";
    request.response_limit = 64U << 20;
    auto response = client_->send(request);
    if (!response || response->status != 200) return {};
    return json::parse(text(response->body)).value_or(Json());
  }

  bool ingest_;
  fakes::TemporaryDirectory directory_;
  SystemClock clock_;
  Stop stop_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::unique_ptr<http::Client> client_;
  std::set<std::string> known_;
};

}  // namespace

std::unique_ptr<FarSide> make_folder_side() { return std::make_unique<FolderSide>(); }
std::unique_ptr<FarSide> make_repository_side(const Laboratory& laboratory, bool ingest) {
  return std::make_unique<RepositorySide>(laboratory, ingest);
}

}  // namespace tributary::line_test
