#include "parser/copy_format.h"

#include <algorithm>

namespace tidemark {

void CopyLineParser::feed(std::string_view data, const CopyRowSink& sink) {
  if (ended_) return;
  buffer_.append(data);
  take_records(sink, false);
}

void CopyLineParser::finish(const CopyRowSink& sink) {
  if (!ended_) take_records(sink, true);
}

void CopyLineParser::take_records(const CopyRowSink& sink, bool at_end) {
  std::string_view rest = buffer_;
  while (!ended_ && !rest.empty()) {
    const size_t end = find_end(rest, searched_, at_end);
    if (end == std::string_view::npos) {
      searched_ = rest.size();
      break;
    }
    searched_ = 0;
    std::string_view record = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto lines = 1 + static_cast<uint64_t>(std::ranges::count(record, '\n'));
    if (record.ends_with('\r')) record.remove_suffix(1);
    if (record == "\\.") {
      ended_ = true;
      break;
    }
    fields_.clear();
    split(record, fields_);
    sink(fields_, line_, record);
    line_ += lines;
  }
  buffer_.erase(0, buffer_.size() - rest.size());
  if (at_end || ended_) buffer_.clear();
}

}  // namespace tidemark
