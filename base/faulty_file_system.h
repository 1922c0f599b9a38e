#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "base/file_system.h"
#include "base/simulated_file.h"

namespace tidemark {

/// The kinds of calls that reach the disk; `exists`, `file_size`, `is_owned_by_another` and `free_space` are kStatus.
enum class FileCall {
  kOpen,
  kCreate,
  kRead,
  kAppend,
  kSync,
  kPreallocate,
  kTruncate,
  kStatus,
  kList,
  kCreateDirectory,
  kRemoveDirectory,
  kRemove,
  kRename,
  kLink,
  kSyncDirectory,
  kLock,
};

/// A disk in memory that behaves as badly as real ones do, on command and repeatably: the twin of PosixFileSystem for
/// tests.
///
///  - It keeps apart what is durable and what is not: bytes until `sync` (SimulatedFile), names until `sync_directory`.
///  - `restart` crashes it: handles go dead, locks are released, unsynced bytes and names are lost in a way that the
///  seed picks.
///  - `inject` lets chosen calls fail, `power_off_at_call` stops the machine before a chosen call, `corrupt` damages
///  bytes.
///
/// The loop of the crash tests: run a workload once and read `calls()`; then for each k in 1..calls() run it on a fresh
/// disk with `power_off_at_call(k)`, `restart`, reopen the store and compare with the model. The root folder is "" or
/// "/"; "." is the root as well. Thread-safe.
class FaultyFileSystem final : public FileSystem {
 public:
  struct Fault {
    IoErrorKind kind = IoErrorKind::kIo;
    /// Only calls of this kind count and fail; all if empty.
    std::optional<FileCall> only = {};
    /// Fails the nth such call from now on, 1 = the next.
    uint64_t nth = 1;
    /// Fails all later ones as well.
    bool and_all_later = false;
    /// An append writes, a read fills, half of the bytes before it fails.
    bool partial = false;
  };

  explicit FaultyFileSystem(uint64_t seed = 0);
  ~FaultyFileSystem() override;

  /// Faults are checked in the order in which they were injected. A sync that fails drops the unsynced pages, whatever
  /// the kind: the next sync succeeds without them (SimulatedFile::fail_sync).
  void inject(const Fault& fault);
  void clear_faults();
  /// The power goes before the `call`th call from the beginning (1 = the first): it and all later ones fail until
  /// `restart`.
  void power_off_at_call(uint64_t call);
  [[nodiscard]] bool is_off() const;
  /// Crashes and comes up again: handles that are open now fail from now on, locks are free, what was not synced is
  /// lost as `survival` and `seed` say. Faults are cleared.
  void restart(Survival survival = Survival::kSeeded, uint64_t seed = 0);

  /// Writes fail with kNoSpace where the sizes of all files would pass this; the part that fits is written. No value:
  /// no limit.
  void set_space_limit(std::optional<uint64_t> bytes);
  /// Changes the bytes of a file on disk behind the back of its users.
  void corrupt(const std::string& path, const std::function<void(std::string& content)>& change);
  void flip_bit(const std::string& path, uint64_t bit);
  /// Swaps two sectors of 512 bytes, as a misdirected write may.
  void swap_sectors(const std::string& path, uint64_t first, uint64_t second);
  /// Gives one file or folder to another user.
  void set_owned_by_another(const std::string& path);
  /// Called before each call, without any lock held: to wait (a slow disk), to stop a thread at a point, to look on.
  void set_observer(std::function<void(FileCall call, const std::string& path)> observer);

  /// Calls so far, failed ones included.
  [[nodiscard]] uint64_t calls() const;
  /// The seed and the last calls, one a line, with their faults: for a failing test to print.
  [[nodiscard]] std::string history() const;

  [[nodiscard]] std::unique_ptr<RandomAccessFile> open_random_access(const std::string& path) override;
  [[nodiscard]] std::unique_ptr<AppendFile> open_append(const std::string& path, OpenMode mode) override;
  [[nodiscard]] bool exists(const std::string& path) override;
  [[nodiscard]] uint64_t file_size(const std::string& path) override;
  [[nodiscard]] std::vector<std::string> list(const std::string& directory) override;
  void create_directory(const std::string& path) override;
  void remove_directory(const std::string& path) override;
  void remove(const std::string& path) override;
  void rename(const std::string& from, const std::string& to) override;
  void link(const std::string& from, const std::string& to) override;
  void sync_directory(const std::string& path) override;
  [[nodiscard]] std::unique_ptr<FileLock> try_lock(const std::string& path) override;
  [[nodiscard]] bool is_owned_by_another(const std::string& path) override;
  [[nodiscard]] uint64_t free_space(const std::string& path) override;

 private:
  struct Node;
  struct NameChange;
  struct Place;
  class Reader;
  class Writer;
  class Lock;
  using Guard = std::unique_lock<std::mutex>;

  // Each call begins with `enter`, which counts it, logs it and throws what was injected; the partial fault of a read
  // or an append is returned instead.
  Guard enter(FileCall call, const std::string& path, const std::string& what, bool* partial = nullptr);
  void enter_handle(uint64_t generation, const std::string& path) const;
  std::optional<Fault> due_fault(FileCall call);
  void note(std::string line);

  std::shared_ptr<Node> find(const std::string& path) const;
  std::shared_ptr<Node> find_file(std::string_view action, const std::string& path) const;
  std::shared_ptr<Node> find_directory(std::string_view action, const std::string& path) const;
  Place place_of(std::string_view action, const std::string& path) const;
  void change_names(std::vector<NameChange> changes);
  uint64_t space_for(uint64_t more_bytes) const;
  uint64_t used_space() const;
  void restart_names(Survival survival, Random& random);
  void restart_files(Node& directory, Survival survival, Random& random);

  mutable std::mutex mutex_;  ///< Guards everything below.
  const uint64_t seed_;
  Random random_;  ///< For failing syncs.
  std::shared_ptr<Node> root_;
  std::vector<std::vector<NameChange>> unsynced_names_;  ///< Each entry is atomic.
  std::vector<Fault> faults_;
  std::optional<uint64_t> space_limit_;
  std::optional<std::string> owned_by_another_;
  std::function<void(FileCall, const std::string&)> observer_;
  uint64_t calls_ = 0;
  uint64_t power_off_at_call_ = 0;  ///< 0: never.
  bool off_ = false;
  uint64_t generation_ = 0;  ///< Counts restarts; handles of an earlier one are dead.
  std::deque<std::string> history_;
};

}  // namespace tidemark
