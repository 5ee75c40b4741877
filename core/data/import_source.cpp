#include "core/data/import_source.h"

#include <algorithm>

namespace flip {

namespace {

std::string ruleInWords(const ImportSource& source) {
    if (source.splitRule == "random") {
        return "at random, seed " + std::to_string(source.splitSeed);
    }
    if (source.splitRule == "time") {
        return "by time, the newest rows for test";
    }
    return source.splitRule == "parts" ? "by file name" : "by the split file";
}

/// "a, b, c"; of a long list the first ones and a count.
std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 10;
    std::string list;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
        list += (i == 0 ? "" : ", ") + names[i];
    }
    return names.size() > kShown ? list + " and " + std::to_string(names.size() - kShown) + " more"
                                 : list;
}

} // namespace

std::string splitInWords(const ImportSource& source, const SplitRows& rows) {
    return "split " + ruleInWords(source) + ": train " + std::to_string(rows[0]) +
           (rows[0] == 1 ? " row" : " rows") + ", valid " + std::to_string(rows[1]) + ", test " +
           std::to_string(rows[2]);
}

std::vector<ImportRemark> sourceRemarks(const ImportSource& source, const SplitRows& rows) {
    std::vector<ImportRemark> remarks;
    for (const SourceTable& table : source.tables) {
        if (table.files.size() > 1) {
            remarks.push_back({"table \"" + table.name + "\" was read from " +
                                   std::to_string(table.files.size()) +
                                   " files: " + listed(table.files),
                               false});
        }
    }
    const bool byParts = source.splitRule == "parts";
    const std::string empty = rows[1] == 0 && rows[2] == 0 ? "validation or test"
                              : rows[1] == 0               ? "validation"
                                                           : "test";
    if ((byParts || source.splitRule == "file") && (rows[1] == 0 || rows[2] == 0)) {
        remarks.push_back({"there are no rows for " + empty +
                               (byParts ? "; add a file for it or choose another split"
                                        : "; name some in the split file or choose another split"),
                           true});
    }
    return remarks;
}

} // namespace flip
