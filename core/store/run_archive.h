#pragma once

#include "core/base/result.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace flip {

// A run as one zip file, to be moved to another workspace. It holds run.json (the run's row, the
// hash of its facts, and name, size and hash of each file), facts.tsv (number, tab, the fact as
// JSON; one per line) and files/ (checkpoints/RUN).

/// Writes a run that is not running; returns the size of the archive in bytes. Only reads the
/// workspace.
Result<std::uintmax_t> exportRun(const Workspace& workspace, RunStore& store,
                                 const std::string& run, const std::filesystem::path& file);

/// What was imported.
struct ImportedRun {
    std::string name;
    std::string dataset;
    bool hasDataset = false; // a dataset of this name with exactly these rows
    std::uintmax_t bytes = 0;
};

/// Imports a run under this name, or under its own if `name` is empty. Everything is checked
/// against its hash; a refused or killed import leaves no run behind.
Result<ImportedRun> importRun(const Workspace& workspace, const std::filesystem::path& file,
                              const std::string& name);

} // namespace flip
