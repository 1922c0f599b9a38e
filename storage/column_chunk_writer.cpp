#include "storage/column_chunk_writer.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/hash.h"
#include "storage/column_page.h"
#include "storage/encodings/text_encoding.h"

namespace tidemark {

namespace {

struct TextHash {
  using is_avalanching = void;
  size_t operator()(std::string_view text) const { return hash64(text); }
};
using TextCodes = boost::unordered_flat_map<std::string_view, int64_t, TextHash>;

/// Above it a dictionary does not fit the caches of whoever reads it, and codes are no smaller than texts.
constexpr size_t kDictionaryEntriesMax = 32'768;
constexpr size_t kDictionaryBytesMax = 4 << 20;

void copy_bits(const Validity& from, size_t first, size_t count, Validity& to, size_t target) {
  if (from.all_valid()) {
    return;
  }
  to.make_writable(kVectorSize);
  for (size_t i = 0; i < count; ++i) {
    if (!from.is_valid(first + i)) {
      to.set_null(target + i);
    }
  }
}

}  // namespace

void ColumnChunkWriter::append(const Vector& values, const Validity& set, size_t first, size_t count) {
  TIDEMARK_FATAL_CHECK(page_rows_ + count <= kVectorSize && values.type().physical() == type_.physical());
  if (page_rows_ == 0) {
    page_ = Vector::flat(type_, kVectorSize);
    page_set_ = {};
  }
  const Vector flat = values.slice(first, count).flatten();
  const size_t width = physical_width(type_.physical());
  std::memcpy(page_.mutable_data<char>() + page_rows_ * width, flat.data<char>(), count * width);
  copy_bits(flat.validity(), 0, count, page_.validity(), page_rows_);
  copy_bits(set, first, count, page_set_, page_rows_);
  if (waits_for_dictionary()) {
    page_.share_memory_of(flat);
    for (const std::string_view text : flat.values<std::string_view>()) {
      buffered_bytes_ += text.size();
    }
    buffered_bytes_ += count * sizeof(std::string_view);
  }
  page_rows_ += count;
}

void ColumnChunkWriter::finish_page(bool one_series) {
  TIDEMARK_FATAL_CHECK(page_rows_ > 0);
  Vector values = page_rows_ == kVectorSize ? std::move(page_) : page_.slice(0, page_rows_);
  const ZoneMap zone = summarize(values, one_series);
  any_value_ |= zone.nulls < zone.rows;
  all_set_ &= page_set_.count_valid(page_rows_) == page_rows_;
  zones_.push_back(zone);
  if (waits_for_dictionary()) {
    text_pages_.push_back({std::move(values), page_set_});
  } else {
    ByteWriter out;
    encode_page(values, &page_set_, goal_, out);
    buffered_bytes_ += out.size();
    encoded_.push_back(out.take());
  }
  page_rows_ = 0;
}

/// False if texts are better off without.
bool ColumnChunkWriter::find_dictionary(std::vector<std::string_view>& entries) const {
  TextCodes codes;
  size_t rows = 0;
  size_t bytes = 0;
  size_t entry_bytes = 0;
  for (const TextPage& page : text_pages_) {
    for (size_t row = 0; row < page.values.size(); ++row) {
      if (!page.values.validity().is_valid(row)) {
        continue;
      }
      const std::string_view text = page.values.data<std::string_view>()[row];
      ++rows;
      bytes += text.size();
      if (codes.emplace(text, 0).second) {
        entry_bytes += text.size();
        if (codes.size() > kDictionaryEntriesMax || entry_bytes > kDictionaryBytesMax) {
          return false;
        }
      }
    }
  }
  // An entry costs its bytes, a length, and a code of two bytes a row.
  if (entry_bytes + codes.size() * 2 + rows * 2 > bytes + rows && codes.size() * 4 > rows) {
    return false;
  }
  entries.reserve(codes.size());
  for (const auto& [text, code] : codes) {
    entries.push_back(text);
  }
  std::ranges::sort(entries);
  return true;
}

void ColumnChunkWriter::encode_texts_plain() {
  for (const TextPage& page : text_pages_) {
    ByteWriter out;
    encode_page(page.values, &page.set, goal_, out);
    encoded_.push_back(out.take());
  }
}

void ColumnChunkWriter::encode_texts_as_codes(const std::vector<std::string_view>& entries, bool with_null,
                                              ColumnChunk& chunk) {
  chunk.form = ColumnChunk::Form::kDictionary;
  chunk.dictionary_entries = static_cast<uint32_t>(entries.size());
  chunk.has_null_code = with_null;
  TextCodes codes;
  for (const std::string_view entry : entries) {
    codes.emplace(entry, static_cast<int64_t>(codes.size()));
  }
  std::vector<int64_t> page_codes;
  for (size_t page = 0; page < text_pages_.size(); ++page) {
    const Vector& values = text_pages_[page].values;
    page_codes.resize(values.size());
    for (size_t row = 0; row < values.size(); ++row) {
      page_codes[row] = values.validity().is_valid(row) ? codes.find(values.data<std::string_view>()[row])->second
                                                        : static_cast<int64_t>(entries.size());
    }
    if (zones_[page].has_bounds) {
      zones_[page] = summarize_codes(page_codes, entries);
    }
    ByteWriter out;
    encode_code_page(page_codes, &text_pages_[page].set, goal_, out);
    encoded_.push_back(out.take());
  }
}

ColumnChunk ColumnChunkWriter::finish(const BlockSink& write_block) {
  ColumnChunk chunk;
  chunk.all_set = all_set_;
  const bool none_set = std::ranges::all_of(zones_, [](const ZoneMap& zone) { return zone.nulls == zone.rows; }) &&
                        !all_set_ && !any_value_;
  // A column that is set to NULL here and unset there keeps its pages; one that is nowhere set needs none.
  bool unset_everywhere = none_set;
  if (waits_for_dictionary()) {
    for (const TextPage& page : text_pages_) {
      unset_everywhere &= page.set.count_valid(page.values.size()) == 0 && !page.set.all_valid();
    }
  } else if (none_set) {
    for (const std::string& page : encoded_) {
      unset_everywhere &= page.size() == 1 && static_cast<uint8_t>(page[0]) == (1U | (1U << 2U));
    }
  }
  if (any_value_ || (!all_set_ && !unset_everywhere)) {
    chunk.form = ColumnChunk::Form::kPlain;
    std::vector<std::string_view> entries;
    if (waits_for_dictionary()) {
      if (any_value_ && find_dictionary(entries)) {
        const bool with_null = std::ranges::any_of(zones_, [](const ZoneMap& zone) { return zone.nulls > 0; });
        encode_texts_as_codes(entries, with_null, chunk);
        ByteWriter dictionary;
        encode_texts(entries, goal_, dictionary);
        chunk.dictionary = write_block(dictionary.view());
      } else {
        encode_texts_plain();
      }
    }
    std::string block;
    uint32_t first_page = 0;
    for (uint32_t page = 0; page < encoded_.size(); ++page) {
      block += encoded_[page];
      chunk.pages.push_back({.block = 0, .offset = 0, .length = static_cast<uint32_t>(encoded_[page].size())});
      if (block.size() >= kPageBlockBytes || page + 1 == encoded_.size()) {
        TIDEMARK_FATAL_CHECK(block.size() <= UINT32_MAX);
        chunk.blocks.push_back({write_block(block), first_page});
        block.clear();
        first_page = page + 1;
      }
    }
    chunk.zones = std::move(zones_);
  }
  text_pages_.clear();
  encoded_.clear();
  zones_.clear();
  any_value_ = false;
  all_set_ = true;
  buffered_bytes_ = 0;
  return chunk;
}

}  // namespace tidemark
