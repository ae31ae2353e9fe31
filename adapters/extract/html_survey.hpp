// The lists of an HTML page. Internal to adapters/extract.
#pragma once

#include <string_view>

#include "adapters/extract/page_survey.hpp"

namespace vigie {

/// Elements of one class, or of one name within others of one, that have links and stand there at least three times.
/// Valid UTF-8. bad_page as of the extractor for HTML.
result<page_survey> survey_html(std::string_view page, const page_origin& from);

} // namespace vigie
