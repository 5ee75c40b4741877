#include "core/data/import/file_parts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace flip {

namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::optional<Split> splitNamed(std::string_view word) {
    constexpr std::array<std::pair<std::string_view, Split>, 8> kWords = {{
        {"train", Split::Train},
        {"training", Split::Train},
        {"valid", Split::Valid},
        {"validation", Split::Valid},
        {"val", Split::Valid},
        {"dev", Split::Valid},
        {"test", Split::Test},
        {"testing", Split::Test},
    }};
    std::string lower(word);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto found = std::ranges::find(kWords, lower, &std::pair<std::string_view, Split>::first);
    return found == kWords.end() ? std::nullopt : std::optional(found->second);
}

/// Splits a name into runs of letters, runs of digits and single other characters.
std::vector<std::string_view> piecesOf(std::string_view name) {
    std::vector<std::string_view> pieces;
    while (!name.empty()) {
        std::size_t size = 1;
        for (const auto is : {isLetter, isDigit}) {
            if (is(name.front())) {
                size = static_cast<std::size_t>(std::ranges::find_if_not(name, is) - name.begin());
            }
        }
        pieces.push_back(name.substr(0, size));
        name.remove_prefix(size);
    }
    return pieces;
}

/// The split that a path names: that of the last component that names one.
std::optional<Split> splitOfPath(std::string_view path) {
    while (!path.empty()) {
        const std::size_t slash = path.rfind('/');
        const bool isLast = slash == std::string_view::npos;
        if (const auto split = splitOfFileName(isLast ? path : path.substr(slash + 1))) {
            return split;
        }
        path = isLast ? std::string_view() : path.substr(0, slash);
    }
    return std::nullopt;
}

/// The length in bytes of the common prefix of all texts, in whole pieces.
std::size_t commonPrefix(const std::vector<std::vector<std::string_view>>& texts) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < texts.front().size(); ++i) {
        const std::string_view piece = texts.front()[i];
        if (!std::ranges::all_of(
                texts, [&](const auto& text) { return i < text.size() && text[i] == piece; })) {
            break;
        }
        bytes += piece.size();
    }
    return bytes;
}

/// Each text without the common prefix and suffix of all, in whole pieces.
std::vector<std::string_view> differingParts(const std::vector<std::string>& texts) {
    std::vector<std::vector<std::string_view>> pieces;
    for (const std::string& text : texts) {
        pieces.push_back(piecesOf(text));
    }
    const std::size_t begin = commonPrefix(pieces);
    std::vector<std::string_view> rests;
    pieces.clear();
    for (const std::string& text : texts) {
        rests.push_back(std::string_view(text).substr(begin));
        pieces.push_back(piecesOf(rests.back()));
        std::ranges::reverse(pieces.back());
    }
    const std::size_t end = commonPrefix(pieces);
    for (std::string_view& rest : rests) {
        rest.remove_suffix(end);
    }
    return rests;
}

/// Empty if one of the paths names no split.
std::vector<Split> splitsOfPaths(const std::vector<std::string_view>& paths) {
    std::vector<Split> splits;
    for (const std::string_view path : paths) {
        const auto split = splitOfPath(path);
        if (!split) {
            return {};
        }
        splits.push_back(*split);
    }
    return splits;
}

/// The name with every split word and every number replaced by the same character.
std::string commonForm(std::string_view name) {
    std::string form;
    for (const std::string_view piece : piecesOf(name)) {
        if (isDigit(piece.front()) || splitNamed(piece)) {
            form += '\0';
        } else {
            form += piece;
        }
    }
    return form;
}

/// Natural order: numbers compare by value.
bool comesBefore(std::string_view one, std::string_view other) {
    const auto a = piecesOf(one);
    const auto b = piecesOf(other);
    const auto less = [](std::string_view left, std::string_view right) {
        if (!isDigit(left.front()) || !isDigit(right.front())) {
            return left < right;
        }
        const auto plain = [](std::string_view number) {
            return number.substr(std::min(number.find_first_not_of('0'), number.size() - 1));
        };
        const std::string_view x = plain(left);
        const std::string_view y = plain(right);
        return x.size() != y.size() ? x.size() < y.size() : x < y;
    };
    return std::ranges::lexicographical_compare(a, b, less);
}

} // namespace

std::optional<Split> splitOfFileName(std::string_view name) {
    std::optional<Split> found;
    for (const std::string_view piece : piecesOf(name)) {
        if (const auto split = splitNamed(piece)) {
            if (found) {
                return std::nullopt;
            }
            found = split;
        }
    }
    return found;
}

std::vector<Split> splitsOfFiles(const std::vector<std::string>& paths) {
    if (paths.empty()) {
        return {};
    }
    std::vector<Split> splits = splitsOfPaths(differingParts(paths));
    // Several files of one split do not differ in its name: train_1.csv, train_2.csv.
    return splits.empty() ? splitsOfPaths({paths.begin(), paths.end()}) : splits;
}

bool areParts(const std::vector<std::string>& names) {
    return std::ranges::all_of(names, [&](const std::string& name) {
        return commonForm(name) == commonForm(names.front());
    });
}

void sortParts(std::vector<std::string>& names) {
    std::ranges::sort(names, [](const std::string& one, const std::string& other) {
        const auto a = splitOfFileName(one);
        const auto b = splitOfFileName(other);
        return a != b ? a < b : comesBefore(one, other);
    });
}

} // namespace flip
