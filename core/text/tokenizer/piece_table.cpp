#include "core/text/tokenizer/piece_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

namespace flip {

namespace {

constexpr std::uint64_t kSeed = 0x9E3779B97F4A7C15U;

std::uint64_t extend(std::uint64_t hash, char byte) {
    return (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
}

/// Mixes the bits: FNV-1a leaves the low bits weak, and the table takes its slot from these.
std::uint64_t finish(std::uint64_t hash) {
    hash ^= hash >> 32;
    hash *= 0xD6E8FEB86659FD93U;
    return hash ^ (hash >> 29);
}

std::uint32_t tagOf(std::uint64_t finished) {
    return static_cast<std::uint32_t>(finished >> 32);
}

std::uint64_t hashOf(std::string_view piece) {
    std::uint64_t hash = kSeed;
    for (const char byte : piece) {
        hash = extend(hash, byte);
    }
    return finish(hash);
}

bool isContinuationByte(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

} // namespace

PieceTable::PieceTable(std::size_t pieces) : slots_(std::bit_ceil(2 * pieces + 2)) {
    entries_.reserve(pieces);
}

std::int32_t PieceTable::lookUp(std::uint64_t hash, std::string_view piece) const {
    const std::size_t mask = slots_.size() - 1;
    const std::uint32_t tag = tagOf(hash);
    for (std::size_t at = hash & mask; slots_[at].entry >= 0; at = (at + 1) & mask) {
        const auto entry = static_cast<std::size_t>(slots_[at].entry);
        if (slots_[at].tag == tag && entries_[entry].piece == piece) {
            return slots_[at].entry;
        }
    }
    return -1;
}

void PieceTable::add(std::string_view piece, std::int32_t id) {
    assert(!piece.empty() && piece.size() <= kLongest);
    const std::uint64_t hash = hashOf(piece);
    if (const std::int32_t known = lookUp(hash, piece); known >= 0) {
        entries_[static_cast<std::size_t>(known)].id = id;
        return;
    }
    assert(2 * (entries_.size() + 1) <= slots_.size());
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].entry >= 0) {
        at = (at + 1) & mask;
    }
    slots_[at] = {tagOf(hash), static_cast<std::int32_t>(entries_.size())};
    entries_.push_back({piece, id});
    longest_ = std::max(longest_, piece.size());
}

std::int32_t PieceTable::find(std::string_view piece) const {
    const std::int32_t entry = lookUp(hashOf(piece), piece);
    return entry < 0 ? -1 : entries_[static_cast<std::size_t>(entry)].id;
}

PieceTable::Found PieceTable::longestPrefix(std::string_view text) const {
    const std::size_t reach = std::min(text.size(), longest_);
    std::array<std::uint64_t, kLongest> hashes;
    std::uint64_t hash = kSeed;
    for (std::size_t i = 0; i < reach; ++i) {
        hash = extend(hash, text[i]);
        hashes[i] = hash;
    }
    for (std::size_t length = reach; length > 0; --length) {
        if (length < text.size() && isContinuationByte(text[length])) {
            continue;
        }
        const std::int32_t entry = lookUp(finish(hashes[length - 1]), text.substr(0, length));
        if (entry >= 0) {
            return {entries_[static_cast<std::size_t>(entry)].id, length};
        }
    }
    return {};
}

} // namespace flip
