// plugins/destinations/drs/https_upload.hpp: one object to a presigned URL, in one request.
//
// Resume     none: a presigned URL takes a whole object. What was taken is remembered and not sent again.
// Failure    Later: no answer, 429, 5xx. A URL that has ended is asked for anew, once. Broken: it still says no.
#pragma once

#include <cstddef>

#include "plugins/destinations/drs/grants.hpp"
#include "plugins/destinations/drs/journal.hpp"
#include "plugins/destinations/drs/reading.hpp"

namespace tributary::drs {

class HttpsUpload {
 public:
  HttpsUpload(const sdk::Host& host, const Settings& settings, Grants& grants, std::size_t candidate,
              const Journal& journal, Reading& reading)
      : host_(host),
        settings_(settings),
        grants_(grants),
        candidate_(candidate),
        journal_(journal),
        reading_(reading) {}
  void run();

 private:
  sdk::Reply send(const Grant& grant);

  const sdk::Host& host_;
  const Settings& settings_;
  Grants& grants_;
  std::size_t candidate_;
  const Journal& journal_;
  Reading& reading_;
};

}  // namespace tributary::drs
