#include "adapters/http_api/problem.hpp"

#include "adapters/json/json_writer.hpp"

namespace vigie {

namespace {

json_value problem_body(int status, std::string_view detail, std::string_view instance, std::string_view request_id) {
  return json_value::object({{"type", "about:blank"},
                             {"title", reason_phrase(status)},
                             {"status", status},
                             {"detail", detail},
                             {"instance", instance},
                             {"request_id", request_id}});
}

served_response problem_response(int status, const json_value& body) {
  served_response out;
  out.status = status;
  out.content_type = "application/problem+json";
  out.body = body.dump();
  return out;
}

} // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
  case 200:
    return "OK";
  case 201:
    return "Created";
  case 202:
    return "Accepted";
  case 204:
    return "No Content";
  case 304:
    return "Not Modified";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 409:
    return "Conflict";
  case 412:
    return "Precondition Failed";
  case 413:
    return "Content Too Large";
  case 415:
    return "Unsupported Media Type";
  case 421:
    return "Misdirected Request";
  case 422:
    return "Unprocessable Content";
  case 429:
    return "Too Many Requests";
  case 431:
    return "Request Header Fields Too Large";
  case 500:
    return "Internal Server Error";
  case 502:
    return "Bad Gateway";
  case 503:
    return "Service Unavailable";
  case 504:
    return "Gateway Timeout";
  default:
    return "Error";
  }
}

int http_status_of(errc code) {
  switch (code) {
  case errc::none:
    return 200;
  case errc::bad_request:
  case errc::unknown_command:
  case errc::blocked_address:
    return 400;
  case errc::not_found:
    return 404;
  case errc::conflict:
    return 409;
  case errc::busy:
  case errc::rate_limited:
    return 429;
  case errc::unauthorized:
    return 401;
  case errc::refused:
  case errc::robots_disallowed:
    return 403;
  case errc::worker_silent:
  case errc::deadline_exceeded:
  case errc::timed_out:
  case errc::child_timed_out:
  case errc::host_silent:
    return 504;
  case errc::worker_lost:
  case errc::http_status:
  case errc::network:
  case errc::bad_certificate:
  case errc::body_too_large:
  case errc::suspicious_empty:
  case errc::suspicious_schema:
  case errc::suspicious_stale:
  case errc::bad_page:
    return 502;
  case errc::no_capacity:
  case errc::crashed:
  case errc::stale_epoch:
  case errc::no_credential_provider:
  case errc::no_scraping_cookies:
  case errc::circuit_open:
  case errc::permit_denied:
  case errc::store_unavailable:
  case errc::cancelled:
    return 503;
  case errc::bad_config:
  case errc::contract_mismatch:
  case errc::child_failed:
  case errc::ambiguous:
    return 500;
  }
  return 500;
}

served_response make_problem(int status, std::string_view detail, std::string_view instance,
                             std::string_view request_id) {
  return problem_response(status, problem_body(status, detail, instance, request_id));
}

served_response make_problem(int status, const error& what, std::string_view instance, std::string_view request_id) {
  auto body = problem_body(status, what.detail.empty() ? remedy(what.code) : what.detail, instance, request_id);
  body.set("code", to_string(what.code));
  if (!what.place.empty())
    body.set("place", what.place);
  body.set("remedy", remedy(what.code));
  return problem_response(status, body);
}

} // namespace vigie
