#include "messages/failure.hpp"

namespace vigie {

namespace {

/// How a part ended that had the request, or the work.
std::string_view end_words(caf::exit_reason why) {
  switch (why) {
  case caf::exit_reason::user_shutdown:
    return "the part was ended: its node stops, or its work was taken back";
  case caf::exit_reason::kill:
    return "the part was ended by force: it did not stop in time";
  case caf::exit_reason::out_of_workers:
    return "the part ended: nobody was left to do its work";
  default:
    return "the part died of an unforeseen error";
  }
}

} // namespace

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
  if (e.category() == caf::make_error(caf::exit_reason::kill).category())
    return {errc::crashed, std::string{end_words(static_cast<caf::exit_reason>(e.code()))}, {}};
  return {errc::crashed, "an error of the actor runtime: " + caf::to_string(e), {}};
}

} // namespace vigie
