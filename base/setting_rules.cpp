#include "base/setting_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/ascii.h"
#include "base/error.h"
#include "base/identifier_list.h"

namespace tidemark {
namespace {

Error invalid_value(const SettingDefinition& definition, std::string_view value) {
  std::string message = "invalid value for parameter \"";
  message.append(definition.name).append("\": \"").append(value).append("\"");
  return Error(sqlstate::kInvalidParameterValue, std::move(message));
}

std::vector<std::string> list_of(const SettingDefinition& definition, std::string_view value) {
  auto names = split_identifier_list(value);
  if (!names) {
    throw invalid_value(definition, value).with_detail("List syntax is invalid.");
  }
  return std::move(*names);
}

struct KeyWord {
  std::string_view word;
  std::string_view meaning;
};
constexpr std::array<KeyWord, 4> kDateForms = {
    {{"iso", "ISO"}, {"sql", "SQL"}, {"postgres", "Postgres"}, {"german", "German"}}};
constexpr std::array<KeyWord, 8> kDateOrders = {{{"ymd", "YMD"},
                                                 {"dmy", "DMY"},
                                                 {"euro", "DMY"},
                                                 {"european", "DMY"},
                                                 {"mdy", "MDY"},
                                                 {"us", "MDY"},
                                                 {"noneuro", "MDY"},
                                                 {"noneuropean", "MDY"}}};

std::string_view meaning_of(std::span<const KeyWord> words, std::string_view word) {
  const auto found = std::find_if(words.begin(), words.end(), [&](const KeyWord& w) { return w.word == word; });
  return found == words.end() ? std::string_view() : found->meaning;
}

/// "ISO, MDY": a form and an order, either of which may be left out.
std::string canonical_date_style(const SettingDefinition& definition, std::string_view value,
                                 std::string_view current) {
  std::string_view form;
  std::string_view order;
  const auto take = [&](std::string_view& part, std::string_view meaning) {
    if (!part.empty() && part != meaning) {
      throw invalid_value(definition, value).with_detail("Conflicting \"datestyle\" specifications.");
    }
    part = meaning;
  };
  for (const std::string& word : list_of(definition, value)) {
    const std::string lower = to_ascii_lower(word);
    if (const auto form_meant = meaning_of(kDateForms, lower); !form_meant.empty()) {
      take(form, form_meant);
    } else if (const auto order_meant = meaning_of(kDateOrders, lower); !order_meant.empty()) {
      take(order, order_meant);
    } else if (lower == "default") {
      form = form.empty() ? "ISO" : form;
      order = order.empty() ? "MDY" : order;
    } else {
      throw invalid_value(definition, value).with_detail("Unrecognized key word: \"" + word + "\".");
    }
  }
  const size_t comma = current.find(", ");
  if (order.empty()) {
    order = form == "German" ? "DMY" : current.substr(comma + 2);
  }
  if (form.empty()) {
    form = current.substr(0, comma);
  }
  return std::string(form).append(", ").append(order);
}

std::string canonical_client_encoding(const SettingDefinition& definition, std::string_view value) {
  std::string letters = to_ascii_lower(value);  // PostgreSQL ignores all signs in names of encodings.
  std::erase_if(letters, [](char c) { return !is_ascii_letter(c) && !is_ascii_digit(c); });
  if (letters != "utf8" && letters != "unicode") {
    throw invalid_value(definition, value).with_hint("Only UTF8 is supported.");
  }
  return "UTF8";
}

bool is_identifier(std::string_view text) {
  const auto is_letter = [](char c) { return is_ascii_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || is_ascii_digit(c) || c == '$'; });
}

}  // namespace

std::string canonical_setting_text(const SettingDefinition& definition, std::string_view value,
                                   std::string_view current) {
  switch (definition.id) {
    case Setting::kDateStyle:
      return canonical_date_style(definition, value, current);
    case Setting::kClientEncoding:
      return canonical_client_encoding(definition, value);
    case Setting::kSearchPath:
    case Setting::kDisabledRules:
      static_cast<void>(list_of(definition, value));
      break;
    default:
      break;
  }
  return std::string(value);
}

void check_custom_setting_name(std::string_view name) {
  const size_t first_dot = name.find('.');
  if (first_dot == std::string_view::npos) {
    throw Error(sqlstate::kUndefinedObject, "unrecognized configuration parameter \"" + std::string(name) + "\"");
  }
  const std::string message = "invalid configuration parameter name \"" + std::string(name) + "\"";
  for (std::string_view rest = name;;) {
    const size_t dot = rest.find('.');
    if (!is_identifier(rest.substr(0, dot))) {
      throw Error(sqlstate::kInvalidName, message)
          .with_detail("Custom parameter names must be two or more simple identifiers separated by dots.");
    }
    if (dot == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(dot + 1);
  }
  const std::string prefix = to_ascii_lower(name.substr(0, first_dot));
  if (prefix == "tidemark" || prefix == "influxql") {
    throw Error(sqlstate::kInvalidName, message).with_detail("\"" + prefix + "\" is a reserved prefix.");
  }
}

}  // namespace tidemark
