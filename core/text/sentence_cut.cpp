#include "core/text/sentence_cut.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

namespace flip {

namespace {

/// Consecutive tokens of one field: a value, and how much of it is kept.
struct Span {
    std::size_t begin;
    std::size_t size; // tokens
    std::size_t kept; // of them, from the first
    int field;
};

std::vector<Span> valuesOf(const TokenRow& row, std::size_t begin) {
    std::vector<Span> spans;
    for (std::size_t at = begin; at < row.owner.size(); ++at) {
        const int field = row.owner[at];
        if (field < 0) {
            continue;
        }
        if (at > begin && row.owner[at - 1] == field) {
            ++spans.back().size;
            ++spans.back().kept;
        } else {
            spans.push_back({at, 1, 1, field});
        }
    }
    return spans;
}

/// Takes up to `excess` tokens from one field's values, the last value first. Returns the rest of
/// `excess`.
std::size_t shortenField(int field, std::size_t excess, std::vector<Span>& spans) {
    for (auto span = spans.rbegin(); span != spans.rend(); ++span) {
        if (span->field == field) {
            const std::size_t taken = std::min(excess, span->kept);
            span->kept -= taken;
            excess -= taken;
        }
    }
    return excess;
}

/// Takes up to `excess` tokens, always from the longest value. Returns the rest of `excess`.
std::size_t shortenLongest(std::size_t excess, std::vector<Span>& spans) {
    // Shortens the longest values together to the length of the next one, until that is enough.
    std::vector<Span*> order;
    for (Span& span : spans) {
        order.push_back(&span);
    }
    std::ranges::stable_sort(order, std::greater<>(), [](const Span* span) { return span->kept; });
    for (std::size_t count = 1; count <= order.size() && excess > 0; ++count) {
        const std::size_t level = order[0]->kept;
        const std::size_t next = count < order.size() ? order[count]->kept : 0;
        const std::size_t whole = std::min(level - next, excess / count);
        for (std::size_t i = 0; i < count; ++i) {
            order[i]->kept -= whole;
        }
        excess -= whole * count;
        if (whole == level - next) {
            continue;
        }
        // Less than one token each is left: the later values lose one.
        std::vector<Span*> tied(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count));
        std::ranges::sort(tied, std::greater<>(), [](const Span* span) { return span->begin; });
        for (std::size_t i = 0; i < excess; ++i) {
            --tied[i]->kept;
        }
        return 0;
    }
    return excess;
}

} // namespace

void cutSentence(const CutPolicy& policy, std::size_t begin, std::size_t limit, TokenRow& row) {
    const std::size_t size = row.ids.size() - begin;
    if (size <= limit) {
        return;
    }
    const auto last = std::pair(row.ids.back(), row.owner.back());
    if (policy.kind == TextCut::Fields) {
        std::vector<Span> spans = valuesOf(row, begin);
        std::size_t excess = size - limit;
        for (const int field : policy.first) {
            excess = shortenField(field, excess, spans);
        }
        shortenLongest(excess, spans);
        std::size_t to = begin;
        auto span = spans.begin();
        for (std::size_t at = begin; at < row.ids.size(); ++at) {
            while (span != spans.end() && at >= span->begin + span->size) {
                ++span;
            }
            const bool isCut =
                span != spans.end() && at >= span->begin && at - span->begin >= span->kept;
            if (!isCut) {
                row.ids[to] = row.ids[at];
                row.owner[to] = row.owner[at];
                ++to;
            }
        }
        row.ids.resize(to);
        row.owner.resize(to);
    }
    if (row.ids.size() - begin > limit) {
        row.ids.resize(begin + limit);
        row.owner.resize(begin + limit);
        std::tie(row.ids.back(), row.owner.back()) = last;
    }
}

} // namespace flip
