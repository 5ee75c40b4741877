#include "core/data/import_tally.h"

#include "core/base/text_encoding.h"
#include "core/data/field_info.h"

#include <algorithm>

namespace flip {

namespace {

constexpr double kSuspicious = 0.05; // of the rows

std::string counted(std::int64_t count, const std::string& one, const std::string& many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

bool isSuspicious(std::int64_t part, std::int64_t all) {
    return static_cast<double>(part) > kSuspicious * static_cast<double>(all);
}

/// "40 of 240 rows".
std::string partOfRows(std::int64_t part, std::int64_t all) {
    return std::to_string(part) + " of " + counted(all, "row", "rows");
}

/// `"false" 103, "no" 6`.
std::string labelsInWords(const std::vector<NamedCount>& labels) {
    std::string text;
    for (const NamedCount& label : labels) {
        text += (text.empty() ? "" : ", ") +
                (label.name.empty() ? std::string("others") : quotedText(label.name)) + " " +
                std::to_string(label.rows);
    }
    return text;
}

/// Of a field, what its kind cannot use; nothing where all fits.
std::string misfitsInWords(const FieldInfo& field, std::int64_t rows) {
    const std::string example = field.misfitRows > 0 ? "such as " + quotedText(field.misfit) : "";
    const std::int64_t noNumbers = field.misfitRows + field.emptyRows;
    if (field.kind == FieldKind::Number && noNumbers > 0) {
        const std::string empty = field.emptyRows == 0 ? ""
                                  : field.misfitRows == 0
                                      ? "all of them empty"
                                      : std::to_string(field.emptyRows) + " of them empty, others ";
        return partOfRows(noNumbers, rows) + " hold no number, " + empty + example +
               "; they have the unknown id";
    }
    if (field.kind == FieldKind::Multi && field.misfitRows > 0) {
        return partOfRows(field.misfitRows, rows) + " hold text in brackets that is no list, " +
               example + "; it is parted at " + quotedText(field.separator) + " as it stands";
    }
    return {};
}

} // namespace

std::string leftOutInWords(const ImportTally& tally) {
    std::string text;
    const auto add = [&](std::int64_t count, const std::string& what) {
        if (count > 0) {
            text += (text.empty() ? "" : ", ") + what;
        }
    };
    add(tally.droppedRows, std::to_string(tally.droppedRows) + " by the label's drop rule");
    add(tally.unmatchedRows, std::to_string(tally.unmatchedRows) + " without a match");
    add(tally.badLines, counted(tally.badLines, "bad line", "bad lines"));
    return text;
}

std::vector<ImportRemark> importRemarks(const ImportTally& tally,
                                        const std::vector<FieldInfo>& fields, std::int64_t rows) {
    std::vector<ImportRemark> remarks;
    const std::int64_t read = rows + tally.droppedRows + tally.unmatchedRows +
                              tally.badLines; // of the first table, about
    if (isSuspicious(tally.badLines, read)) {
        remarks.push_back({partOfRows(tally.badLines, read) +
                               " are bad lines; does the schema say how the file is written?",
                           true});
    }
    for (const NamedCount& join : tally.withoutMatch) {
        if (join.rows > 0) {
            remarks.push_back({partOfRows(join.rows, read - tally.badLines) + " have a key that " +
                                   join.name +
                                   " does not hold; are keys spelled alike in both files?",
                               isSuspicious(join.rows, read)});
        }
    }
    if (tally.repeatedKeys > 0) {
        remarks.push_back({counted(tally.repeatedKeys, "line of a joined table repeats",
                                   "lines of joined tables repeat") +
                               " a key; of each key the first line counts",
                           false});
    }
    if (tally.cutTimes > 0) {
        remarks.push_back({partOfRows(tally.cutTimes, rows) +
                               " have a time with more decimals than 64 bits hold beside the "
                               "others; the last ones are cut off, towards the past",
                           false});
    }
    const std::string become = tally.unnamedArePositive ? "positive: " : "negative: ";
    if (!tally.unnamedLabels.empty()) {
        remarks.push_back({"labels that the rule does not name are " + become +
                               labelsInWords(tally.unnamedLabels),
                           false});
    }
    if (!tally.nearlyNamedLabels.empty()) {
        remarks.push_back({"labels that differ from one that the rule names in case or blanks only "
                           "are " +
                               become + labelsInWords(tally.nearlyNamedLabels),
                           true});
    }
    for (const FieldInfo& field : fields) {
        const std::string misfits = misfitsInWords(field, rows);
        if (!misfits.empty()) {
            remarks.push_back({field.name + ": " + misfits, isSuspicious(field.misfitRows, rows)});
        }
    }
    return remarks;
}

} // namespace flip
