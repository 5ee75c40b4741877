#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A piece of a word. Offsets count code points of the word.
struct WordPart {
    std::int32_t id = 0;
    std::int32_t begin = 0;
    std::int32_t end = 0;
    std::uint16_t leadingBlanks = 0; // characters at the piece's ends that trimming removes
    std::uint16_t trailingBlanks = 0;
};

/// A word's pieces.
struct WordParts {
    std::vector<WordPart> parts;
    std::int32_t characters = 0; // of the word

    void clear() {
        parts.clear();
        characters = 0;
    }
};

/// Caches short words with their pieces. It accepts words until it is full, soon filled by the
/// frequent ones, and evicts none. Any thread; lookups take no lock.
class WordCache {
public:
    static constexpr std::size_t kLongestWord = 48; // bytes
    static constexpr std::size_t kMostWords = std::size_t{1} << 16;

    WordCache();

    static std::uint64_t hashOf(std::string_view word);

    /// The word's pieces, valid as long as the cache, or null.
    const WordParts* find(std::string_view word, std::uint64_t hash) const;

    /// Stores the pieces of a word of at most kLongestWord bytes, if there is room.
    void add(std::string_view word, std::uint64_t hash, const WordParts& parts);

private:
    struct Entry {
        std::uint64_t hash;
        std::string word;
        WordParts parts;
    };

    std::vector<std::atomic<const Entry*>> slots_; // a power of two, at most half full
    std::atomic<bool> full_ = false;

    std::mutex mutex_;          // held while a word is added
    std::deque<Entry> entries_; // guarded by mutex_; entries are never moved or changed
};

} // namespace flip
