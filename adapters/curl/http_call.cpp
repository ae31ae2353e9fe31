#include "adapters/curl/http_call.hpp"

#include <memory>

#include <curl/curl.h>

#include "adapters/curl/curl_transfer.hpp"

namespace vigie {

result<http_response> http_call(http_request request) {
  if (auto problem = start_curl(); problem.code != errc::none)
    return tl::unexpected<error>(problem);
  transfer_rules rules{"vigie/" VIGIE_VERSION};
  auto transfer = curl_transfer::make(std::move(request), rules);
  if (!transfer)
    return tl::unexpected<error>(transfer.error());
  std::unique_ptr<CURL, void (*)(CURL*)> easy{curl_easy_init(), &curl_easy_cleanup};
  if (!easy)
    return fail(errc::network, "libcurl has no memory");
  (*transfer)->attach(easy.get());
  return (*transfer)->finish(curl_easy_perform(easy.get()));
}

} // namespace vigie
