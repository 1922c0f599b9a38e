// Values of settings from and to text, after PostgreSQL's rules (its manual, "Setting Parameters").

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include "base/ascii.h"
#include "base/error.h"
#include "base/setting_definition.h"

namespace tidemark {
namespace {

struct UnitStep {
  std::string_view name;
  double size;  ///< In the smallest unit of its kind: bytes or microseconds.
};

// Largest first: for printing, the first that divides the value.
constexpr std::array<UnitStep, 5> kMemorySteps = {
    {{"TB", 0x1p40}, {"GB", 0x1p30}, {"MB", 0x1p20}, {"kB", 0x1p10}, {"B", 1}}};
constexpr std::array<UnitStep, 6> kTimeSteps = {
    {{"d", 86.4e9}, {"h", 3.6e9}, {"min", 60e6}, {"s", 1e6}, {"ms", 1e3}, {"us", 1}}};

std::span<const UnitStep> steps_of(SettingUnit unit) {
  switch (unit) {
    case SettingUnit::kNone:
      return {};
    case SettingUnit::kBytes:
    case SettingUnit::kKilobytes:
      return kMemorySteps;
    case SettingUnit::kMilliseconds:
    case SettingUnit::kSeconds:
      return kTimeSteps;
  }
  return {};
}

double size_of(std::span<const UnitStep> steps, std::string_view name) {
  const auto step = std::find_if(steps.begin(), steps.end(), [&](const UnitStep& s) { return s.name == name; });
  return step == steps.end() ? 0 : step->size;
}

Error invalid_value(std::string_view name, std::string_view text) {
  std::string message = "invalid value for parameter \"";
  message.append(name).append("\": \"").append(text).append("\"");
  return Error(sqlstate::kInvalidParameterValue, std::move(message));
}

[[noreturn]] void fail_range(const SettingDefinition& definition, std::string_view name, const std::string& value,
                             const std::string& min, const std::string& max) {
  const std::string_view unit = unit_name(definition.form.unit);
  std::string message = value;
  message.append(unit.empty() ? "" : " ").append(unit).append(" is outside the valid range for parameter \"");
  message.append(name).append("\" (").append(min).append(" .. ").append(max).append(")");
  throw Error(sqlstate::kInvalidParameterValue, std::move(message));
}

/// A number at the start of `text`, which moves on behind it. False if there is none.
bool take_number(std::string_view& text, double& value) {
  // Takes hexadecimal numbers as well, as PostgreSQL does. "inf" and "nan" are refused below.
  const std::string copy(text);
  char* end = nullptr;
  value = std::strtod(copy.c_str(), &end);
  const auto length = static_cast<size_t>(end - copy.c_str());
  text.remove_prefix(length);
  return length > 0 && std::isfinite(value);
}

/// Number and unit, in steps of the setting's own unit.
double parse_quantity(const SettingDefinition& definition, std::string_view name, std::string_view text) {
  std::string_view rest = trim_ascii_spaces(text);
  double value = 0;
  if (!take_number(rest, value)) {
    throw invalid_value(name, text);
  }
  rest = trim_ascii_spaces(rest);
  if (rest.empty()) {
    return value;
  }
  const auto steps = steps_of(definition.form.unit);
  const double step = size_of(steps, rest);
  if (step == 0) {
    Error error = invalid_value(name, text);
    if (!steps.empty()) {
      error.with_hint(steps.data() == kMemorySteps.data()
                          ? "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\"."
                          : "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\".");
    }
    throw error;
  }
  return value * step / size_of(steps, unit_name(definition.form.unit));
}

int64_t parse_integer(const SettingDefinition& definition, std::string_view name, std::string_view text) {
  const double value = std::nearbyint(parse_quantity(definition, name, text));
  if (std::abs(value) > std::numeric_limits<int32_t>::max()) {
    throw invalid_value(name, text).with_hint("Value exceeds integer range.");
  }
  const auto integer = static_cast<int64_t>(value);
  const auto& form = definition.form;
  if (integer < form.integer_min || integer > form.integer_max) {
    fail_range(definition, name, std::to_string(integer), std::to_string(form.integer_min),
               std::to_string(form.integer_max));
  }
  return integer;
}

std::string short_number(double value) {
  std::array<char, 32> buffer;
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, 6);  // As C's %g.
  return {buffer.data(), result.ptr};
}

double parse_real(const SettingDefinition& definition, std::string_view name, std::string_view text) {
  const double value = parse_quantity(definition, name, text);
  const auto& form = definition.form;
  if (value < form.real_min || value > form.real_max) {
    fail_range(definition, name, short_number(value), short_number(form.real_min), short_number(form.real_max));
  }
  return value;
}

/// True, false and yes, no by any beginning; on and off by any that tells them apart; 1 and 0.
std::optional<bool> parse_boolean(std::string_view text) {
  const auto begins = [&](std::string_view word, size_t length_min) {
    return text.size() >= length_min && text.size() <= word.size() &&
           equal_ignoring_ascii_case(text, word.substr(0, text.size()));
  };
  if (begins("true", 1) || begins("yes", 1) || begins("on", 2) || text == "1") {
    return true;
  }
  if (begins("false", 1) || begins("no", 1) || begins("off", 2) || text == "0") {
    return false;
  }
  return std::nullopt;
}

/// Words that PostgreSQL takes for a choice without listing them.
struct OtherWord {
  std::string_view word;
  std::string_view choice;
};
constexpr std::array<OtherWord, 7> kOtherWords = {
    {{"true", "on"}, {"yes", "on"}, {"1", "on"}, {"false", "off"}, {"no", "off"}, {"0", "off"}, {"debug", "debug2"}}};

std::string parse_choice(const SettingDefinition& definition, std::string_view name, std::string_view text) {
  const auto choices = definition.form.choices;
  const auto find = [&](std::string_view wanted) {
    return std::find_if(choices.begin(), choices.end(),
                        [&](std::string_view choice) { return equal_ignoring_ascii_case(choice, wanted); });
  };
  if (const auto found = find(text); found != choices.end()) {
    return std::string(*found);
  }
  for (const OtherWord& other : kOtherWords) {
    if (equal_ignoring_ascii_case(other.word, text) && find(other.choice) != choices.end()) {
      return std::string(other.choice);
    }
  }
  std::string hint = "Available values: ";
  for (const std::string_view candidate : choices) {
    hint.append(candidate).append(candidate == choices.back() ? "." : ", ");
  }
  throw invalid_value(name, text).with_hint(std::move(hint));
}

}  // namespace

SettingValue parse_setting(const SettingDefinition& definition, std::string_view name, std::string_view text) {
  switch (definition.form.type) {
    case SettingType::kBool:
      if (const auto value = parse_boolean(text)) {
        return *value;
      }
      throw Error(sqlstate::kInvalidParameterValue, "parameter \"" + std::string(name) + "\" requires a Boolean value");
    case SettingType::kInteger:
      return parse_integer(definition, name, text);
    case SettingType::kReal:
      return parse_real(definition, name, text);
    case SettingType::kEnum:
      return parse_choice(definition, name, text);
    case SettingType::kString:
      break;
  }
  return std::string(text);
}

std::string plain_setting_text(const SettingValue& value) {
  if (const bool* flag = std::get_if<bool>(&value)) {
    return *flag ? "on" : "off";
  }
  if (const int64_t* integer = std::get_if<int64_t>(&value)) {
    return std::to_string(*integer);
  }
  if (const double* real = std::get_if<double>(&value)) {
    return short_number(*real);
  }
  return std::get<std::string>(value);
}

std::string setting_text_with_unit(const SettingDefinition& definition, const SettingValue& value) {
  const int64_t* integer = std::get_if<int64_t>(&value);
  const auto steps = steps_of(definition.form.unit);
  if (integer == nullptr || *integer <= 0 || steps.empty()) {
    return plain_setting_text(value);  // 0 and -1 mean off, and bear no unit.
  }
  const double own = size_of(steps, unit_name(definition.form.unit));
  for (const UnitStep& step : steps) {
    const double count = static_cast<double>(*integer) * own / step.size;
    if (count == std::floor(count)) {
      return std::to_string(static_cast<int64_t>(count)).append(step.name);
    }
  }
  return plain_setting_text(value);
}

SettingValue default_setting(const SettingDefinition& definition) {
  const auto& form = definition.form;
  switch (form.type) {
    case SettingType::kBool:
      return form.default_bool;
    case SettingType::kInteger:
      return form.machine_default != nullptr ? form.machine_default() : form.default_integer;
    case SettingType::kReal:
      return form.default_real;
    default:
      return std::string(form.default_text);
  }
}

const SettingDefinition* find_setting(std::string_view name) {
  const auto definitions = setting_definitions();
  const auto found = std::find_if(definitions.begin(), definitions.end(),
                                  [&](const SettingDefinition& d) { return equal_ignoring_ascii_case(d.name, name); });
  return found == definitions.end() ? nullptr : &*found;
}

std::string_view unit_name(SettingUnit unit) {
  constexpr std::array<std::string_view, 5> kNames = {"", "B", "kB", "ms", "s"};
  return kNames[static_cast<size_t>(unit)];
}

std::string_view type_name(SettingType type) {
  constexpr std::array<std::string_view, 5> kNames = {"bool", "integer", "real", "string", "enum"};
  return kNames[static_cast<size_t>(type)];
}

std::string_view context_name(SettingContext context) {
  constexpr std::array<std::string_view, 5> kNames = {"internal", "postmaster", "sighup", "superuser", "user"};
  return kNames[static_cast<size_t>(context)];
}

}  // namespace tidemark
