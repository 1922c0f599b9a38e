#pragma once

#include <antlr4-runtime.h>

#include <string_view>
#include <vector>

#include "parser/scanned_token.h"

/// The accelerated way into ANTLR's runtime, for both grammars: bytes and tokens in plain vectors, so that a look at
/// the next token is an index and not a chain of virtual calls. Only .cpp files of parser/ include this.
namespace tidemark {

/// A text as ANTLR's generated lexers read it, byte by byte (0–255).
class ByteStream final : public antlr4::CharStream {
 public:
  explicit ByteStream(std::string_view text) : text_(text) {}
  void consume() override { ++index_; }
  size_t LA(ssize_t offset) override {
    const size_t at = offset > 0 ? index_ + static_cast<size_t>(offset) - 1 : index_ - static_cast<size_t>(-offset);
    return offset != 0 && at < text_.size() ? static_cast<unsigned char>(text_[at]) : antlr4::IntStream::EOF;
  }
  ssize_t mark() override { return -1; }
  void release(ssize_t /*marker*/) override {}
  size_t index() override { return index_; }
  void seek(size_t index) override { index_ = index; }
  size_t size() override { return text_.size(); }
  std::string getSourceName() const override { return "text"; }
  std::string getText(const antlr4::misc::Interval& interval) override {
    const auto first = static_cast<size_t>(interval.a);
    if (first >= text_.size() || interval.b < interval.a) return {};
    return std::string(text_.substr(first, static_cast<size_t>(interval.b - interval.a) + 1));
  }
  std::string toString() const override { return std::string(text_); }

 private:
  std::string_view text_;
  size_t index_ = 0;
};

/// One token as the parser sees it: a type and an index into the scanner's vector.
class IndexedToken final : public antlr4::Token {
 public:
  IndexedToken(size_t type, size_t index) : type_(type), index_(index) {}
  std::string getText() const override { return {}; }
  size_t getType() const override { return type_; }
  size_t getLine() const override { return 1; }
  size_t getCharPositionInLine() const override { return index_; }
  size_t getChannel() const override { return 0; }
  size_t getTokenIndex() const override { return index_; }
  size_t getStartIndex() const override { return index_; }
  size_t getStopIndex() const override { return index_; }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  antlr4::CharStream* getInputStream() const override { return nullptr; }
  std::string toString() const override { return std::to_string(type_); }

 private:
  size_t type_;
  size_t index_;
};

/// The scanner's tokens as a stream for the parser; the end token is added here.
class VectorTokenStream final : public antlr4::TokenStream {
 public:
  explicit VectorTokenStream(const std::vector<ScannedToken>& tokens) {
    tokens_.reserve(tokens.size() + 1);
    for (const ScannedToken& token : tokens) tokens_.emplace_back(token.type, tokens_.size());
    tokens_.emplace_back(antlr4::Token::EOF, tokens_.size());
  }
  void consume() override {
    if (index_ + 1 < tokens_.size()) ++index_;
  }
  antlr4::Token* LT(ssize_t offset) override {
    const size_t at = offset > 0 ? index_ + static_cast<size_t>(offset) - 1 : index_ - static_cast<size_t>(-offset);
    if (offset < 0 && at >= tokens_.size()) return nullptr;
    return &tokens_[at < tokens_.size() ? at : tokens_.size() - 1];
  }
  size_t LA(ssize_t offset) override { return LT(offset)->getType(); }
  ssize_t mark() override { return -1; }
  void release(ssize_t /*marker*/) override {}
  size_t index() override { return index_; }
  void seek(size_t index) override { index_ = index < tokens_.size() ? index : tokens_.size() - 1; }
  size_t size() override { return tokens_.size(); }
  std::string getSourceName() const override { return "text"; }
  antlr4::Token* get(size_t index) const override { return const_cast<IndexedToken*>(&tokens_[index]); }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  std::string getText(const antlr4::misc::Interval& /*interval*/) override { return {}; }
  std::string getText() override { return {}; }
  std::string getText(antlr4::RuleContext* /*context*/) override { return {}; }
  std::string getText(antlr4::Token* /*start*/, antlr4::Token* /*stop*/) override { return {}; }

 private:
  std::vector<IndexedToken> tokens_;
  size_t index_ = 0;
};

}  // namespace tidemark
