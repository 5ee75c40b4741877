#include "core/base/files.h"
#include "core/formats/safetensors.h"
#include "core/run/preflight.h"
#include "tests/core/run/same_runs.h"
#include "tests/core/run/tiny_project.h"

#include <QtTest/QtTest>

#include <cmath>
#include <map>

using namespace flip;
using namespace flip::test;

namespace {

/// The previous film and a list of three share the vocabulary of the films.
const char* const kLast = "[[field]]\nname = \"last\"\ncolumn = \"ratings.last\"\n";
const char* const kSeen =
    "[[field]]\nname = \"seen\"\ncolumn = \"ratings.seen\"\nkind = \"multi\"\n";
const char* const kShares = "shares = \"movie\"\n";

TinyProject sharedProject() {
    return TinyProject(/*rows=*/480, std::string(kLast) + kShares + kSeen + kShares);
}

void addRuns() {
    QTest::addColumn<QStringList>("options");
    QTest::newRow("pretrained, joint, noise of a field")
        << QStringList{"kind=flip", "pretrain.noise_from=field", "pretrain.batch_size=16",
                       "pretrain.epochs=1", "finetune.epochs=1"};
    const QStringList ids{"kind=finetune", "finetune.branches=id", "finetune.batch_size=8",
                          "finetune.epochs=1"};
    QTest::newRow("ids with L2") << ids + QStringList{"finetune.embedding_l2=1e-2"};
    QTest::newRow("a narrower group, hashed")
        << ids + QStringList{"id.field_dims=movie=4", "id.hash_buckets=6", "id.min_count=2"};
    QTest::newRow("field-aware") << ids + QStringList{"id.backbone=ffm"};
    QTest::newRow("a history of shared films")
        << ids + QStringList{"id.backbone=din", "id.history_by=user", "id.history_of=movie, last",
                             "id.field_dims=movie=4", "finetune.unknown_fields=*"};
}

} // namespace

/// Runs on a dataset whose fields share a vocabulary.
class SharedFieldsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void lazyUpdatesGiveTheSameRun_data() { addRuns(); }
    void lazyUpdatesGiveTheSameRun();
    void aResumedRunEqualsAnUninterruptedOne_data() { addRuns(); }
    void aResumedRunEqualsAnUninterruptedOne();
    void fieldsThatShareUseOneTable();
    void refusesADifferentWidth();
};

void SharedFieldsTest::lazyUpdatesGiveTheSameRun() {
    QFETCH(QStringList, options);
    const QString difference = lazyUpdatesDiffer(sharedProject(), options);
    QVERIFY2(difference.isEmpty(), qPrintable(difference));
}

void SharedFieldsTest::aResumedRunEqualsAnUninterruptedOne() {
    QFETCH(QStringList, options);
    const TinyProject project = sharedProject();
    std::vector<std::string> assignments{"id.table_updates=touched"};
    for (const QString& option : options) {
        assignments.push_back(option.toStdString());
    }
    const RunSpec spec = project.spec(assignments);
    const QString difference = resumedRunDiffers(
        project, spec, spec.kind == RunKind::Flip ? RunStage::Pretrain : RunStage::Finetune, 13);
    QVERIFY2(difference.isEmpty(), qPrintable(difference));
}

void SharedFieldsTest::fieldsThatShareUseOneTable() {
    const auto rowsOf = [](const TinyProject& project) -> std::map<std::string, std::int64_t> {
        Listener run;
        const RunEnded ended =
            executeRun(project.spec({"kind=finetune", "finetune.branches=id", "finetune.epochs=1",
                                     "id.backbone=fm", "id.field_dims=movie=4"}),
                       project.workspace(), "narrow", run, run.stop.get_token());
        if (ended.status != RunStatus::Finished) {
            qWarning("%s", std::string(wordOf(ended.status)).c_str());
            return {};
        }
        const auto weights = SafetensorsFile::open(project.workspace().checkpoints("narrow") /
                                                   "weights.safetensors");
        std::map<std::string, std::int64_t> rows;
        for (const auto& [name, tensor] : weights->tensors()) {
            rows[name] = tensor.shape.front();
        }
        return rows;
    };
    auto shared = rowsOf(sharedProject());
    auto alone = rowsOf(TinyProject(480, std::string(kLast) + kSeen));
    QVERIFY(!shared.empty() && !alone.empty());
    // Ten films; the mask, the unknown id, and the empty value in the first row's last film.
    const std::int64_t films = shared.at("rec.movie.embedding.table");
    QVERIFY(films >= 12 && films <= 13);
    QVERIFY(!shared.contains("rec.last.embedding.table"));
    QVERIFY(!shared.contains("rec.seen.embedding.table"));
    QVERIFY(alone.contains("rec.last.embedding.table"));
    QVERIFY(shared.at("rec.linear.table") < alone.at("rec.linear.table") - 20);
}

void SharedFieldsTest::refusesADifferentWidth() {
    const TinyProject project = sharedProject();
    const auto check = [&](const std::string& widths) {
        return preflight(
            project.spec({"kind=finetune", "finetune.branches=id", "id.field_dims=" + widths}),
            project.workspace());
    };
    QVERIFY(check("movie = 4, last = 4").ok());
    QVERIFY(check("movie = 4").ok());
    const auto refused = check("movie = 4, last = 2");
    QVERIFY(!refused.ok());
    QCOMPARE(refused.problem().text(),
             std::string("id.field_dims: gives 'last' the width 2, but it shares the vectors of "
                         "'movie', whose width is 4; leave 'last' out"));
}

QTEST_GUILESS_MAIN(SharedFieldsTest)
#include "shared_fields_test.moc"
