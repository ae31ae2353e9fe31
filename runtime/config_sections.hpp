// The sections of the configuration, one function each: read, check within the section, report unknown keys.
#pragma once

#include "runtime/config_reader.hpp"

namespace vigie {

void read_node(config_reader& root, node_config& out);
void read_api(config_reader& root, node_config& out);
void read_link(config_reader& root, node_config& out);
void read_store(config_reader& root, node_config& out);
void read_workers(config_reader& root, node_config& out);
void read_log(config_reader& root, node_config& out);
void read_limits(config_reader& root, node_config& out);
void read_cycle(config_reader& root, node_config& out);
void read_balancing(config_reader& root, node_config& out);
void read_health(config_reader& root, node_config& out);
void read_bans(config_reader& root, node_config& out);
void read_fetch(config_reader& root, node_config& out);
void read_sources(config_reader& root, node_config& out, std::vector<std::string>& checks);
/// Of one source that is read otherwise: what it does that needs an agreement, and the agreement.
void read_exception(config_reader& source, const source_spec& x, const std::string& owner_consent, node_config& out,
                    std::vector<std::string>& checks);
/// Of one source: its paging, extract and sanity tables.
void read_pages(config_reader& source, source_spec& out);
void read_channels(config_reader& root, node_config& out);
void read_commands(config_reader& root, node_config& out);

/// What only several sections together can say.
void check_sections(config_reader& root, const node_config& config, std::vector<std::string>& checks);

/// Lower-case letters, digits, '-', '_' and '.', at most 63: names that are fit for logs, metrics and files.
bool is_plain_name(std::string_view x);
/// Reports a table's name or a value that is none.
bool check_plain_name(config_reader& where, const std::string& key, const std::string& name);

} // namespace vigie
