#pragma once

#include "app/command/command.h"

#include "core/store/run_store.h"

#include <functional>
#include <string>
#include <vector>

namespace flip::command {

/// Opens workspace and store for this use, calls `work` with both, and reports any Problem.
void withStore(Context& context,
               const std::function<Result<void>(const Workspace&, RunStore&)>& work,
               WorkspaceUse use = WorkspaceUse::Read);

/// Prints the problems of unreadable runs except the first, which it returns so that the command
/// fails with it.
Result<void> reportUnreadable(const StoredRuns& stored);

/// The run, or a Problem that suggests the nearest existing name.
Result<RunSummary> findRun(RunStore& store, const std::string& name);

/// The runs of these names, in the same order.
Result<std::vector<RunSummary>> findRuns(RunStore& store, const std::vector<std::string>& names);

/// The elements of comma-separated lists, "a,b" and "c"; empty elements are skipped.
std::vector<std::string> listElements(const std::vector<std::string>& lists);

/// The options of `flip runs table` and `flip runs export --table`.
struct TableOptions {
    std::vector<std::string> runs; // empty: those of the sweeps, or all
    std::vector<std::string> sweeps;
    std::vector<std::string> by;
    std::vector<std::string> across;
    std::vector<std::string> metrics;
    std::string format = "md";
    bool json = false;
};

/// Adds all options but the names of the runs; `options` must outlive the parsing.
void addTableOptions(CLI::App& command, TableOptions& options);

/// Prints the table to stdout and its notes to stderr.
Result<void> showTable(RunStore& store, const TableOptions& options);

// Subcommands of `flip runs` and `flip datasets` in files of their own; the context must outlive
// the parsing.
void addRunsTable(CLI::App& runs, Context& context);
void addRunsCompare(CLI::App& runs, Context& context);
void addRunsImport(CLI::App& runs, Context& context);
void addRunsTrash(CLI::App& runs, Context& context);
void addDatasetsTrash(CLI::App& datasets, Context& context);

} // namespace flip::command
