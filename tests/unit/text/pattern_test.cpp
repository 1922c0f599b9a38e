#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/error.h"
#include "tests/unit/types/case_file.h"
#include "text/case_folding.h"
#include "text/like_pattern.h"
#include "text/regular_expression.h"
#include "text/similar_pattern.h"

namespace tidemark {
namespace {

std::string truth(bool value) { return value ? "t" : "f"; }

TEST(LikePattern, MatchesAsPostgresql) {
  for (const Case& c : read_cases("expression_like.txt")) {
    // '…' like '…'
    const std::vector<std::string> parts = split_at_quotes(c.fields[0]);
    ASSERT_EQ(parts.size(), 5U) << c.place;
    const auto letter_case = parts[2] == " ilike " ? LikePattern::Case::kIgnore : LikePattern::Case::kExact;
    EXPECT_EQ(answer_of([&] { return truth(LikePattern(parts[3], "\\", letter_case).matches(parts[1])); }), c.expected)
        << c.place << ": " << c.fields[0];
  }
}

TEST(LikePattern, AgreesWithATextbookMatcherOnRandomPatterns) {
  // The plain recursive definition, exponential but sure.
  const std::function<bool(std::string_view, std::string_view)> matches = [&](std::string_view text,
                                                                              std::string_view pattern) {
    if (pattern.empty()) {
      return text.empty();
    }
    if (pattern[0] == '%') {
      return matches(text, pattern.substr(1)) || (!text.empty() && matches(text.substr(1), pattern));
    }
    return !text.empty() && (pattern[0] == '_' || pattern[0] == text[0]) && matches(text.substr(1), pattern.substr(1));
  };
  std::mt19937_64 random(3);
  const auto pick = [&](std::string_view characters, size_t length) {
    std::string result;
    while (length-- > 0) {
      result += characters[random() % characters.size()];
    }
    return result;
  };
  for (int round = 0; round < 20000; ++round) {
    const std::string text = pick("ab", random() % 9);
    const std::string pattern = pick("ab%_", random() % 7);
    ASSERT_EQ(LikePattern(pattern).matches(text), matches(text, pattern)) << text << " like " << pattern;
  }
}

TEST(LikePattern, MatchesManyTextsAsItMatchesEach) {
  std::mt19937_64 random(4);
  const auto letters = [&](std::string_view alphabet, size_t size) {
    std::string text(size, 'a');
    for (char& letter : text) {
      letter = alphabet[random() % alphabet.size()];
    }
    return text;
  };
  size_t searched = 0;
  for (int round = 0; round < 3'000; ++round) {
    const LikePattern pattern(letters("ab%_", 1 + random() % 9));
    if (!pattern.has_needle()) {
      continue;
    }
    ++searched;
    // One behind the other, with gaps, and out of order; empty ones as well.
    const std::string memory = letters("ab", 400);
    std::vector<std::string_view> texts;
    for (size_t at = 0; at + 20 < memory.size();) {
      const size_t size = random() % 12;
      texts.push_back(std::string_view(memory).substr(at, size));
      at += size + (random() % 8 == 0 ? 3 : 0);
    }
    if (round % 3 == 0) {
      std::ranges::shuffle(texts, random);
    }
    std::vector<uint8_t> matches(texts.size(), 7);
    pattern.match_each(texts, matches);
    for (size_t i = 0; i < texts.size(); ++i) {
      ASSERT_EQ(matches[i], pattern.matches(texts[i]) ? 1 : 0) << texts[i];
    }
  }
  EXPECT_GT(searched, 500U);
}

TEST(LikePattern, KnowsWhatEveryMatchBeginsWith) {
  EXPECT_EQ(LikePattern("abc%d").prefix(), "abc");
  EXPECT_EQ(LikePattern("a\\%b_").prefix(), "a%b");
  EXPECT_EQ(LikePattern("%a").prefix(), "");
  EXPECT_EQ(LikePattern("_a").prefix(), "");
  EXPECT_TRUE(LikePattern("a\\_b").is_exact());
  EXPECT_FALSE(LikePattern("a_b").is_exact());
  EXPECT_EQ(LikePattern("abc", "\\", LikePattern::Case::kIgnore).prefix(), "");
  EXPECT_EQ(like_with_escape("a#%b\\#_", "#"), "a\\%b\\\\\\_");
  EXPECT_THROW(like_with_escape("a", "xy"), Error);
}

TEST(SimilarPattern, MatchesAsPostgresql) {
  for (const Case& c : read_cases("expression_similar.txt")) {
    // '…' similar to '…' escape '…'
    const std::vector<std::string> parts = split_at_quotes(c.fields[0]);
    ASSERT_GE(parts.size(), 5U) << c.place;
    const std::string escape = parts.size() > 5 ? parts[5] : "\\";
    EXPECT_EQ(answer_of([&] {
                return truth(RegularExpression(similar_to_regular_expression(parts[3], escape), {}).matches(parts[1]));
              }),
              c.expected)
        << c.place << ": " << c.fields[0];
  }
}

TEST(RegularExpression, MatchesAsPostgresqlOrSaysThatItCannot) {
  int refused = 0;
  int cases = 0;
  for (const Case& c : read_cases("expression_regex.txt")) {
    const std::vector<std::string> parts = split_at_quotes(c.fields[0]);
    ASSERT_GE(parts.size(), 5U) << c.place;
    ++cases;
    const std::string answer = answer_of([&]() -> std::string {
      if (parts[0].empty()) {
        return truth(RegularExpression(parts[3], {}).matches(parts[1]));
      }
      // substring(…): the first group if there is one, else the match.
      const bool similar = parts[2] == " similar ";
      const RegularExpression expression(similar ? similar_to_regular_expression(parts[3], parts[5]) : parts[3], {});
      RegularExpression::Groups groups;
      if (!expression.find(parts[1], 0, groups)) {
        return "NULL";
      }
      return std::string(groups[groups.size() > 1 ? 1 : 0]);
    });
    if (answer.starts_with("!0A000")) {
      ++refused;
      continue;
    }
    EXPECT_EQ(answer, c.expected) << c.place << ": " << c.fields[0];
  }
  EXPECT_LT(refused, cases / 50);
}

TEST(RegularExpression, RefusesWhatIsWrongOrTooComplex) {
  const auto answer = [](const char* pattern) {
    return answer_of([&] { return truth(RegularExpression(pattern, {}).matches("")); });
  };
  EXPECT_TRUE(answer("(?<=a+)b").starts_with("!0A000 looking behind"));
  EXPECT_EQ(answer("(a\\1)"), "!2201B invalid regular expression: invalid backreference number");
  EXPECT_EQ(answer("(a)(?=\\1)"), "!2201B invalid regular expression: invalid backreference number");
  EXPECT_EQ(answer("((((((a{255}){255}){255}){255})"),
            "!2201B invalid regular expression: parentheses () not balanced");
  EXPECT_EQ(answer("((a{255}){255}){255}"), "!2201B invalid regular expression: regular expression is too complex");
  EXPECT_TRUE(answer(std::string(100000, '(').c_str()).starts_with("!2201B"));
}

TEST(RegularExpression, BacktracksForTheLongestOrShortestMatch) {
  const auto found = [](std::string_view pattern, std::string_view text) {
    RegularExpression::Groups groups;
    std::string all;
    if (RegularExpression(pattern, {}).find(text, 0, groups)) {
      for (const std::string_view group : groups) {
        all += group.data() == nullptr ? "- " : std::string(group) + ' ';
      }
    }
    return all;
  };
  EXPECT_EQ(found("(?=f)(foo|foobar)", "a foobar"), "foobar foobar ");
  EXPECT_EQ(found("(?=a)a?(ab)?", "ab"), "ab ab ");
  EXPECT_EQ(found("(\\w)(.*?\\1)", "Programmer"), "rogr r ogr ");
  EXPECT_EQ(found("(.*?)(?=y)y", "xyxy"), "xy x ");
  EXPECT_EQ(found("(x)|(?!y)(z)", "z"), "z - z ");
  EXPECT_EQ(found("(?=u)(u|un|unb)(.*)", "unborn"), "unborn unb orn ");
}

TEST(RegularExpression, EndsBacktrackingThatFindsNoEnd) {
  const RegularExpression expression("^(a+)+\\1b", {});
  EXPECT_TRUE(answer_of([&] { return truth(expression.matches(std::string(40, 'a') + "cb")); }).starts_with("!54000"));
}

TEST(RegularExpression, ReadsFlags) {
  const auto matches = [](const char* text, const char* pattern, const char* flags) {
    return RegularExpression(pattern, RegularExpression::parse_flags(flags)).matches(text);
  };
  EXPECT_TRUE(matches("ABC", "b", "i"));
  EXPECT_TRUE(matches("a.c", "a.c", "q"));
  EXPECT_FALSE(matches("abc", "a.c", "q"));
  EXPECT_TRUE(matches("a\nb", "^b", "n"));
  EXPECT_FALSE(matches("a\nb", "^b", "ns"));
  EXPECT_TRUE(matches("ab", "a b", "x"));
  EXPECT_EQ(answer_of([] { return truth(RegularExpression::parse_flags("iz").ignore_case); }),
            "!22023 invalid regular expression option: \"z\"");
}

TEST(CaseFolding, LowersLettersAndLeavesTheRest) {
  std::string buffer;
  EXPECT_EQ(fold_case("abc ß", buffer), "abc ß");
  EXPECT_EQ(fold_case("ABC ÄÖÜ Σ €", buffer), "abc äöü σ €");
  EXPECT_EQ(fold_case("", buffer), "");
  const std::string_view plain = "nothing to do";
  EXPECT_EQ(fold_case(plain, buffer).data(), plain.data());
}

}  // namespace
}  // namespace tidemark
