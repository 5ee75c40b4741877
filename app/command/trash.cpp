#include "app/command/stored_runs.h"

#include "core/base/byte_count.h"
#include "core/store/trash.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <system_error>
#include <vector>

namespace flip::command {

namespace {

struct TrashOptions {
    std::vector<std::string> names;
    bool force = false;
    bool withRuns = false;
    bool json = false;
};

/// The names as a list of at most six: "a, b, c, d, e and 17 more".
std::string abridged(const std::vector<std::string>& names) {
    constexpr std::size_t kNamed = 5;
    const std::size_t shown = names.size() > kNamed + 1 ? kNamed : names.size();
    const std::vector<std::string> first(names.begin(),
                                         names.begin() + static_cast<std::ptrdiff_t>(shown));
    const std::string rest = " and " + std::to_string(names.size() - shown) + " more";
    return joined(first, ", ") + (shown < names.size() ? rest : "");
}

/// {"purged": ["a"], "freed_bytes": 123}
void printJson(const char* done, const std::vector<std::string>& names, const TrashReport& cleared,
               const char* bytes) {
    nlohmann::ordered_json object{{done, names}};
    if (names == cleared.datasets && !cleared.runs.empty()) {
        object["runs"] = cleared.runs;
    }
    object[bytes] = cleared.bytes;
    std::printf("%s\n", object.dump().c_str());
}

void printDeleted(const std::vector<std::string>& names, const TrashReport& cleared,
                  const std::string& command, const TrashOptions& options) {
    if (options.json) {
        return printJson("deleted", names, cleared, "bytes");
    }
    const bool withRuns = names == cleared.datasets && !cleared.runs.empty();
    std::printf("deleted %s%s: %s moved to the trash; '%s restore' restores them, '%s purge' frees "
                "the disk space\n",
                abridged(names).c_str(),
                withRuns ? (" and the runs " + abridged(cleared.runs)).c_str() : "",
                inMebibytes(cleared.bytes).c_str(), command.c_str(), command.c_str());
    if (withRuns) {
        std::printf("use 'flip runs restore' and 'flip runs purge' for the runs\n");
    }
}

void printRestored(const std::vector<std::string>& names, const TrashReport& cleared,
                   const TrashOptions& options) {
    if (options.json) {
        return printJson("restored", names, cleared, "bytes");
    }
    std::printf("restored %s: %s\n", abridged(names).c_str(), inMebibytes(cleared.bytes).c_str());
}

void printPurged(const std::vector<std::string>& names, const TrashReport& cleared,
                 const TrashOptions& options, Context& context) {
    for (const Problem& problem : cleared.problems) {
        context.fail(problem);
    }
    if (options.json) {
        return printJson("purged", names, cleared, "freed_bytes");
    }
    if (!names.empty() || cleared.bytes > 0) {
        std::printf("purged %s: %s freed\n", names.empty() ? "leftovers" : abridged(names).c_str(),
                    inMebibytes(cleared.bytes).c_str());
    } else if (cleared.problems.empty()) {
        std::printf("nothing to purge; the trash is empty\n");
    }
}

/// Prints a hint for restored runs whose dataset is in the trash: they can be shown, but not
/// resumed.
void hintTrashedDatasets(const Workspace& workspace, RunStore& store,
                         const std::vector<std::string>& runs) {
    std::vector<std::string> reported;
    const std::vector<std::string> deleted = trashedDatasets(workspace);
    for (const std::string& name : runs) {
        const auto run = store.lookUp(name);
        const std::string dataset = run && *run ? (*run)->dataset : std::string();
        std::error_code ignored;
        if (std::ranges::find(deleted, dataset) != deleted.end() &&
            std::ranges::find(reported, dataset) == reported.end() &&
            !std::filesystem::exists(workspace.dataset(dataset), ignored)) {
            reported.push_back(dataset);
            std::fprintf(
                stderr,
                "%s: its dataset '%s' is in the trash; 'flip datasets restore %s' restores "
                "it\n",
                name.c_str(), dataset.c_str(), dataset.c_str());
        }
    }
}

/// Adds the names that a command takes, and --json.
CLI::Option* addNamesAndJson(CLI::App& command, TrashOptions& options, const char* kind,
                             const char* help) {
    command.add_flag("--json", options.json, "print a JSON object");
    return command.add_option("name", options.names, help)->type_name(kind);
}

void addRunsDelete(CLI::App& runs, Context& context) {
    auto* command =
        runs.add_subcommand("delete", "move runs to the trash, from which they can be restored");
    command->footer(
        R"(Deleted runs are no longer listed; their files stay on the disk until 'flip runs
purge'. A run in progress is refused, and so is a run whose weights other runs
started from, unless they are deleted too.

  flip runs delete flip-movielens-100k-1 flip-movielens-100k-2
  flip runs purge)");
    auto options = std::make_shared<TrashOptions>();
    addNamesAndJson(*command, *options, "RUN", "names of runs")->required();
    command->add_flag(
        "--force", options->force,
        "delete a run even if other runs started from its weights; they keep their own");
    command->callback([options, &context] {
        withStore(
            context,
            [&](const Workspace& workspace, RunStore& store) -> Result<void> {
                if (const auto found = findRuns(store, options->names); !found) {
                    return found.problem();
                }
                const auto cleared = deleteRuns(workspace, options->names, options->force);
                if (!cleared) {
                    return cleared.problem();
                }
                printDeleted(cleared->runs, *cleared, "flip runs", *options);
                return {};
            },
            WorkspaceUse::Write);
    });
}

void addRunsRestore(CLI::App& runs, Context& context) {
    auto* command = runs.add_subcommand("restore", "restore runs from the trash");
    command->footer(R"('flip runs list --trash' lists the deleted runs.

  flip runs restore flip-movielens-100k-1)");
    auto options = std::make_shared<TrashOptions>();
    addNamesAndJson(*command, *options, "RUN", "names of deleted runs")->required();
    command->callback([options, &context] {
        withStore(
            context,
            [&](const Workspace& workspace, RunStore& store) -> Result<void> {
                const auto cleared = restoreRuns(workspace, options->names);
                if (!cleared) {
                    return cleared.problem();
                }
                printRestored(cleared->runs, *cleared, *options);
                hintTrashedDatasets(workspace, store, cleared->runs);
                return {};
            },
            WorkspaceUse::Write);
    });
}

void addRunsPurge(CLI::App& runs, Context& context) {
    auto* command = runs.add_subcommand(
        "purge", "remove deleted runs from the disk, and print the space freed");
    command->footer(R"(Without a name the whole trash is emptied. This cannot be undone.)");
    auto options = std::make_shared<TrashOptions>();
    addNamesAndJson(*command, *options, "RUN", "names of deleted runs (default: all of them)");
    command->callback([options, &context] {
        withStore(
            context,
            [&](const Workspace& workspace, RunStore&) -> Result<void> {
                const auto cleared = purgeRuns(workspace, options->names);
                if (!cleared) {
                    return cleared.problem();
                }
                printPurged(cleared->runs, *cleared, *options, context);
                return {};
            },
            WorkspaceUse::Write);
    });
}

/// Opens the workspace, calls `work` with it, and reports any Problem.
void withWorkspace(Context& context, const std::function<Result<void>(const Workspace&)>& work) {
    const auto workspace = context.openWorkspace();
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    if (auto done = work(*workspace); !done) {
        context.fail(done.problem());
    }
}

void addDatasetsDelete(CLI::App& datasets, Context& context) {
    auto* command = datasets.add_subcommand(
        "delete", "move a dataset to the trash, from which it can be restored");
    command->footer(
        R"(Its files stay on the disk until 'flip datasets purge'. A dataset that stored runs
use is refused, and the runs are named.)");
    auto options = std::make_shared<TrashOptions>();
    addNamesAndJson(*command, *options, "DATASET", "the dataset's name")->required()->expected(1);
    command->add_flag("--with-runs", options->withRuns,
                      "move the runs that use it to the trash too");
    command->callback([options, &context] {
        withWorkspace(context, [&](const Workspace& workspace) -> Result<void> {
            const auto cleared =
                deleteDataset(workspace, options->names.front(), options->withRuns);
            if (!cleared) {
                return cleared.problem();
            }
            printDeleted(cleared->datasets, *cleared, "flip datasets", *options);
            return {};
        });
    });
}

void addDatasetsRestore(CLI::App& datasets, Context& context) {
    auto* command = datasets.add_subcommand("restore", "restore a dataset from the trash");
    command->footer(R"(If several datasets of this name were deleted, the last one is restored.)");
    auto options = std::make_shared<TrashOptions>();
    addNamesAndJson(*command, *options, "DATASET", "name of a deleted dataset")
        ->required()
        ->expected(1);
    command->callback([options, &context] {
        withWorkspace(context, [&](const Workspace& workspace) -> Result<void> {
            const auto cleared = restoreDataset(workspace, options->names.front());
            if (!cleared) {
                return cleared.problem();
            }
            printRestored(cleared->datasets, *cleared, *options);
            return {};
        });
    });
}

void addDatasetsPurge(CLI::App& datasets, Context& context) {
    auto* command = datasets.add_subcommand(
        "purge", "remove deleted datasets from the disk, and print the space freed");
    command->footer(R"(Without a name every deleted dataset is removed. This cannot be undone.)");
    auto options = std::make_shared<TrashOptions>();
    addNamesAndJson(*command, *options, "DATASET",
                    "names of deleted datasets (default: all of them)");
    command->callback([options, &context] {
        withWorkspace(context, [&](const Workspace& workspace) -> Result<void> {
            const auto cleared = purgeDatasets(workspace, options->names);
            if (!cleared) {
                return cleared.problem();
            }
            printPurged(cleared->datasets, *cleared, *options, context);
            return {};
        });
    });
}

} // namespace

void addRunsTrash(CLI::App& runs, Context& context) {
    addRunsDelete(runs, context);
    addRunsRestore(runs, context);
    addRunsPurge(runs, context);
}

void addDatasetsTrash(CLI::App& datasets, Context& context) {
    addDatasetsDelete(datasets, context);
    addDatasetsRestore(datasets, context);
    addDatasetsPurge(datasets, context);
}

} // namespace flip::command
