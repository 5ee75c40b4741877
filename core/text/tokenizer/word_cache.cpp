#include "core/text/tokenizer/word_cache.h"

#include <xxhash.h>

namespace flip {

WordCache::WordCache() : slots_(2 * kMostWords) {}

std::uint64_t WordCache::hashOf(std::string_view word) {
    return XXH3_64bits(word.data(), word.size());
}

const WordParts* WordCache::find(std::string_view word, std::uint64_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
        const Entry* entry = slots_[at].load(std::memory_order_acquire);
        if (entry == nullptr) {
            return nullptr;
        }
        if (entry->hash == hash && entry->word == word) {
            return &entry->parts;
        }
    }
}

void WordCache::add(std::string_view word, std::uint64_t hash, const WordParts& parts) {
    if (full_.load(std::memory_order_relaxed)) {
        return;
    }
    const std::lock_guard lock(mutex_);
    if (entries_.size() == kMostWords) {
        full_ = true;
        return;
    }
    if (find(word, hash) != nullptr) {
        return; // another thread was faster
    }
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].load(std::memory_order_relaxed) != nullptr) {
        at = (at + 1) & mask;
    }
    const Entry& entry = entries_.emplace_back(Entry{hash, std::string(word), parts});
    slots_[at].store(&entry, std::memory_order_release);
}

} // namespace flip
