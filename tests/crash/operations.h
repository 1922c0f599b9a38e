#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "tests/sanitized.h"
#include "tests/unit/storage/table_fixture.h"

namespace tidemark::crash {

using testing_storage::Content;
using testing_storage::Row;
using testing_storage::StoreOnFaultyDisk;

/// Of calls, bits and sectors, one in so many is tried: a prime, so that what repeats is met at all its places.
inline constexpr auto kThinning = unless_sanitized<uint64_t>(1, 13);

/// One step of a workload: a commit, or something that must not change what is there.
struct Operation {
  enum class Kind { kCreate, kDrop, kAlter, kWrite, kFlush, kCompact, kReopen };
  enum class Alteration { kAddTag, kDropNote, kAddNote, kWidenA };
  struct Change {
    ObjectId table = kNoObject;
    RowOperation operation = RowOperation::kPut;
    std::vector<Row> rows;
    bool is_range = false;
    std::string host;  ///< of a range: all hosts if empty
    int64_t from = 0;
    int64_t to = 0;
  };
  Kind kind = Kind::kWrite;
  ObjectId table = kNoObject;
  TableKind table_kind = TableKind::kSeries;
  Alteration alteration = Alteration::kAddTag;  ///< kAlter
  std::vector<Change> changes;                  ///< kWrite: one commit
  bool wait_for_sync = true;

  [[nodiscard]] bool is_commit() const {
    return kind == Kind::kCreate || kind == Kind::kDrop || kind == Kind::kAlter || kind == Kind::kWrite;
  }
  [[nodiscard]] std::string to_string() const;
};

/// What a store must hold: tables by id, their rows as `read_all` prints them. Knows nothing of how it is stored.
class Model {
 public:
  void apply(const Operation& operation);
  [[nodiscard]] std::map<ObjectId, Content> content() const;
  [[nodiscard]] bool has(ObjectId table) const { return tables_.contains(table); }
  [[nodiscard]] bool has_note(ObjectId table) const { return tables_.at(table).has_note; }
  /// The table that comes and goes: under another id each time, as ids are never used again.
  [[nodiscard]] ObjectId passing_table() const { return passing_table_; }
  /// A row id of an append table that is in use, or 0.
  [[nodiscard]] int64_t any_row_id(ObjectId table, Random& random) const;

 private:
  struct StoredRow {
    std::string host;
    int64_t time = 0;
    std::optional<int64_t> a;
    std::optional<double> b;
    std::optional<std::string> note;
  };
  struct Table {
    TableKind kind = TableKind::kSeries;
    bool has_note = true;
    std::map<std::string, StoredRow> rows;
    int64_t next_row_id = 1;
  };
  void apply(const Operation::Change& change);
  std::map<ObjectId, Table> tables_;
  ObjectId passing_table_ = 20030;
};

/// Does it to a real store; `disk.store` is another one after kReopen.
void perform(const Operation& operation, StoreOnFaultyDisk& disk);

/// All tables of the store as text.
std::map<ObjectId, Content> content_of(const Store& store);

/// Every kind of operation, on three kinds of table, with flushes, compactions and reopenings in between.
std::vector<Operation> scripted_workload();

/// A random step that fits the model.
Operation random_operation(const Model& model, Random& random);

}  // namespace tidemark::crash
