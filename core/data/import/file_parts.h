#pragma once

#include "core/data/field_info.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Which part of the rows a file holds, as a word in its name says: "toy.train.inter", "valid.csv",
/// "x_dev.tsv". Nothing where there is no such word, or more than one.
std::optional<Split> splitOfFileName(std::string_view name);

/// The same of several files, by what differs between their names, which are paths: of
/// "train/a.csv" and "test/a.csv" the folders, of "test_1.train" and "test_1.valid" the endings.
/// Empty where one of them says nothing.
std::vector<Split> splitsOfFiles(const std::vector<std::string>& paths);

/// Whether the files are one table that was cut: their names are alike but for digits and the words
/// of splitOfFileName().
bool areParts(const std::vector<std::string>& names);

/// The order in which parts are read: train, valid, test; otherwise as people count, 2 before 10.
void sortParts(std::vector<std::string>& names);

} // namespace flip
