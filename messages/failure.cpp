#include "messages/failure.hpp"

namespace vigie {

caf::error to_caf(const error& e) {
  return caf::make_error(e.code, e.detail, e.place);
}

error from_caf(const caf::error& e) {
  if (!e)
    return {};
  if (e.category() == caf::atom("vigie")) {
    error out{static_cast<errc>(e.code()), {}, {}};
    const auto& context = e.context();
    if (context.match_elements<std::string, std::string>()) {
      out.detail = context.get_as<std::string>(0);
      out.place = context.get_as<std::string>(1);
    }
    return out;
  }
  if (e == caf::sec::request_receiver_down)
    return {errc::crashed, "the part that had the request died", {}};
  if (e == caf::sec::request_timeout)
    return {errc::deadline_exceeded, "no answer in time", {}};
  if (e == caf::exit_reason::remote_link_unreachable)
    return {errc::worker_lost, "the connection broke", {}};
  return {errc::crashed, caf::to_string(e), {}};
}

} // namespace vigie
