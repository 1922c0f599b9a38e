#include "storage/manifest.h"

#include <array>
#include <charconv>
#include <cstdio>

#include "base/bytes.h"
#include "base/hash.h"

namespace tidemark {
namespace {

constexpr std::string_view kManifestMagic = "TIDEMAN\n";
constexpr std::string_view kCatalogMagic = "TIDECAT\n";
constexpr uint32_t kFormatVersion = 1;
constexpr size_t kHeadBytes = 40;  // magic, version, unused u32, number, payload length, checksum
constexpr std::string_view kCurrent = "CURRENT";
constexpr size_t kNameDigits = 20;

std::string numbered(std::string_view prefix, uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string name(prefix);
  name.append(kNameDigits - digits.size(), '0');
  return name.append(digits);
}

/// The checksum covers the head before it and the payload.
std::string framed(std::string_view magic, uint64_t number, std::string_view payload) {
  ByteWriter out;
  out.put_bytes(magic);
  out.put(kFormatVersion);
  out.put(uint32_t{0});
  out.put(number);
  out.put(uint64_t{payload.size()});
  const std::string head(out.view());
  out.put(block_checksum(number, hash64(head), payload));
  out.put_bytes(payload);
  return out.take();
}

std::string_view unframed(std::string_view magic, uint64_t number, std::string_view bytes, const std::string& name) {
  const auto damaged = [&](size_t offset, std::string_view reason) {
    return Error(sqlstate::kDataCorrupted,
                 "file \"" + name + "\" is damaged at offset " + std::to_string(offset) + ": " + std::string(reason));
  };
  if (bytes.size() < kHeadBytes || !bytes.starts_with(magic)) {
    throw damaged(0, "no valid head");
  }
  ByteReader in(bytes, name);
  in.skip(magic.size());
  const auto version = in.get<uint32_t>();
  in.skip(sizeof(uint32_t));
  const auto stored_number = in.get<uint64_t>();
  const auto length = in.get<uint64_t>();
  const auto checksum = in.get<uint64_t>();
  const std::string_view payload = bytes.substr(kHeadBytes);
  if (stored_number != number || length != payload.size() ||
      checksum != block_checksum(number, hash64(bytes.substr(0, kHeadBytes - sizeof(checksum))), payload)) {
    throw damaged(0, "wrong checksum");
  }
  if (version != kFormatVersion) {
    throw Error(sqlstate::kFeatureNotSupported, "file \"" + name + "\" has format version " + std::to_string(version) +
                                                    ", this server knows version " + std::to_string(kFormatVersion));
  }
  return payload;
}

/// Bits of an extent's last byte.
constexpr uint8_t kExtentHasMerges = 1;
constexpr uint8_t kExtentIsCold = 2;
constexpr uint8_t kExtentHasCopies = 4;
constexpr uint8_t kExtentSharesFile = 8;

void put_extent(ByteWriter& out, const SegmentExtent& extent) {
  out.put_varint(extent.file);
  out.put_varint(extent.row_group_first);
  out.put_varint(extent.row_group_count);
  out.put_varint(extent.rows);
  out.put_varint(extent.bytes);
  out.put_string(extent.bounds.series_min);
  out.put_string(extent.bounds.series_max);
  out.put(extent.bounds.order_min);
  out.put(extent.bounds.order_max);
  out.put_bool(extent.only_puts);
  out.put(static_cast<uint8_t>((extent.has_merges ? kExtentHasMerges : 0) | (extent.is_cold ? kExtentIsCold : 0) |
                               (extent.has_copies ? kExtentHasCopies : 0) |
                               (extent.shares_file ? kExtentSharesFile : 0)));
}

SegmentExtent get_extent(ByteReader& in) {
  SegmentExtent extent;
  extent.file = in.get_varint();
  extent.row_group_first = static_cast<uint32_t>(in.get_varint());
  extent.row_group_count = static_cast<uint32_t>(in.get_varint());
  extent.rows = in.get_varint();
  extent.bytes = in.get_varint();
  extent.bounds.series_min = in.get_string();
  extent.bounds.series_max = in.get_string();
  extent.bounds.order_min = in.get<int64_t>();
  extent.bounds.order_max = in.get<int64_t>();
  extent.only_puts = in.get_bool();
  const auto flags = in.get<uint8_t>();
  extent.has_merges = (flags & kExtentHasMerges) != 0;
  extent.is_cold = (flags & kExtentIsCold) != 0;
  extent.has_copies = (flags & kExtentHasCopies) != 0;
  extent.shares_file = (flags & kExtentSharesFile) != 0;
  return extent;
}

void put_table(ByteWriter& out, const Manifest::Table& table) {
  out.put_varint(table.id);
  out.put_varint(table.flushed_sequence);
  out.put_varint(table.next_row_id);
  out.put_varint(table.next_rank);
  out.put_varint(table.partitions.size());
  for (const Manifest::Partition& partition : table.partitions) {
    out.put(partition.time_min);
    out.put(partition.time_max);
    out.put_bool(partition.holds_null_times);
    out.put_varint(partition.runs.size());
    for (const Manifest::Run& run : partition.runs) {
      out.put_varint(run.rank);
      put_extent(out, run.extent);
    }
  }
  out.put_varint(table.tombstones.size());
  for (const Manifest::Tombstone& tombstone : table.tombstones) {
    out.put_varint(tombstone.rank);
    out.put_string(tombstone.range.series_prefix);
    out.put(tombstone.range.from);
    out.put(tombstone.range.to);
  }
}

Manifest::Table get_table(ByteReader& in) {
  Manifest::Table table;
  table.id = static_cast<ObjectId>(in.get_varint());
  table.flushed_sequence = in.get_varint();
  table.next_row_id = in.get_varint();
  table.next_rank = in.get_varint();
  table.partitions.resize(in.get_count());
  for (Manifest::Partition& partition : table.partitions) {
    partition.time_min = in.get<int64_t>();
    partition.time_max = in.get<int64_t>();
    partition.holds_null_times = in.get_bool();
    partition.runs.resize(in.get_count());
    for (Manifest::Run& run : partition.runs) {
      run.rank = in.get_varint();
      run.extent = get_extent(in);
    }
  }
  table.tombstones.resize(in.get_count());
  for (Manifest::Tombstone& tombstone : table.tombstones) {
    tombstone.rank = in.get_varint();
    tombstone.range.table = table.id;
    tombstone.range.series_prefix = in.get_string();
    tombstone.range.from = in.get<int64_t>();
    tombstone.range.to = in.get<int64_t>();
  }
  return table;
}

}  // namespace

std::string encode_manifest(const Manifest& manifest) {
  ByteWriter out;
  out.put_varint(manifest.wal_first);
  out.put_varint(manifest.sequence);
  out.put_varint(manifest.catalog_number);
  out.put_varint(manifest.next_object_id);
  out.put_varint(manifest.next_file_id);
  out.put_varint(manifest.tables.size());
  for (const Manifest::Table& table : manifest.tables) {
    put_table(out, table);
  }
  return framed(kManifestMagic, manifest.number, out.view());
}

Manifest decode_manifest(std::string_view bytes, uint64_t number) {
  const std::string name = ManifestStore::manifest_name(number);
  ByteReader in(unframed(kManifestMagic, number, bytes, name), name);
  Manifest manifest;
  manifest.number = number;
  manifest.wal_first = in.get_varint();
  manifest.sequence = in.get_varint();
  manifest.catalog_number = in.get_varint();
  manifest.next_object_id = static_cast<ObjectId>(in.get_varint());
  manifest.next_file_id = in.get_varint();
  const size_t tables = in.get_count();
  for (size_t i = 0; i < tables; ++i) {
    manifest.tables.push_back(get_table(in));
  }
  in.expect_end();
  return manifest;
}

std::string encode_catalog(const Catalog& catalog, uint64_t number) {
  ByteWriter out;
  const std::vector<CatalogDelta> deltas = catalog.as_deltas();
  out.put_varint(deltas.size());
  for (const CatalogDelta& delta : deltas) {
    encode_delta(out.buffer(), delta);
  }
  return framed(kCatalogMagic, number, out.view());
}

std::shared_ptr<const Catalog> decode_catalog(std::string_view bytes, uint64_t number) {
  const std::string name = ManifestStore::catalog_name(number);
  const std::string_view payload = unframed(kCatalogMagic, number, bytes, name);
  ByteReader in(payload, name);
  const size_t count = in.get_count();
  std::string_view rest = payload.substr(in.position());
  std::vector<CatalogDelta> deltas;
  deltas.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    deltas.push_back(decode_delta(rest));
  }
  if (!rest.empty()) {
    throw Error(sqlstate::kDataCorrupted, "file \"" + name + "\" is too long");
  }
  return Catalog::empty()->with(deltas);
}

std::string ManifestStore::manifest_name(uint64_t number) { return numbered("manifest-", number); }
std::string ManifestStore::catalog_name(uint64_t number) { return numbered("catalog-", number); }

std::optional<ManifestStore::Loaded> ManifestStore::load() const {
  const std::string current_path = join_path(folder_, kCurrent);
  if (!files_.exists(current_path)) {
    return std::nullopt;
  }
  // CURRENT is the name of the manifest and a checksum in hexadecimal, a line each.
  const std::string current = read_file(files_, current_path);
  const auto damaged = [&] { return Error(sqlstate::kDataCorrupted, "file \"CURRENT\" is damaged at offset 0"); };
  const size_t name_end = current.find('\n');
  if (name_end == std::string::npos) {
    throw damaged();
  }
  const std::string name = current.substr(0, name_end);
  uint64_t number = 0;
  const char* digits = name.data() + name.size() - std::min(name.size(), kNameDigits);
  const auto [end, error] = std::from_chars(digits, name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || name != manifest_name(number) ||
      current != encode_current(number)) {
    throw damaged();
  }
  Loaded loaded;
  loaded.manifest = decode_manifest(read_file(files_, join_path(folder_, name)), number);
  loaded.catalog = decode_catalog(read_file(files_, join_path(folder_, catalog_name(loaded.manifest.catalog_number))),
                                  loaded.manifest.catalog_number);
  return loaded;
}

std::string ManifestStore::encode_current(uint64_t number) {
  const std::string name = manifest_name(number);
  std::array<char, 17> checksum{};
  static_cast<void>(std::snprintf(checksum.data(), checksum.size(), "%016llx",
                                  static_cast<unsigned long long>(block_checksum(0, 0, name))));
  return name + "\n" + checksum.data() + "\n";
}

void ManifestStore::install(const Manifest& manifest, const Catalog* catalog) {
  if (catalog != nullptr) {
    write_synced(catalog_name(manifest.catalog_number), encode_catalog(*catalog, manifest.catalog_number));
  }
  write_synced(manifest_name(manifest.number), encode_manifest(manifest));
  files_.sync_directory(folder_);
  replace_file_durably(files_, join_path(folder_, kCurrent), encode_current(manifest.number));
}

void ManifestStore::write_synced(const std::string& name, std::string_view bytes) {
  const auto file = files_.open_append(join_path(folder_, name), FileSystem::OpenMode::kTruncate);
  file->append(bytes);
  file->sync();
}

void ManifestStore::remove_others(const Manifest& current) {
  for (const std::string& name : files_.list(folder_)) {
    const bool is_manifest = name.starts_with("manifest-") && name != manifest_name(current.number);
    const bool is_catalog = name.starts_with("catalog-") && name != catalog_name(current.catalog_number);
    if (is_manifest || is_catalog) {
      files_.remove(join_path(folder_, name));
    }
  }
}

}  // namespace tidemark
