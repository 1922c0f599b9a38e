// Text and binary forms of arrays: see types/array.h.

#include <charconv>

#include "base/ascii.h"
#include "base/error.h"
#include "types/array.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

/// Reads the text of an array into texts of elements. All of it is looked at before any element is, as PostgreSQL
/// does, so that its shape is blamed first.
class ArrayTextParser {
 public:
  struct Element {
    std::string text;
    bool is_null = false;
  };

  explicit ArrayTextParser(std::string_view text) : text_(text), rest_(text) {}

  void parse() {
    parse_bounds();
    if (!rest_.starts_with('{')) {
      fail(given_.empty() ? "Array value must start with \"{\" or dimension information."
                          : "Array contents must start with \"{\".");
    }
    parse_contents();
    skip_spaces();
    if (!rest_.empty()) {
      fail("Junk after closing right brace.");
    }
    if (elements_.empty()) {
      dimensions_.clear();
    }
    if (!given_.empty()) {
      bool fits = given_.size() == dimensions_.size();
      for (size_t i = 0; fits && i < given_.size(); ++i) {
        fits = given_[i].length == dimensions_[i].length;
      }
      if (!fits) {
        fail("Specified array dimensions do not match array contents.");
      }
      dimensions_ = given_;
    }
  }
  [[nodiscard]] const std::vector<Element>& elements() const { return elements_; }
  [[nodiscard]] std::span<const ArrayDimension> dimensions() const { return dimensions_; }

 private:
  /// What came last, which says what may come next.
  enum class After : uint8_t { kOpen, kClose, kElement, kCommaAfterElement, kCommaAfterClose };

  [[noreturn]] void fail(std::string detail) const {
    throw Error(sqlstate::kInvalidTextRepresentation, "malformed array literal: \"" + std::string(text_) + "\"")
        .with_detail(std::move(detail));
  }
  [[noreturn]] void fail_at(char c) const { fail(std::string("Unexpected \"") + c + "\" character."); }

  void skip_spaces() {
    while (!rest_.empty() && is_ascii_space(rest_.front())) {
      rest_.remove_prefix(1);
    }
  }

  bool take_bound(int32_t& bound) {
    const size_t plus = rest_.starts_with('+') ? 1 : 0;
    const auto [end, error] = std::from_chars(rest_.data() + plus, rest_.data() + rest_.size(), bound);
    if (error == std::errc::result_out_of_range) {
      throw Error(sqlstate::kNumericValueOutOfRange, "array bound is out of integer range");
    }
    if (error != std::errc()) {
      return false;
    }
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return true;
  }

  /// `[2:4][0:1]=` or `[3]=`
  void parse_bounds() {
    for (skip_spaces(); rest_.starts_with('['); skip_spaces()) {
      rest_.remove_prefix(1);
      if (given_.size() == kArrayDimensionsMax) {
        throw_too_deep(given_.size() + 1);
      }
      int32_t lower = 1;
      int32_t upper = 0;
      if (!take_bound(upper)) {
        fail("\"[\" must introduce explicitly-specified array dimensions.");
      }
      if (rest_.starts_with(':')) {
        rest_.remove_prefix(1);
        lower = upper;
        if (!take_bound(upper)) {
          fail("Missing array dimension value.");
        }
      }
      if (!rest_.starts_with(']')) {
        fail("Missing \"]\" after array dimensions.");
      }
      rest_.remove_prefix(1);
      if (upper < lower) {
        throw Error("2202E", "upper bound cannot be less than lower bound");
      }
      const int64_t length = int64_t{upper} - lower + 1;
      given_.push_back({static_cast<int32_t>(std::min<int64_t>(length, INT32_MAX)), lower});
    }
    if (!given_.empty()) {
      if (!rest_.starts_with('=')) {
        fail("Missing \"=\" after array dimensions.");
      }
      rest_.remove_prefix(1);
      skip_spaces();
    }
  }

  [[noreturn]] static void throw_too_deep(size_t depth) {
    throw Error(sqlstate::kProgramLimitExceeded, "number of array dimensions (" + std::to_string(depth) +
                                                     ") exceeds the maximum allowed (" +
                                                     std::to_string(kArrayDimensionsMax) + ")");
  }

  void parse_contents() {
    After after = After::kOpen;
    open();
    while (depth_ > 0) {
      skip_spaces();
      if (rest_.empty()) {
        fail("Unexpected end of input.");
      }
      const char c = rest_.front();
      if (c == '{') {
        if (after != After::kOpen && after != After::kCommaAfterClose) {
          fail_at(c);
        }
        open();
        after = After::kOpen;
      } else if (c == '}') {
        if (after != After::kElement && after != After::kClose && !(after == After::kOpen && depth_ == 1)) {
          fail_at(c);
        }
        close();
        after = After::kClose;
      } else if (c == ',') {
        if (after != After::kElement && after != After::kClose) {
          fail_at(c);
        }
        rest_.remove_prefix(1);
        after = after == After::kElement ? After::kCommaAfterElement : After::kCommaAfterClose;
      } else {
        if (after != After::kOpen && after != After::kCommaAfterElement) {
          fail("Unexpected array element.");
        }
        take_element();
        after = After::kElement;
      }
    }
  }

  void open() {
    rest_.remove_prefix(1);
    if (++depth_ > kArrayDimensionsMax) {
      throw_too_deep(depth_);
    }
    counts_[depth_ - 1] = 0;
  }

  void close() {
    rest_.remove_prefix(1);
    --depth_;
    if (depth_ < dimensions_.size()) {  // Not the first of its depth: as long as the others, or a parent is new.
      if (closed_[depth_] && dimensions_[depth_].length != counts_[depth_]) {
        fail("Multidimensional arrays must have sub-arrays with matching dimensions.");
      }
      dimensions_[depth_].length = counts_[depth_];
      closed_[depth_] = true;
    }
    if (depth_ > 0) {
      ++counts_[depth_ - 1];
    }
  }

  void take_element() {
    if (elements_.empty()) {
      dimensions_.resize(depth_);
    } else if (dimensions_.size() != depth_) {
      fail("Multidimensional arrays must have sub-arrays with matching dimensions.");
    }
    ++counts_[depth_ - 1];
    if (elements_.size() == kArrayElementsMax) {
      throw Error(sqlstate::kProgramLimitExceeded,
                  "array size exceeds the maximum allowed (" + std::to_string(kArrayElementsMax) + ")");
    }
    if (rest_.front() == '"') {
      take_quoted();
    } else {
      take_bare();
    }
  }

  void take_quoted() {
    Element& element = elements_.emplace_back();
    rest_.remove_prefix(1);
    for (;;) {
      const size_t stop = rest_.find_first_of("\"\\");
      if (stop == std::string_view::npos || (rest_[stop] == '\\' && stop + 1 == rest_.size())) {
        fail("Unexpected end of input.");
      }
      element.text.append(rest_, 0, stop);
      if (rest_[stop] == '"') {
        rest_.remove_prefix(stop + 1);
        return;
      }
      element.text += rest_[stop + 1];
      rest_.remove_prefix(stop + 2);
    }
  }

  void take_bare() {
    Element& element = elements_.emplace_back();
    size_t kept = 0;  // bytes up to the last that is no blank
    bool has_escape = false;
    while (!rest_.empty() && rest_.front() != ',' && rest_.front() != '}') {
      if (rest_.front() == '{') {
        fail_at('{');
      }
      if (rest_.front() == '"') {
        fail("Unexpected array element.");
      }
      if (rest_.front() == '\\') {
        rest_.remove_prefix(1);
        if (rest_.empty()) {
          break;
        }
        has_escape = true;
        element.text += rest_.front();
        kept = element.text.size();
      } else {
        element.text += rest_.front();
        kept = is_ascii_space(rest_.front()) ? kept : element.text.size();
      }
      rest_.remove_prefix(1);
    }
    element.text.resize(kept);
    element.is_null = !has_escape && equal_ignoring_ascii_case(element.text, "null");
  }

  const std::string_view text_;
  std::string_view rest_;
  std::vector<ArrayDimension> given_;
  std::vector<ArrayDimension> dimensions_;
  std::vector<Element> elements_;
  size_t depth_ = 0;
  int32_t counts_[kArrayDimensionsMax] = {};
  bool closed_[kArrayDimensionsMax] = {};
};

/// Numbers with blanks between, for int2vector and oidvector.
std::string parse_number_list(LogicalType element_type, std::string_view text, const TypeIoOptions& options) {
  ArrayBuilder builder(element_type);
  while (!(text = trim_ascii_spaces(text)).empty()) {
    size_t end = 0;
    while (end < text.size() && !is_ascii_space(text[end])) {
      ++end;
    }
    builder.add(parse_value(element_type, text.substr(0, end), options));
    text.remove_prefix(end);
  }
  return builder.finish(0);
}

bool needs_quotes(std::string_view element) {
  if (element.empty() || equal_ignoring_ascii_case(element, "null")) {
    return true;
  }
  for (const char c : element) {
    if (c == '"' || c == '\\' || c == '{' || c == '}' || c == ',' || is_ascii_space(c)) {
      return true;
    }
  }
  return false;
}

void append_element(std::string& target, std::string_view element) {
  if (!needs_quotes(element)) {
    target += element;
    return;
  }
  target += '"';
  for (const char c : element) {
    if (c == '"' || c == '\\') {
      target += '\\';
    }
    target += c;
  }
  target += '"';
}

/// Writes the elements of one dimension and of those inside it; `next` is the next element.
void append_dimension(std::string& target, const ArrayView& array, const Vector& elements, size_t dimension,
                      size_t& next, const TypeIoOptions& options) {
  target += '{';
  std::string text;
  for (int32_t i = 0; i < array.dimensions()[dimension].length; ++i) {
    if (i > 0) {
      target += ',';
    }
    if (dimension + 1 < array.dimensions().size()) {
      append_dimension(target, array, elements, dimension + 1, next, options);
    } else if (array.is_null(next)) {
      target += "NULL";
      ++next;
    } else {
      text.clear();
      append_text(text, elements, next++, options);
      append_element(target, text);
    }
  }
  target += '}';
}

template <class T>
void put_big_endian(std::string& target, T value) {
  for (size_t shift = sizeof(T) * 8; shift > 0; shift -= 8) {
    target += static_cast<char>(static_cast<std::make_unsigned_t<T>>(value) >> (shift - 8));
  }
}

[[noreturn]] void throw_invalid_binary(const std::string& message) {
  throw Error(sqlstate::kInvalidBinaryRepresentation, message);
}

int32_t take_int32(std::string_view& bytes) {
  if (bytes.size() < sizeof(int32_t)) {
    throw Error(sqlstate::kProtocolViolation, "insufficient data left in message");
  }
  uint32_t value = 0;
  for (size_t i = 0; i < sizeof(value); ++i) {
    value = value << 8 | static_cast<uint8_t>(bytes[i]);
  }
  bytes.remove_prefix(sizeof(value));
  return static_cast<int32_t>(value);
}

}  // namespace

std::string parse_array(LogicalType array_type, std::string_view text, const TypeIoOptions& options) {
  const LogicalType element_type = array_element_type(array_type);
  if (!array_type.is_array()) {
    return parse_number_list(element_type, text, options);
  }
  ArrayTextParser parser(text);
  parser.parse();
  ArrayBuilder builder(element_type);
  for (const ArrayTextParser::Element& element : parser.elements()) {
    if (element.is_null) {
      builder.add_null();
    } else {
      builder.add(parse_value(element_type, element.text, options));
    }
  }
  return builder.finish(parser.dimensions());
}

void append_array_text(std::string& target, LogicalType array_type, std::string_view packed,
                       const TypeIoOptions& options) {
  const ArrayView array(packed, array_element_type(array_type));
  const Vector elements = array.elements();
  if (!array_type.is_array()) {
    for (size_t i = 0; i < array.size(); ++i) {
      target.append(i > 0 ? 1 : 0, ' ');
      append_text(target, elements, i, options);
    }
    return;
  }
  if (array.size() == 0) {
    target += "{}";
    return;
  }
  bool has_bounds = false;
  for (const ArrayDimension& dimension : array.dimensions()) {
    has_bounds = has_bounds || dimension.lower_bound != 1;
  }
  if (has_bounds) {
    for (const ArrayDimension& dimension : array.dimensions()) {
      target += "[" + std::to_string(dimension.lower_bound) + ":" +
                std::to_string(int64_t{dimension.lower_bound} + dimension.length - 1) + "]";
    }
    target += '=';
  }
  size_t next = 0;
  append_dimension(target, array, elements, 0, next, options);
}

void append_array_binary(std::string& target, LogicalType array_type, std::string_view packed) {
  const ArrayView array(packed, array_element_type(array_type));
  // int2vector and oidvector always have their dimension.
  const bool is_list = !array_type.is_array();
  put_big_endian(target, static_cast<int32_t>(is_list ? 1 : array.dimensions().size()));
  put_big_endian(target, array.has_nulls() ? int32_t{1} : int32_t{0});
  put_big_endian(target, array.element_type().oid());
  if (is_list && array.dimensions().empty()) {
    put_big_endian(target, int32_t{0});
    put_big_endian(target, int32_t{0});
  }
  for (const ArrayDimension& dimension : array.dimensions()) {
    put_big_endian(target, dimension.length);
    put_big_endian(target, dimension.lower_bound);
  }
  const Vector elements = array.elements();
  std::string element;
  for (size_t i = 0; i < array.size(); ++i) {
    if (array.is_null(i)) {
      put_big_endian(target, int32_t{-1});
      continue;
    }
    element.clear();
    append_binary(element, elements, i);
    put_big_endian(target, static_cast<int32_t>(element.size()));
    target += element;
  }
}

std::string read_array_binary(LogicalType array_type, std::string_view bytes) {
  const LogicalType element_type = array_element_type(array_type);
  const int32_t dimension_count = take_int32(bytes);
  if (dimension_count < 0) {
    throw_invalid_binary("invalid number of dimensions: " + std::to_string(dimension_count));
  }
  if (dimension_count > kArrayDimensionsMax) {
    throw Error(sqlstate::kProgramLimitExceeded, "number of array dimensions (" + std::to_string(dimension_count) +
                                                     ") exceeds the maximum allowed (" +
                                                     std::to_string(kArrayDimensionsMax) + ")");
  }
  const int32_t flags = take_int32(bytes);
  if (flags != 0 && flags != 1) {
    throw_invalid_binary("invalid array flags");
  }
  const auto oid = static_cast<uint32_t>(take_int32(bytes));
  if (oid != element_type.oid()) {
    throw Error(sqlstate::kDatatypeMismatch, "binary data has array element type " + std::to_string(oid) +
                                                 " instead of expected " + std::to_string(element_type.oid()));
  }
  std::vector<ArrayDimension> dimensions(static_cast<size_t>(dimension_count));
  uint64_t count = dimensions.empty() ? 0 : 1;
  for (ArrayDimension& dimension : dimensions) {
    dimension.length = take_int32(bytes);
    dimension.lower_bound = take_int32(bytes);
    if (dimension.length < 0 || __builtin_mul_overflow(count, static_cast<uint64_t>(dimension.length), &count) ||
        count > kArrayElementsMax) {
      throw Error(sqlstate::kProgramLimitExceeded,
                  "array size exceeds the maximum allowed (" + std::to_string(kArrayElementsMax) + ")");
    }
  }
  ArrayBuilder builder(element_type);
  for (uint64_t i = 0; i < count; ++i) {
    const int32_t length = take_int32(bytes);
    if (length == -1) {
      builder.add_null();
      continue;
    }
    if (length < 0 || static_cast<size_t>(length) > bytes.size()) {
      throw_invalid_binary("insufficient data left in message");
    }
    builder.add(read_binary(element_type, bytes.substr(0, static_cast<size_t>(length))));
    bytes.remove_prefix(static_cast<size_t>(length));
  }
  if (!bytes.empty()) {
    throw_invalid_binary("incorrect binary data format");
  }
  return count == 0 ? builder.finish() : builder.finish(dimensions);
}

}  // namespace tidemark
