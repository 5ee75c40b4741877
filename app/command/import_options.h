#pragma once

#include "core/base/result.h"
#include "core/data/import/import.h"

#include <string>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace flip::command {

/// The options of an import on the command line, except for the dataset's name.
class ImportOptions {
public:
    /// Adds the options; this object must outlive the parsing.
    void addTo(CLI::App& command);

    /// The import that they request. The preset csv stands for the user's own schema.
    Result<ImportRequest> request() const;

private:
    ImportRequest request_;
    std::string split_;                 // empty: by --split-file, or see SplitPlan::preferParts
    const CLI::Option* seed_ = nullptr; // of the command, which outlives this
};

} // namespace flip::command
