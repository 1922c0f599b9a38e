#pragma once

#include <string>

#include "base/error.h"
#include "tidemark/result.h"
#include "types/type_io.h"

namespace tidemark::http {

/// Results of /sql. JSON: `{"columns":[{"name":…,"type":…}],"rows":[[…]],"command":"SELECT 2"}`; numbers and booleans
/// bare, NULL null, all else text.
std::string sql_result_json(Result& result, const TypeIoOptions& options);
/// RFC 4180 with a header line; NULL is an empty field, an empty string is `""`.
std::string sql_result_csv(Result& result, const TypeIoOptions& options);
/// `{"error":{"code":"42P01","message":…,"detail":…,"hint":…,"position":…}}`
std::string sql_error_json(const Error& error);

}  // namespace tidemark::http
