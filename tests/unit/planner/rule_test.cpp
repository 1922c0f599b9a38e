// Each rule, by the text of plans: cases/RULE.txt has statements, the plan that the rules before this one leave, and
// what the rule makes of it (`same`: nothing). With TIDEMARK_WRITE_CASES=1 the plans are written anew: read them before
// they are kept.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "parser/sql_parser.h"
#include "planner/optimizer.h"
#include "tests/unit/planner/sample_catalog.h"

namespace tidemark {
namespace {

constexpr const char* kFolder = TIDEMARK_CASES_FOLDER;

/// Comment lines and the statement, then the plans.
struct PlanCase {
  std::string comment;
  std::string sql;
  std::string before;
  std::string after;
};

std::string path_of(const Rule& rule) { return std::string(kFolder) + "/" + std::string(rule.name) + ".txt"; }

std::vector<PlanCase> read_cases(const Rule& rule) {
  std::ifstream file(path_of(rule));
  std::vector<PlanCase> cases;
  std::string line;
  std::string* part = nullptr;
  while (std::getline(file, line)) {
    if (line.empty()) {
      part = nullptr;
      continue;
    }
    if (part == nullptr) {
      part = &cases.emplace_back().sql;
    }
    if (line.starts_with("--- before")) {
      part = &cases.back().before;
    } else if (line.starts_with("--- after")) {
      part = &cases.back().after;
    } else if (line.starts_with("#")) {
      cases.back().comment += line + "\n";
    } else {
      *part += line + "\n";
    }
  }
  return cases;
}

void write_cases(const Rule& rule, const std::vector<PlanCase>& cases) {
  std::ofstream file(path_of(rule));
  for (const PlanCase& one : cases) {
    file << (&one == cases.data() ? "" : "\n") << one.comment << one.sql << "--- before\n"
         << one.before << "--- after\n"
         << one.after;
  }
}

/// The plans before and after `rule` alone, behind those that precede it.
PlanCase plan(const PlanCase& one, const Rule& rule) {
  testing::SamplePlanning planning;
  LogicalPtr node = bind_statement(*parse_sql(one.sql)[0], planning.context());
  for (const Rule& earlier : all_rules()) {
    if (earlier.name == rule.name) {
      break;
    }
    node = earlier.apply(std::move(node), planning.context());
  }
  PlanCase result = one;
  result.before = to_string(*node);
  node = rule.apply(std::move(node), planning.context());
  result.after = to_string(*node);
  if (result.after == result.before) {
    result.after = "same\n";
  }
  return result;
}

class RuleTest : public ::testing::TestWithParam<Rule> {};

TEST_P(RuleTest, MakesOfEachPlanWhatItShould) {
  const Rule& rule = GetParam();
  std::vector<PlanCase> cases = read_cases(rule);
  ASSERT_FALSE(cases.empty()) << path_of(rule);
  const bool write = std::getenv("TIDEMARK_WRITE_CASES") != nullptr;
  for (PlanCase& one : cases) {
    const PlanCase now = plan(one, rule);
    if (write) {
      one = now;
      continue;
    }
    if (one.before.empty()) {
      GTEST_SKIP() << path_of(rule) << " has no plans yet; see above";
    }
    EXPECT_EQ(one.before, now.before) << one.sql;
    EXPECT_EQ(one.after, now.after) << one.sql;
  }
  if (write) {
    write_cases(rule, cases);
  }
}

std::vector<Rule> rules_that_change_plans() {
  std::vector<Rule> rules;
  for (const Rule& rule : all_rules()) {
    if (!rule.required) {
      rules.push_back(rule);
    }
  }
  return rules;
}

INSTANTIATE_TEST_SUITE_P(EachRule, RuleTest, ::testing::ValuesIn(rules_that_change_plans()),
                         [](const auto& rule) { return std::string(rule.param.name); });

TEST(Optimizer, LeavesOutRulesThatAreDisabledButNotRequiredOnes) {
  testing::SamplePlanning planning;
  planning.context().disabled_rules = {"fold_constants", "estimate_rows"};
  const LogicalPtr plan =
      optimize(bind_statement(*parse_sql("SELECT 1 + 1")[0], planning.context()), planning.context());
  EXPECT_NE(to_string(*plan).find("+"), std::string::npos);
  EXPECT_GT(plan->estimated_rows, 0);
}

}  // namespace
}  // namespace tidemark
