#pragma once

#include <antlr4-runtime.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <mutex>
#include <vector>

namespace tidemark {

/// Everything of ANTLR's runtime 4.9 that changes shared state (its prediction automata, its context caches) happens
/// under this mutex. The runtime's own locks are finer, and leave races.
std::mutex& antlr_mutex();

/// What one thread remembers of a grammar's prediction automata: (state, token) → state. It grows, as ANTLR's own
/// automata do, with the variety of statements and not with their number; both are forgotten when they have grown too
/// large, as machines that write statements at random make them.
class PredictionMemo {
 public:
  static constexpr uint32_t kUnknown = 0;
  /// The state in which decision `decision` starts.
  uint32_t start_state(size_t decision);
  /// The state after `token`, or kUnknown.
  [[nodiscard]] uint32_t next_state(uint32_t state, size_t token) const {
    const auto found = edges_.find(key(state, token));
    return found == edges_.end() ? kUnknown : found->second;
  }
  /// The chosen alternative of a final state; 0 in others.
  [[nodiscard]] size_t prediction(uint32_t state) const { return predictions_[state]; }
  /// Adds a state reached from `state` by `token`.
  uint32_t add(uint32_t state, size_t token, size_t prediction);
  [[nodiscard]] size_t state_count() const { return predictions_.size() - 1; }
  void clear();

 private:
  static uint64_t key(uint32_t state, size_t token) { return (uint64_t{state} << 32U) | static_cast<uint32_t>(token); }
  boost::unordered_flat_map<uint64_t, uint32_t> edges_;
  std::vector<size_t> predictions_ = {0};  // State 0 is kUnknown.
  std::vector<uint32_t> starts_;
};

/// ANTLR's SLL prediction, answered from the thread's memo where it can be: without a lock, without shared_ptr traffic.
/// Only what the thread has not seen goes to the runtime, under the mutex. With another prediction mode everything goes
/// to the runtime.
class MemoizedSimulator final : public antlr4::atn::ParserATNSimulator {
 public:
  /// Takes the automata of `original`, which the generated parser made. `memo` belongs to the calling thread and to
  /// this grammar.
  MemoizedSimulator(antlr4::Parser* owner, antlr4::atn::ParserATNSimulator& original, PredictionMemo& memo);
  size_t adaptivePredict(antlr4::TokenStream* input, size_t decision, antlr4::ParserRuleContext* context) override;
  /// The token at which a prediction last found that nothing fits, if any did: the runtime then may still choose an
  /// alternative and fail at an earlier token.
  [[nodiscard]] size_t dead_end() const { return dead_end_; }
  /// Forgetting happens under the mutex, between predictions; what memos hold stays true.
  void clearDFA() override {}
  /// How many tokens were looked at so far, in predictions: a measure of work that does not depend on the machine.
  [[nodiscard]] size_t tokens_examined() const { return tokens_examined_; }

 private:
  antlr4::NoViableAltException noViableAlt(antlr4::TokenStream* input, antlr4::ParserRuleContext* context,
                                           antlr4::atn::ATNConfigSet* configurations, size_t start,
                                           bool owned) override;
  size_t predict_and_remember(antlr4::TokenStream* input, size_t decision, antlr4::ParserRuleContext* context);
  /// Precondition: antlr_mutex() is held, and no prediction is going on.
  void forget_if_large();
  PredictionMemo& memo_;
  size_t tokens_examined_ = 0;
  size_t dead_end_ = 0;
};

}  // namespace tidemark
