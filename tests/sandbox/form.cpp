// tests/sandbox/form.cpp: finding of the file in a form.
#include "tests/sandbox/form.hpp"

#include <algorithm>
#include <cstring>

#include "agent/base/text.hpp"

namespace tributary::sandbox {
namespace {

constexpr std::size_t chunk_bytes = 64U << 10;
constexpr std::size_t headers_limit = 16U << 10;

std::string boundary_of(std::string_view content_type) {
  if (lower(content_type.substr(0, 19)) != "multipart/form-data") return {};
  for (const auto& item : split(content_type, ';')) {
    const auto word = trim(item);
    if (lower(word.substr(0, 9)) != "boundary=") continue;
    auto value = word.substr(9);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value.size() > 70 ? std::string() : std::string(value);  // RFC 2046 section 5.1.1
  }
  return {};
}

bool is_file(const std::string& headers) {
  const auto text = lower(headers);
  return text.find("filename=") != std::string::npos || text.find("filename*=") != std::string::npos ||
         text.find("name=\"file\"") != std::string::npos;
}

}  // namespace

FormFile::FormFile(stream::Source& body, std::string delimiter)
    : body_(body), delimiter_(std::move(delimiter)), window_("\r\n") {}

Result<bool> FormFile::fill() {
  if (body_over_) return false;
  const auto before = window_.size();
  window_.resize(before + chunk_bytes);
  auto got = body_.read({reinterpret_cast<std::uint8_t*>(window_.data()) + before, chunk_bytes});
  window_.resize(before + (got ? *got : 0));
  if (!got) return got.error();
  body_over_ = *got == 0;
  return !body_over_;
}

/// Drops everything up to and with `mark`; `taken` gets what was before it.
Status FormFile::skip_past(std::string_view mark, std::string* taken) {
  for (;;) {
    const auto found = window_.find(mark);
    if (found != std::string::npos) {
      if (taken != nullptr) taken->append(window_, 0, found);
      window_.erase(0, found + mark.size());
      return {};
    }
    const auto sure = window_.size() < mark.size() ? 0 : window_.size() - mark.size() + 1;
    if (taken != nullptr) taken->append(window_, 0, sure);
    window_.erase(0, sure);
    if (taken != nullptr && taken->size() > headers_limit) return refusal("form: a part's headers are too long");
    const auto more = fill();
    if (!more) return more.error();
    if (!*more) return refusal("form: the body ends inside the form");
  }
}

Result<std::string> FormFile::part_headers() {
  // After a delimiter: CRLF and headers, or two hyphens and the end.
  while (window_.size() < 4) {
    const auto more = fill();
    if (!more) return more.error();
    if (!*more) break;
  }
  if (window_.substr(0, 2) == "--") return refusal("form: there is no file in it");
  if (window_.substr(0, 4) == "\r\n\r\n") {
    window_.erase(0, 4);
    return std::string();
  }
  std::string headers;
  const auto skipped = skip_past("\r\n\r\n", &headers);
  if (!skipped) return skipped.error();
  return headers;
}

Result<std::unique_ptr<FormFile>> FormFile::open(stream::Source& body, std::string_view content_type) {
  constexpr unsigned most_parts = 64;
  const auto boundary = boundary_of(content_type);
  if (boundary.empty()) return refusal("form: the Content-Type names no boundary");
  std::unique_ptr<FormFile> form(new FormFile(body, "\r\n--" + boundary));
  for (unsigned part = 0; part < most_parts; ++part) {
    const auto found = form->skip_past(form->delimiter_, nullptr);
    if (!found) return found.error();
    const auto headers = form->part_headers();
    if (!headers) return headers.error();
    if (is_file(*headers)) return form;
    form->window_.insert(0, "\r\n");  // an empty field ends with the delimiter at once
  }
  return refusal("form: more than " + std::to_string(most_parts) + " parts before the file");
}

Result<std::size_t> FormFile::read(MutableByteView into) {
  while (!file_over_) {
    const auto end = window_.find(delimiter_);
    const auto sure = end != std::string::npos             ? end
                      : window_.size() < delimiter_.size() ? 0
                                                           : window_.size() - delimiter_.size() + 1;
    if (sure > 0) {
      const auto n = std::min(sure, into.size());
      std::memcpy(into.data(), window_.data(), n);
      window_.erase(0, n);
      return n;
    }
    if (end != std::string::npos) {
      file_over_ = true;
      break;
    }
    const auto more = fill();
    if (!more) return more.error();
    if (!*more) return refusal("form: the body ends inside the file");
  }
  return std::size_t{0};
}

}  // namespace tributary::sandbox
