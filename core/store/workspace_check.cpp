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
        return "the run cannot go on from it; put back a copy, or start the run anew under another "
               "name";
    }
    if (name == kPredictionsFile) {
        return "put back a copy, or train the run again; its metrics are stored apart from it";
    }
    return "put back a copy, or train the run again";
}

/// The files of tensors in a folder and below it, sorted.
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
    Check(const Workspace& workspace, const FileWatch& watch)
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

    /// Whether the file carries a checksum.
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
        std::size_t unsigned_ = 0;
        for (const fs::path& folder : runFolders(workspace_)) {
            for (const fs::path& file : tensorFilesIn(folder)) {
                unsigned_ += checkTensors(file, adviceFor(file)) ? 0U : 1U;
            }
        }
        if (unsigned_ > 0) {
            report_.notes.push_back(
                {(workspace_.folder() / "checkpoints").string(),
                 fmt::format("{} files of earlier versions carry no checksum", unsigned_),
                 "whether they are what was written cannot be told; they are read as they are"});
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
                checkTensors(file, "get or export the model again");
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
                report_.notes.push_back({folder.string(),
                                         "holds files of a run that flip.db does not know",
                                         "put back the flip.db that knows it, or move the folder "
                                         "away"});
            }
        }
    }

    const Workspace& workspace_;
    const FileWatch& watch_;
    DatabaseReport database_;
    WorkspaceReport report_;
};

} // namespace

WorkspaceReport checkWorkspace(const Workspace& workspace, const FileWatch& watch) {
    return Check(workspace, watch).run();
}

} // namespace flip
