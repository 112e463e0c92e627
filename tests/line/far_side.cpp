// tests/line/far_side.cpp: starting a far side, and looking at what it holds.
#include "tests/line/far_side.hpp"

#include <cstdio>
#include <cstdlib>

#include "agent/port/json/json.hpp"

namespace tributary::line_test {
namespace {

std::set<std::string> names_in(const Json& state) {
  std::set<std::string> out;
  for (const auto* list : {"objects", "open_uploads", "unregistered", "tasks"}) {
    for (const auto& entry : state[list].items()) out.emplace(entry[entry.has("key") ? "key" : "id"].as_string());
  }
  return out;
}

}  // namespace

Far FolderSide::begin() {
  directory_ = std::make_unique<fakes::TemporaryDirectory>();
  return folder_at(directory_->path());
}

Things FolderSide::things(const Laboratory& laboratory, const SiteFolder&) {
  return things_in(laboratory, directory_->path());
}

RepositorySide::RepositorySide(const Laboratory& laboratory, const Clock& clock, bool ingest, RepositoryKind kind)
    : ingest_(ingest), kind_(std::move(kind)), clock_(clock) {
  settings_.directory = directory_.path();
  settings_.listen = "127.0.0.1:0";
  settings_.threads = 4;
  settings_.no_removal = kind_.no_removal;
  settings_.tls = kind_.tls;
  settings_.site_keys = {laboratory.site_public_pem()};
  settings_.pause = [this](std::int64_t) {
    if (meanwhile) meanwhile();
  };
  up();
  settings_.listen = "127.0.0.1" + sandbox_->url().substr(sandbox_->url().rfind(':'));
  http::ClientSettings reach;
  if (kind_.tls) reach.tls.ca_file = directory_.path() + "/ca.pem";
  auto client = http::make_client(reach, clock, stop_);
  if (!client) std::abort();
  client_ = *std::move(client);
}

void RepositorySide::up() {
  auto started = sandbox::Sandbox::start(settings_, clock_);
  if (!started) {
    std::fprintf(stderr, "sandbox: %s\n", sentence(started.error()).c_str());
    std::abort();
  }
  sandbox_ = *std::move(started);
}

Far RepositorySide::begin() {
  known_ = names_in(state());
  return repository_at(sandbox_->url(), directory_.path(), ingest_, kind_.more);
}

Things RepositorySide::things(const Laboratory& laboratory, const SiteFolder& site) {
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
    if (!known_.contains(std::string(task["id"].as_string()))) out.emplace("task", task["state"].as_string());
  }
  return out;
}

void RepositorySide::add_new(Things& out, const Json& entry, const char* what) const {
  if (!known_.contains(std::string(entry["key"].as_string()))) out.emplace("stray", what);
}

Json RepositorySide::state() {
  http::Request request;
  request.url = sandbox_->url() + "/state";
  request.response_limit = 64U << 20;
  auto response = client_->send(request);
  if (!response || response->status != 200) return {};
  return json::parse(text(response->body)).value_or(Json());
}

}  // namespace tributary::line_test
