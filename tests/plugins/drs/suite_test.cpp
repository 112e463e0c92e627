// tests/plugins/drs/suite_test.cpp: the plugin `drs` holds what every destination must.
#include "plugins/sdk/digest.hpp"
#include "tests/plugins/drs/repository.hpp"
#include "tests/suites/destination_suite.hpp"

#include <CppUTest/TestHarness.h>

extern "C" const tributary_descriptor* tributary_plugin_drs(void);

namespace tributary {
namespace {

class DrsFarSide : public suites::FarSide {
 public:
  explicit DrsFarSide(const std::string& method, const std::string& verb = "put") {
    host_.settings["upload_method"] = method;
    host_.settings["https_verb"] = verb;
  }
  [[nodiscard]] const tributary_descriptor* plugin() const override { return tributary_plugin_drs(); }
  [[nodiscard]] fakes::PluginHost& host() override { return host_; }
  [[nodiscard]] std::map<std::string, std::string> visible() override { return repository.visible(); }
  [[nodiscard]] std::size_t left_over() override {
    // What went to a presigned URL and was not registered is the repository's to clear away.
    return host_.settings["upload_method"] == "s3" ? repository.left_over() : 0;
  }
  bool lose_reply(std::size_t n) override {
    repository.lose_reply_after = n;
    return true;
  }
  [[nodiscard]] std::uint32_t lanes() const override { return count_of_lanes; }
  std::uint32_t count_of_lanes = 1;

 private:
  fakes::PluginHost host_{tributary_plugin_drs()};

 public:
  tests::Repository repository{host_};
};

}  // namespace
}  // namespace tributary

TEST_GROUP(DrsDestination){};

TEST(DrsDestination, over_s3_holds_what_every_destination_must) {
  tributary::suites::destination_must_hold([] { return std::make_unique<tributary::DrsFarSide>("s3"); });
}
TEST(DrsDestination, over_s3_with_credentials_for_their_own_keys_only_holds_it_too) {
  tributary::suites::destination_must_hold([] {
    auto far = std::make_unique<tributary::DrsFarSide>("s3");
    far->repository.new_key_for_every_request = false;
    far->repository.credentials_reach_all_keys = false;
    far->repository.etag_is_digest = false;
    return far;
  });
}
TEST(DrsDestination, over_s3_with_several_parts_at_once_holds_it_too) {
  tributary::suites::destination_must_hold([] {
    auto far = std::make_unique<tributary::DrsFarSide>("s3");
    far->count_of_lanes = 3;
    return far;
  });
}
TEST(DrsDestination, over_https_put_holds_what_every_destination_must) {
  tributary::suites::destination_must_hold([] { return std::make_unique<tributary::DrsFarSide>("https"); });
}
TEST(DrsDestination, over_https_forms_holds_what_every_destination_must) {
  tributary::suites::destination_must_hold([] { return std::make_unique<tributary::DrsFarSide>("https", "form"); });
}
