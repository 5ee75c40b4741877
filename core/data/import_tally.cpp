#include "core/data/import_tally.h"

#include "core/base/text_encoding.h"
#include "core/data/field_info.h"

#include <algorithm>

namespace flip {

namespace {

constexpr double kSuspicious = 0.05;    // share of the rows or lines
constexpr std::size_t kLabelsShown = 8; // in one remark

std::string counted(std::int64_t count, const std::string& one, const std::string& many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

bool isSuspicious(std::int64_t part, std::int64_t all) {
    return static_cast<double>(part) > kSuspicious * static_cast<double>(all);
}

bool isNearlyNone(std::int64_t part, std::int64_t all) {
    return static_cast<double>(part) < kSuspicious * static_cast<double>(all);
}

/// "40 of 240 rows have", "1 of 240 rows has".
std::string partHas(std::int64_t part, std::int64_t all) {
    return std::to_string(part) + " of " + counted(all, "row", "rows") +
           (part == 1 ? " has" : " have");
}

/// `"false" (103 rows), "no" (6 rows), others (4 rows)`: the most frequent ones by name.
std::string labelsInWords(std::vector<NamedCount> labels, std::int64_t otherRows) {
    std::ranges::stable_sort(labels, std::ranges::greater(), &NamedCount::rows);
    std::string text;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (i >= kLabelsShown) {
            otherRows += labels[i].rows;
            continue;
        }
        text += (i == 0 ? "" : ", ") + quotedText(labels[i].name) + " (" +
                counted(labels[i].rows, "row", "rows") + ")";
    }
    if (otherRows > 0) {
        text +=
            (text.empty() ? "others (" : ", others (") + counted(otherRows, "row", "rows") + ")";
    }
    return text;
}

/// Reports the rows of a number field that hold no number; empty if there are none.
std::string nonNumericInWords(const FieldInfo& field, std::int64_t rows) {
    const std::int64_t nonNumeric = field.misfitRows + field.emptyRows;
    if (nonNumeric == 0) {
        return {};
    }
    const std::string example = "text such as " + quotedText(field.misfit);
    std::string why;
    if (field.emptyRows == 0) {
        why = " but " + example;
    } else if (field.misfitRows == 0) {
        why = nonNumeric == 1 ? " (it is empty)" : " (all are empty)";
    } else {
        why = " (" + counted(field.emptyRows, "is empty, ", "are empty, ") +
              (field.misfitRows == 1 ? "another holds " : "others hold ") + example + ")";
    }
    return partHas(nonNumeric, rows) + " no number" + why + "; " +
           (nonNumeric == 1 ? "it gets" : "they get") + " the unknown id";
}

/// Reports the values of a field that do not fit its kind; empty if all fit.
std::string misfitsInWords(const FieldInfo& field, std::int64_t rows) {
    if (field.kind == FieldKind::Number) {
        return nonNumericInWords(field, rows);
    }
    if (field.kind == FieldKind::Multi && field.misfitRows > 0) {
        return partHas(field.misfitRows, rows) +
               " brackets that are not a readable list, such as " + quotedText(field.misfit) +
               "; " + (field.misfitRows == 1 ? "it was" : "they were") + " split at " +
               quotedText(field.separator) + " like plain text";
    }
    return {};
}

/// Warns of tables with so many lines left out that the schema may not match the file.
void addBadTables(const ImportTally& tally, std::vector<ImportRemark>& remarks) {
    for (const TableLines& table : tally.tables) {
        const auto partOfLines = [&](std::int64_t part) {
            return std::to_string(part) + " of " + counted(table.lines, "line", "lines") + " of " +
                   quotedText(table.table);
        };
        if (isSuspicious(table.unreadable, table.lines)) {
            const std::string advice = table.delimited
                                           ? "check delimiter, quote and encoding in the schema"
                                           : "check the format in the schema";
            remarks.push_back(
                {partOfLines(table.unreadable) + " could not be read; " + advice, true});
        }
        if (isSuspicious(table.unusable, table.lines)) {
            remarks.push_back({partOfLines(table.unusable) +
                                   (table.unusable == 1 ? " has" : " have") +
                                   " no label or time that can be used; the list of bad lines "
                                   "says why",
                               true});
        }
    }
}

/// Reports rows without a match. If such rows are kept, it warns only if nearly all rows have none.
void addJoins(const ImportTally& tally, std::vector<ImportRemark>& remarks) {
    for (const JoinMatches& join : tally.joins) {
        if (join.unmatched == 0) {
            continue;
        }
        const std::int64_t matched = join.rows - join.unmatched;
        const bool isWarning = join.keepsRows ? isNearlyNone(matched, join.rows)
                                              : isSuspicious(join.unmatched, join.rows);
        const std::string leftOut = join.unmatched == 1 ? "it is left out" : "they are left out";
        const std::string kept = join.keepsRows ? "its fields are empty there" : leftOut;
        remarks.push_back({partHas(join.unmatched, join.rows) + " no match in the table " +
                               quotedText(join.table) + "; " +
                               (isWarning ? "are the keys spelled the same in both files?" : kept),
                           isWarning});
    }
}

/// Reports labels that the rule does not name, and those that may be misspelled.
void addUnnamedLabels(const ImportTally& tally, std::vector<ImportRemark>& remarks) {
    const std::string become = tally.unnamedArePositive ? "positive" : "negative";
    const std::string unnamed = labelsInWords(tally.unnamedLabels, tally.otherUnnamedRows);
    if (!unnamed.empty()) {
        remarks.push_back(
            {"labels not named in the rule count as " + become + ": " + unnamed, false});
    }
    if (!tally.nearlyNamedLabels.empty()) {
        remarks.push_back({"these labels count as " + become +
                               ", but differ from the rule's only in case or blanks: " +
                               labelsInWords(tally.nearlyNamedLabels, 0) + "; is that intended?",
                           true});
    }
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
    return text.empty() ? "no rows" : text;
}

std::vector<ImportRemark> importRemarks(const ImportTally& tally,
                                        const std::vector<FieldInfo>& fields, std::int64_t rows) {
    std::vector<ImportRemark> remarks;
    addBadTables(tally, remarks);
    addJoins(tally, remarks);
    if (tally.repeatedKeys > 0) {
        remarks.push_back({counted(tally.repeatedKeys, "line of a joined table has",
                                   "lines of joined tables have") +
                               " a key that came before; only the first line of a key is used",
                           false});
    }
    if (tally.cutTimes > 0) {
        remarks.push_back(
            {partHas(tally.cutTimes, rows) +
                 " a time with more decimals than fit into 64 bits with the other times; the "
                 "last ones are cut off, towards the past",
             false});
    }
    addUnnamedLabels(tally, remarks);
    for (const FieldInfo& field : fields) {
        const std::string misfits = misfitsInWords(field, rows);
        if (!misfits.empty()) {
            remarks.push_back({field.name + ": " + misfits, isSuspicious(field.misfitRows, rows)});
        }
    }
    return remarks;
}

} // namespace flip
