#pragma once

#include "app/command/command.h"

#include "core/store/run_store.h"

#include <functional>
#include <string>
#include <vector>

namespace flip::command {

/// Opens workspace and store for this use and hands both to `work`; says what went wrong.
void withStore(Context& context,
               const std::function<Result<void>(const Workspace&, RunStore&)>& work,
               WorkspaceUse use = WorkspaceUse::Read);

/// Of runs that are there and cannot be read: the first, to be the command's last word; prints the
/// others.
Result<void> tellUnreadable(const StoredRuns& stored);

/// The run, or a Problem that offers the nearest name there is.
Result<RunSummary> findRun(RunStore& store, const std::string& name);

/// The runs of these names, in their order.
Result<std::vector<RunSummary>> findRuns(RunStore& store, const std::vector<std::string>& names);

/// The elements of lists as they are written, "a,b" and "c"; empty ones are left out.
std::vector<std::string> listElements(const std::vector<std::string>& lists);

/// What `flip runs table` and `flip runs export --table` are asked.
struct TableOptions {
    std::vector<std::string> runs; // empty: those of the sweeps, or all
    std::vector<std::string> sweeps;
    std::vector<std::string> by;
    std::vector<std::string> across;
    std::vector<std::string> metrics;
    std::string format = "md";
    bool json = false;
};

/// Adds everything but the names of the runs; the options outlive the parsing.
void addTableOptions(CLI::App& command, TableOptions& options);

/// Prints the table on stdout, and what a reader of it must know on stderr.
Result<void> showTable(RunStore& store, const TableOptions& options);

// Subcommands of `flip runs` and `flip datasets` in files of their own; the context outlives the
// parsing.
void addRunsTable(CLI::App& runs, Context& context);
void addRunsCompare(CLI::App& runs, Context& context);
void addRunsImport(CLI::App& runs, Context& context);
void addRunsTrash(CLI::App& runs, Context& context);
void addDatasetsTrash(CLI::App& datasets, Context& context);

} // namespace flip::command
