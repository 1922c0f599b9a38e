#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace tidemark {

/// json is kept as the text that was given; jsonb in the normal form that PostgreSQL prints: one blank after each comma
/// and colon, keys sorted by length and then bytes, of equal keys the last one, numbers as numeric prints them.

/// Told what a JSON text holds, in its order.
class JsonHandler {
 public:
  virtual ~JsonHandler() = default;
  virtual void on_null() = 0;
  virtual void on_boolean(bool value) = 0;
  /// As written: `1.50e3`.
  virtual void on_number(std::string_view text) = 0;
  /// Without quotes and escapes; may be moved from.
  virtual void on_string(std::string& text) = 0;
  virtual void on_array_begin() = 0;
  virtual void on_array_end(size_t count) = 0;
  virtual void on_object_begin() = 0;
  virtual void on_key(std::string& key) = 0;
  virtual void on_object_end(size_t count) = 0;
};

/// Nesting beyond this is refused with 54001.
inline constexpr int kJsonDepthMax = 1000;

/// Reads one JSON value with blanks around. 22P02 `invalid input syntax for type json` with PostgreSQL's detail, if it
/// is none; 22P05 for \u0000, which no text can hold; 22021 if it is no UTF-8. (simdjson would be faster, but it
/// neither keeps numbers as they are written nor says what PostgreSQL says about a mistake.)
void parse_json(std::string_view text, JsonHandler& handler);

/// 22P02 as above if `text` is not JSON. As in PostgreSQL, \u0000 and lone surrogates pass: nothing is decoded.
void require_json(std::string_view text);

/// The normal form of `text`. Errors as parse_json; 22003 for numbers beyond numeric.
std::string normalize_jsonb(std::string_view text);

/// jsonb's order on normal forms: objects above arrays above booleans above numbers above strings above null; more
/// members above fewer; then member by member. 1.0 equals 1.00.
std::weak_ordering compare_jsonb(std::string_view left, std::string_view right);

/// Bytes that compare as compare_jsonb does and that are equal if it says equivalent; no key is a prefix of another.
void append_jsonb_key(std::string& key, std::string_view normalized);
/// Skips such bytes at the front of `key`. XX001 if they are malformed.
void skip_jsonb_key(std::string_view& key);

/// Appends `text` as a JSON string with its quotes.
void append_json_string(std::string& target, std::string_view text);

}  // namespace tidemark
