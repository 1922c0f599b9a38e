#include "engine/setting_values.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/error.h"
#include "types/time_zone.h"

namespace tidemark {
namespace {

[[noreturn]] void refuse(std::string_view name, std::string_view value) {
  throw Error(sqlstate::kInvalidParameterValue,
              "invalid value for parameter \"" + std::string(name) + "\": \"" + std::string(value) + "\"");
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return result;
}

struct DateSettings {
  DateStyle style = DateStyle::kIso;
  DateOrder order = DateOrder::kMonthDayYear;
};

/// `ISO, DMY`, `german`, `SQL` …: words in any order; a word that is missing leaves what was. False for an unknown
/// word.
bool read_date_style(std::string_view value, DateSettings& settings) {
  for (size_t first = 0; first <= value.size();) {
    const size_t end = std::min(value.find(',', first), value.size());
    std::string word = lower(value.substr(first, end - first));
    word.erase(0, word.find_first_not_of(" \t"));
    word.erase(word.find_last_not_of(" \t") + 1);
    if (word == "iso") {
      settings.style = DateStyle::kIso;
    } else if (word == "sql") {
      settings.style = DateStyle::kSql;
    } else if (word == "postgres") {
      settings.style = DateStyle::kPostgres;
    } else if (word == "german") {
      settings.style = DateStyle::kGerman;
      settings.order = DateOrder::kDayMonthYear;
    } else if (word == "mdy" || word == "us" || word == "noneuro" || word == "noneuropean") {
      settings.order = DateOrder::kMonthDayYear;
    } else if (word == "dmy" || word == "euro" || word == "european") {
      settings.order = DateOrder::kDayMonthYear;
    } else if (word == "ymd") {
      settings.order = DateOrder::kYearMonthDay;
    } else if (word != "default") {
      return false;
    }
    first = end + 1;
  }
  return true;
}

std::string date_style_text(const DateSettings& settings) {
  constexpr std::string_view kStyles[] = {"ISO", "SQL", "Postgres", "German"};
  constexpr std::string_view kOrders[] = {"MDY", "DMY", "YMD"};
  return std::string(kStyles[static_cast<size_t>(settings.style)]) + ", " +
         std::string(kOrders[static_cast<size_t>(settings.order)]);
}

/// Numbers are hours east, as in `SET TIME ZONE -7.5`; everything else is a name.
const TimeZone* find_zone(std::string_view value) {
  char* end = nullptr;
  const std::string text(value);
  const double hours = std::strtod(text.c_str(), &end);
  if (!text.empty() && *end == '\0') {
    return TimeZone::fixed(static_cast<int32_t>(hours * 3600));
  }
  const std::string name = lower(value);
  return name == "local" || name == "default" ? &TimeZone::utc() : TimeZone::find(value);
}

}  // namespace

std::string canonical_setting_value(Setting setting, std::string_view value) {
  switch (setting) {
    case Setting::kTimeZone: {
      const TimeZone* zone = find_zone(value);
      if (zone == nullptr) {
        refuse("TimeZone", value);
      }
      return zone->name();
    }
    case Setting::kDateStyle: {
      DateSettings settings;
      if (!read_date_style(value, settings)) {
        refuse("DateStyle", value);
      }
      return date_style_text(settings);
    }
    default:
      return std::string(value);
  }
}

TypeIoOptions make_type_io_options(const Settings& settings, const TimeZone& zone) {
  TypeIoOptions options;
  options.dates.time_zone = &zone;
  DateSettings dates;
  read_date_style(settings.text(Setting::kDateStyle), dates);
  options.dates.date_style = dates.style;
  options.dates.date_order = dates.order;
  const std::string& interval_style = settings.text(Setting::kIntervalStyle);
  options.dates.interval_style = interval_style == "postgres_verbose" ? IntervalStyle::kPostgresVerbose
                                 : interval_style == "sql_standard"   ? IntervalStyle::kSqlStandard
                                 : interval_style == "iso_8601"       ? IntervalStyle::kIso8601
                                                                      : IntervalStyle::kPostgres;
  options.dates.timestamp_digits = static_cast<int>(settings.integer(Setting::kTimestampDigits));
  options.extra_float_digits = static_cast<int>(settings.integer(Setting::kExtraFloatDigits));
  options.bytea_output = settings.text(Setting::kByteaOutput) == "escape" ? ByteaOutput::kEscape : ByteaOutput::kHex;
  return options;
}

std::string canonical_setting_name(std::string_view name) {
  const SettingDefinition* definition = find_setting(name);
  return definition == nullptr ? std::string(name) : std::string(definition->name);
}

}  // namespace tidemark
