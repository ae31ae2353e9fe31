#include "messages/values/error.hpp"

#include <array>

namespace vigie {

namespace {

struct code_text {
  errc code;
  std::string_view name;
  std::string_view remedy;
};

constexpr std::array texts{
    code_text{errc::none, "none", "Nothing is wrong."},
    code_text{errc::bad_request, "bad_request",
              "The request is not understood; correct what the detail names and send it again."},
    code_text{errc::bad_config, "bad_config",
              "The configuration is wrong; correct the line and run `vigie check` on the file."},
    code_text{errc::not_found, "not_found", "There is no such thing; list what there is and use its id."},
    code_text{errc::conflict, "conflict",
              "Something of that name exists already, or is in a state that does not allow this."},
    code_text{errc::busy, "busy", "A limit is reached; wait a moment and ask again."},
    code_text{
        errc::crashed, "crashed",
        "The part that served this died and is being restarted; ask again, and see `vigie tree` for its last crash."},
    code_text{errc::worker_lost, "worker_lost",
              "The connection to the worker broke; it is dialled again by itself. See that its process runs."},
    code_text{errc::worker_silent, "worker_silent",
              "The worker stopped answering; its unfinished work goes to others. See that its process is not stopped "
              "or overloaded."},
    code_text{errc::no_capacity, "no_capacity", "No worker is available; `vigie workers` says why for each."},
    code_text{errc::stale_epoch, "stale_epoch", "This comes from an earlier incarnation of the link and was not used."},
    code_text{errc::contract_mismatch, "contract_mismatch",
              "The two nodes run versions of vigie that do not understand each other; install the same one on both."},
    code_text{errc::deadline_exceeded, "deadline_exceeded",
              "The work did not end within its deadline; what was finished is kept."},
    code_text{errc::cancelled, "cancelled", "The work was taken back by whoever asked for it."},
    code_text{errc::no_credential_provider, "no_credential_provider", "This node has nothing that makes credentials."},
    code_text{errc::no_scraping_cookies, "no_scraping_cookies",
              "The source needs cookies and none are stored; store a credential for it first."},
    code_text{errc::unauthorized, "unauthorized",
              "The site wants a valid credential (401); renew it. No worker is banned for this."},
    code_text{errc::refused, "refused",
              "The site refused this worker (403); the worker leaves that host alone until its ban ends."},
    code_text{errc::rate_limited, "rate_limited",
              "The site asks to be left alone for a while (429); every worker waits."},
    code_text{errc::circuit_open, "circuit_open", "The host refused two regions; nobody asks it until the next probe."},
    code_text{errc::http_status, "http_status", "The site answered with an error status; see the detail."},
    code_text{errc::network, "network",
              "The site could not be reached; see the detail, and the network of that worker."},
    code_text{errc::timed_out, "timed_out", "The site did not answer in time; it is asked again in the next cycle."},
    code_text{errc::body_too_large, "body_too_large",
              "The page is larger than the source's max_body; raise it if that is right."},
    code_text{errc::bad_page, "bad_page",
              "The page is not what its source describes, or came damaged; look at what is named, and correct the "
              "paths of the "
              "extract section if the page is right."},
    code_text{errc::blocked_address, "blocked_address",
              "The address may not be connected to; list it under allow_private if it is yours."},
    code_text{errc::permit_denied, "permit_denied",
              "The host's gate gives no permit; its budget is spent or its owner is away."},
    code_text{errc::unknown_command, "unknown_command", "The worker's configuration has no command of that name."},
    code_text{errc::child_failed, "child_failed", "The command ended with an error; see its output."},
    code_text{errc::child_timed_out, "child_timed_out", "The command ran past its time-out and was ended."},
    code_text{errc::store_unavailable, "store_unavailable",
              "The database cannot be used; see that its disk has room and its file is writable."},
    code_text{errc::ambiguous, "ambiguous",
              "It may or may not have arrived; a person has to decide whether to send it again."},
    code_text{errc::robots_disallowed, "robots_disallowed",
              "The site's robots.txt forbids it, or cannot be read; ask the site's owner, or take the source out."},
    code_text{errc::suspicious_empty, "suspicious_empty",
              "The site offered fewer items than its source expects; look at the page, then correct the source or its "
              "sanity rules."},
    code_text{errc::suspicious_schema, "suspicious_schema",
              "Items lack a field that their source expects; `vigie source test` shows which, and why."},
    code_text{errc::suspicious_stale, "suspicious_stale",
              "The newest item is older than its source expects; the site may have frozen, or its dates are read "
              "wrongly."},
    code_text{errc::host_silent, "host_silent",
              "The host did not answer several requests of this run in time; the next run asks it again."},
    code_text{errc::bad_certificate, "bad_certificate",
              "The site's TLS certificate is not accepted; if a private authority issued it, name that in the source's "
              "ca_file, else see the certificate, and the certificates of that worker's system."},
};

static_assert(texts.size() == static_cast<size_t>(errc::bad_certificate) + 1);

} // namespace

std::string_view to_string(errc code) {
  auto i = static_cast<size_t>(code);
  return i < texts.size() ? texts[i].name : std::string_view{"unknown"};
}

std::string_view remedy(errc code) {
  auto i = static_cast<size_t>(code);
  return i < texts.size() ? texts[i].remedy : std::string_view{"An error code of a newer version."};
}

errc errc_from_string(std::string_view name) {
  for (const auto& x : texts)
    if (x.name == name)
      return x.code;
  return errc::none;
}

std::string to_string(const error& e) {
  std::string out{to_string(e.code)};
  if (!e.detail.empty())
    out += ": " + e.detail;
  if (!e.place.empty())
    out += " (at " + e.place + ")";
  if (!out.ends_with('.'))
    out += '.';
  out += ' ';
  out += remedy(e.code);
  return out;
}

} // namespace vigie
