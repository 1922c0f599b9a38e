#include "base/faulty_file_system.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include "base/check.h"

namespace tidemark {
namespace {

constexpr size_t kHistoryLinesMax = 2000;

constexpr std::array<std::string_view, 16> kCallNames = {
    "open",
    "create",
    "read",
    "append",
    "sync",
    "preallocate",
    "truncate",
    "status",
    "list",
    "create_directory",
    "remove_directory",
    "remove",
    "rename",
    "link",
    "sync_directory",
    "lock",
};

std::string_view name_of(FileCall call) { return kCallNames[static_cast<size_t>(call)]; }

int errno_of(IoErrorKind kind) {
  switch (kind) {
    case IoErrorKind::kNoSpace:
      return ENOSPC;
    case IoErrorKind::kIo:
      return EIO;
    case IoErrorKind::kTooManyFiles:
      return EMFILE;
    case IoErrorKind::kNotFound:
      return ENOENT;
    case IoErrorKind::kExists:
      return EEXIST;
    case IoErrorKind::kPermission:
      return EACCES;
    case IoErrorKind::kOther:
      break;
  }
  return EINVAL;
}

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") {
      parts.emplace_back(part);
    }
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

}  // namespace

/// A file or a folder.
struct FaultyFileSystem::Node {
  bool is_directory = false;
  SimulatedFile file;
  std::map<std::string, std::shared_ptr<Node>> names;    ///< Of a folder: what calls see.
  std::map<std::string, std::shared_ptr<Node>> durable;  ///< Of a folder: what a power loss leaves at least.
  bool locked = false;
};

/// One name in one folder is given to a node, or taken away (null).
struct FaultyFileSystem::NameChange {
  std::shared_ptr<Node> directory;
  std::string name;
  std::shared_ptr<Node> node;

  void apply_durably() const {
    if (node == nullptr) {
      directory->durable.erase(name);
    } else {
      directory->durable[name] = node;
    }
  }
};

/// Where a path points: its folder, its last part and, if it exists, what is there.
struct FaultyFileSystem::Place {
  std::shared_ptr<Node> directory;
  std::string name;
  std::shared_ptr<Node> node;
};

class FaultyFileSystem::Reader final : public RandomAccessFile {
 public:
  Reader(FaultyFileSystem& files, std::string path, std::shared_ptr<Node> node)
      : files_(files), path_(std::move(path)), node_(std::move(node)), generation_(files.generation_) {}

  [[nodiscard]] size_t read(uint64_t offset, std::span<char> out) const override {
    bool partial = false;
    const Guard guard = files_.enter(
        FileCall::kRead, path_, "offset=" + std::to_string(offset) + " bytes=" + std::to_string(out.size()), &partial);
    files_.enter_handle(generation_, path_);
    const std::string& content = node_->file.content();
    const uint64_t begin = std::min<uint64_t>(offset, content.size());
    size_t count = std::min<uint64_t>(out.size(), content.size() - begin);
    count = partial ? count / 2 : count;
    std::copy_n(content.data() + begin, count, out.data());
    if (partial) {
      throw make_io_error("read file", path_, EIO);
    }
    return count;
  }
  [[nodiscard]] uint64_t size() const override {
    const Guard guard = files_.enter(FileCall::kStatus, path_, "");
    files_.enter_handle(generation_, path_);
    return node_->file.content().size();
  }

 protected:
  [[nodiscard]] const std::string& path() const override { return path_; }

 private:
  FaultyFileSystem& files_;
  const std::string path_;
  const std::shared_ptr<Node> node_;
  const uint64_t generation_;
};

class FaultyFileSystem::Writer final : public AppendFile {
 public:
  Writer(FaultyFileSystem& files, std::string path, std::shared_ptr<Node> node)
      : files_(files),
        path_(std::move(path)),
        node_(std::move(node)),
        generation_(files.generation_),
        position_(node_->file.content().size()) {}

  void append(std::string_view bytes) override {
    bool partial = false;
    const Guard guard =
        files_.enter(FileCall::kAppend, path_,
                     "offset=" + std::to_string(position_) + " bytes=" + std::to_string(bytes.size()), &partial);
    files_.enter_handle(generation_, path_);
    const uint64_t size = node_->file.content().size();
    const uint64_t end = position_ + bytes.size();
    const uint64_t missing = end > size ? end - size : 0;
    const uint64_t granted = files_.space_for(missing);
    const uint64_t fitting = partial ? bytes.size() / 2 : bytes.size() - (missing - granted);
    node_->file.write(position_, bytes.substr(0, fitting));
    if (fitting < bytes.size()) {
      files_.note("  wrote " + std::to_string(fitting));
      throw make_io_error("write file", path_, partial ? EIO : ENOSPC);
    }
    position_ = end;
  }

  void sync() override {
    const Guard guard = [&] {
      try {
        return files_.enter(FileCall::kSync, path_, "");
      } catch (const IoError&) {
        const Guard again(files_.mutex_);
        if (!files_.off_ && generation_ == files_.generation_) {
          node_->file.fail_sync(files_.random_);
        }
        throw;
      }
    }();
    files_.enter_handle(generation_, path_);
    node_->file.sync();
  }

  [[nodiscard]] uint64_t position() const override { return position_; }
  void seek(uint64_t position) override { position_ = position; }

  void preallocate(uint64_t size) override {
    const Guard guard = files_.enter(FileCall::kPreallocate, path_, "size=" + std::to_string(size));
    files_.enter_handle(generation_, path_);
    const uint64_t before = node_->file.content().size();
    if (size <= before) {
      return;
    }
    if (files_.space_for(size - before) < size - before) {
      throw make_io_error("allocate space for file", path_, ENOSPC);
    }
    node_->file.resize(size);
  }

  void truncate(uint64_t size) override {
    const Guard guard = files_.enter(FileCall::kTruncate, path_, "size=" + std::to_string(size));
    files_.enter_handle(generation_, path_);
    node_->file.resize(size);
    position_ = std::min(position_, size);
  }

 private:
  FaultyFileSystem& files_;
  const std::string path_;
  const std::shared_ptr<Node> node_;
  const uint64_t generation_;
  uint64_t position_;
};

class FaultyFileSystem::Lock final : public FileLock {
 public:
  Lock(FaultyFileSystem& files, std::shared_ptr<Node> node)
      : files_(files), node_(std::move(node)), generation_(files.generation_) {}
  ~Lock() override {
    const Guard guard(files_.mutex_);
    if (generation_ == files_.generation_) {
      node_->locked = false;
    }
  }

 private:
  FaultyFileSystem& files_;
  const std::shared_ptr<Node> node_;
  const uint64_t generation_;
};

FaultyFileSystem::FaultyFileSystem(uint64_t seed) : seed_(seed), random_(seed), root_(std::make_shared<Node>()) {
  root_->is_directory = true;
}

FaultyFileSystem::~FaultyFileSystem() = default;

// --- Faults ---------------------------------------------------------------------------------------------------------

void FaultyFileSystem::inject(const Fault& fault) {
  TIDEMARK_CHECK(fault.nth > 0);
  const Guard guard(mutex_);
  faults_.push_back(fault);
}

void FaultyFileSystem::clear_faults() {
  const Guard guard(mutex_);
  faults_.clear();
}

void FaultyFileSystem::power_off_at_call(uint64_t call) {
  const Guard guard(mutex_);
  power_off_at_call_ = call;
}

bool FaultyFileSystem::is_off() const {
  const Guard guard(mutex_);
  return off_;
}

void FaultyFileSystem::restart(Survival survival, uint64_t seed) {
  const Guard guard(mutex_);
  note("restart, survival " + std::to_string(static_cast<int>(survival)) + ", seed " + std::to_string(seed));
  Random random(seed);
  restart_names(survival, random);
  restart_files(*root_, survival, random);
  faults_.clear();
  power_off_at_call_ = 0;
  off_ = false;
  ++generation_;
}

void FaultyFileSystem::restart_names(Survival survival, Random& random) {
  // As with bytes: nothing, all, a prefix, or any of them, each with its share.
  const uint64_t mode = survival == Survival::kNothing ? 0 : survival == Survival::kEverything ? 1 : random.below(4);
  const uint64_t prefix = random.below(unsynced_names_.size() + 1);
  for (uint64_t i = 0; i < unsynced_names_.size(); ++i) {
    const bool survives = mode == 1 || (mode == 2 && i < prefix) || (mode == 3 && random.chance(0.5));
    if (survives) {
      std::for_each(unsynced_names_[i].begin(), unsynced_names_[i].end(), [](const auto& c) { c.apply_durably(); });
    }
  }
  unsynced_names_.clear();
}

void FaultyFileSystem::restart_files(Node& directory, Survival survival, Random& random) {
  directory.names = directory.durable;
  for (const auto& [name, node] : directory.names) {
    node->locked = false;
    if (node->is_directory) {
      restart_files(*node, survival, random);
    } else {
      node->file.restart(survival, random);
    }
  }
}

void FaultyFileSystem::set_space_limit(std::optional<uint64_t> bytes) {
  const Guard guard(mutex_);
  space_limit_ = bytes;
}

void FaultyFileSystem::corrupt(const std::string& path, const std::function<void(std::string& content)>& change) {
  const Guard guard(mutex_);
  const auto node = find_file("corrupt file", path);
  std::string content = node->file.content();
  change(content);
  node->file.corrupt(std::move(content));
  note("corrupt " + path);
}

void FaultyFileSystem::flip_bit(const std::string& path, uint64_t bit) {
  corrupt(path, [&](std::string& content) {
    TIDEMARK_CHECK(bit / 8 < content.size());
    content[bit / 8] = static_cast<char>(content[bit / 8] ^ (1 << (bit % 8)));
  });
}

void FaultyFileSystem::swap_sectors(const std::string& path, uint64_t first, uint64_t second) {
  constexpr uint64_t kBytes = SimulatedFile::kSectorBytes;
  corrupt(path, [&](std::string& content) {
    TIDEMARK_CHECK((std::max(first, second) + 1) * kBytes <= content.size());
    const auto at = [&](uint64_t sector) { return content.begin() + static_cast<std::ptrdiff_t>(sector * kBytes); };
    std::swap_ranges(at(first), at(first) + kBytes, at(second));
  });
}

void FaultyFileSystem::set_observer(std::function<void(FileCall call, const std::string& path)> observer) {
  const Guard guard(mutex_);
  observer_ = std::move(observer);
}

uint64_t FaultyFileSystem::calls() const {
  const Guard guard(mutex_);
  return calls_;
}

std::string FaultyFileSystem::history() const {
  const Guard guard(mutex_);
  std::string text = "seed " + std::to_string(seed_) + ", " + std::to_string(calls_) + " calls\n";
  for (const std::string& line : history_) {
    text += line + "\n";
  }
  return text;
}

void FaultyFileSystem::note(std::string line) {
  history_.push_back(std::move(line));
  if (history_.size() > kHistoryLinesMax) {
    history_.pop_front();
  }
}

FaultyFileSystem::Guard FaultyFileSystem::enter(FileCall call, const std::string& path, const std::string& what,
                                                bool* partial) {
  Guard guard(mutex_);
  if (observer_) {
    const auto observer = observer_;
    guard.unlock();
    observer(call, path);
    guard.lock();
  }
  ++calls_;
  std::string line = std::to_string(calls_);
  line.append(" ").append(name_of(call)).append(" ").append(path).append(" ").append(what);
  off_ = off_ || calls_ == power_off_at_call_;
  const std::optional<Fault> fault = due_fault(call);
  if (off_) {
    note(line + " (power is off)");
    throw IoError(IoErrorKind::kIo, "the simulated machine is off");
  }
  if (!fault) {
    note(std::move(line));
    return guard;
  }
  note(line + " FAILS, kind " + std::to_string(static_cast<int>(fault->kind)));
  if (fault->partial && partial != nullptr) {
    *partial = true;
    return guard;
  }
  throw make_io_error(name_of(call), path, errno_of(fault->kind));
}

void FaultyFileSystem::enter_handle(uint64_t generation, const std::string& path) const {
  if (generation != generation_) {
    throw IoError(IoErrorKind::kOther, "\"" + path + "\" was opened before the restart");
  }
}

std::optional<FaultyFileSystem::Fault> FaultyFileSystem::due_fault(FileCall call) {
  std::optional<Fault> due;
  for (size_t i = 0; i < faults_.size();) {
    Fault& fault = faults_[i];
    const bool counts = !fault.only || *fault.only == call;
    if (counts && fault.nth > 1) {
      --fault.nth;
    } else if (counts) {
      due = due ? due : fault;
      if (!fault.and_all_later) {
        faults_.erase(faults_.begin() + static_cast<std::ptrdiff_t>(i));
        continue;
      }
    }
    ++i;
  }
  return due;
}

// --- Names ----------------------------------------------------------------------------------------------------------

std::shared_ptr<FaultyFileSystem::Node> FaultyFileSystem::find(const std::string& path) const {
  std::shared_ptr<Node> node = root_;
  for (const std::string& part : parts_of(path)) {
    const auto entry = node->names.find(part);
    if (entry == node->names.end()) {
      return nullptr;
    }
    node = entry->second;
  }
  return node;
}

std::shared_ptr<FaultyFileSystem::Node> FaultyFileSystem::find_file(std::string_view action,
                                                                    const std::string& path) const {
  auto node = find(path);
  if (node == nullptr || node->is_directory) {
    throw make_io_error(action, path, node == nullptr ? ENOENT : EISDIR);
  }
  return node;
}

std::shared_ptr<FaultyFileSystem::Node> FaultyFileSystem::find_directory(std::string_view action,
                                                                         const std::string& path) const {
  auto node = find(path);
  if (node == nullptr || !node->is_directory) {
    throw make_io_error(action, path, node == nullptr ? ENOENT : ENOTDIR);
  }
  return node;
}

FaultyFileSystem::Place FaultyFileSystem::place_of(std::string_view action, const std::string& path) const {
  const auto parts = parts_of(path);
  if (parts.empty()) {
    throw make_io_error(action, path, EBUSY);
  }
  const size_t slash = path.rfind(parts.back());
  Place place{.directory = find_directory(action, path.substr(0, slash)), .name = parts.back(), .node = nullptr};
  const auto entry = place.directory->names.find(place.name);
  if (entry != place.directory->names.end()) {
    place.node = entry->second;
  }
  return place;
}

void FaultyFileSystem::change_names(std::vector<NameChange> changes) {
  for (const NameChange& change : changes) {
    if (change.node == nullptr) {
      change.directory->names.erase(change.name);
    } else {
      change.directory->names[change.name] = change.node;
    }
  }
  unsynced_names_.push_back(std::move(changes));
}

uint64_t FaultyFileSystem::used_space() const {
  std::set<const Node*> counted;  // A file with two names counts once.
  uint64_t used = 0;
  const auto count = [&](const Node& directory, const auto& count_below) -> void {
    for (const auto& [name, node] : directory.names) {
      if (counted.insert(node.get()).second) {
        used += node->file.content().size();
        count_below(*node, count_below);
      }
    }
  };
  count(*root_, count);
  return used;
}

uint64_t FaultyFileSystem::space_for(uint64_t more_bytes) const {
  if (!space_limit_) {
    return more_bytes;
  }
  const uint64_t used = used_space();
  return std::min(more_bytes, *space_limit_ > used ? *space_limit_ - used : 0);
}

// --- Calls ----------------------------------------------------------------------------------------------------------

std::unique_ptr<RandomAccessFile> FaultyFileSystem::open_random_access(const std::string& path) {
  const Guard guard = enter(FileCall::kOpen, path, "for reading");
  return std::make_unique<Reader>(*this, path, find_file("open file", path));
}

std::unique_ptr<AppendFile> FaultyFileSystem::open_append(const std::string& path, OpenMode mode) {
  const Guard guard = enter(mode == OpenMode::kExisting ? FileCall::kOpen : FileCall::kCreate, path, "for writing");
  if (mode == OpenMode::kExisting) {
    return std::make_unique<Writer>(*this, path, find_file("open file", path));
  }
  const Place place = place_of("create file", path);
  if (place.node == nullptr) {
    auto node = std::make_shared<Node>();
    change_names({{place.directory, place.name, node}});
    return std::make_unique<Writer>(*this, path, std::move(node));
  }
  if (mode == OpenMode::kCreateNew || place.node->is_directory) {
    throw make_io_error("create file", path, mode == OpenMode::kCreateNew ? EEXIST : EISDIR);
  }
  place.node->file.resize(0);
  return std::make_unique<Writer>(*this, path, place.node);
}

bool FaultyFileSystem::exists(const std::string& path) {
  const Guard guard = enter(FileCall::kStatus, path, "");
  return find(path) != nullptr;
}

uint64_t FaultyFileSystem::file_size(const std::string& path) {
  const Guard guard = enter(FileCall::kStatus, path, "");
  return find_file("stat file", path)->file.content().size();
}

std::vector<std::string> FaultyFileSystem::list(const std::string& directory) {
  const Guard guard = enter(FileCall::kList, directory, "");
  std::vector<std::string> names;
  for (const auto& [name, node] : find_directory("open directory", directory)->names) {
    names.push_back(name);
  }
  return names;
}

void FaultyFileSystem::create_directory(const std::string& path) {
  const Guard guard = enter(FileCall::kCreateDirectory, path, "");
  if (parts_of(path).empty()) {
    return;
  }
  const Place place = place_of("create directory", path);
  if (place.node == nullptr) {
    auto node = std::make_shared<Node>();
    node->is_directory = true;
    change_names({{place.directory, place.name, std::move(node)}});
  } else if (!place.node->is_directory) {
    throw make_io_error("create directory", path, EEXIST);
  }
}

void FaultyFileSystem::remove_directory(const std::string& path) {
  const Guard guard = enter(FileCall::kRemoveDirectory, path, "");
  const Place place = place_of("remove directory", path);
  if (!find_directory("remove directory", path)->names.empty()) {
    throw make_io_error("remove directory", path, ENOTEMPTY);
  }
  change_names({{place.directory, place.name, nullptr}});
}

void FaultyFileSystem::remove(const std::string& path) {
  const Guard guard = enter(FileCall::kRemove, path, "");
  static_cast<void>(find_file("remove file", path));
  const Place place = place_of("remove file", path);
  change_names({{place.directory, place.name, nullptr}});
}

void FaultyFileSystem::rename(const std::string& from, const std::string& to) {
  const Guard guard = enter(FileCall::kRename, from, "to " + to);
  const Place source = place_of("rename file", from);
  const Place target = place_of("rename file", to);
  if (source.node == nullptr) {
    throw make_io_error("rename file", from, ENOENT);
  }
  if (target.node != nullptr && (source.node->is_directory || target.node->is_directory)) {
    throw make_io_error("rename file", to, target.node->is_directory ? EISDIR : ENOTDIR);
  }
  if (source.node == target.node) {
    return;  // Two names of one file, or one name: POSIX leaves both.
  }
  change_names({{source.directory, source.name, nullptr}, {target.directory, target.name, source.node}});
}

void FaultyFileSystem::link(const std::string& from, const std::string& to) {
  const Guard guard = enter(FileCall::kLink, from, "to " + to);
  const auto node = find_file("link file", from);
  const Place target = place_of("link file", to);
  if (target.node != nullptr) {
    throw make_io_error("link file", to, EEXIST);
  }
  change_names({{target.directory, target.name, node}});
}

void FaultyFileSystem::sync_directory(const std::string& path) {
  const Guard guard = enter(FileCall::kSyncDirectory, path, "");
  // A rename between two folders is one change; when it becomes durable, so does all that went before in either of
  // them.
  std::set<const Node*> directories = {find_directory("fsync directory", path).get()};
  std::vector<bool> durable(unsynced_names_.size());
  for (size_t i = unsynced_names_.size(); i-- > 0;) {
    const auto& changes = unsynced_names_[i];
    durable[i] = std::any_of(changes.begin(), changes.end(),
                             [&](const NameChange& change) { return directories.contains(change.directory.get()); });
    if (durable[i]) {
      std::for_each(changes.begin(), changes.end(),
                    [&](const auto& change) { directories.insert(change.directory.get()); });
    }
  }
  std::vector<std::vector<NameChange>> rest;
  for (size_t i = 0; i < unsynced_names_.size(); ++i) {
    if (durable[i]) {
      std::for_each(unsynced_names_[i].begin(), unsynced_names_[i].end(),
                    [](const auto& change) { change.apply_durably(); });
    } else {
      rest.push_back(std::move(unsynced_names_[i]));
    }
  }
  unsynced_names_ = std::move(rest);
}

std::unique_ptr<FileLock> FaultyFileSystem::try_lock(const std::string& path) {
  const Guard guard = enter(FileCall::kLock, path, "");
  Place place = place_of("lock file", path);
  if (place.node == nullptr) {
    place.node = std::make_shared<Node>();
    change_names({{place.directory, place.name, place.node}});
  }
  if (std::exchange(place.node->locked, true)) {
    return nullptr;
  }
  return std::make_unique<Lock>(*this, place.node);
}

bool FaultyFileSystem::is_owned_by_another(const std::string& path) {
  const Guard guard = enter(FileCall::kStatus, path, "");
  return owned_by_another_ == path;
}

void FaultyFileSystem::set_owned_by_another(const std::string& path) {
  const Guard guard(mutex_);
  owned_by_another_ = path;
}

uint64_t FaultyFileSystem::free_space(const std::string& path) {
  const Guard guard = enter(FileCall::kStatus, path, "");
  static_cast<void>(find_directory("stat file system of", path));
  return space_limit_ ? space_for(*space_limit_) : uint64_t{1} << 40;
}

}  // namespace tidemark
