// to_char(number, template) and to_number(text, template): PostgreSQL's numeric templates (its manual, table 9.29).

#include <algorithm>
#include <cfloat>
#include <climits>
#include <cmath>

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "types/numeric.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

enum class Part : uint8_t {
  kNine,
  kZero,
  kPoint,
  kGroup,
  kSign,       // S
  kMinus,      // MI
  kPlus,       // PL
  kPlusMinus,  // SG
  kBrackets,   // PR
  kCurrency,   // L
  kRomanUpper,
  kRomanLower,
  kOrdinalUpper,
  kOrdinalLower,
  kShift,  // V
  kExponent,
  kLiteral,
};

struct TemplateElement {
  Part part;
  std::string literal;
};

/// A template, read once.
struct Template {
  std::vector<TemplateElement> elements;
  int before = 0;  ///< digit places before the point
  int after = 0;
  int shifted = 0;      ///< digits behind V
  int zero_start = -1;  ///< place (from 0) of the first 0 before the point
  bool has_point = false;
  bool has_zero = false;
  bool fill_mode = false;
  bool brackets = false;
  bool sign_before = false;
  bool sign_after = false;
  bool has_plus = false;
  bool has_minus = false;
  bool roman = false;
  bool scientific = false;
  bool shift = false;

  explicit Template(Text text) {
    static constexpr struct {
      Text word;
      Part part;
    } kWords[] = {
        {"EEEE", Part::kExponent},   {"eeee", Part::kExponent},   {"MI", Part::kMinus},     {"mi", Part::kMinus},
        {"PL", Part::kPlus},         {"pl", Part::kPlus},         {"PR", Part::kBrackets},  {"pr", Part::kBrackets},
        {"RN", Part::kRomanUpper},   {"rn", Part::kRomanLower},   {"SG", Part::kPlusMinus}, {"sg", Part::kPlusMinus},
        {"TH", Part::kOrdinalUpper}, {"th", Part::kOrdinalLower}, {"9", Part::kNine},       {"0", Part::kZero},
        {".", Part::kPoint},         {"D", Part::kPoint},         {"d", Part::kPoint},      {",", Part::kGroup},
        {"G", Part::kGroup},         {"g", Part::kGroup},         {"S", Part::kSign},       {"s", Part::kSign},
        {"L", Part::kCurrency},      {"l", Part::kCurrency},      {"V", Part::kShift},      {"v", Part::kShift}};
    while (!text.empty()) {
      if (text.starts_with("FM") || text.starts_with("fm")) {
        fill_mode = true;
        text.remove_prefix(2);
        continue;
      }
      if (text[0] == '"') {
        take_quoted(text);
        continue;
      }
      const auto word = std::ranges::find_if(kWords, [&](const auto& entry) { return text.starts_with(entry.word); });
      if (word == std::end(kWords)) {
        const size_t skip = text.starts_with("\\\"") ? 1 : 0;
        elements.push_back({Part::kLiteral, std::string(text.substr(skip, 1))});
        text.remove_prefix(1 + skip);
        continue;
      }
      add(word->part);
      text.remove_prefix(word->word.size());
    }
    if (sign_before && before == before_sign_) {
      sign_before = false;
      sign_after = true;
    }
  }

 private:
  [[noreturn]] static void fail(Text message) { throw Error(sqlstate::kSyntaxError, std::string(message)); }

  void take_quoted(Text& text) {
    std::string literal;
    text.remove_prefix(1);
    while (!text.empty() && text[0] != '"') {
      if (text[0] == '\\' && text.size() > 1) text.remove_prefix(1);
      literal += text[0];
      text.remove_prefix(1);
    }
    if (!text.empty()) text.remove_prefix(1);
    elements.push_back({Part::kLiteral, literal});
  }

  void add(Part part) {
    if (scientific && part != Part::kExponent) fail("\"EEEE\" must be the last pattern used");
    switch (part) {
      case Part::kNine:
        if (brackets) fail("\"9\" must be ahead of \"PR\"");
        count_digit();
        break;
      case Part::kZero:
        if (brackets) fail("\"0\" must be ahead of \"PR\"");
        if (!has_zero && !has_point) {
          has_zero = true;
          zero_start = before;
        }
        count_digit();
        break;
      case Part::kPoint:
        if (has_point) fail("multiple decimal points");
        if (shift) fail("cannot use \"V\" and decimal point together");
        has_point = true;
        break;
      case Part::kSign:
        if (sign_before || sign_after) fail("cannot use \"S\" twice");
        if (has_plus || has_minus || brackets) fail("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together");
        if (has_point) {
          sign_after = true;
        } else {
          sign_before = true;
          before_sign_ = before;
        }
        break;
      case Part::kMinus:
      case Part::kPlus:
      case Part::kPlusMinus:
        if (sign_before || sign_after) fail("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together");
        has_minus = has_minus || part != Part::kPlus;
        has_plus = has_plus || part != Part::kMinus;
        break;
      case Part::kBrackets:
        if (sign_before || sign_after || has_plus || has_minus) {
          fail("cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together");
        }
        brackets = true;
        return;
      case Part::kRomanUpper:
      case Part::kRomanLower:
        roman = true;
        break;
      case Part::kShift:
        if (has_point) fail("cannot use \"V\" and decimal point together");
        shift = true;
        break;
      case Part::kExponent:
        if (scientific) fail("cannot use \"EEEE\" twice");
        if (fill_mode || sign_before || sign_after || has_plus || has_minus || brackets || roman || shift) {
          throw Error(sqlstate::kSyntaxError, "\"EEEE\" is incompatible with other formats")
              .with_detail("\"EEEE\" may only be used together with digit and decimal point patterns.");
        }
        scientific = true;
        break;
      default:
        break;
    }
    elements.push_back({part, {}});
  }

  void count_digit() {
    if (has_point) {
      ++after;
    } else if (shift) {
      ++shifted;
    } else {
      ++before;
    }
  }

  int before_sign_ = -1;
};

/// The text of a number's magnitude with `after` digits behind the point, and its sign.
struct Digits {
  std::string text;
  char sign = '+';
};

/// Walks a template over a number's digits. The rules are those of Oracle's to_char as PostgreSQL has them: blanks
/// stand for places without a digit unless FM; the sign comes right before the first digit.
class NumberWriter {
 public:
  NumberWriter(const Template& format, Digits digits)
      : format_(format), number_(std::move(digits.text)), sign_(digits.sign) {}

  std::string write() {
    const size_t point = number_.find('.');
    const int integral = static_cast<int>(point == std::string::npos ? number_.size() : point);
    const int places = format_.before + format_.shifted;
    if (number_[0] != '#') blanks_ = std::max(places - integral, 0);
    // A value below 1 whose template has places on both sides shows no zero before the point.
    if (format_.has_plus || format_.has_minus) {
      sign_written_ = !(format_.has_plus && !format_.has_minus);
    } else {
      sign_written_ = sign_ == '+' && format_.fill_mode && !format_.sign_before && !format_.sign_after;
    }
    brackets_ = format_.brackets && !(sign_ != '-' && format_.fill_mode);
    places_last_ = format_.after + places - 1;
    if (format_.fill_mode && format_.has_point) find_last_relevant();
    if (!sign_written_ && blanks_ == 0) ++places_last_;
    for (const TemplateElement& element : format_.elements) write_element(element);
    return std::move(out_);
  }

 private:
  void find_last_relevant() {
    const size_t point = number_.find('.');
    if (point == std::string::npos) return;
    size_t last = number_.find_last_not_of('0');
    last_relevant_ = static_cast<int>(last);
    // Zeros that the template asks for are shown.
    int zero_end = 0;
    int place = 0;
    for (const TemplateElement& element : format_.elements) {
      if (element.part == Part::kNine || element.part == Part::kZero) ++place;
      if (element.part == Part::kZero) zero_end = place;
    }
    const int wanted = zero_end - blanks_;  // characters of the number, the point aside
    if (zero_end > format_.before && wanted > last_relevant_)
      last_relevant_ = std::min(wanted, static_cast<int>(number_.size()) - 1);
  }

  [[nodiscard]] bool hides_leading_zero() const {
    return !format_.has_zero && at_ == 0 && number_[0] == '0' && format_.after != 0;
  }
  [[nodiscard]] bool last_relevant_is_point() const {
    return last_relevant_ >= 0 && number_[static_cast<size_t>(last_relevant_)] == '.';
  }

  void write_sign() {
    const bool reached = current_ >= blanks_ || (format_.has_zero && format_.zero_start == current_);
    if (sign_written_ || !reached || (hides_leading_zero() && !last_relevant_is_point())) return;
    if (format_.sign_before || format_.sign_after) {
      if (format_.sign_before) {
        out_ += sign_ == '-' ? '-' : '+';
        sign_written_ = true;
      }
    } else if (format_.brackets) {
      if (brackets_ || !format_.fill_mode) out_ += sign_ == '+' ? ' ' : '<';
      sign_written_ = true;
    } else if (sign_ == '+') {
      if (!format_.fill_mode) out_ += ' ';
      sign_written_ = true;
    } else {
      out_ += '-';
      sign_written_ = true;
    }
  }

  void write_digit(Part part) {
    write_sign();
    if (current_ < blanks_ && (format_.zero_start > current_ || !format_.has_zero)) {
      if (!format_.fill_mode) out_ += ' ';
    } else if (format_.has_zero && current_ < blanks_ && format_.zero_start <= current_) {
      out_ += '0';
      in_number_ = true;
    } else if (at_ < static_cast<int>(number_.size())) {
      const char digit = number_[static_cast<size_t>(at_)];
      if (digit == '.') {
        if (!last_relevant_is_point() || format_.fill_mode) out_ += '.';
      } else if (last_relevant_ >= 0 && at_ > last_relevant_ && part != Part::kZero) {
        // A zero at the end that FM leaves out.
      } else if (hides_leading_zero()) {
        if (!format_.fill_mode) {
          out_ += ' ';
        } else if (last_relevant_is_point()) {
          out_ += '0';
        }
      } else {
        out_ += digit;
        in_number_ = true;
      }
      ++at_;
    }
    close_sign();
    ++current_;
  }

  /// Behind the last digit: the closing bracket, or S that stands at the end.
  void close_sign() {
    int end = places_last_ + (blanks_ > 0 ? 1 : 0) + (format_.has_point ? 1 : 0);
    if (last_relevant_ >= 0 && at_ > last_relevant_) end = current_ + 1;
    if (current_ + 1 != end || closed_) return;
    if (sign_written_ && format_.brackets) {
      if (brackets_ || !format_.fill_mode) out_ += sign_ == '+' ? ' ' : '>';
      closed_ = true;
    } else if (format_.sign_after) {
      out_ += sign_ == '-' ? '-' : '+';
      closed_ = true;
    }
  }

  void write_element(const TemplateElement& element) {
    switch (element.part) {
      case Part::kNine:
      case Part::kZero:
      case Part::kPoint:
        write_digit(element.part);
        break;
      case Part::kGroup:
        if (in_number_) {
          out_ += ',';
        } else if (!format_.fill_mode) {
          out_ += ' ';
        }
        break;
      case Part::kMinus:
        if (sign_ == '-') {
          out_ += '-';
        } else if (!format_.fill_mode) {
          out_ += ' ';
        }
        break;
      case Part::kPlus:
        if (sign_ == '+') {
          out_ += '+';
        } else if (!format_.fill_mode) {
          out_ += ' ';
        }
        break;
      case Part::kPlusMinus:
        out_ += sign_;
        break;
      case Part::kCurrency:
        out_ += ' ';
        break;
      case Part::kOrdinalUpper:
      case Part::kOrdinalLower:
        if (sign_ == '+' && !format_.has_point && number_[0] != '#') {
          write_ordinal(element.part == Part::kOrdinalUpper);
        }
        break;
      case Part::kLiteral:
        out_ += element.literal;
        break;
      default:
        break;
    }
  }

  void write_ordinal(bool upper) {
    const char last = number_.back();
    const bool teen = number_.size() > 1 && number_[number_.size() - 2] == '1';
    const Text suffix = teen ? "th" : last == '1' ? "st" : last == '2' ? "nd" : last == '3' ? "rd" : "th";
    for (const char c : suffix) out_ += upper ? static_cast<char>(c & ~0x20) : c;
  }

  const Template& format_;
  std::string number_;
  char sign_;
  std::string out_;
  int blanks_ = 0;
  int current_ = 0;
  int at_ = 0;
  int places_last_ = 0;
  int last_relevant_ = -1;
  bool sign_written_ = false;
  bool in_number_ = false;
  bool brackets_ = false;
  bool closed_ = false;
};

std::string roman(int64_t number, bool lower) {
  if (number < 1 || number > 3999) return std::string(15, '#');
  static constexpr struct {
    int64_t value;
    Text digits;
  } kSteps[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
                {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};
  std::string text;
  for (const auto& step : kSteps) {
    for (; number >= step.value; number -= step.value) text += step.digits;
  }
  if (lower) std::ranges::transform(text, text.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  return text;
}

/// 1.23e+05, with so many digits behind the point.
std::string scientific(const Numeric& value, int digits) {
  if (!value.is_finite()) {
    std::string filler = " #";
    if (digits > 0) filler += "." + std::string(static_cast<size_t>(digits), '#');
    return filler + "####";
  }
  std::string text = value.abs().coefficient_digits();
  int exponent = static_cast<int>(text.size()) - 1 - value.scale();
  if (value.sign() == 0) {
    exponent = 0;
    text = "0";
  }
  Numeric mantissa = Numeric::parse("0." + text).round(digits + 1);
  std::string shown = mantissa.coefficient_digits();
  if (mantissa >= Numeric::from_int64(1)) {  // 9.99 rounded up
    shown = "1" + std::string(static_cast<size_t>(digits) + 1, '0');
    ++exponent;
  }
  shown.resize(static_cast<size_t>(digits) + 1, '0');
  if (value.sign() == 0) shown.assign(static_cast<size_t>(digits) + 1, '0');
  std::string out = value.sign() < 0 ? "-" : " ";
  out += shown[0];
  if (digits > 0) out += "." + shown.substr(1);
  const std::string power = std::to_string(std::abs(exponent));
  out += exponent < 0 ? "e-" : "e+";
  return out + (power.size() < 2 ? "0" : "") + power;
}

/// `digits_sure`: how many digits the number surely has: 6 of a float4, 15 of a float8; more are not shown.
/// `negative`: the sign that a float keeps where its digits are zeros.
std::string format_number(const Numeric& given, Text format_text, int digits_sure = INT_MAX, bool negative = false) {
  const Template format(format_text);
  if (format.elements.empty()) return {};
  if (format.roman) {
    int64_t number = 0;
    const bool fits = given.is_finite() && given.to_int64(number);
    const bool lower =
        std::ranges::any_of(format.elements, [](const TemplateElement& e) { return e.part == Part::kRomanLower; });
    std::string text = fits ? roman(number, lower) : std::string(15, '#');
    if (!format.fill_mode && text.size() < 15) text.insert(0, 15 - text.size(), ' ');
    return text;
  }
  if (format.scientific) return scientific(given, format.after);
  Numeric value = given;
  if (format.shift && given.is_finite())
    value = value * Numeric::from_int64(10).power(Numeric::from_int64(format.shifted));
  Digits digits;
  int after = format.after;
  if (value.is_finite()) {
    const auto before = static_cast<int>(value.abs().round(0).coefficient_digits().size());
    after = std::clamp(digits_sure - before, 0, format.after);
    value = value.round(after);
    digits.text = value.abs().to_text();
  } else {
    digits.text = value.is_nan() ? "NaN" : "Infinity";
    after = std::clamp(digits_sure - static_cast<int>(digits.text.size()), 0, format.after);
  }
  digits.sign = negative || value.sign() < 0 ? '-' : '+';
  const size_t point = digits.text.find('.');
  const size_t integral = point == std::string::npos ? digits.text.size() : point;
  const auto places = static_cast<size_t>(format.before + format.shifted);
  if (integral > places && !(integral == 1 && digits.text[0] == '0')) {
    digits.text = std::string(places, '#');
    if (format.has_point) digits.text += "." + std::string(static_cast<size_t>(after), '#');
    if (places == 0) digits.text = "." + std::string(static_cast<size_t>(after), '#');
  }
  if (places == 0 && digits.text[0] == '0') digits.text.erase(0, 1);
  if (digits.text.empty()) digits.text = "#";
  return NumberWriter(format, std::move(digits)).write();
}

std::string format_numeric(const Numeric& value, Text format) { return format_number(value, format); }
std::string format_int4(int32_t value, Text format) { return format_number(Numeric::from_int64(value), format); }
std::string format_int8(int64_t value, Text format) { return format_number(Numeric::from_int64(value), format); }
std::string format_uint8(uint64_t value, Text format) { return format_number(Numeric::from_uint64(value), format); }
std::string format_float8(double value, Text format) {
  return format_number(Numeric::from_double(value), format, DBL_DIG, std::signbit(value) && !std::isnan(value));
}
std::string format_float4(float value, Text format) {
  return format_number(Numeric::from_float(value), format, FLT_DIG, std::signbit(value) && !std::isnan(value));
}

/// Reads what to_char would have written: digits where the template has places, sign in any of its forms, groups and
/// other characters passed over.
Numeric to_number(Text text, Text format_text) {
  const Template format(format_text);
  if (format.roman) throw Error(sqlstate::kFeatureNotSupported, "\"RN\" not supported for input");
  std::string digits;
  bool negative = false;
  bool seen_point = false;
  size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < text.size() && text[at] == ' ') ++at;
  };
  const auto take_sign = [&] {
    skip_blanks();
    if (at < text.size() && (text[at] == '-' || (format.brackets && text[at] == '<'))) {
      negative = true;
      ++at;
    } else if (at < text.size() && text[at] == '+') {
      ++at;
    }
  };
  take_sign();
  for (const TemplateElement& element : format.elements) {
    if (at >= text.size()) break;
    switch (element.part) {
      case Part::kNine:
      case Part::kZero:
        if (digits.empty()) take_sign();
        if (at < text.size() && text[at] >= '0' && text[at] <= '9') {
          digits += text[at++];
        } else if (at < text.size() && text[at] == '.' && !seen_point && format.has_point) {
          break;  // Fewer digits before the point than places.
        }
        break;
      case Part::kPoint:
        if (text[at] == '.') {
          digits += '.';
          seen_point = true;
          ++at;
        }
        break;
      case Part::kGroup:
        if (text[at] == ',') ++at;
        break;
      case Part::kSign:
      case Part::kMinus:
      case Part::kPlus:
      case Part::kPlusMinus:
        take_sign();
        break;
      case Part::kCurrency:
        if (std::string_view("0123456789+-.,").find(text[at]) == Text::npos) ++at;
        break;
      case Part::kLiteral:
        at += std::min(element.literal.size(), text.size() - at);
        break;
      default:
        break;
    }
  }
  if (at < text.size() && (text[at] == '-' && (format.sign_after || format.has_minus))) negative = true;
  if (digits.empty() || digits == ".") {
    throw Error(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type numeric: \" \"");
  }
  Numeric value = Numeric::parse(digits);
  if (value.scale() > format.after) value = value.round(format.after);
  if (format.shift) value = value / Numeric::from_int64(10).power(Numeric::from_int64(format.shifted));
  return negative ? -value : value;
}

}  // namespace

void add_number_formatting(FunctionTables& tables) {
  static constexpr Text kDoc = "number by a template";
  const auto add = [&](TypeId type, ScalarKernel kernel) {
    tables.function("to_char", {type, kText}, kText, kernel, kDoc);
  };
  add(kNumeric, each_row<format_numeric>);
  add(kInt32, each_row<format_int4>);
  add(kInt64, each_row<format_int8>);
  add(kUInt64, each_row<format_uint8>);
  add(kFloat32, each_row<format_float4>);
  add(kFloat64, each_row<format_float8>);
  tables.function("to_number", {kText, kText}, kNumeric, each_row<to_number>, "number read by a template");
}

}  // namespace tidemark
