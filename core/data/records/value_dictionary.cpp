#include "core/data/records/value_dictionary.h"

#include "core/base/hashing.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <random>

namespace flip {

namespace {

constexpr std::uint32_t kFree = ValueDictionary::kMaxValues + 1;
constexpr std::size_t kFirstSlots = 64; // a power of two, as every later count

/// One number per process. Values are numbered by their order alone, so it changes no result.
std::uint64_t processSecret() {
    static const std::uint64_t secret = [] {
        std::random_device device;
        return (std::uint64_t{device()} << 32 | device()) | 1;
    }();
    return secret;
}

/// A single value, followed by the bytes that ValueKey::of() reads beyond it.
class Padded {
public:
    explicit Padded(std::string_view value) {
        if (value.size() <= ValueKey::kInlineBytes) {
            std::copy(value.begin(), value.end(), short_.begin());
            text_ = short_.data();
        } else {
            text_ = value.data();
        }
        key_ = ValueKey::of(text_, 0, static_cast<std::uint32_t>(value.size()));
    }
    Padded(const Padded&) = delete;
    Padded& operator=(const Padded&) = delete;

    const char* text() const { return text_; }
    const ValueKey& key() const { return key_; }

private:
    std::array<char, ValueKey::kInlineBytes> short_{};
    const char* text_;
    ValueKey key_;
};

} // namespace

std::uint64_t ValueKey::hashOf(std::string_view value) {
    return hash64(value);
}

ValueDictionary::ValueDictionary()
    : slots_(kFirstSlots, Slot{0, 0, kFree}), offsets_{0}, secret_(processSecret()) {}

std::optional<std::uint32_t> ValueDictionary::add(std::string_view value) {
    const Padded padded(value);
    const std::uint32_t code = codeOf(padded.text(), padded.key());
    return code == kFree ? std::nullopt : std::optional(code);
}

bool ValueDictionary::addAll(const char* text, std::span<const ValueKey> keys,
                             std::uint32_t* codes) {
    // A large table is not in the cache: prefetching several slots at once hides most of the
    // latency.
    constexpr std::size_t kAhead = 16;
    for (std::size_t first = 0; first < keys.size(); first += kAhead) {
        const std::size_t end = std::min(first + kAhead, keys.size());
        for (std::size_t i = first; i < end; ++i) {
            __builtin_prefetch(&slots_[home(keys[i])]);
        }
        for (std::size_t i = first; i < end; ++i) {
            codes[i] = codeOf(text, keys[i]);
            if (codes[i] == kFree) {
                return false;
            }
        }
    }
    return true;
}

std::optional<std::uint32_t> ValueDictionary::find(std::string_view value) const {
    const Padded padded(value);
    const Slot& slot = slots_[slotOf(padded.text(), padded.key())];
    return slot.code == kFree ? std::nullopt : std::optional(slot.code);
}

std::string_view ValueDictionary::value(std::uint32_t code) const {
    assert(code < size());
    return std::string_view(bytes_).substr(offsets_[code], offsets_[code + 1] - offsets_[code]);
}

std::size_t ValueDictionary::home(const ValueKey& key) const {
    // Folded multiplication spreads every bit of the key over the table.
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(key.head ^ secret_) *
                         ((std::uint64_t{key.size} << 1 | 1) * 0x9E3779B97F4A7C15ULL ^ secret_);
    return static_cast<std::size_t>(static_cast<std::uint64_t>(product) ^
                                    static_cast<std::uint64_t>(product >> 64)) &
           (slots_.size() - 1);
}

std::size_t ValueDictionary::slotOf(const char* text, const ValueKey& key) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = home(key);; at = (at + 1) & mask) {
        const Slot& slot = slots_[at];
        if (slot.code == kFree) {
            return at;
        }
        if (slot.head == key.head && slot.size == key.size &&
            (key.size <= ValueKey::kInlineBytes ||
             value(slot.code) == std::string_view(text + key.begin, key.size))) {
            return at;
        }
    }
}

std::uint32_t ValueDictionary::codeOf(const char* text, const ValueKey& key) {
    std::size_t at = slotOf(text, key);
    if (slots_[at].code != kFree) {
        return slots_[at].code;
    }
    if (size() == kMaxValues) {
        return kFree;
    }
    if (2 * (std::size_t{size()} + 1) > slots_.size()) {
        grow();
        at = slotOf(text, key);
    }
    const std::uint32_t code = size();
    slots_[at] = Slot{key.head, key.size, code};
    bytes_.append(text + key.begin, key.size);
    offsets_.push_back(bytes_.size());
    return code;
}

void ValueDictionary::grow() {
    std::vector<Slot> old(2 * slots_.size(), Slot{0, 0, kFree});
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
        if (slot.code == kFree) {
            continue;
        }
        std::size_t at = home({slot.head, 0, slot.size});
        while (slots_[at].code != kFree) {
            at = (at + 1) & mask;
        }
        slots_[at] = slot;
    }
}

} // namespace flip
