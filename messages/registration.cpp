#include "messages/registration.hpp"

#include "messages/failure.hpp"
#include "messages/type_ids.hpp"

namespace vigie {

void register_messages(caf::actor_system_config& config) {
  config.add_message_types<caf::id_block::vigie>();
  config.add_error_category(caf::atom("vigie"), [](uint8_t code, caf::atom_value, const caf::message& context) {
    error e{static_cast<errc>(code), {}, {}};
    if (context.match_elements<std::string, std::string>()) {
      e.detail = context.get_as<std::string>(0);
      e.place = context.get_as<std::string>(1);
    }
    return to_string(e);
  });
}

} // namespace vigie
