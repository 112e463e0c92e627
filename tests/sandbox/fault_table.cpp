// tests/sandbox/fault_table.cpp: the words of the fault language, each with its meaning.
#include "agent/base/text.hpp"
#include "tests/sandbox/faults.hpp"

namespace tributary::sandbox {

const std::vector<KindRow>& kinds() {
  static const std::vector<KindRow> rows = {
      {Kind::page, "page", "web", "the page for people, /state, /events, /healthz"},
      {Kind::service_info, "service_info", "drs", "GET /service-info of DRS and TES"},
      {Kind::upload_request, "upload_request", "drs", "POST /upload-request"},
      {Kind::register_objects, "register", "drs", "POST /objects/register"},
      {Kind::object, "object", "drs", "GET or POST /objects/{id}, POST /objects"},
      {Kind::access, "access", "drs", "GET or POST /objects/{id}/access/{access_id}, POST /objects/access"},
      {Kind::lookup, "lookup", "drs", "GET /objects/checksum/{checksum}"},
      {Kind::remove, "delete", "drs", "PUT /objects/{id}/delete, PUT /objects/delete"},
      {Kind::put, "put", "s3 ingest", "PutObject"},
      {Kind::create, "create", "s3", "CreateMultipartUpload"},
      {Kind::part, "part", "s3 ingest", "UploadPart"},
      {Kind::list_parts, "list_parts", "s3", "ListParts"},
      {Kind::list_uploads, "list_uploads", "s3", "ListMultipartUploads"},
      {Kind::complete, "complete", "s3", "CompleteMultipartUpload"},
      {Kind::abort, "abort", "s3", "AbortMultipartUpload"},
      {Kind::head, "head", "s3", "HeadObject"},
      {Kind::get, "get", "s3", "GetObject"},
      {Kind::erase, "erase", "s3", "DeleteObject"},
      {Kind::upload, "upload", "web ingest", "PUT or POST to a signed upload URL"},
      {Kind::download, "download", "web", "GET of a signed download URL"},
      {Kind::task_create, "task_create", "tes", "POST /tasks"},
      {Kind::task_read, "task_read", "tes", "GET /tasks/{id}"},
      {Kind::task_list, "task_list", "tes", "GET /tasks"},
      {Kind::task_cancel, "task_cancel", "tes", "POST /tasks/{id}:cancel"},
      {Kind::task_run, "task_run", "", "the run of a task itself: fail gives SYSTEM_ERROR, delay a long run"},
      {Kind::other, "other", "", "anything else"},
  };
  return rows;
}

const std::vector<ActRow>& acts() {
  static const std::vector<ActRow> rows = {
      {Act::delay, "delay", "TIME", "answers late: 250ms, 3s"},
      {Act::slow, "slow", "RATE", "takes the body slowly: 1MiB/s, 8Mbit/s"},
      {Act::fail, "fail", "", "500 without doing the work"},
      {Act::busy, "busy", "SECONDS", "503 (S3: SlowDown) with Retry-After, 1 s unless given"},
      {Act::throttle, "throttle", "SECONDS", "429 with Retry-After, 1 s unless given"},
      {Act::forbid, "forbid", "", "403 (S3: AccessDenied)"},
      {Act::expire, "expire", "", "S3: these credentials end now (ExpiredToken); elsewhere 401, signed URLs 403"},
      {Act::full, "full", "", "no space left: 507 (S3: InternalError)"},
      {Act::html, "html", "", "200 with an HTML page, as from a captive portal"},
      {Act::cut, "cut", "SIZE", "cuts the connection inside the request's body, after half of it unless given"},
      {Act::cut_reply, "cut_reply", "SIZE", "cuts the connection inside the answer, after half of it unless given"},
      {Act::lose_reply, "lose_reply", "", "does the work, then cuts the connection"},
      {Act::wrong_etag, "wrong_etag", "", "does the work and answers another ETag"},
      {Act::corrupt, "corrupt", "", "stores, or gives back, the body with one bit turned"},
      {Act::new_place, "new_place", "",
       "upload_request: hands out another place for the same file; its credentials reach the former ones, too"},
  };
  return rows;
}

std::string_view name_of(Kind kind) {
  for (const auto& row : kinds()) {
    if (row.kind == kind) return row.name;
  }
  return "other";
}

std::string fault_help() {
  const auto column = [](std::string text, std::size_t width) {
    text.resize(std::max(text.size() + 1, width), ' ');
    return text;
  };
  std::string out =
      "Faults are written KIND:ACT:WHEN[:ARGUMENT], for instance register:lose_reply:1 or part:cut:10.\n"
      "WHEN counts requests of that kind since the fault was added: 3 the third, 3+ from the third on,\n"
      "3-5 the third to the fifth, * all, 5% by chance.\n\nKIND\n";
  for (const auto& row : kinds()) out += "  " + column(std::string(row.name), 16) + std::string(row.help) + "\n";
  out += "  " + column("drs s3 tes web", 16) + "all of these\n";
  out += "  " + column("ingest", 16) + "put, part and upload\n";
  out += "  " + column("any", 16) + "every request but those of the page group and task_run\n\nACT\n";
  for (const auto& row : acts()) {
    const auto name = std::string(row.name) + (row.argument.empty() ? "" : ":WHEN:" + std::string(row.argument));
    out += "  " + column(name, 24) + std::string(row.help) + "\n";
  }
  return out;
}

}  // namespace tributary::sandbox
