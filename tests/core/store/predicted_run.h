#pragma once

#include "core/base/random_stream.h"
#include "core/data/dataset.h"
#include "core/data/import/import.h"
#include "core/store/predictions.h"
#include "core/store/run_recorder.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"
#include "tests/core/store/recorded_run.h"

#include <QTemporaryDir>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace flip::test {

/// A workspace with the dataset "clicks" (fields user_id of ten values, film of forty) and a
/// finished run of it with predictions, made without training: logits correlate with the label.
class PredictedRun {
public:
    explicit PredictedRun(bool joint = true) {
        importClicks("clicks", 5);
        const Dataset dataset = *Dataset::open(workspace().dataset("clicks"));
        RunSpec spec = defaultSpec();
        spec.kind = RunKind::Finetune;
        spec.data.dataset = "clicks";
        spec.finetune.branches = joint ? Branches::Joint : Branches::Id;
        {
            auto recorder = RunRecorder::create(workspace(), kName, spec, dataset.hash(), "");
            if (!recorder) {
                throw std::runtime_error(recorder.problem().text());
            }
            recorder->take(startedEvent());
            recorder->take(endEvent());
        }
        RandomStream random(3, "test");
        for (const Split split : {Split::Valid, Split::Test}) {
            for (const std::int64_t row : dataset.rowsOf(split)) {
                const std::uint8_t label = dataset.labels()[static_cast<std::size_t>(row)];
                predictions.rowIndex.push_back(row);
                predictions.split.push_back(static_cast<std::uint8_t>(split));
                predictions.label.push_back(label);
                predictions.logit.push_back(random.normal() + 2 * label - 1);
                if (joint) {
                    predictions.idLogit.push_back(random.normal() + label - 0.5);
                    predictions.textLogit.push_back(random.normal());
                }
            }
        }
        save();
    }

    static constexpr const char* kName = "clicked";

    Workspace workspace() const { return *Workspace::open(folder_.path().toStdString()); }
    QString folder() const { return folder_.path(); }
    std::filesystem::path predictionsFile() const {
        return workspace().checkpoints(kName) / kPredictionsFile;
    }
    RunSummary summary() const { return *RunStore::open(workspace())->find(kName); }

    void save() const {
        if (const auto saved = savePredictions(predictionsFile(), predictions); !saved) {
            throw std::runtime_error(saved.problem().text());
        }
    }

    void removeDataset() const { std::filesystem::remove_all(workspace().dataset("clicks")); }

    /// The same rows, with another split.
    void changeDataset() const {
        removeDataset();
        importClicks("clicks", 6);
    }

    StoredPredictions predictions; // as they are on disk after save()

private:
    void importClicks(const std::string& name, std::uint64_t splitSeed) const {
        const std::filesystem::path source =
            std::filesystem::path(folder_.path().toStdString()) / "source";
        std::filesystem::create_directories(source);
        RandomStream random(4, "test");
        std::ofstream rows(source / "clicks.csv");
        rows << "user,film,clicked\n";
        for (int row = 0; row < 2000; ++row) {
            rows << "u" << random.below(10) << ",Film " << random.below(40) << ","
                 << (random.below(3) == 0 ? 1 : 0) << "\n";
        }
        rows.close();
        std::ofstream schema(source / "clicks.toml");
        schema << "[[table]]\nname = \"clicks\"\nfile = \"clicks.csv\"\n"
                  "[label]\ncolumn = \"clicks.clicked\"\npositive = \"== 1\"\n"
                  "[[field]]\nname = \"user_id\"\ncolumn = \"clicks.user\"\n"
                  "[[field]]\nname = \"film\"\ncolumn = \"clicks.film\"\n";
        schema.close();
        ImportRequest request;
        request.source = source;
        request.schema = source / "clicks.toml";
        request.name = name;
        request.split.seed = splitSeed;
        if (const auto made = importDataset(request, workspace().datasets()); !made) {
            throw std::runtime_error(made.problem().text());
        }
    }

    QTemporaryDir folder_;
};

} // namespace flip::test
