#pragma once

#include "core/base/result.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace flip {

// A run as one zip file, to be moved to another workspace. It holds run.json (the run's row, and
// the name, bytes and content hash of everything else), facts.tsv (number, tab, the fact as JSON;
// one a line) and files/ (checkpoints/RUN).

/// Writes a run that is not running; returns the bytes of the archive. Reads the workspace only.
Result<std::uintmax_t> exportRun(const Workspace& workspace, RunStore& store,
                                 const std::string& run, const std::filesystem::path& file);

/// What came in.
struct ImportedRun {
    std::string name;
    std::string dataset;
    bool datasetIsHere = false; // under this name, with just these rows
    std::uintmax_t bytes = 0;
};

/// Takes a run in under this name, or under its own where `name` is empty. Everything is compared
/// with its hash; what is refused or killed half-way leaves no run behind.
Result<ImportedRun> importRun(const Workspace& workspace, const std::filesystem::path& file,
                              const std::string& name);

} // namespace flip
