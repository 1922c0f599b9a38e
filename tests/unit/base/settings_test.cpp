#include "base/settings.h"

#include <gtest/gtest.h>

#include <set>

#include "base/ascii.h"
#include "base/error.h"

namespace tidemark {
namespace {

constexpr SettingActor kUser = SettingActor::kUser;

/// "SQLSTATE: message", then detail and hint if there are any; empty without an error.
template <typename Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    std::string text = error.sqlstate() + ": " + error.message();
    text += error.detail().empty() ? "" : " / " + error.detail();
    return text + (error.hint().empty() ? "" : " / " + error.hint());
  }
  return "";
}

std::string error_of_set(std::string_view name, std::string_view value, SettingActor actor = kUser) {
  return error_of([&] { Settings().set(name, value, actor); });
}

std::string shown_after(std::string_view name, std::string_view value) {
  Settings settings;
  settings.set(name, value, SettingActor::kSuperuser);
  return settings.show(name);
}

// --- The table

TEST(SettingTable, NamesAreUniqueWithoutRegardToCase) {
  std::set<std::string> names;
  for (const SettingDefinition& definition : setting_definitions()) {
    EXPECT_TRUE(names.insert(to_ascii_lower(definition.name)).second) << definition.name;
    EXPECT_FALSE(definition.description.empty()) << definition.name;
  }
}

TEST(SettingTable, EachDefaultIsAValueThatMayBeSet) {
  for (const SettingDefinition& definition : setting_definitions()) {
    const SettingValue value = default_setting(definition);
    EXPECT_EQ(parse_setting(definition, definition.name, plain_setting_text(value)), value) << definition.name;
    EXPECT_EQ(parse_setting(definition, definition.name, setting_text_with_unit(definition, value)), value)
        << definition.name;
  }
}

TEST(SettingTable, IdsLeadToTheirRows) {
  EXPECT_EQ(setting_definition(Setting::kWorkMem).name, "work_mem");
  EXPECT_EQ(setting_definition(Setting::kLogMinDurationStatement).name, "log_min_duration_statement");
  EXPECT_EQ(find_setting("timezone"), &setting_definition(Setting::kTimeZone));
  EXPECT_EQ(find_setting("none"), nullptr);
}

TEST(SettingTable, PostgresqlClientsGetTheirParameterStatus) {
  std::set<std::string_view> reported;
  for (const SettingDefinition& definition : setting_definitions()) {
    if (definition.reported) {
      reported.insert(definition.name);
    }
  }
  EXPECT_EQ(reported,
            (std::set<std::string_view>{"DateStyle", "IntervalStyle", "TimeZone", "application_name", "client_encoding",
                                        "default_transaction_read_only", "in_hot_standby", "integer_datetimes",
                                        "is_superuser", "server_encoding", "server_version", "session_authorization",
                                        "standard_conforming_strings"}));
}

// --- Values; what is expected was observed on PostgreSQL 15, where it has the setting.

TEST(SettingValues, AreShownWithTheLargestUnitThatDividesThem) {
  EXPECT_EQ(shown_after("work_mem", "1.5GB"), "1536MB");
  EXPECT_EQ(shown_after("work_mem", "0x400kB"), "1MB");
  EXPECT_EQ(shown_after("work_mem", "65"), "65kB");
  EXPECT_EQ(shown_after("work_mem", " 1 MB "), "1MB");
  EXPECT_EQ(shown_after("statement_timeout", "300ms"), "300ms");
  EXPECT_EQ(shown_after("statement_timeout", "1.5s"), "1500ms");
  EXPECT_EQ(shown_after("statement_timeout", "60000"), "1min");
  EXPECT_EQ(shown_after("statement_timeout", "90min"), "90min");
  EXPECT_EQ(shown_after("statement_timeout", "0"), "0");
  EXPECT_EQ(shown_after("temp_file_limit", "-1"), "-1");
  EXPECT_EQ(shown_after("extra_float_digits", "1.4"), "1");
  EXPECT_EQ(shown_after("random_page_cost", "1e3"), "1000");
  EXPECT_EQ(shown_after("cursor_tuple_fraction", "0.25"), "0.25");
}

TEST(SettingValues, BooleansAreReadByTheirBeginnings) {
  for (const std::string_view text : {"on", "ON", "t", "tru", "y", "yes", "1"}) {
    EXPECT_EQ(shown_after("geqo", text), "on") << text;
  }
  for (const std::string_view text : {"off", "of", "f", "FALSE", "n", "no", "0"}) {
    EXPECT_EQ(shown_after("geqo", text), "off") << text;
  }
  for (const std::string_view text : {"", "o", "maybe", "onn", "2"}) {
    EXPECT_EQ(error_of_set("geqo", text), "22023: parameter \"geqo\" requires a Boolean value") << text;
  }
}

TEST(SettingValues, EnumsIgnoreCaseAndKnowPostgresqlsOtherWords) {
  EXPECT_EQ(shown_after("bytea_output", "HEX"), "hex");
  EXPECT_EQ(shown_after("default_transaction_isolation", "READ committed"), "read committed");
  EXPECT_EQ(shown_after("client_min_messages", "debug"), "debug2");
  EXPECT_EQ(shown_after("synchronous_commit", "yes"), "on");
  EXPECT_EQ(shown_after("synchronous_commit", "0"), "off");
  EXPECT_EQ(error_of_set("bytea_output", "foo"),
            "22023: invalid value for parameter \"bytea_output\": \"foo\" / Available values: escape, hex.");
  EXPECT_EQ(error_of_set("synchronous_commit", "maybe"),
            "22023: invalid value for parameter \"synchronous_commit\": \"maybe\" / "
            "Available values: local, remote_write, remote_apply, on, off.");
}

TEST(SettingValues, WrongNumbersAreRefusedInPostgresqlsWords) {
  EXPECT_EQ(error_of_set("work_mem", "abc"), "22023: invalid value for parameter \"work_mem\": \"abc\"");
  EXPECT_EQ(error_of_set("statement_timeout", ""), "22023: invalid value for parameter \"statement_timeout\": \"\"");
  EXPECT_EQ(error_of_set("work_mem", "10 foo"),
            "22023: invalid value for parameter \"work_mem\": \"10 foo\" / "
            "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\".");
  EXPECT_EQ(error_of_set("work_mem", "1mb"),
            "22023: invalid value for parameter \"work_mem\": \"1mb\" / "
            "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\".");
  EXPECT_EQ(error_of_set("statement_timeout", "1 hour"),
            "22023: invalid value for parameter \"statement_timeout\": \"1 hour\" / "
            "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\".");
  EXPECT_EQ(
      error_of_set("statement_timeout", "100000000000"),
      "22023: invalid value for parameter \"statement_timeout\": \"100000000000\" / Value exceeds integer range.");
  EXPECT_EQ(error_of_set("work_mem", "-1"),
            "22023: -1 kB is outside the valid range for parameter \"work_mem\" (64 .. 2147483647)");
  EXPECT_EQ(error_of_set("extra_float_digits", "5"),
            "22023: 5 is outside the valid range for parameter \"extra_float_digits\" (-15 .. 3)");
  EXPECT_EQ(error_of_set("random_page_cost", "-1"),
            "22023: -1 is outside the valid range for parameter \"random_page_cost\" (0 .. 1.79769e+308)");
  EXPECT_EQ(error_of_set("random_page_cost", "nan"),
            "22023: invalid value for parameter \"random_page_cost\": \"nan\"");
  EXPECT_EQ(error_of_set("random_page_cost", "1 ms"),
            "22023: invalid value for parameter \"random_page_cost\": \"1 ms\"");
}

TEST(SettingValues, LimitsHoldAtTheBoundAndNotBeyond) {
  for (const SettingDefinition& definition : setting_definitions()) {
    if (definition.form.type == SettingType::kInteger) {
      const auto parse = [&](int64_t value) {
        return error_of([&] { static_cast<void>(parse_setting(definition, definition.name, std::to_string(value))); });
      };
      EXPECT_EQ(parse(definition.form.integer_min), "") << definition.name;
      EXPECT_EQ(parse(definition.form.integer_max), "") << definition.name;
      EXPECT_NE(parse(definition.form.integer_min - 1), "") << definition.name;
      EXPECT_NE(parse(definition.form.integer_max + 1), "") << definition.name;
    }
  }
}

TEST(SettingValues, DateStyleCompletesWhatIsLeftOut) {
  EXPECT_EQ(shown_after("datestyle", "iso, ymd"), "ISO, YMD");
  EXPECT_EQ(shown_after("datestyle", "german"), "German, DMY");
  EXPECT_EQ(shown_after("datestyle", "dmy"), "ISO, DMY");
  EXPECT_EQ(shown_after("datestyle", "SQL,European"), "SQL, DMY");
  EXPECT_EQ(error_of_set("datestyle", "foo"),
            "22023: invalid value for parameter \"DateStyle\": \"foo\" / Unrecognized key word: \"foo\".");
  EXPECT_EQ(
      error_of_set("datestyle", "iso, sql"),
      "22023: invalid value for parameter \"DateStyle\": \"iso, sql\" / Conflicting \"datestyle\" specifications.");
}

TEST(SettingValues, OnlyUtf8IsSpoken) {
  EXPECT_EQ(shown_after("client_encoding", "utf-8"), "UTF8");
  EXPECT_EQ(shown_after("client_encoding", "Unicode"), "UTF8");
  EXPECT_EQ(error_of_set("client_encoding", "latin1"),
            "22023: invalid value for parameter \"client_encoding\": \"latin1\" / Only UTF8 is supported.");
}

TEST(SettingValues, SearchPathIsAListOfNames) {
  EXPECT_EQ(shown_after("search_path", "foo, \"$user\", \"Bar\""), "foo, \"$user\", \"Bar\"");
  EXPECT_EQ(error_of_set("search_path", "a b"),
            "22023: invalid value for parameter \"search_path\": \"a b\" / List syntax is invalid.");
}

// --- Who may set what

TEST(Settings, ContextsAreKept) {
  EXPECT_EQ(error_of_set("server_version", "1"), "55P02: parameter \"server_version\" cannot be changed");
  EXPECT_EQ(error_of_set("max_connections", "5"),
            "55P02: parameter \"max_connections\" cannot be changed without restarting the server");
  EXPECT_EQ(error_of_set("authentication_timeout", "5"),
            "55P02: parameter \"authentication_timeout\" cannot be changed now");
  EXPECT_EQ(error_of_set("log_statement", "all"), "42501: permission denied to set parameter \"log_statement\"");
  EXPECT_EQ(error_of_set("log_statement", "all", SettingActor::kSuperuser), "");
  EXPECT_EQ(error_of_set("max_connections", "5", SettingActor::kServerStart), "");
  EXPECT_EQ(error_of_set("max_connections", "5", SettingActor::kServerReload),
            "55P02: parameter \"max_connections\" cannot be changed without restarting the server");
  EXPECT_EQ(error_of_set("authentication_timeout", "5", SettingActor::kServerReload), "");
  EXPECT_EQ(error_of_set("server_version", "1", SettingActor::kServerStart),
            "55P02: parameter \"server_version\" cannot be changed");
}

TEST(Settings, UnknownNamesAreRefusedAndCustomOnesAreFree) {
  EXPECT_EQ(error_of_set("foo", "1"), "42704: unrecognized configuration parameter \"foo\"");
  EXPECT_EQ(error_of([] { static_cast<void>(Settings().show("foo.bar")); }),
            "42704: unrecognized configuration parameter \"foo.bar\"");
  EXPECT_EQ(shown_after("Foo.bar", "x y"), "x y");
  EXPECT_EQ(error_of_set("foo.1 bar", "1"),
            "42602: invalid configuration parameter name \"foo.1 bar\" / "
            "Custom parameter names must be two or more simple identifiers separated by dots.");
  EXPECT_EQ(error_of_set("tidemark.foo", "1"),
            "42602: invalid configuration parameter name \"tidemark.foo\" / \"tidemark\" is a reserved prefix.");
}

TEST(Settings, AWrongValueLeavesTheOldOne) {
  Settings settings;
  settings.set("work_mem", "2MB", kUser);
  EXPECT_NE(error_of([&] { settings.set("work_mem", "x", kUser); }), "");
  EXPECT_EQ(settings.bytes(Setting::kWorkMem), 2 << 20);
}

TEST(Settings, ReadInTheirUnitsOrInBytesAndNanoseconds) {
  Settings settings;
  settings.set("statement_timeout", "2s", kUser);
  EXPECT_EQ(settings.integer(Setting::kStatementTimeout), 2000);
  EXPECT_EQ(settings.nanoseconds(Setting::kStatementTimeout), 2'000'000'000);
  EXPECT_EQ(settings.nanoseconds(Setting::kAuthenticationTimeout), 60'000'000'000);
  EXPECT_EQ(settings.nanoseconds(Setting::kLogMinDurationStatement), -1);
  EXPECT_EQ(settings.bytes(Setting::kTempFileLimit), -1);
  EXPECT_EQ(settings.bytes(Setting::kHttpBodyBytesMax), 25'000'000);
  EXPECT_TRUE(settings.boolean(Setting::kStandardConformingStrings));
  EXPECT_EQ(settings.text(Setting::kTimeZone), "UTC");
}

TEST(Settings, ASessionResetsToWhatTheServerHas) {
  auto server = std::make_shared<Settings>();
  server->set("work_mem", "1MB", SettingActor::kServerStart);
  server->set("app.role", "server", SettingActor::kServerStart);
  Settings session(server);
  session.set("work_mem", "2MB", kUser);
  session.set("app.role", "session", kUser);
  session.set("transaction_isolation", "serializable", kUser);
  EXPECT_EQ(session.plain_reset_text(setting_definition(Setting::kWorkMem)), "1024");
  session.reset("work_mem", kUser);
  EXPECT_EQ(session.show("work_mem"), "1MB");
  session.set("geqo", "off", kUser);
  session.reset_all();
  EXPECT_EQ(session.show("geqo"), "on");
  EXPECT_EQ(session.show("app.role"), "server");
  EXPECT_EQ(session.show("transaction_isolation"), "serializable");
  EXPECT_NE(error_of([&] { session.reset("max_connections", kUser); }), "");
}

TEST(Settings, ACanonicalizerMayChangeAndRefuseTexts) {
  Settings settings;
  settings.set_canonicalizer([](Setting setting, std::string_view value) {
    if (setting == Setting::kTimeZone && value != "europe/berlin") {
      throw Error(sqlstate::kInvalidParameterValue, "no such zone");
    }
    return setting == Setting::kTimeZone ? std::string("Europe/Berlin") : std::string(value);
  });
  settings.set("timezone", "europe/berlin", kUser);
  Settings copy = settings;
  EXPECT_EQ(error_of([&] { copy.set("timezone", "nowhere", kUser); }), "22023: no such zone");
  EXPECT_EQ(copy.show("TimeZone"), "Europe/Berlin");
}

TEST(Settings, TheBindingHashFollowsWhatStatementsDependOn) {
  Settings settings;
  const uint64_t before = settings.binding_hash();
  settings.set("work_mem", "1MB", kUser);
  EXPECT_EQ(settings.binding_hash(), before);
  settings.set("search_path", "a", kUser);
  EXPECT_NE(settings.binding_hash(), before);
  settings.reset("search_path", kUser);
  EXPECT_EQ(settings.binding_hash(), before);
}

TEST(Settings, TheProgramMaySetWhatNobodyElseMay) {
  Settings settings;
  settings.set_internal(Setting::kIsSuperuser, "off");
  EXPECT_FALSE(settings.boolean(Setting::kIsSuperuser));
}

}  // namespace
}  // namespace tidemark
