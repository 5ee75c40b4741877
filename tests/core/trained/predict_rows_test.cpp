#include "core/trained/predict_rows.h"

#include "core/store/predictions.h"
#include "core/trained/bundle.h"
#include "tests/core/run/tiny_project.h"

#include <QtTest/QtTest>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

using namespace flip;
using namespace flip::test;

namespace fs = std::filesystem;

namespace {

const char* const kMoreFields =
    "[[field]]\nname = \"seen\"\ncolumn = \"ratings.seen\"\nkind = \"multi\"\n"
    "[[field]]\nname = \"when\"\ncolumn = \"ratings.moment\"\nkind = \"number\"\nbuckets = 4\n";

/// The columns of a file of predictions.
struct Written {
    std::string header;
    std::vector<std::int64_t> rows;
    std::vector<std::vector<double>> numbers; // [columns after row_index][rows]
};

Written readPredictions(const fs::path& file) {
    Written read;
    std::ifstream stream(file);
    std::getline(stream, read.header);
    for (std::string line; std::getline(stream, line);) {
        std::istringstream cells(line);
        std::string cell;
        std::getline(cells, cell, ',');
        read.rows.push_back(std::stoll(cell));
        for (std::size_t column = 0; std::getline(cells, cell, ','); ++column) {
            read.numbers.resize(std::max(read.numbers.size(), column + 1));
            read.numbers[column].push_back(std::stod(cell));
        }
    }
    return read;
}

/// A CSV file of a dataset's rows whose columns are named as its fields.
void writeFlat(const Dataset& data, const std::vector<std::int64_t>& rows, const fs::path& file,
               const char* delimiter = ",") {
    std::ofstream out(file);
    for (std::size_t field = data.fields().size(); field > 0; --field) { // in another order
        out << data.fields()[field - 1].name << delimiter;
    }
    out << "moment" << delimiter << "besides\n";
    for (const std::int64_t row : rows) {
        for (std::size_t field = data.fields().size(); field > 0; --field) {
            const auto codes = data.codes(static_cast<int>(field - 1));
            out << data.value(static_cast<int>(field - 1), codes[static_cast<std::size_t>(row)])
                << delimiter;
        }
        out << data.times()[static_cast<std::size_t>(row)] << delimiter << "x\n";
    }
}

} // namespace

/// Predictions of raw rows equal those that the run has stored for the same rows.
class PredictRowsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void predictsLikeTheRun_data();
    void predictsLikeTheRun();
    void readsEveryTableFormat_data();
    void readsEveryTableFormat();
    void countsUnknownValues();
    void predictsNothingForAnEmptyInput();
    void reportsAMissingColumn();
    void reportsADamagedBundleFile_data();
    void reportsADamagedBundleFile();
    void refusesARunThatWasOnlyPretrained();
    void leavesNothingWhenStopped();

private:
    static void train(const TinyProject& project, std::vector<std::string> assignments) {
        Listener listener;
        const RunEnded ended =
            executeRun(project.spec(assignments), project.workspace(), "r", listener, {});
        QVERIFY2(ended.status == RunStatus::Finished,
                 ended.problem ? ended.problem->text().c_str() : "");
    }

    static Result<PredictReport> predict(const PredictingModel& model, const RawInput& input,
                                         const fs::path& output) {
        return predictRows(model, input, output, [](const PredictProgress&) {}, {});
    }

    static void trainIds(const TinyProject& project) {
        train(project, {"kind=finetune", "finetune.branches=id", "finetune.epochs=1"});
    }

    static Dataset dataset(const TinyProject& project) {
        return std::move(*Dataset::open(project.workspace().dataset("tiny")));
    }
};

void PredictRowsTest::predictsLikeTheRun_data() {
    QTest::addColumn<QStringList>("assignments");
    QTest::newRow("joint") << QStringList{"kind=flip", "pretrain.epochs=1", "finetune.epochs=1"};
    QTest::newRow("joint, mixing by unknown ids")
        << QStringList{"kind=finetune",           "finetune.branches=joint",   "finetune.epochs=1",
                       "finetune.mixing=unknown", "finetune.unknown_fields=*", "id.min_count=20"};
    QTest::newRow("ids") << QStringList{"kind=finetune", "finetune.branches=id",
                                        "finetune.epochs=1"};
    QTest::newRow("ids with hashed rows") << QStringList{"kind=finetune", "finetune.branches=id",
                                                         "finetune.epochs=1", "id.hash_buckets=7"};
    QTest::newRow("ids with a narrower table")
        << QStringList{"kind=finetune",      "finetune.branches=id",    "finetune.epochs=1",
                       "id.backbone=deepfm", "id.field_dims=movie = 4", "id.min_count=3"};
    QTest::newRow("text") << QStringList{"kind=finetune", "finetune.branches=text",
                                         "finetune.epochs=1"};
    QTest::newRow("text with a template")
        << QStringList{"kind=finetune", "finetune.branches=text", "finetune.epochs=1",
                       "text.template={genre}, seen after {seen}."};
    QTest::newRow("frozen text") << QStringList{"kind=finetune", "finetune.branches=text",
                                                "finetune.epochs=1",
                                                "finetune.text_encoder=frozen"};
    QTest::newRow("two towers") << QStringList{"kind=finetune", "finetune.branches=text",
                                               "finetune.epochs=1", "text.template={user} {gender}",
                                               "text.item_template={movie} {genre}"};
    QTest::newRow("history") << QStringList{"kind=finetune",      "finetune.branches=id",
                                            "finetune.epochs=1",  "id.backbone=din",
                                            "id.history_by=user", "id.history_of=movie, seen"};
    QTest::newRow("published") << QStringList{"recipe=published", "kind=flip", "pretrain.epochs=1",
                                              "pretrain.mask_rounding=round", "finetune.epochs=1"};
}

void PredictRowsTest::predictsLikeTheRun() {
    QFETCH(QStringList, assignments);
    const TinyProject project(480, kMoreFields);
    std::vector<std::string> all;
    for (const QString& assignment : assignments) {
        all.push_back(assignment.toStdString());
    }
    train(project, all);
    const auto stored = predictionsOf(project.workspace(), "r");
    QVERIFY(stored.ok());
    const Workspace workspace = project.workspace();
    const PredictingModel model{"r", "", &workspace, {}};
    const bool joint = !stored->idLogit.empty();

    // The raw source: batches differ, so sums round differently.
    const fs::path schema = project.path() / "source" / "tiny.toml";
    QVERIFY(fs::exists(schema));
    const auto report = predict(model, {project.path() / "source", {}}, project.path() / "p.csv");
    QVERIFY2(report, report ? "" : report.problem().text().c_str());
    QCOMPARE(report->rows, std::int64_t{480});
    const Written raw = readPredictions(project.path() / "p.csv");
    QCOMPARE(QString::fromStdString(raw.header),
             QString(joint ? "row_index,logit,p,logit_id,logit_text" : "row_index,logit,p"));
    for (std::size_t i = 0; i < stored->rowIndex.size(); ++i) {
        const auto row = static_cast<std::size_t>(stored->rowIndex[i]);
        QCOMPARE(raw.rows[row], stored->rowIndex[i]);
        QVERIFY(std::abs(raw.numbers[0][row] - stored->logit[i]) < 1e-6);
        QVERIFY(std::abs(raw.numbers[1][row] - 1 / (1 + std::exp(-stored->logit[i]))) < 1e-6);
        if (joint) {
            QVERIFY(std::abs(raw.numbers[2][row] - stored->idLogit[i]) < 1e-6);
            QVERIFY(std::abs(raw.numbers[3][row] - stored->textLogit[i]) < 1e-6);
        }
    }

    // Only the rows of the test split, in a table of their own: batches are the same.
    const Dataset data = dataset(project);
    const std::vector<std::int64_t> rows = data.rowsOf(Split::Test);
    writeFlat(data, rows, project.path() / "flat.csv");
    QVERIFY(predict(model, {project.path() / "flat.csv", {}}, project.path() / "q.csv").ok());
    const Written flat = readPredictions(project.path() / "q.csv");
    QCOMPARE(flat.rows.size(), rows.size());
    const std::size_t first = stored->rowIndex.size() - rows.size(); // test follows valid
    // A frozen language model's vectors were computed in other batches.
    const double tolerance = assignments.contains("finetune.text_encoder=frozen") ? 1e-6 : 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        QCOMPARE(stored->rowIndex[first + i], rows[i]);
        QVERIFY(std::abs(flat.numbers[0][i] - stored->logit[first + i]) <= tolerance);
    }

    // The bundle, without the workspace and the language model's folder.
    QVERIFY(writeBundle("r", "", workspace, project.path() / "bundle").ok());
    fs::rename(project.path() / "bundle", project.path() / "moved");
    fs::rename(project.path() / "workspace", project.path() / "gone");
    const auto served = predict({"", "", nullptr, project.path() / "moved"},
                                {project.path() / "flat.csv", {}}, project.path() / "b.csv");
    QVERIFY2(served, served ? "" : served.problem().text().c_str());
    const Written bundled = readPredictions(project.path() / "b.csv");
    QVERIFY(bundled.rows == flat.rows);
    QVERIFY(bundled.numbers == flat.numbers);
}

void PredictRowsTest::readsEveryTableFormat_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("separated by tabs") << "rows.tsv";
    QTest::newRow("separated by semicolons") << "rows.csv";
    QTest::newRow("JSON lines") << "rows.jsonl";
    QTest::newRow("the format of the first table") << "later.csv";
}

void PredictRowsTest::readsEveryTableFormat() {
    QFETCH(QString, name);
    const TinyProject project(480, kMoreFields);
    trainIds(project);
    const Workspace workspace = project.workspace();
    const PredictingModel model{"r", "", &workspace, {}};
    const Dataset data = dataset(project);
    const std::vector<std::int64_t> rows{5, 3, 400};
    writeFlat(data, rows, project.path() / "flat.csv");
    QVERIFY(predict(model, {project.path() / "flat.csv", {}}, project.path() / "p.csv").ok());

    const fs::path file = project.path() / name.toStdString();
    RawInput input{file, {}};
    if (name == "rows.jsonl") {
        std::ofstream out(file);
        for (const std::int64_t row : rows) {
            const auto value = [&](const char* field) {
                const int index = data.findField(field);
                return std::string(
                    data.value(index, data.codes(index)[static_cast<std::size_t>(row)]));
            };
            std::string seen;
            std::istringstream list(value("seen"));
            for (std::string one; std::getline(list, one, '|');) {
                seen += (seen.empty() ? "\"" : ", \"") + one + "\"";
            }
            out << R"({"user": ")" << value("user") << R"(", "gender": ")" << value("gender")
                << R"(", "movie": ")" << value("movie") << R"(", "genre": ")" << value("genre")
                << R"(", "when": )" << value("when") << R"(, "seen": [)" << seen << "]}\n";
        }
    } else if (name == "later.csv") {
        std::ifstream all(project.path() / "source" / "ratings.csv");
        std::vector<std::string> lines;
        for (std::string line; std::getline(all, line);) {
            lines.push_back(line);
        }
        std::ofstream out(file);
        out << lines[0] << "\n";
        for (const std::int64_t row : rows) {
            out << lines[static_cast<std::size_t>(row) + 1] << "\n";
        }
        input.source = project.path() / "source";
    } else {
        writeFlat(data, rows, file, name == "rows.tsv" ? "\t" : ";");
    }
    const auto report = predict(model, input, project.path() / "q.csv");
    QVERIFY2(report, report ? "" : report.problem().text().c_str());
    const Written one = readPredictions(project.path() / "p.csv");
    const Written other = readPredictions(project.path() / "q.csv");
    QCOMPARE(one.rows.size(), rows.size());
    QVERIFY(one.numbers == other.numbers);
    QVERIFY(one.rows == other.rows);
}

void PredictRowsTest::countsUnknownValues() {
    const TinyProject project;
    trainIds(project);
    const Workspace workspace = project.workspace();
    std::ofstream(project.path() / "new.csv") << "user,gender,movie,genre\n"
                                                 "u1,male,m1,war\n"
                                                 "somebody,male,m1,war\n"
                                                 "u2,male,m99,poetry\n"
                                                 "u2,male\n";
    const auto report = predict({"r", "", &workspace, {}}, {project.path() / "new.csv", {}},
                                project.path() / "p.csv");
    QVERIFY2(report, report ? "" : report.problem().text().c_str());
    QCOMPARE(report->rows, std::int64_t{3});
    const std::map<std::string, std::int64_t> unknown{
        {"gender", 0}, {"genre", 1}, {"movie", 1}, {"user", 1}};
    QVERIFY(report->unknown == unknown);
    QCOMPARE(report->badLines, std::int64_t{1});
    QVERIFY(report->examples.at(0).text().find("new.csv:5") != std::string::npos);
}

void PredictRowsTest::predictsNothingForAnEmptyInput() {
    const TinyProject project;
    trainIds(project);
    const Workspace workspace = project.workspace();
    std::ofstream(project.path() / "none.csv") << "user,gender,movie,genre\n";
    const auto report = predict({"r", "", &workspace, {}}, {project.path() / "none.csv", {}},
                                project.path() / "p.csv");
    QVERIFY2(report, report ? "" : report.problem().text().c_str());
    QCOMPARE(report->rows, std::int64_t{0});
    QCOMPARE(readPredictions(project.path() / "p.csv").header, std::string("row_index,logit,p"));
}

void PredictRowsTest::reportsAMissingColumn() {
    const TinyProject project;
    trainIds(project);
    const Workspace workspace = project.workspace();
    std::ofstream(project.path() / "new.csv") << "user,gender,film,genre\nu1,male,m1,war\n";
    const auto report = predict({"r", "", &workspace, {}}, {project.path() / "new.csv", {}},
                                project.path() / "p.csv");
    QVERIFY(!report.ok());
    QVERIFY2(report.problem().text().find("movie") != std::string::npos,
             report.problem().text().c_str());
    QVERIFY(!fs::exists(project.path() / "p.csv"));
}

void PredictRowsTest::reportsADamagedBundleFile_data() {
    QTest::addColumn<QString>("file");
    for (const char* file :
         {"bundle.json", "recipe.toml", "schema.toml", "vocabulary.json", "weights.safetensors",
          "clicks.jsonl", "language_model/config.json", "language_model/vocab.txt"}) {
        QTest::newRow(file) << file;
    }
}

void PredictRowsTest::reportsADamagedBundleFile() {
    QFETCH(QString, file);
    static const TinyProject project;
    static const bool made = [] {
        train(project, {"kind=flip", "pretrain.epochs=1", "finetune.epochs=1", "id.backbone=din",
                        "id.history_by=user", "id.history_of=movie"});
        return writeBundle("r", "", project.workspace(), project.path() / "bundle").ok();
    }();
    QVERIFY(made);
    const fs::path copy = project.path() / "copy";
    fs::remove_all(copy);
    fs::copy(project.path() / "bundle", copy, fs::copy_options::recursive);
    const fs::path damaged = copy / file.toStdString();
    QVERIFY2(fs::exists(damaged), "the bundle has no such file");
    std::ofstream(project.path() / "rows.csv")
        << "user,gender,movie,genre,moment\nu1,male,m1,war,4\n";
    const PredictingModel model{"", "", nullptr, copy};
    const RawInput rows{project.path() / "rows.csv", {}};
    QVERIFY(predict(model, rows, project.path() / "p.csv").ok());
    {
        std::fstream bytes(damaged, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(static_cast<std::streamoff>(fs::file_size(damaged) / 2));
        bytes.put('\x01');
    }
    const auto report = predict(model, rows, project.path() / "p.csv");
    QVERIFY(!report.ok());
    QVERIFY2(report.problem().text().find(damaged.filename().string()) != std::string::npos,
             report.problem().text().c_str());
    fs::remove(damaged);
    const auto gone = predict(model, rows, project.path() / "p.csv");
    QVERIFY(!gone.ok());
    QVERIFY2(gone.problem().text().find(damaged.filename().string()) != std::string::npos,
             gone.problem().text().c_str());
}

void PredictRowsTest::refusesARunThatWasOnlyPretrained() {
    const TinyProject project;
    train(project, {"kind=pretrain", "pretrain.epochs=1"});
    const Workspace workspace = project.workspace();
    const auto report =
        predict({"r", "", &workspace, {}}, {project.path() / "source", {}}, project.path() / "p");
    QVERIFY(!report.ok());
    QVERIFY(report.problem().what.find("was only pretrained") != std::string::npos);
}

void PredictRowsTest::leavesNothingWhenStopped() {
    const TinyProject project;
    trainIds(project);
    const Workspace workspace = project.workspace();
    std::stop_source stop;
    stop.request_stop();
    const auto report = predictRows(
        {"r", "", &workspace, {}}, {project.path() / "source", {}},
        project.path() / "out" / "p.csv", [](const PredictProgress&) {}, stop.get_token());
    QVERIFY(!report.ok());
    fs::create_directories(project.path() / "out");
    const auto again = predictRows(
        {"r", "", &workspace, {}}, {project.path() / "source", {}},
        project.path() / "out" / "p.csv", [](const PredictProgress&) {}, stop.get_token());
    QVERIFY(!again.ok());
    QVERIFY(fs::is_empty(project.path() / "out"));
}

QTEST_GUILESS_MAIN(PredictRowsTest)
#include "predict_rows_test.moc"
