#include "adapters/extract/xpath_context.hpp"

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "adapters/extract/xpath_functions.hpp"

namespace vigie {

namespace {

const xmlChar* chars(const std::string& x) {
  return reinterpret_cast<const xmlChar*>(x.c_str());
}

void keep_quiet(void*, xmlErrorPtr) {
  // The error stays with its context, where it is read.
}

} // namespace

void free_xpath::operator()(_xmlXPathCompExpr* x) const {
  xmlXPathFreeCompExpr(x);
}

void free_xpath::operator()(_xmlXPathContext* x) const {
  xmlXPathFreeContext(x);
}

void free_xpath::operator()(_xmlXPathObject* x) const {
  xmlXPathFreeObject(x);
}

std::string too_much_work(const _xmlXPathContext& x) {
  return "on this page it takes more work than the limit of " + std::to_string(x.opLimit) + " operations";
}

std::string xpath_problem(const _xmlXPathContext& x) {
  switch (x.lastError.code - XML_XPATH_EXPRESSION_OK) {
  case XPATH_UNDEF_PREFIX_ERROR:
    return "a prefix in it is not among the namespaces";
  case XPATH_UNKNOWN_FUNC_ERROR:
    return "a function in it is unknown";
  case XPATH_INVALID_ARITY:
    return "a function in it has too few or too many arguments";
  case XPATH_UNDEF_VARIABLE_ERROR:
    return "there are no variables";
  case XPATH_INVALID_TYPE:
    return "a part of it is of the wrong type, as a number where elements are meant";
  case XPATH_OP_LIMIT_EXCEEDED:
  case XPATH_RECURSION_LIMIT_EXCEEDED:
    return too_much_work(x);
  case XPATH_MEMORY_ERROR:
    throw std::bad_alloc{};
  default:
    return "this is no XPath";
  }
}

context_ptr new_context(_xmlDoc* doc, const markup_queries& queries) {
  context_ptr out{xmlXPathNewContext(doc)};
  if (!out)
    throw std::bad_alloc{};
  out->error = keep_quiet;
  out->opLimit = queries.limits.xpath_operations;
  xmlXPathContextSetCache(out.get(), 1, -1, 0);
  register_functions(*out);
  for (const auto& [prefix, uri] : queries.namespaces)
    xmlXPathRegisterNs(out.get(), chars(prefix), chars(uri));
  return out;
}

result<xpath_ptr> compile_xpath(_xmlXPathContext& context, const markup_query& query, const std::string& place) {
  xmlResetError(&context.lastError);
  xpath_ptr out{xmlXPathCtxtCompile(&context, chars(query.xpath))};
  if (!out) {
    auto column = "column " + std::to_string(context.lastError.int1 + 1) + ": ";
    return fail(errc::bad_config, column + xpath_problem(context), place);
  }
  // What names mean is only looked up when it is asked.
  object_ptr tried{xmlXPathCompiledEval(out.get(), &context)};
  if (!tried)
    return fail(errc::bad_config, xpath_problem(context), place);
  return out;
}

} // namespace vigie
