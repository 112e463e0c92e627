// plugins/ingest/tes/service.cpp: the TES routes over the host's HTTP.
#include "plugins/ingest/tes/service.hpp"

#include "plugins/sdk/text.hpp"

namespace tributary::tes {
namespace {

constexpr tributary_key key_table[] = {
    {"url", "url", nullptr, "base URL of the TES server, e.g. https://tes.example.org/ga4gh/tes/v1"},
    {"task_file", "path", nullptr,
     "a TES task in YAML with ${drs_uri}, ${access_url}, ${sha256}, ${parcel}, ${pseudonym}"},
    {nullptr, nullptr, nullptr, nullptr},
};

[[noreturn]] void not_tes(const std::string& act) {
  throw sdk::Later(act + ": the answer is not what a TES server says",
                   "look whether a proxy, a login page or a maintenance page answers in its place");
}

}  // namespace

const tributary_key* keys() { return key_table; }

Service::Service(const tributary_host* raw)
    : host_(raw), url_(sdk::without_slash(host_.setting("url"))), task_(read_task(host_.setting("task_file"))) {}

sdk::Reply Service::send(const std::string& method, const std::string& path, const std::string& body) {
  sdk::Ask ask;
  ask.method = method;
  ask.url = url_ + path;
  ask.authorize = true;
  ask.headers = {{"Accept", "application/json"}};
  if (!body.empty()) ask.headers.emplace_back("Content-Type", "application/json");
  ask.body = body;
  return sdk::exchange(host_, ask);
}

void Service::complain(const sdk::Reply& reply, const std::string& act) {
  if (sdk::is_temporary(reply.status)) sdk::come_back(host_, reply, act + ": the TES server is not ready");
  const auto status = " (HTTP " + std::to_string(reply.status) + ")";
  if (reply.status == 401) {
    throw sdk::Later(act + ": the TES server does not accept our credentials" + status,
                     "it is tried again; if it stays so, look whether the token of `auth` has expired");
  }
  throw sdk::Broken(act + ": the TES server refuses" + status,
                    "look at `url`, at the rights of our account and at the task file, then retry");
}

void Service::probe() {
  const auto reply = send("GET", "/service-info");
  if (reply.status != 200) complain(reply, "GET /service-info");
  if (!read_page(reply.body)) not_tes("GET /service-info");  // any JSON object
}

std::optional<TaskState> Service::get(const std::string& task_id) {
  const auto reply = send("GET", "/tasks/" + sdk::percent_encode(task_id) + "?view=BASIC");
  if (reply.status == 404) return std::nullopt;
  if (reply.status != 200) complain(reply, "GET /tasks/{id}");
  auto task = read_state(reply.body);
  if (!task) not_tes("GET /tasks/{id}");
  return task;
}

/// A task of this parcel that runs or has ended well; one that failed is no reason not to make another.
std::string Service::find(const tributary_ingest_job& job) {
  constexpr int most_pages = 256;
  const auto query =
      "/tasks?view=BASIC&page_size=64&tag_key=tributary_parcel&tag_value=" + sdk::percent_encode(job.parcel_id);
  std::string token;
  for (int number = 0; number < most_pages; ++number) {
    const auto reply = send("GET", query + (token.empty() ? "" : "&page_token=" + sdk::percent_encode(token)));
    if (reply.status != 200) complain(reply, "GET /tasks");
    const auto page = read_page(reply.body);
    if (!page) not_tes("GET /tasks");
    for (const auto& task : page->tasks) {
      const bool ours = task.parcel == job.parcel_id && task.site == job.site && !task.id.empty();
      if (ours && phase_of(task.state) != Phase::failed && task.state != "CANCELING") return task.id;
    }
    if (page->next.empty() || page->next == token) return {};
    token = page->next;
    if (host_.stopping()) throw sdk::Later("stopping; the ingest is started at the next start");
  }
  host_.log(TRIBUTARY_LOG_WARNING, "tes: the server's list of tasks has more than " + std::to_string(most_pages) +
                                       " pages and ignores filters; the parcel's task was not among them");
  return {};
}

std::string Service::start(const tributary_ingest_job& job) {
  const auto key = std::string(job.parcel_id) + ".task";
  const auto remembered = host_.recall(key);
  if (!remembered.empty()) {
    const auto task = get(remembered);
    if (task && phase_of(task->state) != Phase::failed && task->state != "CANCELING") return remembered;
  }
  auto id = find(job);
  if (id.empty()) {
    const auto reply = send("POST", "/tasks", task_.expand(job));
    if (!reply.ok()) complain(reply, "POST /tasks");
    const auto created = read_created(reply.body);
    if (!created) not_tes("POST /tasks");
    id = *created;
  }
  host_.remember(key, id);
  return id;
}

void Service::poll(const std::string& task_id, std::string& state) {
  const auto task = get(task_id);
  const auto name = "task " + sdk::excerpt(task_id, 80);
  if (!task) throw sdk::Broken(name + ": the TES server does not know it (HTTP 404)", "retry the parcel's ingest");
  state = sdk::excerpt(task->state, 60);
  switch (phase_of(task->state)) {
    case Phase::complete:
      return;
    case Phase::failed:
      throw sdk::Refused(
          name + " ended as " + state + (task->exit_code ? ", exit code " + std::to_string(*task->exit_code) : ""),
          "its logs are at the TES server; mend the cause, then retry");
    case Phase::unknown:
      host_.log(TRIBUTARY_LOG_WARNING,
                "tes: " + name + ": state " + state + " is no state of TES 1.1; taken for running");
      break;
    case Phase::running:
      break;
  }
  throw sdk::Later(name + " is " + state);
}

void Service::cancel(const std::string& task_id) {
  const auto reply = send("POST", "/tasks/" + sdk::percent_encode(task_id) + ":cancel");
  if (reply.ok() || reply.status == 404) return;
  if (!sdk::is_temporary(reply.status)) {
    const auto task = get(task_id);  // one that has ended can not be cancelled, and need not be
    if (!task || phase_of(task->state) == Phase::complete || phase_of(task->state) == Phase::failed) return;
  }
  complain(reply, "POST /tasks/{id}:cancel");
}

}  // namespace tributary::tes
