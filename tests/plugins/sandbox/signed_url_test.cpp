// tests/plugins/sandbox/signed_url_test.cpp: uploads by a signed URL.
#include "agent/base/bytes.hpp"
#include "tests/plugins/sandbox/world.hpp"
#include "tests/sandbox/form.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::sandbox::test {

TEST_GROUP(SignedUrl) {
  World world;
  Grant grant;

  void setup() override {
    world.start();
    grant = world.grant("TL-1.fastq.c4gh", "0123456789");
  }
  std::string path() const { return grant.post_url.substr(grant.post_url.find("/upload/")); }
  static std::string form(const std::string& file) {
    return "--sep\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nignored\r\n"
           "--sep\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n" +
           file + "\r\n--sep--\r\n";
  }
};

TEST(SignedUrl, takes_a_PUT_and_a_POST) {
  LONGS_EQUAL(200, world.plain({"PUT", path(), {}, "0123456789"}).status);
  LONGS_EQUAL(201, world.register_objects({World::candidate(grant)}).status);
  const auto other = world.grant("TL-2.fastq.c4gh", "abc");
  LONGS_EQUAL(200, world.plain({"POST", other.post_url.substr(other.post_url.find("/upload/")), {}, "abc"}).status);
}

TEST(SignedUrl, takes_the_file_out_of_a_form) {
  const auto answer =
      world.plain({"POST", path(), {{"Content-Type", "multipart/form-data; boundary=sep"}}, form("0123456789")});
  LONGS_EQUAL(204, answer.status);
  STRCMP_EQUAL("0123456789", world.s3(grant, "GET").body.c_str());
}

TEST(SignedUrl, refuses_a_form_without_an_end) {
  const auto whole = form("0123456789");
  const Headers type = {{"Content-Type", "multipart/form-data; boundary=sep"}};
  LONGS_EQUAL(400, world.plain({"POST", path(), type, whole.substr(0, whole.size() - 12)}).status);
  LONGS_EQUAL(400, world.plain({"POST", path(), type, "--sep--\r\n"}).status);
  LONGS_EQUAL(404, world.s3(grant, "HEAD").status);
}

TEST(SignedUrl, ends_with_its_time) {
  world.clock.advance(900);
  LONGS_EQUAL(403, world.plain({"PUT", path(), {}, "0123456789"}).status);
}

TEST(SignedUrl, can_not_be_made_up) {
  auto forged = path();
  forged.back() = forged.back() == 'A' ? 'E' : 'A';
  LONGS_EQUAL(403, world.plain({"PUT", forged, {}, "0123456789"}).status);
  LONGS_EQUAL(403, world.plain({"PUT", "/upload/u.9999999999.eA.eA", {}, "x"}).status);
}

TEST(SignedUrl, comes_with_headers_that_must_be_sent_when_it_is_an_object) {
  world.stop();
  world.settings.post_url_object = true;
  world.start();
  const auto answer =
      world.drs("POST", "/upload-request",
                R"({"requests":[{"name":"x","size":3,"mime_type":"a/b","upload_method_types":["https"],)"
                R"("checksums":[{"type":"sha-256","checksum":")" +
                    sha256_hex("abc") + R"("}]}]})");
  const auto url =
      parsed(answer.body)["responses"].items()[0]["upload_methods"].items()[0]["upload_details"]["post_url"];
  const std::string line(url["headers"].items()[0].as_string()), text(url["url"].as_string());
  const auto target = text.substr(text.find("/upload/"));
  LONGS_EQUAL(403, world.plain({"PUT", target, {}, "abc"}).status);
  LONGS_EQUAL(200, world.plain({"PUT", target, {{"X-Sandbox-Proof", line.substr(line.find(": ") + 2)}}, "abc"}).status);
}

TEST_GROUP(FormFile) {
  /// Gives one byte at a time: every split of the frame is met.
  class Drops final : public tributary::stream::Source {
   public:
    explicit Drops(std::string text) : text_(std::move(text)) {}
    tributary::Result<std::size_t> read(tributary::MutableByteView into) override {
      if (at_ == text_.size() || into.empty()) return std::size_t{0};
      into[0] = static_cast<std::uint8_t>(text_[at_++]);
      return std::size_t{1};
    }

   private:
    std::string text_;
    std::size_t at_ = 0;
  };
  static std::string file_of(const std::string& body) {
    Drops drops(body);
    auto form = tributary::sandbox::FormFile::open(drops, "multipart/form-data; boundary=\"b\"");
    if (!form) return "no form";
    tributary::Bytes out;
    tributary::stream::BufferSink sink(out, 1000);
    return tributary::stream::copy(**form, sink) ? std::string(tributary::text(out)) : "broken";
  }
};

TEST(FormFile, is_found_whatever_the_pieces_the_body_comes_in) {
  STRCMP_EQUAL("12\r\n--",
               file_of("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n12\r\n--\r\n--b--").c_str());
}

TEST(FormFile, may_be_empty) {
  STRCMP_EQUAL("", file_of("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n--b--").c_str());
}

TEST(FormFile, is_not_there_when_no_part_has_a_file) {
  STRCMP_EQUAL("no form", file_of("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--").c_str());
  STRCMP_EQUAL("no form", file_of("nothing like a form").c_str());
  STRCMP_EQUAL("broken", file_of("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n12").c_str());
}

}  // namespace tributary::sandbox::test
