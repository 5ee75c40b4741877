#include "core/train/unknown_ids.h"

#include "tests/core/run/tiny_project.h"

#include <QtTest/QtTest>

#include <torch/torch.h>

#include <cmath>

using namespace flip;
using namespace flip::test;

/// Ids that training makes unknown.
class UnknownIdsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void leavesAllAloneAtRateZero();
    void replacesAtTheRate_data();
    void replacesAtTheRate();
    void fieldsOfAGroupGoTogether();
    void anUnknownUserHasNoHistory();
    void drawsDependOnSeedStepAndPart();
    void refusesWhatItCannotDo_data();
    void refusesWhatItCannotDo();

private:
    TinyProject project_;
    Dataset dataset_ = std::move(*Dataset::open(project_.workspace().dataset("tiny")));
    at::Tensor ids_ = at::tensor({3, 15, 18, 29}, at::kLong).repeat({2000, 1});

    at::Tensor unknown() const {
        std::vector<std::int64_t> ids;
        for (const int field : dataset_.idFields()) {
            ids.push_back(dataset_.fields()[static_cast<std::size_t>(field)].firstId);
        }
        return at::tensor(at::ArrayRef<std::int64_t>(ids), at::kLong);
    }
};

void UnknownIdsTest::leavesAllAloneAtRateZero() {
    const RunSpec spec = project_.spec();
    QVERIFY(at::equal(UnknownIds(spec, dataset_)(ids_, 0, 0), ids_));
}

void UnknownIdsTest::replacesAtTheRate_data() {
    QTest::addColumn<double>("rate");
    QTest::newRow("a tenth") << 0.1;
    QTest::newRow("half") << 0.5;
}

void UnknownIdsTest::replacesAtTheRate() {
    QFETCH(double, rate);
    const RunSpec spec = project_.spec({"finetune.unknown_rate=" + std::to_string(rate)});
    const at::Tensor changed = UnknownIds(spec, dataset_)(ids_, 3, 0);
    const at::Tensor lost = changed.eq(unknown());
    QVERIFY(changed.eq(ids_).logical_or(lost).all().item<bool>());
    for (std::int64_t column = 0; column < ids_.size(1); ++column) {
        const double share = lost.select(1, column).to(at::kDouble).mean().item<double>();
        // 2000 draws: five standard deviations.
        QVERIFY2(std::abs(share - rate) < 5 * std::sqrt(rate * (1 - rate) / 2000),
                 qPrintable(QString::number(share)));
    }
}

void UnknownIdsTest::fieldsOfAGroupGoTogether() {
    const RunSpec spec = project_.spec(
        {"finetune.unknown_rate=0.3", "finetune.unknown_fields=\"movie, genre; user\""});
    const at::Tensor lost = UnknownIds(spec, dataset_)(ids_, 3, 0).eq(unknown());
    QVERIFY(at::equal(lost.select(1, 2), lost.select(1, 3)));
    QVERIFY(!at::equal(lost.select(1, 0), lost.select(1, 2)));
    QVERIFY(!lost.select(1, 1).any().item<bool>()); // gender is not named
}

void UnknownIdsTest::anUnknownUserHasNoHistory() {
    const at::Tensor history = at::tensor({19, 30, 20, 31}, at::kLong).repeat({2000, 1});
    const at::Tensor both = at::cat({ids_, history}, 1);
    const std::vector<std::string> rate = {"finetune.unknown_rate=0.3"};
    const at::Tensor plain = UnknownIds(project_.spec(rate), dataset_)(ids_, 3, 0);
    const auto historyBy = [&](const std::string& field) {
        const RunSpec spec = project_.spec({rate[0], "id.history_by=" + field});
        const at::Tensor changed = UnknownIds(spec, dataset_)(both, 3, 0);
        // The draws are those of rows without a history.
        return std::pair{at::equal(changed.slice(1, 0, 4), plain), changed.slice(1, 4)};
    };
    const at::Tensor lost = plain.select(1, 0).eq(unknown()[0]).unsqueeze(1);
    QVERIFY(lost.any().item<bool>());
    const auto [sameDraws, left] = historyBy("user");
    QVERIFY(sameDraws);
    QVERIFY(at::equal(left, history.masked_fill(lost, 0)));
    // Of a user that is no id nothing becomes unknown.
    QVERIFY(at::equal(historyBy("somebody").second, history));
}

void UnknownIdsTest::drawsDependOnSeedStepAndPart() {
    const UnknownIds one(project_.spec({"finetune.unknown_rate=0.3"}), dataset_);
    const UnknownIds two(project_.spec({"finetune.unknown_rate=0.3", "seed=2"}), dataset_);
    QVERIFY(at::equal(one(ids_, 3, 1), one(ids_, 3, 1)));
    QVERIFY(!at::equal(one(ids_, 3, 1), one(ids_, 4, 1)));
    QVERIFY(!at::equal(one(ids_, 3, 1), one(ids_, 3, 0)));
    QVERIFY(!at::equal(one(ids_, 3, 1), two(ids_, 3, 1)));
}

void UnknownIdsTest::refusesWhatItCannotDo_data() {
    QTest::addColumn<QString>("fields");
    QTest::addColumn<double>("rate");
    QTest::addColumn<QString>("words");
    QTest::newRow("unknown name") << "movei" << 0.1 << "movie";
    QTest::newRow("twice") << "movie; user, movie" << 0.1 << "twice";
    QTest::newRow("no effect") << "movie" << 0.0 << "no effect";
}

void UnknownIdsTest::refusesWhatItCannotDo() {
    QFETCH(QString, fields);
    QFETCH(double, rate);
    QFETCH(QString, words);
    RunSpec spec = project_.spec();
    spec.finetune.unknownFields = fields.toStdString();
    spec.finetune.unknownRate = rate;
    const auto checked = checkUnknownFields(spec, dataset_);
    QVERIFY(!checked.ok());
    QCOMPARE(checked.problem().where, std::string("finetune.unknown_fields"));
    QVERIFY2(checked.problem().what.find(words.toStdString()) != std::string::npos,
             checked.problem().what.c_str());
}

QTEST_GUILESS_MAIN(UnknownIdsTest)
#include "unknown_ids_test.moc"
