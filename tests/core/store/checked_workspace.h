#pragma once

#include "core/base/files.h"
#include "core/formats/safetensors.h"
#include "core/store/checkpoint_files.h"
#include "core/store/trash.h"
#include "tests/core/store/predicted_run.h"

#include <filesystem>
#include <stdexcept>
#include <string>

namespace flip::test {

/// A small workspace with one of everything: a dataset and another one in the trash, a pretrained
/// run "pre", a finished one "clicked" with predictions, "cut", which can be resumed, and "gone",
/// which is in the trash. All files are closed.
class CheckedWorkspace {
public:
    CheckedWorkspace() {
        namespace fs = std::filesystem;
        fs::remove_all(workspace().folder() / "source"); // the dataset's source
        writeWeights("clicked", kFinalWeights);
        writeWeights("clicked", kIdWeights);
        train("pre", RunStatus::Finished);
        writeWeights("pre", kFinalWeights);
        train("cut", RunStatus::Stopped);
        writeWeights("cut", kTrainingState);
        train("gone", RunStatus::Failed);
        expect(deleteRuns(workspace(), {"gone"}, /*force=*/false));
        fs::copy(workspace().dataset("clicks"), workspace().dataset("old"),
                 fs::copy_options::recursive);
        expect(deleteDataset(workspace(), "old", /*withRuns=*/false));
    }

    Workspace workspace() const { return project_.workspace(); }
    Workspace toRead() const {
        return *Workspace::open(project_.folder().toStdString(), WorkspaceUse::Read);
    }
    QString folder() const { return project_.folder(); }

    /// Stores the facts of a run that ends with this status.
    void train(const std::string& name, RunStatus status) const {
        RunSpec spec = defaultSpec();
        spec.kind = RunKind::Pretrain;
        RunRecorder run = newRun(workspace(), name, spec);
        run.take(
            {.fact = RunStarted{.run = name, .kind = spec.kind, .dataset = spec.data.dataset}});
        for (int step = 1; step <= 20; ++step) {
            run.take(stepEvent(step, 0.25 * step));
        }
        run.take(epochEvent(1, 20));
        run.take(checkpointEvent(20));
        run.take(endEvent(status));
    }

    void writeWeights(const std::string& run, const char* name) const {
        std::string numbers(256, '\0');
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            numbers[i] = static_cast<char>(i * 37 % 251);
        }
        expect(writeSafetensors(workspace().checkpoints(run) / name,
                                {{"id.rows", {NumberType::F32, {8, 8}, numbers}}},
                                {{"stage", "pretrain"}}));
    }

private:
    template <class T>
    static void expect(const Result<T>& result) {
        if (!result) {
            throw std::runtime_error(result.problem().text());
        }
    }

    PredictedRun project_;
};

/// Overwrites the bytes of a file from this offset on.
inline void overwrite(const std::filesystem::path& file, std::size_t at, std::string_view bytes) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(at));
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!stream.flush()) {
        throw std::runtime_error("cannot write " + file.string());
    }
}

} // namespace flip::test
