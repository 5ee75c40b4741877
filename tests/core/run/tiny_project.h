#pragma once

#include "core/base/random_stream.h"
#include "core/data/import/import.h"
#include "core/run/execute.h"
#include "core/spec/options.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

#include <QtCore/QTemporaryDir>

#include <algorithm>
#include <deque>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace flip::test {

/// Keeps all facts of a run; can request a stop after a step of a stage.
class Listener final : public RunSink {
public:
    Listener() = default;
    Listener(RunStage stage, std::int64_t step) : stage_(stage), step_(step) {}

    void take(const RunEvent& event) override {
        events.push_back(event);
        const auto* done = std::get_if<StepDone>(&event.fact);
        if (done != nullptr && done->stage == stage_ && done->step == step_) {
            stop.request_stop();
        }
    }

    template <class T>
    std::vector<T> all() const {
        std::vector<T> facts;
        for (const RunEvent& event : events) {
            if (const T* fact = std::get_if<T>(&event.fact)) {
                facts.push_back(*fact);
            }
        }
        return facts;
    }

    std::string run() const { return all<RunStarted>().at(0).run; }

    std::vector<RunEvent> events;
    std::stop_source stop;

private:
    RunStage stage_{};
    std::int64_t step_ = -1;
};

/// A workspace with one small dataset, "tiny", whose label can be learned from ids: users of two
/// tastes, films of two kinds, and the XOR of both with a little noise. The text states kind and
/// taste too.
class TinyProject {
public:
    /// `moreFields` are further fields of the schema, which may read the columns "last", the film
    /// of the previous row, and "seen", those of the three previous rows.
    explicit TinyProject(std::int64_t rows = 480, const std::string& moreFields = "") {
        if (!folder_.isValid()) {
            throw std::runtime_error("no temporary folder");
        }
        const std::filesystem::path source = path() / "source";
        std::filesystem::create_directories(source);
        writeRows(source / "ratings.csv", rows);
        importAs("tiny", {}, {}, moreFields);
    }

    /// Imports the rows as the dataset `name`, with the first text of each pair replaced by the
    /// second in the schema.
    void importAs(const std::string& name,
                  const std::vector<std::pair<std::string, std::string>>& changes,
                  const SplitPlan& split = {}, const std::string& moreFields = "") const {
        std::ifstream file(FLIP_TEST_FIXTURES "/tiny.toml");
        std::string schema{std::istreambuf_iterator<char>(file), {}};
        for (const auto& [text, replacement] : changes) {
            const std::size_t place = schema.find(text);
            if (place == std::string::npos) {
                throw std::runtime_error("the schema does not hold: " + text);
            }
            schema.replace(place, text.size(), replacement);
        }
        schema += '\n' + moreFields;
        ImportRequest request;
        request.source = path() / "source";
        request.schema = request.source / (name + ".toml");
        request.name = name;
        request.split = split;
        std::ofstream(request.schema) << schema;
        const auto imported = importDataset(request, workspace().datasets());
        if (!imported) {
            throw std::runtime_error(imported.problem().text());
        }
    }

    std::filesystem::path path() const { return folder_.path().toStdString(); }

    Workspace workspace() const {
        auto opened = Workspace::open(path() / "workspace");
        if (!opened) {
            throw std::runtime_error(opened.problem().text());
        }
        return *opened;
    }

    /// A small recipe, changed by the given assignments.
    RunSpec spec(const std::vector<std::string>& assignments = {}) const {
        RunDraft draft;
        std::vector<std::string> all = {"data.dataset=tiny",
                                        std::string("plm.path=") + FLIP_TEST_FIXTURES +
                                            "/tiny_bert",
                                        "plm.layers=1",
                                        "text.max_tokens=40",
                                        "id.embedding_dim=8",
                                        "id.hidden=[16, 8]",
                                        "id.rank=4",
                                        "id.init_std=0.1",
                                        "id.dropout=0.1",
                                        "plm.dropout=0.1",
                                        "pretrain.epochs=2",
                                        "pretrain.batch_size=64",
                                        "pretrain.alignment_rows=16",
                                        "finetune.epochs=3",
                                        "finetune.id_epochs=0",
                                        "finetune.id_batch_size=64",
                                        "finetune.batch_size=64",
                                        "finetune.micro_batch=32",
                                        "threads=1",
                                        "device=cpu"};
        all.insert(all.end(), assignments.begin(), assignments.end());
        for (const std::string& assignment : all) {
            if (auto applied = applyAssignment(draft, assignment); !applied) {
                throw std::runtime_error(applied.problem().text());
            }
        }
        auto spec = resolve(draft);
        if (!spec) {
            throw std::runtime_error(spec.problem().text());
        }
        return *spec;
    }

private:
    static void writeRows(const std::filesystem::path& file, std::int64_t rows) {
        RandomStream random(7, "tiny");
        std::ofstream out(file);
        out << "user,gender,movie,genre,liked,moment,last,seen\n";
        std::deque<std::string> seen; // the latest first
        for (std::int64_t row = 0; row < rows; ++row) {
            const auto user = random.below(12);
            const auto movie = random.below(10);
            const bool taste = user % 2 == 1;
            const bool kind = movie % 2 == 1;
            const bool liked = (taste != kind) != (random.uniform() < 0.05);
            out << 'u' << user << ',' << (taste ? "female" : "male") << ",m" << movie << ','
                << (kind ? "war" : "comedy") << ',' << (liked ? 1 : 0) << ','
                << row / 3 // some rows share a time
                << ',' << (seen.empty() ? "" : seen.front()) << ',';
            for (std::size_t i = 0; i < seen.size(); ++i) {
                out << (i == 0 ? "" : "|") << seen[i];
            }
            out << '\n';
            seen.push_front("m" + std::to_string(movie));
            seen.resize(std::min<std::size_t>(seen.size(), 3));
        }
    }

    QTemporaryDir folder_;
};

} // namespace flip::test
