#include "parser/antlr_prediction.h"

#include <algorithm>

namespace tidemark {
namespace {

// A state of the runtime holds a set of configurations, 1 to 10 KB; one of a memo some 30 bytes.
constexpr size_t kRuntimeStatesMax = 60'000;
constexpr size_t kMemoStatesMax = 2'000'000;
constexpr size_t kPredictionsBetweenCounts = 64;

}  // namespace

std::mutex& antlr_mutex() {
  static std::mutex mutex;
  return mutex;
}

uint32_t PredictionMemo::start_state(size_t decision) {
  if (decision >= starts_.size()) starts_.resize(decision + 1, kUnknown);
  if (starts_[decision] == kUnknown) {
    starts_[decision] = static_cast<uint32_t>(predictions_.size());
    predictions_.push_back(0);
  }
  return starts_[decision];
}

uint32_t PredictionMemo::add(uint32_t state, size_t token, size_t prediction) {
  const auto [entry, is_new] = edges_.try_emplace(key(state, token), static_cast<uint32_t>(predictions_.size()));
  if (is_new) predictions_.push_back(prediction);
  return entry->second;
}

void PredictionMemo::clear() {
  edges_ = {};
  predictions_ = {0};
  starts_.clear();
}

MemoizedSimulator::MemoizedSimulator(antlr4::Parser* owner, antlr4::atn::ParserATNSimulator& original,
                                     PredictionMemo& memo)
    : antlr4::atn::ParserATNSimulator(owner, original.atn, original.decisionToDFA, original.getSharedContextCache()),
      memo_(memo) {}

size_t MemoizedSimulator::adaptivePredict(antlr4::TokenStream* input, size_t decision,
                                          antlr4::ParserRuleContext* context) {
  if (getPredictionMode() == antlr4::atn::PredictionMode::SLL) {
    uint32_t state = memo_.start_state(decision);
    for (ssize_t ahead = 1;; ++ahead) {
      ++tokens_examined_;
      state = memo_.next_state(state, input->LA(ahead));
      if (state == PredictionMemo::kUnknown) break;
      if (const size_t prediction = memo_.prediction(state); prediction != 0) return prediction;
    }
  }
  return predict_and_remember(input, decision, context);
}

antlr4::NoViableAltException MemoizedSimulator::noViableAlt(antlr4::TokenStream* input,
                                                            antlr4::ParserRuleContext* context,
                                                            antlr4::atn::ATNConfigSet* configurations, size_t start,
                                                            bool owned) {
  dead_end_ = std::max(dead_end_, input->index());
  return ParserATNSimulator::noViableAlt(input, context, configurations, start, owned);
}

void MemoizedSimulator::forget_if_large() {
  if (memo_.state_count() > kMemoStatesMax) memo_.clear();
  static size_t predictions = 0;
  if (++predictions % kPredictionsBetweenCounts != 0) return;
  size_t states = 0;
  for (const antlr4::dfa::DFA& automaton : decisionToDFA) states += automaton.states.size();
  if (states > kRuntimeStatesMax) {
    ParserATNSimulator::clearDFA();
    getSharedContextCache().clear();
  }
}

size_t MemoizedSimulator::predict_and_remember(antlr4::TokenStream* input, size_t decision,
                                               antlr4::ParserRuleContext* context) {
  const std::lock_guard lock(antlr_mutex());
  forget_if_large();
  const size_t result = ParserATNSimulator::adaptivePredict(input, decision, context);
  if (getPredictionMode() != antlr4::atn::PredictionMode::SLL) return result;
  // The runtime's automaton now holds the whole way to the answer: walk it again and copy it.
  const antlr4::dfa::DFAState* node = decisionToDFA[decision].s0;
  uint32_t state = memo_.start_state(decision);
  for (ssize_t ahead = 1; node != nullptr; ++ahead) {
    const size_t token = input->LA(ahead);
    const auto edge = node->edges.find(token);
    if (edge == node->edges.end() || edge->second == nullptr || edge->second == ERROR.get()) break;
    node = edge->second;
    if (node->isAcceptState && !node->predicates.empty()) break;  // Depends on more than the tokens.
    state = memo_.add(state, token, node->isAcceptState ? node->prediction : 0);
    if (node->isAcceptState || token == antlr4::Token::EOF) break;
  }
  return result;
}

}  // namespace tidemark
