#include "core/store/workspace_check.h"

#include "core/formats/safetensors.h"
#include "core/spec/choices.h"
#include "core/spec/run_state.h"
#include "core/store/checkpoint_files.h"
#include "core/store/database_check.h"
#include "core/store/leftovers.h"
#include "core/store/predictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace flip {

namespace {

namespace fs = std::filesystem;

/// What to do about a damaged file of a run.
std::string adviceFor(const fs::path& file) {
    const std::string name = file.filename().string();
    if (name == kTrainingState) {
        return "the run cannot be resumed from it; restore a backup, or start the run again under "
               "another name";
    }
    if (name == kPredictionsFile) {
        return "restore a backup, or train the run again; its metrics are stored elsewhere";
    }
    return "restore a backup, or train the run again";
}

/// The safetensors files in a folder and its subfolders, sorted.
std::vector<fs::path> tensorFilesIn(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() == ".safetensors") {
            files.push_back(entry->path());
        }
    }
    std::ranges::sort(files);
    return files;
}

class Check {
public:
    Check(const Workspace& workspace, const FileCallback& watch)
        : workspace_(workspace), watch_(watch) {}

    WorkspaceReport run() {
        std::error_code ignored;
        if (fs::exists(workspace_.database(), ignored)) {
            read(workspace_.database());
        }
        database_ = checkDatabase(workspace_.database());
        report_.damaged = database_.damaged;
        report_.notes = database_.notes;
        report_.runs = static_cast<std::int64_t>(database_.runs.size());
        checkRuns();
        checkDatasets();
        checkModels();
        noteLeftovers();
        return std::move(report_);
    }

private:
    void read(const fs::path& file) {
        std::error_code error;
        const std::uintmax_t bytes = fs::file_size(file, error);
        ++report_.files;
        report_.bytes += error ? 0 : bytes;
        if (watch_) {
            watch_(file);
        }
    }

    void damage(const Problem& problem, std::string advice) {
        report_.damaged.push_back(
            {problem.where, problem.what.substr(0, problem.what.rfind("; ")), std::move(advice)});
    }

    /// Checks a safetensors file; returns false if it has no checksum.
    bool checkTensors(const fs::path& file, const std::string& advice) {
        read(file);
        const auto opened = SafetensorsFile::open(file);
        if (!opened) {
            std::error_code ignored;
            if (fs::exists(file, ignored)) { // a live run may have removed it
                damage(opened.problem(), advice);
            }
            return true;
        }
        if (const auto sound = opened->verify(); !sound) {
            damage(sound.problem(), advice);
            return true;
        }
        return opened->hasHash();
    }

    void checkRuns() {
        std::size_t unchecked = 0;
        for (const fs::path& folder : runFolders(workspace_)) {
            for (const fs::path& file : tensorFilesIn(folder)) {
                unchecked += checkTensors(file, adviceFor(file)) ? 0U : 1U;
            }
        }
        if (unchecked > 0) {
            report_.notes.push_back(
                {(workspace_.folder() / "checkpoints").string(),
                 fmt::format("{} files of earlier versions have no checksum", unchecked),
                 "they cannot be checked and are read as they are"});
        }
        for (const KnownRun& run : database_.runs) {
            if (run.status != wordOf(RunStatus::Finished)) {
                continue;
            }
            expect(run, kFinalWeights);
            if (run.kind != wordOf(RunKind::Pretrain)) {
                expect(run, kPredictionsFile);
            }
        }
    }

    void expect(const KnownRun& run, const char* name) {
        const fs::path file = workspace_.checkpoints(run.name) / name;
        std::error_code ignored;
        if (!fs::exists(file, ignored)) {
            report_.damaged.push_back({file.string(),
                                       "the file is missing, although the run has finished",
                                       adviceFor(file)});
        }
    }

    void checkDatasets() {
        for (const fs::path& place : {workspace_.datasets(), workspace_.datasets() / ".trash"}) {
            for (const fs::path& folder : foldersOf(place)) {
                ++report_.datasets;
                for (const Problem& problem :
                     checkDatasetFiles(folder, [this](const fs::path& file) { read(file); })) {
                    damage(problem, "import the dataset again");
                }
            }
        }
    }

    void checkModels() {
        for (const fs::path& folder : foldersOf(workspace_.models())) {
            for (const fs::path& file : tensorFilesIn(folder)) {
                checkTensors(file, "download or export the model again");
            }
        }
    }

    void noteLeftovers() {
        const std::vector<Leftover> leftovers = leftoversIn(workspace_, database_);
        for (const Leftover& leftover : leftovers) {
            report_.notes.push_back({leftover.path.string(), "was left by a killed program",
                                     "'flip doctor --repair' removes it"});
        }
        for (const fs::path& folder : runFolders(workspace_)) {
            if (database_.lacks(folder.filename().string()) &&
                std::ranges::find(leftovers, folder, &Leftover::path) == leftovers.end()) {
                report_.notes.push_back(
                    {folder.string(), "holds files of a run that is not in flip.db",
                     "restore the flip.db that has it, or move the folder away"});
            }
        }
    }

    const Workspace& workspace_;
    const FileCallback& watch_;
    DatabaseReport database_;
    WorkspaceReport report_;
};

} // namespace

WorkspaceReport checkWorkspace(const Workspace& workspace, const FileCallback& watch) {
    return Check(workspace, watch).run();
}

} // namespace flip
