#include "tests/core/run/tiny_project.h"

#include "core/model/id/backbone.h"
#include "core/run/preflight.h"

#include <QtTest/QtTest>

#include <cmath>

using namespace flip;
using namespace flip::test;

/// Every backbone works in every kind of run.
class BackboneStepsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void trainsInEveryKindOfRun_data();
    void trainsInEveryKindOfRun();
    void refusesBeforeTraining_data();
    void refusesBeforeTraining();

private:
    TinyProject project_{100};
};

void BackboneStepsTest::trainsInEveryKindOfRun_data() {
    QTest::addColumn<QString>("backbone");
    for (const BackboneEntry& entry : backbones()) {
        const std::string name(wordOf(entry.kind));
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
}

void BackboneStepsTest::trainsInEveryKindOfRun() {
    QFETCH(QString, backbone);
    const std::vector<std::string> small = {"id.backbone=" + backbone.toStdString(),
                                            "id.cin_layers=[4, 4]",
                                            "id.log_neurons=8",
                                            "id.attention_dim=8",
                                            "id.history_by=user",
                                            "id.history_of=\"movie, genre\"",
                                            "pretrain.max_steps=1",
                                            "pretrain.alignment_rows=4",
                                            "finetune.max_steps=1"};
    for (const auto& [kind, branches] : {std::pair{"flip", "joint"}, std::pair{"finetune", "id"}}) {
        auto assignments = small;
        assignments.push_back(std::string("kind=") + kind);
        assignments.push_back(std::string("finetune.branches=") + branches);
        Listener listener;
        const RunEnded ended = executeRun(project_.spec(assignments), project_.workspace(), "",
                                          listener, listener.stop.get_token());
        QVERIFY2(ended.status == RunStatus::Finished,
                 ended.problem ? ended.problem->text().c_str() : ended.reason.c_str());
        const auto steps = listener.all<StepDone>();
        QCOMPARE(steps.size(), std::size_t(kind == std::string("flip") ? 2 : 1));
        for (const StepDone& step : steps) {
            QVERIFY(std::isfinite(step.losses.at("total")));
        }
        QVERIFY(std::isfinite(ended.metrics.at("test").at("").logLoss));
    }
}

void BackboneStepsTest::refusesBeforeTraining_data() {
    QTest::addColumn<QString>("backbone");
    QTest::addColumn<QStringList>("more");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const char* backbone, const QStringList& more,
                        const char* says) { QTest::newRow(name) << backbone << more << says; };
    row("attention heads", "autoint", {"id.heads=3"}, "id.attention_dim: is 64, which the 3 heads");
    row("fusion heads", "finalmlp", {"id.heads=3"}, "id.hidden: ends with 8, which the 3 heads");
    row("unknown gate field", "finalmlp", {"id.gate_fields=users"}, "did you mean \"user\"?");
    row("history without a user field", "din", {"id.history_of=movie"},
        "id.history_by: names no field, but din reads a history");
    row("history without item fields", "din", {"id.history_by=user"},
        "id.history_of: names no field, but din reads a history");
    row("history of an unknown user", "din", {"id.history_by=usr", "id.history_of=movie"},
        "id.history_by: names no field \"usr\"; did you mean \"user\"?");
    row("history of an unknown item", "din", {"id.history_by=user", "id.history_of=movies"},
        "id.history_of: names no id field \"movies\"; did you mean \"movie\"?");
    row("rows without a time", "din",
        {"id.history_by=user", "id.history_of=movie", "data.dataset=timeless"},
        "dataset timeless: has no times for its rows");
    row("width of a field", "dcnv2", {"id.field_dims=users=2"}, "did you mean 'user'?");
    row("width of a field without vectors", "ffm", {"id.field_dims=user=2"},
        "id.field_dims: has no effect in lr and ffm");
}

void BackboneStepsTest::refusesBeforeTraining() {
    QFETCH(QString, backbone);
    QFETCH(QStringList, more);
    QFETCH(QString, says);
    project_.importAs("timeless", {{"[time]\ncolumn = \"ratings.moment\"\n", ""}});
    std::vector<std::string> assignments = {"kind=finetune", "finetune.branches=id",
                                            "id.backbone=" + backbone.toStdString()};
    for (const QString& assignment : more) {
        assignments.push_back(assignment.toStdString());
    }
    const auto refused = preflight(project_.spec(assignments), project_.workspace());
    QVERIFY(!refused.ok());
    const QString text = QString::fromStdString(refused.problem().text());
    QVERIFY2(text.contains(says), qPrintable(text));
    // A run without ids does not check this.
    assignments[1] = "finetune.branches=text";
    QVERIFY(preflight(project_.spec(assignments), project_.workspace()).ok());
}

QTEST_GUILESS_MAIN(BackboneStepsTest)
#include "backbone_steps_test.moc"
