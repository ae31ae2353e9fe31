#include "runtime/commands/node_draft.hpp"

#include <algorithm>
#include <cctype>

#include "actors/policy/ascii.hpp"
#include "actors/policy/contact_rule.hpp"
#include "actors/policy/plain_text.hpp"
#include "actors/policy/url_template.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

namespace {

constexpr const char* formats[] = {"json", "ndjson", "html", "xml", "feed", "sitemap"};

std::string line(std::string_view key, const std::string& value) {
  return std::string{key} + " = " + value + "\n";
}

std::string list_of_texts(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& x : all)
    out += (out.empty() ? "" : ", ") + in_quotes(x);
  return "[" + out + "]";
}

/// "127.0.0.1/32:18080" of a URL on loopback; empty otherwise.
std::string loopback_range(const std::string& url) {
  auto address = url_template::parse(url);
  auto parsed = address ? parse_url(address->fill({"x", 1, 0, "x"})) : result<parsed_url>{fail(errc::bad_request, "")};
  if (!parsed || needs_contact(url))
    return {};
  auto host = parsed->host == "localhost" ? std::string{"127.0.0.1"} : parsed->host;
  auto port = std::to_string(parsed->port.value_or(parsed->scheme == "https" ? 443 : 80));
  return host.find(':') == host.npos ? host + "/32:" + port : "[" + host + "/128]:" + port;
}

std::string fetch_section(const page_request& page) {
  auto open = page.allow_private;
  if (auto own = loopback_range(page.url); !own.empty())
    open.insert(open.begin(), own);
  std::string out = "[fetch] # who asks: both go into the User-Agent, and are required for sites that are not on this "
                    "machine\n";
  out += page.product_token.empty() ? "# product_token = \"acme-watch\"        # the name that robots.txt knows\n"
                                    : line("product_token", in_quotes(page.product_token));
  out += page.contact.empty() ? "# contact = \"https://example.org/bot\" # a page or mail address of yours\n"
                              : line("contact", in_quotes(page.contact));
  out += open.empty() ? "# allow_private = [\"10.1.2.3/32:8080\"] # what may be asked besides public addresses\n"
                      : line("allow_private", list_of_texts(open));
  return out;
}

std::string paging_section(const source_spec& x, const std::string& head) {
  if (x.paging.kind == paging_kind::none)
    return {};
  std::string out = "\n" + head + ".paging]\n";
  if (x.paging.kind == paging_kind::next_link)
    return out + "kind = \"next_link\" # an index names its sitemaps\n" +
           line("max_pages", std::to_string(x.paging.max_pages));
  out += "kind = \"page\"\n" + line("start", std::to_string(x.paging.start));
  if (x.paging.page_size > 0)
    out += line("page_size", std::to_string(x.paging.page_size));
  return out + line("max_pages", std::to_string(x.paging.max_pages) + " # of one search");
}

std::string source_section(const node_draft& draft) {
  const auto& x = draft.source;
  const auto& extract = x.extract;
  auto head = "[sources." + x.id.value;
  auto out = head + "]\n" + line("url", in_quotes(x.url)) + paging_section(x, head) + "\n" + head + ".extract]\n" +
             line("format", in_quotes(formats[static_cast<size_t>(extract.framing)]));
  bool by_itself = extract.framing == page_framing::feed || extract.framing == page_framing::sitemap;
  if (by_itself)
    return out + "# the format says what is what; `fields` would go before it\n";
  bool markup = extract.framing == page_framing::html || extract.framing == page_framing::xml;
  if (!draft.described) {
    out += markup ? "items = \"li.offer\" # FILL IN: the selector of one item\n"
                  : "items = \"results\" # FILL IN: the path of the array of items; none = the page is the array\n";
    out += "\n" + head + ".extract.fields] # FILL IN: where each stands in an item; id and title are required\n";
    return out + (markup ? "id = \"a::attr(href)\"\ntitle = \"a\"\nprice = \"span.price\"\nurl = \"a::attr(href)\"\n"
                         : "id = \"id\"\ntitle = \"title\"\nprice = \"price\"\nurl = \"url\"\n");
  }
  if (!extract.items.empty())
    out += line("items", in_quotes(extract.items));
  out += "\n" + head + ".extract.fields]\n";
  for (const auto* field : {"id", "title", "price", "currency", "brand", "size", "condition", "url", "photo"})
    if (auto i = extract.fields.find(field); i != extract.fields.end())
      out += line(field, in_quotes(i->second));
  for (const auto& [field, path] : extract.fields) // what is none, so that it is said
    if (out.find("\n" + field + " = ") == out.npos)
      out += line(in_quotes(field), in_quotes(path));
  return out;
}

std::string gate_section(const node_draft& draft) {
  bool own = !needs_contact(draft.page.url);
  return "\n[sources." + draft.source.id.value + ".gate]\n" +
         (own ? "min_interval = \"1s\" # from one request to the next, over all workers\n"
              : "min_interval = \"5s\" # from one request to the next, over all workers; below 1s needs "
                "owner_consent\n");
}

std::string commented(const std::string& text) {
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    auto end = std::min(rest.find('\n'), rest.size());
    out += end == 0 ? "#" : "# ";
    out += std::string{rest.substr(0, end)} + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

/// "--contact" of "fetch.contact"; the key itself where no option stands for it.
std::string option_of(const std::string& key) {
  auto ends = [&](std::string_view x) { return key.ends_with(x); };
  if (ends("product_token"))
    return "--product-token";
  if (ends("fetch.contact"))
    return "--contact";
  if (ends("allow_private"))
    return "--allow-private";
  if (ends(".url"))
    return "the URL";
  if (ends(".extract.items"))
    return "--items";
  if (ends(".extract.format"))
    return "--format";
  if (auto field = key.find(".extract.fields"); field != key.npos)
    return "--field " + key.substr(std::min(key.size(), field + sizeof ".extract.fields"));
  return key.starts_with("sources.") ? "--name" : key;
}

} // namespace

std::map<std::string, std::string> take_secrets_out(node_draft& draft) {
  std::map<std::string, std::string> out;
  auto& url = draft.source.url;
  auto rest = url; // without those that were seen
  for (auto name = secret_parameter(rest); !name.empty(); name = secret_parameter(rest)) {
    auto written = name + "=";
    auto at = rest.find(written);
    if (at == rest.npos)
      break;
    auto value = rest.substr(at + written.size());
    value.resize(std::min(value.find_first_of("&#"), value.size()));
    std::string variable = draft.source.id.value + "_" + name;
    for (auto& c : variable)
      c = is_alphanumeric(c) ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
    if (is_digit(variable.front()))
      variable.insert(0, "V");
    out[variable] = value;
    rest.erase(at, written.size() + value.size());
    url.replace(url.find(written + value) + written.size(), value.size(), "${" + variable + "}");
  }
  return out;
}

std::string to_toml(const node_draft& draft) {
  auto name = draft.source.id.value;
  std::string out = "# Written by `" + strip_control(draft.command) +
                    "`: one process that is main and worker, and one source.\n"
                    "# `vigie check` says what is wrong with this file, and where; what is left away has its default\n"
                    "# (`vigie check --all` shows each). Secrets do not belong here: write ${NAME} or \"file:PATH\".\n"
                    "\n[node]\n"
                    "name = \"vigie\"\n"
                    "roles = [\"main\", \"worker\"]\n"
                    "# data_dir = \"var/vigie\" # beside this file: the database and the API's key\n"
                    "\n[api]\n"
                    "listen = \"127.0.0.1:3000\" # here commands such as `vigie alerts` ask\n"
                    "\n[cycle]\n"
                    "interval = \"5m\"        # all alerts are looked at this often\n"
                    "initial_delay = \"5s\"   # from the start to the first time\n"
                    "# baseline = true      # what the first run of an alert finds is only learned, not told\n\n";
  out += fetch_section(draft.page) + "\n";
  if (!draft.remark.empty())
    out += commented(strip_control(draft.remark));
  auto source = source_section(draft) + gate_section(draft);
  out += draft.described ? source : commented(source);
  return out + "\n[channels.log] # matches go to the log\n"
               "type = \"log\"\n"
               "\n# [channels.hook] # and by HTTP POST to a program of yours; an alert names its channels\n"
               "# type = \"webhook\"\n"
               "# url = \"https://example.org/hook\" # on this machine: list it in [fetch] allow_private, too\n";
}

loaded_config load_draft(const node_draft& draft, const std::map<std::string, std::string>& environment) {
  config_request request;
  request.path = "command line";
  request.text = to_toml(draft);
  request.environment = environment;
  return load_config(request);
}

void print_draft_problems(const loaded_config& loaded, std::ostream& err) {
  for (const auto& x : loaded.errors) {
    err << "vigie: " << strip_control(option_of(x.key)) << ": " << strip_control(x.what) << '\n';
    if (!x.remedy.empty())
      err << "    " << strip_control(x.remedy) << '\n';
  }
}

bool may_ask(const page_request& page, const std::map<std::string, std::string>& environment, std::ostream& err) {
  auto from_environment = environment.find("VIGIE_FETCH_CONTACT");
  bool contact = !page.contact.empty() || (from_environment != environment.end() && !from_environment->second.empty());
  if (!needs_contact(page.url) || (contact && !page.product_token.empty()))
    return true;
  err << "vigie: this site is not on this machine: its owner is told who asks, and where to reach you\n"
         "    Add --product-token NAME --contact ADDRESS: a name of your own, and a page or mail address,\n"
         "    as --product-token acme-watch --contact https://example.org/bot\n";
  return false;
}

std::string in_shell(const std::string& x) {
  auto plain = x.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-=:") == x.npos;
  std::string out;
  for (char c : x)
    out += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return plain && !x.empty() ? x : "'" + out + "'";
}

} // namespace vigie
