#include "core/data/value_dictionary.h"

#include "core/base/hashing.h"

#include <cassert>

namespace flip {

namespace {

constexpr std::uint32_t kFree = ValueDictionary::kMaxValues + 1;
constexpr std::size_t kFirstSlots = 64; // a power of two, as every later count

std::uint32_t upperHalf(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash >> 32);
}

} // namespace

ValueDictionary::ValueDictionary() : slots_(kFirstSlots, Slot{kFree, 0}), offsets_{0} {}

std::optional<std::uint32_t> ValueDictionary::add(std::string_view value) {
    const std::uint64_t hash = hash64(value);
    std::size_t slot = slotOf(value, hash);
    if (slots_[slot].code != kFree) {
        return slots_[slot].code;
    }
    if (size() == kMaxValues) {
        return std::nullopt;
    }
    if (2 * (std::size_t{size()} + 1) > slots_.size()) {
        grow();
        slot = slotOf(value, hash);
    }
    const std::uint32_t code = size();
    slots_[slot] = Slot{code, upperHalf(hash)};
    bytes_ += value;
    offsets_.push_back(bytes_.size());
    return code;
}

std::optional<std::uint32_t> ValueDictionary::find(std::string_view value) const {
    const Slot& slot = slots_[slotOf(value, hash64(value))];
    return slot.code == kFree ? std::nullopt : std::optional(slot.code);
}

std::string_view ValueDictionary::value(std::uint32_t code) const {
    assert(code < size());
    return std::string_view(bytes_).substr(offsets_[code], offsets_[code + 1] - offsets_[code]);
}

std::size_t ValueDictionary::slotOf(std::string_view wanted, std::uint64_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
        const Slot& slot = slots_[at];
        if (slot.code == kFree || (slot.hash == upperHalf(hash) && value(slot.code) == wanted)) {
            return at;
        }
    }
}

void ValueDictionary::grow() {
    slots_.assign(2 * slots_.size(), Slot{kFree, 0});
    const std::size_t mask = slots_.size() - 1;
    for (std::uint32_t code = 0; code < size(); ++code) {
        const std::uint64_t hash = hash64(value(code));
        std::size_t at = hash & mask;
        while (slots_[at].code != kFree) {
            at = (at + 1) & mask;
        }
        slots_[at] = Slot{code, upperHalf(hash)};
    }
}

} // namespace flip
