// `vigie alerts …`: what the command line says, as changes to an alert.
#include "actors/policy/ascii.hpp"
#include "adapters/http_api/alert_json.hpp"
#include "runtime/commands/command_front.hpp"

namespace vigie {

namespace {

using alerts_ptr = std::shared_ptr<alerts_options>;

enum class takes : uint8_t { nothing, alerts };

void alerts_command(front& f, CLI::App* command, const alerts_ptr& options, alerts_action action, takes what,
                    shows print = shows::words) {
  if (what == takes::alerts)
    command->add_option("alert", options->which, "Its number, or its name; several are taken together")->required();
  options->action = action;
  f.asks_node(command, options, run_alerts, print);
}

/// The options of `add` and `set`. Each that is given becomes a change; what is not given stays.
class alert_options {
public:
  alert_options(front& f, CLI::App* command, alerts_ptr into) : f_(f), command_(command), into_(std::move(into)) {}

  CLI::Option* text(const char* name, const char* what, void (*set)(alert&, std::string)) {
    return command_->add_option_function<std::string>(
        name, [to = into_, set](const std::string& v) { to->changes.push_back([=](alert& x) { set(x, v); }); }, what);
  }

  /// A word that is empty counts for nothing, so that `--none ""` empties the list.
  void words(const char* name, const char* what, void (*set)(alert&, std::vector<std::string>)) {
    auto* option = command_->add_option_function<std::vector<std::string>>(
        name,
        [to = into_, set](std::vector<std::string> all) {
          std::erase_if(all, [](const auto& v) { return trimmed(v, is_blank).empty(); });
          to->changes.push_back([=](alert& x) { set(x, all); });
        },
        what);
    may_be_empty(option);
  }

  void may_be_empty(const CLI::Option* option) { f_.may_be_empty.insert(option); }

  void price(const char* name, const char* what, optional<cents> match_conditions::*into) {
    auto check = [](const std::string& v) {
      if (v == "none")
        return std::string{};
      auto parsed = read_exact_cents(v);
      return !parsed ? parsed.error().detail : *parsed < 0 ? "no price is below 0" : std::string{};
    };
    command_
        ->add_option_function<std::string>(
            name,
            [to = into_, into](const std::string& v) {
              optional<cents> price;
              if (auto parsed = read_exact_cents(v))
                price = *parsed;
              to->changes.push_back([=](alert& x) { x.when.*into = price; });
            },
            what)
        ->check(CLI::Validator{check, "PRICE"});
  }

  void flag(const char* names, const char* what, void (*set)(alert&, bool)) {
    command_->add_flag_function(
        names, [to = into_, set](int64_t count) { to->changes.push_back([=](alert& x) { set(x, count > 0); }); }, what);
  }

private:
  front& f_;
  CLI::App* command_;
  alerts_ptr into_;
};

void add_conditions(alert_options x) {
  x.may_be_empty(
      x.text("--query", "What the source is asked for", [](alert& a, std::string v) { a.query = std::move(v); }));
  x.words("--all", "Keywords that must all stand in the title; \"~kw\" = anywhere in it",
          [](alert& a, std::vector<std::string> v) { a.when.all = std::move(v); });
  x.words("--any", "Keywords of which one must",
          [](alert& a, std::vector<std::string> v) { a.when.any = std::move(v); });
  x.words("--none", "Keywords of which none may",
          [](alert& a, std::vector<std::string> v) { a.when.none = std::move(v); });
  x.price("--price-min", "Lowest price, inclusive; none = no bound", &match_conditions::price_min);
  x.price("--price-max", "Highest price, inclusive; none = no bound", &match_conditions::price_max);
  x.may_be_empty(x.text("--currency", "ISO 4217, as EUR: others then never match; none = any",
                        [](alert& a, std::string v) { a.when.currency = v == "none" ? std::string{} : std::move(v); }));
  x.words("--condition", "Conditions, one of which must hold",
          [](alert& a, std::vector<std::string> v) { a.when.conditions = std::move(v); });
  x.words("--brand", "Brands, one of which must hold",
          [](alert& a, std::vector<std::string> v) { a.when.brands = std::move(v); });
  x.words("--size", "Sizes, one of which must hold",
          [](alert& a, std::vector<std::string> v) { a.when.sizes = std::move(v); });
  x.flag("--fold-accents,!--no-fold-accents", "\"etui\" also finds \"étui\"",
         [](alert& a, bool on) { a.when.fold_accents = on; });
  x.flag("--baseline,!--no-baseline", "Learn what is there at first and tell none of it; --no-baseline: tell it, too",
         [](alert& a, bool on) { a.baseline = on; });
  x.words("--channel", "Channels that get its matches", [](alert& a, std::vector<std::string> v) {
    a.channels.clear();
    for (auto& name : v)
      a.channels.push_back(channel_id{std::move(name)});
  });
}

void declare_add(front& f, CLI::App* parent) {
  auto options = std::make_shared<alerts_options>();
  auto* add = f.command(parent, "add", "Add an alert",
                        "  vigie alerts add --name \"iPhone 13\" --source market --query \"iPhone 13\" \\\n"
                        "      --price-max 300 --currency EUR --none fissuré --channel log\n");
  alert_options x{f, add, options};
  x.text("--name", "Its name; no two alerts share one", [](alert& a, std::string v) {
     a.name = std::move(v);
   })->required();
  x.text("--source", "A source of main's configuration", [](alert& a, std::string v) {
     a.source = source_id{std::move(v)};
   })->required();
  add_conditions(x);
  alerts_command(f, add, options, alerts_action::add, takes::nothing);
}

void declare_set(front& f, CLI::App* parent) {
  auto options = std::make_shared<alerts_options>();
  auto* set = f.command(parent, "set", "Change alerts; what is not named stays as it is",
                        "  vigie alerts set \"iPhone 13\" --price-max 250\n"
                        "  vigie alerts set 7 9 --channel shop log   # a list replaces the old one\n"
                        "  vigie alerts set 7 --none \"\" --price-max none   # an empty list, no bound\n");
  alert_options x{f, set, options};
  x.text("--name", "A new name", [](alert& a, std::string v) { a.name = std::move(v); });
  x.text("--source", "Another source of main's configuration",
         [](alert& a, std::string v) { a.source = source_id{std::move(v)}; });
  add_conditions(x);
  alerts_command(f, set, options, alerts_action::set, takes::alerts);
}

void declare_files(front& f, CLI::App* parent) {
  auto in = std::make_shared<alerts_options>();
  auto* import = f.command(parent, "import",
                           "Add the alerts of a file, all or none (above the node's max_body: portion by portion)",
                           "  vigie alerts import alerts.json\n  cat alerts.ndjson | vigie alerts import -\n");
  import->add_option("file", in->file, "A JSON array or one alert a line; - = standard input")->required();
  alerts_command(f, import, in, alerts_action::import, takes::nothing);
  auto out = std::make_shared<alerts_options>();
  out->file = "-";
  auto* write = f.command(parent, "export", "Write all alerts, one a line, as `import` takes them",
                          "  vigie alerts export alerts.ndjson\n  vigie alerts export | jq .name\n");
  write->add_option("file", out->file, "A new file; - = standard output")->capture_default_str();
  alerts_command(f, write, out, alerts_action::write, takes::nothing);
  write->preparse_callback([&f](size_t) { f.wraps = false; });
}

} // namespace

void declare_alerts(front& f) {
  auto* alerts = f.command(&f.app, "alerts", "List, add, import, export and change alerts",
                           "  vigie alerts list\n"
                           "  vigie alerts import configs/quickstart/alerts.json\n"
                           "  vigie alerts pause 7 \"Merino pullovers\"\n");
  alerts->require_subcommand(1);
  auto list = std::make_shared<alerts_options>();
  alerts_command(f, f.command(alerts, "list", "List all alerts", "  vigie alerts list\n  vigie alerts list --json\n"),
                 list, alerts_action::list, takes::nothing, shows::state);
  struct row {
    const char* name;
    const char* what;
    alerts_action action;
    shows print = shows::words;
  };
  for (const auto& x : {row{"show", "Show alerts, and why one is paused", alerts_action::show, shows::tables},
                        row{"pause", "Leave alerts out of the cycles", alerts_action::pause},
                        row{"resume", "Take them in again", alerts_action::resume},
                        row{"remove", "Remove alerts", alerts_action::remove}}) {
    auto command = std::string{"  vigie alerts "} + x.name;
    alerts_command(f, f.command(alerts, x.name, x.what, command + " 7\n" + command + " \"iPhone 13\" 9\n"),
                   std::make_shared<alerts_options>(), x.action, takes::alerts, x.print);
  }
  declare_add(f, alerts);
  declare_set(f, alerts);
  declare_files(f, alerts);
}

} // namespace vigie
