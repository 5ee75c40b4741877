#pragma once

#include "core/data/import/schema_file.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// What the rules of a label say of its texts: which of them are labels at all, which ones they
/// name. Any thread once it is set up.
class LabelCheck {
public:
    /// The schema must outlive it.
    explicit LabelCheck(const LabelSchema& label);

    /// The column's name as the header of its file writes it; such a label is a second header line.
    void setHeader(std::string_view name);

    /// Why a label says nothing, or nothing. What a rule itself names is a label.
    std::optional<std::string> trouble(std::string_view label) const;

    /// Whether `positive` or `drop` names this text, letter for letter.
    bool names(std::string_view label) const;

    /// Whether the label is one that a rule names, but for case (of ASCII letters) and blanks round
    /// it.
    bool nearlyNames(std::string_view label) const;

    /// Whether rows with this label are to be counted, since `positive` is one of texts and no rule
    /// names the label.
    bool isUnnamed(std::string_view label) const { return positiveIsText_ && !names(label); }

private:
    std::vector<std::string> named_;   // texts of both rules
    std::vector<std::string> lowered_; // the same, trimmed and in small letters
    std::optional<std::string> header_;
    bool positiveIsText_;
};

} // namespace flip
