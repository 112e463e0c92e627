// agent/status/sessions.cpp: sign in, sign out, and the words that only a signed-in browser knows.
#include "agent/status/sessions.hpp"

#include <algorithm>

#include "agent/base/secret.hpp"
#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::status {
namespace {

constexpr std::size_t most_token_bytes = 4096;
constexpr std::size_t random_bytes = 32;

Result<std::string> random_word() {
  Bytes bytes(random_bytes);
  if (auto drawn = crypto::random(bytes); !drawn) return drawn.error();
  return to_hex(bytes);
}

bool same(std::string_view a, std::string_view b) {
  return crypto::equal(crypto::sha256(view(a)), crypto::sha256(view(b)));
}

}  // namespace

Sessions::Session* Sessions::find(std::string_view cookie) {
  const auto now = clock_.now_utc_s();
  std::erase_if(sessions_, [&](const auto& one) { return now < one.second.used || now - one.second.used >= idle_s; });
  const auto found = sessions_.find(crypto::sha256(view(cookie)));
  if (found == sessions_.end()) return nullptr;
  found->second.used = now;
  return &found->second;
}

Result<Sessions::Entry> Sessions::sign_in(std::string_view token) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now_utc_s();
  if (now < minute_ || now - minute_ >= 60) {
    minute_ = now;
    wrong_ = 0;
  }
  if (wrong_ >= most_wrong) return Entry{Answer::too_many, {}};
  auto wanted = files::read_small(token_file_, most_token_bytes);
  if (!wanted) return in("status: token_file", wanted.error());
  const bool good = !trim(*wanted).empty() && same(trim(*wanted), trim(token));
  wipe(wanted->data(), wanted->size());
  if (!good) {
    ++wrong_;
    return Entry{Answer::wrong, {}};
  }
  auto cookie = random_word();
  auto csrf = random_word();
  if (!cookie || !csrf) return cookie ? csrf.error() : cookie.error();
  if (sessions_.size() >= most) {
    sessions_.erase(std::min_element(sessions_.begin(), sessions_.end(),
                                     [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
  }
  sessions_[crypto::sha256(view(*cookie))] = {now, *csrf, {}};
  return Entry{Answer::yes, *cookie};
}

void Sessions::sign_out(std::string_view cookie) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(crypto::sha256(view(cookie)));
}

std::string Sessions::csrf_of(std::string_view cookie) {
  const std::lock_guard lock(mutex_);
  const auto* session = find(cookie);
  return session == nullptr ? std::string() : session->csrf;
}

bool Sessions::is_good(std::string_view cookie, std::string_view csrf) {
  const std::lock_guard lock(mutex_);
  const auto* session = find(cookie);
  return session != nullptr && same(session->csrf, csrf);
}

void Sessions::tell(std::string_view cookie, Told told) {
  const std::lock_guard lock(mutex_);
  if (auto* session = find(cookie); session != nullptr) session->told = std::move(told);
}

Told Sessions::take_told(std::string_view cookie) {
  const std::lock_guard lock(mutex_);
  auto* session = find(cookie);
  return session == nullptr ? Told() : std::exchange(session->told, {});
}

std::string session_cookie(std::string_view header) {
  for (const auto& pair : split(header, ';')) {
    const auto word = trim(pair);
    const auto equals = word.find('=');
    if (word.substr(0, equals) == cookie_name && equals != std::string_view::npos)
      return std::string(word.substr(equals + 1));
  }
  return {};
}

}  // namespace tributary::status
