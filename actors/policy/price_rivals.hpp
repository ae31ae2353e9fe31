// Which of several amounts in a price's text is the price. Pure.
#pragma once

#include <vector>

#include "actors/policy/price_amounts.hpp"
#include "messages/values/error.hpp"

namespace vigie {

/// The amounts of which the lowest is the price.
///
/// An amount that stands alone may have any word beside it. Where amounts differ, each has to be told from the others
/// by what vigie knows: no word of the text may be one that it does not know.
/// bad_request: none of them is a price, or it is not said which.
result<std::vector<price_amount>> price_among(const std::vector<price_token>& list,
                                              const std::vector<price_amount>& all);

} // namespace vigie
