// `tidemark check`: reads everything that the manifest names and the log from where it is needed, changes nothing.

#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/io_error.h"
#include "storage/manifest.h"
#include "storage/page_cache.h"
#include "storage/segment_file_set.h"
#include "storage/store.h"
#include "storage/wal_reader.h"
#include "storage/write_set_codec.h"

namespace tidemark {
namespace {

class FolderCheck {
 public:
  FolderCheck(FileSystem& files, const std::string& folder) : files_(files), folder_(folder) {}

  std::vector<CheckFinding> run() {
    const std::unique_ptr<FileLock> lock = files_.try_lock(join_path(folder_, "LOCK"));
    if (lock == nullptr) {
      throw Error(sqlstate::kObjectInUse, "data folder \"" + folder_ + "\" is in use by another process");
    }
    std::optional<ManifestStore::Loaded> loaded;
    try {
      loaded = ManifestStore(files_, folder_).load();
    } catch (const IoError& error) {
      if (error.kind() != IoErrorKind::kNotFound) {
        throw;
      }
      find("CURRENT", 0, error.message());
      return std::move(findings_);
    } catch (const Error& error) {
      find("CURRENT", 0, error.message());
      return std::move(findings_);
    }
    if (!loaded) {
      find("CURRENT", 0, "the file is missing");
      return std::move(findings_);
    }
    check_tables(*loaded);
    check_wal(loaded->manifest);
    return std::move(findings_);
  }

 private:
  void find(std::string file, uint64_t offset, std::string problem) {
    findings_.push_back({std::move(file), offset, std::move(problem)});
  }

  void check_tables(const ManifestStore::Loaded& loaded) {
    const std::string name = ManifestStore::manifest_name(loaded.manifest.number);
    std::unordered_set<FileId> files;
    for (const Manifest::Table& table : loaded.manifest.tables) {
      const std::string of_table = "table " + std::to_string(table.id) + ": ";
      if (loaded.catalog->table(table.id) == nullptr) {
        find(name, 0, of_table + "is not in the catalog");
      }
      int64_t last_end = INT64_MIN;
      bool is_first = true;
      for (const Manifest::Partition& partition : table.partitions) {
        if (!partition.holds_null_times) {
          if (partition.time_min > partition.time_max || (!is_first && partition.time_min <= last_end)) {
            find(name, 0, of_table + "windows overlap or are out of order");
          }
          last_end = partition.time_max;
          is_first = false;
        }
        uint64_t last_rank = 0;
        for (const Manifest::Run& run : partition.runs) {
          if (run.rank <= last_rank || run.rank >= table.next_rank) {
            find(name, 0, of_table + "runs are out of order");
          }
          last_rank = run.rank;
          files.insert(run.extent.file);
          if (run.extent.file >= loaded.manifest.next_file_id) {
            find(name, 0, of_table + "file number " + std::to_string(run.extent.file) + " was never given out");
          }
        }
      }
    }
    PageCache cache(16 << 20);
    const SegmentFileSet segments(files_, join_path(folder_, "segments"), cache, loaded.manifest.next_file_id);
    for (const FileId file : files) {
      const std::string path = segments.path(file);
      if (!files_.exists(path)) {
        find(path, 0, "the file is missing");
        continue;
      }
      check_segment(files_, path, file, findings_);
    }
  }

  void check_wal(const Manifest& manifest) {
    WalReplay replay;
    uint64_t last_sequence = 0;
    const std::optional<WalDamage> damage = read_wal(
        files_, join_path(folder_, "wal"), manifest.wal_first, replay,
        [&](const WalReader::Record& record, uint64_t file_number) {
          const std::string path = join_path(join_path(folder_, "wal"), wal::file_name(file_number));
          const bool is_copy = record.kind == wal::RecordKind::kCopy;
          if (last_sequence != 0 && !is_copy && record.sequence != last_sequence + 1) {
            find(path, 0,
                 "commit " + std::to_string(record.sequence) + " follows commit " + std::to_string(last_sequence));
          }
          last_sequence = std::max(last_sequence, record.sequence);
          try {
            static_cast<void>(decode_write_set(record.payload));
          } catch (const Error& error) {
            find(path, 0, error.message());
          }
        });
    if (damage) {
      find(damage->file, damage->offset, damage->problem);
    }
  }

  FileSystem& files_;
  const std::string folder_;
  std::vector<CheckFinding> findings_;
};

}  // namespace

std::vector<CheckFinding> check_folder(FileSystem& files, const std::string& folder) {
  return FolderCheck(files, folder).run();
}

}  // namespace tidemark
