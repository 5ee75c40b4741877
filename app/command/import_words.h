#pragma once

#include "core/base/result.h"
#include "core/data/import/import.h"

#include <CLI/CLI.hpp>

#include <string>

namespace flip::command {

/// What the command line may say of an import, the dataset's name left out.
class ImportWords {
public:
    /// Adds the options; this must outlive the parsing.
    void addTo(CLI::App& command);

    /// The request they make; the csv preset is a schema of one's own.
    Result<ImportRequest> request() const;

private:
    ImportRequest request_;
    std::string split_;                 // empty: by the file given, or as SplitPlan::partsFirst
    const CLI::Option* seed_ = nullptr; // of the command, which outlives this
};

} // namespace flip::command
