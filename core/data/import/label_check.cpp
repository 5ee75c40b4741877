#include "core/data/import/label_check.h"

#include "core/base/text_encoding.h"
#include "core/base/trimmed.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace flip {

namespace {

// How pandas and databases write a missing value. "None" and "none" may be real labels.
constexpr std::array<std::string_view, 10> kMissing = {"NA",  "N/A", "n/a",  "#N/A", "<NA>",
                                                       "NaN", "nan", "-nan", "NULL", "null"};

/// Trimmed, with ASCII letters in lower case.
std::string plain(std::string_view text) {
    std::string result(trimmed(text));
    for (char& c : result) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return result;
}

} // namespace

LabelCheck::LabelCheck(const LabelSchema& label)
    : named_(label.positive.texts), positiveIsText_(label.positive.isText()) {
    if (label.drop) {
        named_.insert(named_.end(), label.drop->texts.begin(), label.drop->texts.end());
    }
    std::ranges::transform(named_, std::back_inserter(lowered_), plain);
}

void LabelCheck::setHeader(std::string_view name) {
    header_ = trimmed(name);
}

std::optional<std::string> LabelCheck::whyUnusable(std::string_view label) const {
    const std::string_view text = trimmed(label);
    const bool isEmpty = text.empty();
    const bool isHeader = header_ && text == *header_;
    const bool isMissing = positiveIsText_ && std::ranges::find(kMissing, text) != kMissing.end();
    if ((!isEmpty && !isHeader && !isMissing) || names(label)) {
        return std::nullopt;
    }
    if (isEmpty) {
        return "the label is empty";
    }
    if (isHeader) {
        return "the label is the column's own name; this looks like a second header line, remove "
               "it";
    }
    return "the label " + quotedText(label) +
           " looks like a missing value; if it is a real label, name it in positive or drop (for a "
           "negative one, write positive as not in [...])";
}

bool LabelCheck::names(std::string_view label) const {
    return std::ranges::find(named_, label) != named_.end();
}

bool LabelCheck::nearlyNames(std::string_view label) const {
    return std::ranges::find(lowered_, plain(label)) != lowered_.end();
}

} // namespace flip
