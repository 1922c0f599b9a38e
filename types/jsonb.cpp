// The normal form of jsonb and its key bytes: see types/json.h.

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "types/json.h"
#include "types/key_encoding.h"
#include "types/numeric.h"

namespace tidemark {
namespace {

/// Writes the normal form. Each open container keeps its members apart, since those of objects are to be sorted.
class JsonbNormalizer final : public JsonHandler {
 public:
  [[nodiscard]] std::string take() { return std::move(root_); }

  void on_null() override { put("null"); }
  void on_boolean(bool value) override { put(value ? "true" : "false"); }
  void on_number(std::string_view text) override { put(Numeric::parse(text).to_text()); }
  void on_string(std::string& text) override {
    std::string quoted;
    append_json_string(quoted, text);
    put(std::move(quoted));
  }
  void on_array_begin() override { open_.emplace_back(); }
  void on_array_end(size_t /*count*/) override {
    std::string text = "[";
    for (const Member& member : open_.back().members) {
      text += text.size() > 1 ? ", " : "";
      text += member.value;
    }
    open_.pop_back();
    put(std::move(text += ']'));
  }
  void on_object_begin() override { open_.emplace_back(); }
  void on_key(std::string& key) override { open_.back().next_key = std::move(key); }
  void on_object_end(size_t /*count*/) override {
    std::vector<Member> members = std::move(open_.back().members);
    open_.pop_back();
    std::sort(members.begin(), members.end(), [](const Member& left, const Member& right) {
      return std::tuple(left.key.size(), std::string_view(left.key), left.position) <
             std::tuple(right.key.size(), std::string_view(right.key), right.position);
    });
    std::string text = "{";
    for (size_t i = 0; i < members.size(); ++i) {
      if (i + 1 < members.size() && members[i + 1].key == members[i].key) {
        continue;  // The last of equal keys counts.
      }
      text += text.size() > 1 ? ", " : "";
      append_json_string(text, members[i].key);
      text += ": ";
      text += members[i].value;
    }
    put(std::move(text += '}'));
  }

 private:
  struct Member {
    std::string key;  ///< empty in arrays
    std::string value;
    size_t position = 0;  ///< in its container
  };
  struct Container {
    std::vector<Member> members;
    std::string next_key;
  };

  void put(std::string text) {
    if (open_.empty()) {
      root_ = std::move(text);
    } else {
      std::vector<Member>& members = open_.back().members;
      members.push_back({std::move(open_.back().next_key), std::move(text), members.size()});
    }
  }

  std::string root_;
  std::vector<Container> open_;
};

// The classes of values in their order. PostgreSQL puts an empty array below everything, but only at the top.
constexpr char kEmptyTopArray = 0;
constexpr char kNull = 1;
constexpr char kString = 2;
constexpr char kNumber = 3;
constexpr char kFalse = 4;
constexpr char kTrue = 5;
constexpr char kArray = 6;
constexpr char kObject = 7;

/// Writes the key of a normal form: containers say their size before their members, in which they are compared first.
class JsonbKeyWriter final : public JsonHandler {
 public:
  explicit JsonbKeyWriter(std::string& key) : key_(key), top_(key.size()) {}

  void on_null() override { key_ += kNull; }
  void on_boolean(bool value) override { key_ += value ? kTrue : kFalse; }
  void on_number(std::string_view text) override {
    key_ += kNumber;
    key_encoding::append_numeric(key_, Numeric::parse(text));
  }
  void on_string(std::string& text) override {
    key_ += kString;
    key_encoding::append_escaped(key_, text);
  }
  void on_array_begin() override { begin(kArray); }
  void on_array_end(size_t count) override {
    if (count == 0 && open_.back() == top_) {
      key_.resize(top_);
      key_ += kEmptyTopArray;
      open_.pop_back();
      return;
    }
    end(count);
  }
  void on_object_begin() override { begin(kObject); }
  void on_key(std::string& key) override { key_encoding::append_escaped(key_, key); }
  void on_object_end(size_t count) override { end(count); }

 private:
  void begin(char kind) {
    open_.push_back(key_.size());
    key_ += kind;
    key_.append(sizeof(uint32_t), '\0');
  }
  void end(size_t count) {
    std::string bytes;
    key_encoding::append_big_endian(bytes, static_cast<uint32_t>(count));
    key_.replace(open_.back() + 1, bytes.size(), bytes);
    open_.pop_back();
  }

  std::string& key_;
  const size_t top_;
  std::vector<size_t> open_;  ///< where open containers begin
};

void skip_key(std::string_view& key, int depth) {
  const char kind = key_encoding::take_bytes(key, 1)[0];
  if (kind == kString) {
    key_encoding::take_escaped(key);
  } else if (kind == kNumber) {
    key_encoding::skip_numeric(key);
  } else if (kind == kArray || kind == kObject) {
    if (depth > kJsonDepthMax) {
      key_encoding::throw_malformed();
    }
    for (auto left = key_encoding::take_big_endian<uint32_t>(key); left > 0; --left) {
      if (kind == kObject) {
        key_encoding::take_escaped(key);
      }
      skip_key(key, depth + 1);
    }
  } else if (kind < kEmptyTopArray || kind > kObject) {
    key_encoding::throw_malformed();
  }
}

}  // namespace

std::string normalize_jsonb(std::string_view text) {
  JsonbNormalizer normalizer;
  parse_json(text, normalizer);
  return normalizer.take();
}

void append_jsonb_key(std::string& key, std::string_view normalized) {
  JsonbKeyWriter writer(key);
  parse_json(normalized, writer);
}

void skip_jsonb_key(std::string_view& key) { skip_key(key, 0); }

std::weak_ordering compare_jsonb(std::string_view left, std::string_view right) {
  if (left == right) {
    return std::weak_ordering::equivalent;
  }
  std::string left_key;
  std::string right_key;
  append_jsonb_key(left_key, left);
  append_jsonb_key(right_key, right);
  return left_key <=> right_key;
}

}  // namespace tidemark
