#include "runtime/link/link_rules.hpp"

#include <caf/all.hpp>

#include <typeinfo>

#include "messages/protocols.hpp"
#include "messages/type_ids.hpp"

namespace vigie {

namespace {

using caf::detail::type_list;

template <class T>
std::string name_of(const caf::uniform_type_info_map& types) {
  constexpr auto number = caf::type_nr<T>::value;
  return types.portable_name(number, number == 0 ? &typeid(T) : nullptr);
}

/// "@<>+first+second"
template <class... Ts>
std::string list_of(const caf::uniform_type_info_map& types) {
  std::string out = "@<>";
  ((out += "+" + name_of<Ts>(types)), ...);
  return out;
}

// A message without an envelope is one between the actors of a node.
template <class... In, class... Out>
void add(const caf::uniform_type_info_map& types, type_lists& messages, type_lists& answers,
         caf::typed_mpi<type_list<envelope, In...>, caf::output_tuple<Out...>>*) {
  messages.insert(list_of<envelope, In...>(types));
  if constexpr (!(std::is_void_v<Out> || ...))
    answers.insert(list_of<Out...>(types));
}
void add(const caf::uniform_type_info_map&, type_lists&, type_lists&, void*) {}

template <class... Sigs>
void add_all(const caf::uniform_type_info_map& types, type_lists& messages, type_lists& answers, type_list<Sigs...>) {
  (add(types, messages, answers, static_cast<Sigs*>(nullptr)), ...);
}

} // namespace

std::shared_ptr<const link_contract> make_link_contract(caf::actor_system& system, link_side side) {
  auto out = std::make_shared<link_contract>();
  const auto& types = system.types();
  type_lists to_worker, of_worker, to_main, of_main;
  add_all(types, to_worker, of_worker, worker_gateway_actor::signatures{});
  add_all(types, to_main, of_main, main_endpoint_actor::signatures{});
  out->side = side;
  out->messages = side == link_side::accepted ? std::move(to_worker) : std::move(to_main);
  out->answers = side == link_side::accepted ? std::move(of_main) : std::move(of_worker);
  out->handle = name_of<main_endpoint_actor>(types);
  std::vector<char> bytes;
  caf::binary_serializer sink{system, bytes};
  if (sink(system.node()) || bytes.size() != basp_filter::node_bytes)
    throw std::logic_error("a node's id has another form than the links' filter knows");
  out->self.assign(bytes.begin(), bytes.end());
  return out;
}

} // namespace vigie
