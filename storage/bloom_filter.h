#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// A Bloom filter in blocks of one cache half-line: a look-up touches 32 bytes. Eight bits a key in a block chosen by
/// the high half of its hash, at 12 bits a key: about 0.4 % false hits. (Putze, Sanders, Singler, "Cache-, Hash- and
/// Space-Efficient Bloom Filters", 2007.) On disk: the blocks, 8 × u32 each.
[[nodiscard]] std::string make_bloom_filter(const std::vector<uint64_t>& hashes);

/// False only if no key of that hash is there. An empty filter says yes to all.
[[nodiscard]] bool bloom_filter_may_hold(std::string_view filter, uint64_t hash);

}  // namespace tidemark
