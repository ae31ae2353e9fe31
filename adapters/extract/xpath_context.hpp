// Where XPath is compiled and asked: its limits, its namespaces, the functions that CSS needs, and what is wrong with
// it.
#pragma once

#include <memory>
#include <string>

#include "adapters/extract/markup_rows.hpp"

// libxml2's own, named here so that its headers are not seen.
struct _xmlDoc;
struct _xmlXPathCompExpr;
struct _xmlXPathContext;
struct _xmlXPathObject;

namespace vigie {

struct free_xpath {
  void operator()(_xmlXPathCompExpr* x) const;
  void operator()(_xmlXPathContext* x) const;
  void operator()(_xmlXPathObject* x) const;
};

using xpath_ptr = std::unique_ptr<_xmlXPathCompExpr, free_xpath>;
using context_ptr = std::unique_ptr<_xmlXPathContext, free_xpath>;
using object_ptr = std::unique_ptr<_xmlXPathObject, free_xpath>; ///< what an expression gave

/// Refers to both.
context_ptr new_context(_xmlDoc* doc, const markup_queries& queries);

/// bad_config at `place` for XPath that is none, or that does not fit its context's document.
result<xpath_ptr> compile_xpath(_xmlXPathContext& context, const markup_query& query, const std::string& place);

/// What is said when its limit of operations is passed.
std::string too_much_work(const _xmlXPathContext& x);

/// Why the last thing that was asked failed.
std::string xpath_problem(const _xmlXPathContext& x);

} // namespace vigie
