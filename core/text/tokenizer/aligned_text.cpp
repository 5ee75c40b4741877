#include "core/text/tokenizer/aligned_text.h"

#include <algorithm>

namespace flip {

AlignedText::AlignedText(std::u32string_view text, std::int32_t first) : first_(first) {
    units_.reserve(text.size());
    for (const char32_t c : text) {
        units_.push_back({c, first, first + 1});
        ++first;
    }
}

std::u32string AlignedText::characters() const {
    std::u32string text;
    text.reserve(units_.size());
    for (const Unit& unit : units_) {
        text += unit.character;
    }
    return text;
}

void AlignedText::transform(std::span<const Change> changes, std::size_t removed) {
    std::vector<Unit> changed;
    changed.reserve(changes.size());
    std::size_t at = removed; // the next character of the old text
    for (const Change& change : changes) {
        const bool inserted = change.change > 0;
        Unit unit{change.character, first_, first_};
        if (inserted ? at > 0 : !units_.empty()) {
            const Unit& place = units_[std::min(inserted ? at - 1 : at, units_.size() - 1)];
            unit.begin = place.begin;
            unit.end = place.end;
        }
        changed.push_back(unit);
        at += inserted ? 0 : static_cast<std::size_t>(1 - change.change);
    }
    units_ = std::move(changed);
}

void AlignedText::prepend(std::u32string_view text) {
    if (units_.empty()) {
        return;
    }
    std::vector<Unit> before;
    for (const char32_t c : text) {
        before.push_back({c, units_.front().begin, units_.front().end});
    }
    units_.insert(units_.begin(), before.begin(), before.end());
}

} // namespace flip
