#pragma once

#include "core/data/import/label_check.h"
#include "core/data/import_tally.h"
#include "core/data/records/value_dictionary.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace flip {

/// Labels, in the order in which they were first met, and how many rows each one has. Owned by one
/// thread.
class LabelCounts {
public:
    void add(std::string_view label, std::int64_t rows);

    /// Adds to a label that is there; false where it is not.
    bool addKnown(std::string_view label, std::int64_t rows);

    std::vector<NamedCount> counts() const;

private:
    ValueDictionary labels_;
    std::vector<std::int64_t> rows_; // [labels]
};

/// The labels of an import that no rule names, in bounded memory: the first names met and all that
/// nearly are a named one, each with all of its rows, and one count of the rows of all others.
/// Batches are added in the order of the file; how the file is cut into them changes nothing.
class UnnamedLabels {
public:
    static constexpr std::size_t kKept = 64; // names that are no near misses

    /// The check must outlive it.
    explicit UnnamedLabels(const LabelCheck& check) : check_(check) {}

    void add(const LabelCounts& batch);

    /// Sets the tally's counts of labels.
    void tell(ImportTally& tally) const;

private:
    const LabelCheck& check_;
    LabelCounts first_;
    std::size_t kept_ = 0; // labels in first_
    LabelCounts near_;
    std::int64_t otherRows_ = 0;
};

} // namespace flip
