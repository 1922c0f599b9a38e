#pragma once

#include <memory>
#include <string>

#include "tidemark/result.h"

namespace tidemark {

class Session;

/// 42501 unless the session may COPY from (to) files on the server's machine: a superuser, where the setting
/// copy_server_files allows it.
void require_copy_file(Session& session, bool from);
/// Feeds a COPY … FROM STDIN with the file's bytes. 58P01, 42809, 58030 in PostgreSQL's words.
std::unique_ptr<Result> copy_from_file(Session& session, Result& copy, const std::string& path);
/// Writes the pieces of a COPY … TO STDOUT to the file, which is made or emptied first. 42602 for a relative path.
std::unique_ptr<Result> copy_to_file(Session& session, Result& copy, const std::string& path);

}  // namespace tidemark
