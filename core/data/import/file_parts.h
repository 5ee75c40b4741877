#pragma once

#include "core/data/field_info.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// The split that a word in a file's name stands for: "toy.train.inter", "valid.csv", "x_dev.tsv".
/// Nothing if there is no such word, or more than one.
std::optional<Split> splitOfFileName(std::string_view name);

/// The same for several paths, by the parts in which they differ: for "train/a.csv" and
/// "test/a.csv" the folders, for "test_1.train" and "test_1.valid" the endings; by the whole paths
/// if these parts name no split. Empty if one of the paths names none.
std::vector<Split> splitsOfFiles(const std::vector<std::string>& paths);

/// Whether the files are parts of one table: their names differ only in numbers and in the words of
/// splitOfFileName().
bool areParts(const std::vector<std::string>& names);

/// Sorts parts in the order in which they are read: train, valid, test; within these in natural
/// order, 2 before 10.
void sortParts(std::vector<std::string>& names);

} // namespace flip
