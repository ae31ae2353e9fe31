// What the addresses on a page are relative to, and what they mean there. Pure.
#pragma once

#include "actors/policy/web_address.hpp"

namespace vigie {

/// The address of a page, or of what an element on it says; what is written there is relative to it.
class address_base {
public:
  /// Nothing is known.
  address_base() = default;
  /// Of the page at that address; nothing is known if it is none.
  explicit address_base(std::string_view url);

  /// Of what stands where a <base> or an xml:base says `reference`; this one if that is no http(s) address.
  address_base within(std::string_view reference) const;

  /// The address that is meant, or the reference as it is: where it is no http(s) address, or relative to what is not
  /// known. An address that is whole and plain already is only looked through.
  std::string absolute(std::string_view reference) const;

private:
  explicit address_base(web_address url);

  optional<web_address> url_;
  std::string root_;   ///< "https://shop.example"
  std::string folder_; ///< "https://shop.example/a/"
};

} // namespace vigie
