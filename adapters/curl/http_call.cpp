#include "adapters/curl/http_call.hpp"

#include <curl/curl.h>

#include "adapters/curl/curl_easy.hpp"

namespace vigie {

result<http_response> http_call(http_request request) {
  if (auto problem = start_curl(); problem.code != errc::none)
    return tl::unexpected<error>(problem);
  transfer_rules rules{"vigie/" VIGIE_VERSION};
  auto transfer = curl_transfer::make(std::move(request), rules);
  if (!transfer)
    return tl::unexpected<error>(transfer.error());
  curl_easy easy{rules};
  if (!easy)
    return fail(errc::network, "libcurl has no memory");
  easy.put_on(**transfer);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>((*transfer)->timeout().count()));
  return (*transfer)->finish(easy, curl_easy_perform(easy.get()));
}

} // namespace vigie
