// A node's file that vigie writes for people: one process that is main and worker, with one source.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "runtime/config.hpp"

namespace vigie {

/// What the command line says of a page that no file describes.
struct page_request {
  std::string url; ///< of the page, or the template of one
  std::string query;
  std::string product_token; ///< who asks: required for a host that is not loopback
  std::string contact;       ///< and where he is reached
  std::vector<std::string> allow_private;
};

struct node_draft {
  std::string command; ///< that wrote it
  page_request page;
  source_spec source;    ///< its url is a template
  bool described = true; ///< false: what the source reads has to be filled in; it stands there as a comment
  std::string remark;    ///< a line over the source
};

/// Secret parameters of the URL become ${NAME}: of each the variable and its value.
std::map<std::string, std::string> take_secrets_out(node_draft& draft);

std::string to_toml(const node_draft& draft);

/// The configuration that the draft is; what it says is checked as that of any file. A host on loopback that the page
/// names may be connected to.
loaded_config load_draft(const node_draft& draft, const std::map<std::string, std::string>& environment);

/// The draft's problems in the words of the command line, which has no lines: "--contact", "--field price".
void print_draft_problems(const loaded_config& loaded, std::ostream& err);

/// Says on `err` what is missing to ask a host that is not loopback; true = nothing.
bool may_ask(const page_request& page, const std::map<std::string, std::string>& environment, std::ostream& err);

/// One argument as a shell takes it, in quotes where it needs them.
std::string in_shell(const std::string& x);

} // namespace vigie
