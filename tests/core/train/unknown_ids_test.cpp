#include "core/train/unknown_ids.h"

#include "tests/core/run/tiny_project.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <cmath>
#include <fstream>

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
    void losesWhatValidationRowsDoNotKnow();
    void leavesAllAloneWhereValidationKnowsAll();
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

    /// [validation rows, F], as the dataset tells it.
    static at::Tensor unknownInValidation(const Dataset& dataset) {
        const std::vector<std::int64_t> rows = dataset.rowsOf(Split::Valid);
        const std::vector<int> fields = dataset.idFields();
        at::Tensor flags = at::zeros(
            {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(fields.size())},
            at::kBool);
        for (std::size_t row = 0; row < rows.size(); ++row) {
            for (std::size_t f = 0; f < fields.size(); ++f) {
                const auto code = dataset.codes(fields[f])[static_cast<std::size_t>(rows[row])];
                const std::int64_t unknown =
                    dataset.fields()[static_cast<std::size_t>(fields[f])].firstId;
                flags[static_cast<std::int64_t>(row)][static_cast<std::int64_t>(f)] =
                    dataset.idOfCode(fields[f])[code] == unknown;
            }
        }
        return flags;
    }
};

void UnknownIdsTest::leavesAllAloneAtRateZero() {
    const RunSpec spec = project_.spec({"finetune.unknown_rate=0"});
    QVERIFY(at::equal(UnknownIds(spec, dataset_)(ids_, 0, 0), ids_));
}

void UnknownIdsTest::replacesAtTheRate_data() {
    QTest::addColumn<double>("rate");
    QTest::newRow("a tenth") << 0.1;
    QTest::newRow("half") << 0.5;
}

void UnknownIdsTest::replacesAtTheRate() {
    QFETCH(double, rate);
    const RunSpec spec = project_.spec(
        {"finetune.unknown_fields=*", "finetune.unknown_rate=" + std::to_string(rate)});
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

void UnknownIdsTest::leavesAllAloneWhereValidationKnowsAll() {
    const UnknownIds unknown(project_.spec({"finetune.unknown_rate=0.9"}), dataset_,
                             unknownInValidation(dataset_));
    QVERIFY(at::equal(unknown(ids_, 0, 0), ids_));
}

void UnknownIdsTest::losesWhatValidationRowsDoNotKnow() {
    // Half of the validation rows have a film that training never shows.
    const int movie = dataset_.findField("movie");
    SplitPlan plan;
    plan.rule = SplitPlan::Rule::File;
    plan.file = project_.path() / "split.tsv";
    std::ofstream file(plan.file);
    file << "row_index\tsplit\n";
    for (std::int64_t row = 0; row < dataset_.rows(); ++row) {
        const auto code = dataset_.codes(movie)[static_cast<std::size_t>(row)];
        const bool held = dataset_.value(movie, code) == "m0" || row % 9 == 0;
        file << row << '\t' << (held ? "valid" : row % 9 == 1 ? "test" : "train") << '\n';
    }
    file.close();
    project_.importAs("cold", {}, plan);
    const Dataset cold = std::move(*Dataset::open(project_.workspace().dataset("cold")));
    double share = 0;
    const auto rows = cold.rowsOf(Split::Valid);
    const std::int64_t none = cold.fields()[static_cast<std::size_t>(movie)].firstId;
    for (const std::int64_t row : rows) {
        const auto code = cold.codes(movie)[static_cast<std::size_t>(row)];
        share += cold.idOfCode(movie)[code] == none ? 1 : 0;
    }
    share /= static_cast<double>(rows.size());
    QVERIFY(share > 0.2 && share < 0.8);
    const at::Tensor changed = UnknownIds(project_.spec({"finetune.unknown_rate=0.4"}), cold,
                                          unknownInValidation(cold))(ids_, 3, 0);
    const at::Tensor lost = changed.ne(ids_);
    QVERIFY(!lost.select(1, 0).any().item<bool>());
    QVERIFY(!lost.select(1, 1).any().item<bool>());
    QVERIFY(!lost.select(1, 3).any().item<bool>());
    QVERIFY(changed.select(1, 2).masked_select(lost.select(1, 2)).eq(none).all().item<bool>());
    // 2000 draws: five standard deviations.
    const double wanted = 0.4 * share;
    QVERIFY(std::abs(lost.select(1, 2).to(at::kDouble).mean().item<double>() - wanted) <
            5 * std::sqrt(wanted * (1 - wanted) / 2000));
}

void UnknownIdsTest::anUnknownUserHasNoHistory() {
    const at::Tensor history = at::tensor({19, 30, 20, 31}, at::kLong).repeat({2000, 1});
    const at::Tensor both = at::cat({ids_, history}, 1);
    const std::vector<std::string> rate = {"finetune.unknown_rate=0.3",
                                           "finetune.unknown_fields=*"};
    const at::Tensor plain = UnknownIds(project_.spec(rate), dataset_)(ids_, 3, 0);
    const auto historyBy = [&](const std::string& field) {
        const RunSpec spec = project_.spec({rate[0], rate[1], "id.history_by=" + field});
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
    const UnknownIds one(project_.spec({"finetune.unknown_fields=*"}), dataset_);
    const UnknownIds two(project_.spec({"finetune.unknown_fields=*", "seed=2"}), dataset_);
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
