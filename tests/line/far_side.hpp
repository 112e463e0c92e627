// tests/line/far_side.hpp: where a site sends to: a folder, or a national repository on the loopback interface.
#pragma once

#include <functional>
#include <memory>
#include <set>

#include "agent/base/clock.hpp"
#include "agent/base/stop.hpp"
#include "agent/port/http/http.hpp"
#include "tests/line/outcome.hpp"
#include "tests/sandbox/sandbox.hpp"

namespace tributary::line_test {

/// A far side for one trial after the other.
class FarSide {
 public:
  virtual ~FarSide() = default;
  /// Forgets the trial before; what the next site sends to.
  virtual Far begin() = 0;
  /// What stands there since `begin`.
  virtual Things things(const Laboratory& laboratory, const SiteFolder& site) = 0;
};

class FolderSide final : public FarSide {
 public:
  Far begin() override;
  Things things(const Laboratory& laboratory, const SiteFolder& site) override;
  /// Since `begin`.
  [[nodiscard]] const std::string& path() const { return directory_->path(); }

 private:
  std::unique_ptr<fakes::TemporaryDirectory> directory_;
};

struct RepositoryKind {
  std::string more = {};  // settings of the destination
  bool no_removal = false;
  bool tls = false;
};

class RepositorySide final : public FarSide {
 public:
  /// `clock` outlives this.
  RepositorySide(const Laboratory& laboratory, const Clock& clock, bool ingest, RepositoryKind kind = {});
  Far begin() override;
  Things things(const Laboratory& laboratory, const SiteFolder& site) override;
  [[nodiscard]] sandbox::Sandbox& sandbox() { return *sandbox_; }
  /// Nobody listens any more; later it is there again, at the same address, with what it held.
  void down() { sandbox_.reset(); }
  void up();
  /// Called by the sandbox where it would wait: a fault `KIND:delay:WHEN:1ms` says at which request.
  std::function<void()> meanwhile;

 private:
  void add_new(Things& out, const Json& entry, const char* what) const;
  Json state();

  bool ingest_;
  RepositoryKind kind_;
  fakes::TemporaryDirectory directory_;
  const Clock& clock_;
  Stop stop_;
  sandbox::Settings settings_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::unique_ptr<http::Client> client_;
  std::set<std::string> known_;
};

}  // namespace tributary::line_test
