#include "adapters/psl/registrable_domain.hpp"

#include <libpsl.h>

#include <memory>

namespace vigie {

result<std::function<std::string(std::string_view name)>> make_domain_lookup() {
  std::shared_ptr<psl_ctx_t> list{psl_latest(nullptr), [](psl_ctx_t* x) { psl_free(x); }};
  if (!list)
    return fail(errc::bad_config, "no Public Suffix List is installed; install the package publicsuffix");
  return [list](std::string_view name) {
    std::string text{name};
    const auto* domain = psl_registrable_domain(list.get(), text.c_str());
    return domain == nullptr ? std::string{} : std::string{domain};
  };
}

} // namespace vigie
