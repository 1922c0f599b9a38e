#include "text/regular_expression.h"

#include <re2/re2.h>

#include "base/error.h"

namespace tidemark {

struct RegularExpression::Compiled {
  std::unique_ptr<re2::RE2> program;
};

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

[[noreturn]] void throw_not_supported(std::string_view what) {
  throw Error(sqlstate::kFeatureNotSupported, std::string(what) + " in regular expressions are not supported");
}
[[noreturn]] void throw_invalid(std::string_view reason) {
  throw Error(sqlstate::kInvalidRegularExpression, "invalid regular expression: " + std::string(reason));
}

/// Rewrites PostgreSQL's advanced regular expressions into RE2's syntax.
class Translator {
 public:
  Translator(std::string_view pattern, RegularExpression::Options& options) : rest_(pattern), options_(options) {}

  std::string translate() {
    take_director();
    if (options_.literal) return re2::RE2::QuoteMeta(re2::StringPiece(rest_.data(), rest_.size()));
    while (!rest_.empty()) {
      const char c = rest_[0];
      if (c == '\\') {
        take_escape(false);
      } else if (c == '[') {
        take_bracket();
      } else if (c == '(') {
        take_parenthesis();
      } else if (c == '*' || c == '+' || c == '?' || c == '}') {
        out_ += c;
        rest_.remove_prefix(1);
        take_laziness();
      } else if (options_.expanded && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
        rest_.remove_prefix(1);
      } else if (options_.expanded && c == '#') {
        const size_t end = rest_.find('\n');
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
      } else {
        out_ += c;
        rest_.remove_prefix(1);
      }
    }
    return std::move(out_);
  }
  [[nodiscard]] bool is_lazy() const { return lazy_; }

 private:
  /// `***=` makes the rest plain text, `***:` is the default; `(?ix)` at the start sets options.
  void take_director() {
    if (rest_.starts_with("***=")) {
      options_.literal = true;
      rest_.remove_prefix(4);
      return;
    }
    if (rest_.starts_with("***:")) rest_.remove_prefix(4);
    if (!rest_.starts_with("(?") || rest_.size() < 4 || !is_letter(rest_[2])) return;
    const size_t end = rest_.find(')');
    if (end == std::string_view::npos) return;
    const std::string_view flags = rest_.substr(2, end - 2);
    for (const char flag : flags) {
      if (!is_letter(flag)) return;
    }
    for (const char flag : flags) {
      if (flag == 'i') options_.ignore_case = true;
      if (flag == 'c') options_.ignore_case = false;
      if (flag == 'n' || flag == 'm') options_.newline_sensitive = true;
      if (flag == 's') options_.newline_sensitive = false;
      if (flag == 'x') options_.expanded = true;
      if (flag == 'q') options_.literal = true;
    }
    rest_.remove_prefix(end + 1);
  }

  void take_laziness() {
    if (rest_.starts_with("?")) {
      lazy_ = true;
      out_ += '?';
      rest_.remove_prefix(1);
    }
  }

  void take_parenthesis() {
    if (rest_.starts_with("(?")) {
      if (rest_.starts_with("(?:")) {
        out_ += "(?:";
        rest_.remove_prefix(3);
        return;
      }
      if (rest_.starts_with("(?#")) {
        const size_t end = rest_.find(')');
        if (end == std::string_view::npos) throw_invalid("parentheses () not balanced");
        rest_.remove_prefix(end + 1);
        return;
      }
      if (rest_.starts_with("(?=") || rest_.starts_with("(?!") || rest_.starts_with("(?<")) {
        throw_not_supported("look-around constraints");
      }
      throw_invalid("invalid embedded option");
    }
    out_ += '(';
    rest_.remove_prefix(1);
  }

  void take_escape(bool in_bracket) {
    if (rest_.size() < 2) throw_invalid("invalid escape \\ sequence");
    const char c = rest_[1];
    if (c >= '1' && c <= '9' && !in_bracket) throw_not_supported("back-references");
    switch (c) {
      case 'm':
      case 'M':
      case 'y':
        out_ += "\\b";
        break;
      case 'Y':
        out_ += "\\B";
        break;
      case 'Z':
        out_ += "\\z";
        break;
      case 'B':
        out_ += "\\\\";  // A synonym for a backslash.
        break;
      case 'b':
        out_ += "\\x08";
        break;
      case 'e':
        out_ += "\\x1B";
        break;
      case 'u':
      case 'U':
        take_code_point(c == 'u' ? 4 : 8);
        return;
      case 'x':
        take_code_point(rest_.size());
        return;
      case '0':
        out_ += "\\x00";
        break;
      default:
        if (is_letter(c) && std::string_view("dDwWsSAnrtfva").find(c) == std::string_view::npos) {
          throw_invalid("invalid escape \\ sequence");
        }
        out_ += '\\';
        if (static_cast<unsigned char>(c) >= 0x80) out_.pop_back();
        out_ += c;
    }
    rest_.remove_prefix(2);
  }

  void take_code_point(size_t digits_max) {
    size_t digits = 0;
    while (digits < digits_max && 2 + digits < rest_.size() &&
           std::isxdigit(static_cast<unsigned char>(rest_[2 + digits])) != 0) {
      ++digits;
    }
    if (digits == 0) throw_invalid("invalid escape \\ sequence");
    out_ += "\\x{" + std::string(rest_.substr(2, digits)) + "}";
    rest_.remove_prefix(2 + digits);
  }

  /// A bracket expression. `[[:<:]]` and `[[:>:]]` are the ends of words.
  void take_bracket() {
    if (rest_.starts_with("[[:<:]]") || rest_.starts_with("[[:>:]]")) {
      out_ += "\\b";
      rest_.remove_prefix(7);
      return;
    }
    out_ += '[';
    rest_.remove_prefix(1);
    if (rest_.starts_with("^")) {
      out_ += '^';
      if (options_.newline_sensitive) out_ += "\\n";
      rest_.remove_prefix(1);
    }
    if (rest_.starts_with("]")) {
      out_ += "\\]";
      rest_.remove_prefix(1);
    }
    while (!rest_.empty() && rest_[0] != ']') {
      if (rest_.starts_with("[:")) {
        const size_t end = rest_.find(":]");
        if (end == std::string_view::npos) throw_invalid("brackets [] not balanced");
        out_ += rest_.substr(0, end + 2);
        rest_.remove_prefix(end + 2);
      } else if (rest_.starts_with("[.") || rest_.starts_with("[=")) {
        throw_not_supported("collating elements");
      } else if (rest_[0] == '\\') {
        take_escape(true);
      } else {
        if (rest_[0] == '[') out_ += '\\';
        out_ += rest_[0];
        rest_.remove_prefix(1);
      }
    }
    if (rest_.empty()) throw_invalid("brackets [] not balanced");
    out_ += ']';
    rest_.remove_prefix(1);
  }

  std::string_view rest_;
  RegularExpression::Options& options_;
  std::string out_;
  bool lazy_ = false;
};

/// PostgreSQL's words for what RE2 found wrong.
std::string_view reason_of(re2::RE2::ErrorCode code) {
  switch (code) {
    case re2::RE2::ErrorMissingBracket:
      return "brackets [] not balanced";
    case re2::RE2::ErrorMissingParen:
    case re2::RE2::ErrorUnexpectedParen:
      return "parentheses () not balanced";
    case re2::RE2::ErrorBadCharRange:
      return "invalid character range";
    case re2::RE2::ErrorBadCharClass:
      return "invalid character class";
    case re2::RE2::ErrorRepeatArgument:
    case re2::RE2::ErrorRepeatOp:
      return "quantifier operand invalid";
    case re2::RE2::ErrorRepeatSize:
      return "invalid repetition count(s)";
    case re2::RE2::ErrorBadEscape:
    case re2::RE2::ErrorTrailingBackslash:
      return "invalid escape \\ sequence";
    case re2::RE2::ErrorPatternTooLarge:
      return "regular expression is too complex";
    default:
      return "invalid argument to regex function";
  }
}

}  // namespace

RegularExpression::Options RegularExpression::parse_flags(std::string_view flags) {
  Options options;
  for (const char flag : flags) {
    switch (flag) {
      case 'i':
        options.ignore_case = true;
        break;
      case 'c':
        options.ignore_case = false;
        break;
      case 'n':
      case 'm':
        options.newline_sensitive = true;
        break;
      case 's':
        options.newline_sensitive = false;
        break;
      case 'q':
        options.literal = true;
        break;
      case 'x':
        options.expanded = true;
        break;
      case 't':
      case 'e':
      case 'b':
      case 'p':
      case 'w':
        break;
      default:
        throw Error(sqlstate::kInvalidParameterValue,
                    std::string("invalid regular expression option: \"") + flag + "\"");
    }
  }
  return options;
}

RegularExpression::RegularExpression(std::string_view pattern, Options options) {
  Translator translator(pattern, options);
  std::string translated = translator.translate();
  translated.insert(0, options.newline_sensitive ? "(?m)" : "(?s)");
  re2::RE2::Options settings;
  settings.set_log_errors(false);
  settings.set_case_sensitive(!options.ignore_case);
  settings.set_longest_match(!translator.is_lazy());
  auto compiled = std::make_unique<Compiled>();
  compiled->program = std::make_unique<re2::RE2>(translated, settings);
  if (!compiled->program->ok()) throw_invalid(reason_of(compiled->program->error_code()));
  compiled_ = std::move(compiled);
}

RegularExpression::~RegularExpression() = default;

bool RegularExpression::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_->program);
}

size_t RegularExpression::group_count() const {
  return static_cast<size_t>(compiled_->program->NumberOfCapturingGroups());
}

bool RegularExpression::find(std::string_view text, size_t from, Groups& groups) const {
  const size_t count = group_count() + 1;
  std::vector<re2::StringPiece> found(count);
  if (!compiled_->program->Match(re2::StringPiece(text.data(), text.size()), from, text.size(), re2::RE2::UNANCHORED,
                                 found.data(), static_cast<int>(count))) {
    return false;
  }
  groups.resize(count);
  for (size_t i = 0; i < count; ++i) {
    groups[i] = found[i].data() == nullptr ? std::string_view() : std::string_view(found[i].data(), found[i].size());
  }
  return true;
}

std::string similar_to_regular_expression(std::string_view pattern, std::string_view escape) {
  if (escape.size() > 1 && (static_cast<unsigned char>(escape[0]) < 0x80 || escape.size() > 4)) {
    throw Error(sqlstate::kInvalidEscapeSequence, "invalid escape string")
        .with_hint("Escape string must be empty or one character.");
  }
  std::string result = "^(?:";
  bool in_bracket = false;
  while (!pattern.empty()) {
    if (!escape.empty() && pattern.starts_with(escape)) {
      pattern.remove_prefix(escape.size());
      if (pattern.empty()) break;
      result += '\\';
      if (is_letter(pattern[0]) || is_digit(pattern[0])) result.pop_back();
      result += pattern[0];
      pattern.remove_prefix(1);
      continue;
    }
    const char c = pattern[0];
    pattern.remove_prefix(1);
    if (in_bracket) {
      if (c == '\\') result += '\\';
      result += c;
      in_bracket = c != ']';
    } else if (c == '[') {
      result += c;
      in_bracket = true;
    } else if (c == '%') {
      result += ".*";
    } else if (c == '_') {
      result += '.';
    } else if (c == '(') {
      result += "(?:";
    } else if (c == '\\' || c == '.' || c == '^' || c == '$') {
      result += '\\';
      result += c;
    } else {
      result += c;
    }
  }
  return result + ")$";
}

}  // namespace tidemark
