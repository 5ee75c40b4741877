#include "tests/core/parity/parity_case.h"

#include "core/model/id/backbone.h"

#include <QtTest/QtTest>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace flip;
using namespace flip::parity;

namespace {

std::filesystem::path fixtures() {
    const char* chosen = std::getenv("FLIP_FIXTURES");
    return chosen != nullptr && *chosen != '\0' ? chosen : FLIP_TEST_FIXTURES;
}

using Runner = void (*)(ParityCase&);

/// The runner of a kind; null for an unknown kind.
Runner runnerOf(const std::string& kind) {
    static const std::map<std::string, Runner> runners = {
        {"text_encoder", runTextEncoder},
        {"pretrain/icl", runInstanceContrast},
        {"pretrain/mfm", runMaskedFeatures},
        {"pretrain/mlm", runMaskedTokens},
        {"pretrain_trajectory", runPretrainTrajectory},
        {"finetune_trajectory", runFinetuneTrajectory},
        {"text_baseline/ctr_bert", runTextBaseline},
        {"text_baseline/ptab", runTextBaseline},
        {"tokenizer/wordpiece", runTokenizer},
        {"tokenizer/byte_bpe", runTokenizer},
        {"metrics", runMetrics},
    };
    const auto found = runners.find(kind);
    return found == runners.end() ? nullptr : found->second;
}

} // namespace

/// Equality with reference numbers, one row per case folder. Each case has its own tolerances.
class ParityTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsTheReference_data();
    void equalsTheReference();
};

void ParityTest::equalsTheReference_data() {
    QTest::addColumn<QString>("folder");
    std::vector<std::filesystem::path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(fixtures())) {
        if (std::filesystem::exists(entry.path() / "case.json")) {
            folders.push_back(entry.path());
        }
    }
    std::sort(folders.begin(), folders.end());
    QVERIFY2(!folders.empty(), "no case.json under the fixtures folder");
    for (const auto& folder : folders) {
        QTest::newRow(folder.filename().c_str()) << QString::fromStdString(folder.string());
    }
}

void ParityTest::equalsTheReference() {
    QFETCH(QString, folder);
    ParityCase reference(folder.toStdString());
    Runner runner = runnerOf(reference.kind());
    if (reference.kind().starts_with("backbone/") && backboneOf(reference.kind())) {
        runner = runBackbone;
    }
    QVERIFY2(runner != nullptr,
             qPrintable("no runner for the kind " + QString::fromStdString(reference.kind())));
    std::string failure;
    try {
        runner(reference);
    } catch (const std::exception& error) {
        failure = error.what();
    }
    for (const std::string& one : reference.failures()) {
        failure += (failure.empty() ? "" : "; ") + one;
    }
    std::printf("%-36s %.3e %s\n", reference.name().c_str(), reference.largestDifference(),
                failure.empty() ? "ok" : "FAILED");
    std::fflush(stdout);
    QVERIFY2(failure.empty(), failure.c_str());
}

QTEST_GUILESS_MAIN(ParityTest)
#include "parity_test.moc"
