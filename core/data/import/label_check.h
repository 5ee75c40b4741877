#pragma once

#include "core/data/import/schema_file.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Checks label texts against the label's rules: which texts can be used, and which ones a rule
/// names. Any thread, once it is set up.
class LabelCheck {
public:
    /// The schema must outlive it.
    explicit LabelCheck(const LabelSchema& label);

    /// Sets the column's name as the file's header has it; a label equal to it is a second header
    /// line.
    void setHeader(std::string_view name);

    /// Why a label cannot be used; nothing if it can. A text that a rule names can always be used.
    std::optional<std::string> whyUnusable(std::string_view label) const;

    /// Whether `positive` or `drop` names exactly this text.
    bool names(std::string_view label) const;

    /// Whether a rule names the label, ignoring case (of ASCII letters) and surrounding blanks.
    bool nearlyNames(std::string_view label) const;

    /// Whether `positive` is a rule of texts and no rule names this label. Rows with such labels
    /// are counted.
    bool isUnnamed(std::string_view label) const { return positiveIsText_ && !names(label); }

private:
    std::vector<std::string> named_;   // the texts of both rules
    std::vector<std::string> lowered_; // the same, trimmed and in lower case
    std::optional<std::string> header_;
    bool positiveIsText_;
};

} // namespace flip
