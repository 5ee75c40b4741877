#include "core/train/id_dropout.h"

#include "tests/core/run/tiny_project.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <cmath>
#include <fstream>

using namespace flip;
using namespace flip::test;

/// Replacing ids by the unknown id while training.
class IdDropoutTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void changesNothingAtRateZero();
    void replacesAtTheRate_data();
    void replacesAtTheRate();
    void replacesFieldsOfAGroupTogether();
    void replacesFieldsAsValidationRowsDo();
    void changesNothingWithoutUnknownIdsInValidation();
    void anUnknownUserHasNoHistory();
    void drawsDependOnSeedStepAndPart();
    void refusesInvalidFields_data();
    void refusesInvalidFields();

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

    /// The unknown ids of validation rows, from the dataset. [validation rows, F]
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

void IdDropoutTest::changesNothingAtRateZero() {
    const RunSpec spec = project_.spec({"finetune.unknown_rate=0"});
    QVERIFY(at::equal(IdDropout(spec, dataset_)(ids_, 0, 0), ids_));
}

void IdDropoutTest::replacesAtTheRate_data() {
    QTest::addColumn<double>("rate");
    QTest::newRow("a tenth") << 0.1;
    QTest::newRow("half") << 0.5;
}

void IdDropoutTest::replacesAtTheRate() {
    QFETCH(double, rate);
    const RunSpec spec = project_.spec(
        {"finetune.unknown_fields=*", "finetune.unknown_rate=" + std::to_string(rate)});
    const at::Tensor changed = IdDropout(spec, dataset_)(ids_, 3, 0);
    const at::Tensor dropped = changed.eq(unknown());
    QVERIFY(changed.eq(ids_).logical_or(dropped).all().item<bool>());
    for (std::int64_t column = 0; column < ids_.size(1); ++column) {
        const double share = dropped.select(1, column).to(at::kDouble).mean().item<double>();
        // 2000 draws: five standard deviations.
        QVERIFY2(std::abs(share - rate) < 5 * std::sqrt(rate * (1 - rate) / 2000),
                 qPrintable(QString::number(share)));
    }
}

void IdDropoutTest::replacesFieldsOfAGroupTogether() {
    const RunSpec spec = project_.spec(
        {"finetune.unknown_rate=0.3", "finetune.unknown_fields=\"movie, genre; user\""});
    const at::Tensor dropped = IdDropout(spec, dataset_)(ids_, 3, 0).eq(unknown());
    QVERIFY(at::equal(dropped.select(1, 2), dropped.select(1, 3)));
    QVERIFY(!at::equal(dropped.select(1, 0), dropped.select(1, 2)));
    QVERIFY(!dropped.select(1, 1).any().item<bool>()); // gender is not named
}

void IdDropoutTest::changesNothingWithoutUnknownIdsInValidation() {
    const IdDropout unknown(project_.spec({"finetune.unknown_rate=0.9"}), dataset_,
                            unknownInValidation(dataset_));
    QVERIFY(at::equal(unknown(ids_, 0, 0), ids_));
}

void IdDropoutTest::replacesFieldsAsValidationRowsDo() {
    // About half of the validation rows have a film that is not in the training split.
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
    const at::Tensor changed = IdDropout(project_.spec({"finetune.unknown_rate=0.4"}), cold,
                                         unknownInValidation(cold))(ids_, 3, 0);
    const at::Tensor dropped = changed.ne(ids_);
    QVERIFY(!dropped.select(1, 0).any().item<bool>());
    QVERIFY(!dropped.select(1, 1).any().item<bool>());
    QVERIFY(!dropped.select(1, 3).any().item<bool>());
    QVERIFY(changed.select(1, 2).masked_select(dropped.select(1, 2)).eq(none).all().item<bool>());
    // 2000 draws: five standard deviations.
    const double wanted = 0.4 * share;
    QVERIFY(std::abs(dropped.select(1, 2).to(at::kDouble).mean().item<double>() - wanted) <
            5 * std::sqrt(wanted * (1 - wanted) / 2000));
}

void IdDropoutTest::anUnknownUserHasNoHistory() {
    const at::Tensor history = at::tensor({19, 30, 20, 31}, at::kLong).repeat({2000, 1});
    const at::Tensor both = at::cat({ids_, history}, 1);
    const std::vector<std::string> rate = {"finetune.unknown_rate=0.3",
                                           "finetune.unknown_fields=*"};
    const at::Tensor plain = IdDropout(project_.spec(rate), dataset_)(ids_, 3, 0);
    const auto historyBy = [&](const std::string& field) {
        const RunSpec spec = project_.spec({rate[0], rate[1], "id.history_by=" + field});
        const at::Tensor changed = IdDropout(spec, dataset_)(both, 3, 0);
        // The draws are the same as without a history.
        return std::pair{at::equal(changed.slice(1, 0, 4), plain), changed.slice(1, 4)};
    };
    const at::Tensor dropped = plain.select(1, 0).eq(unknown()[0]).unsqueeze(1);
    QVERIFY(dropped.any().item<bool>());
    const auto [sameDraws, left] = historyBy("user");
    QVERIFY(sameDraws);
    QVERIFY(at::equal(left, history.masked_fill(dropped, 0)));
    // If the user is not an id field, it cannot become unknown.
    QVERIFY(at::equal(historyBy("somebody").second, history));
}

void IdDropoutTest::drawsDependOnSeedStepAndPart() {
    const IdDropout one(project_.spec({"finetune.unknown_fields=*"}), dataset_);
    const IdDropout two(project_.spec({"finetune.unknown_fields=*", "seed=2"}), dataset_);
    QVERIFY(at::equal(one(ids_, 3, 1), one(ids_, 3, 1)));
    QVERIFY(!at::equal(one(ids_, 3, 1), one(ids_, 4, 1)));
    QVERIFY(!at::equal(one(ids_, 3, 1), one(ids_, 3, 0)));
    QVERIFY(!at::equal(one(ids_, 3, 1), two(ids_, 3, 1)));
}

void IdDropoutTest::refusesInvalidFields_data() {
    QTest::addColumn<QString>("fields");
    QTest::addColumn<double>("rate");
    QTest::addColumn<QString>("words");
    QTest::newRow("unknown name") << "movei" << 0.1 << "movie";
    QTest::newRow("twice") << "movie; user, movie" << 0.1 << "twice";
    QTest::newRow("no effect") << "movie" << 0.0 << "no effect";
}

void IdDropoutTest::refusesInvalidFields() {
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

QTEST_GUILESS_MAIN(IdDropoutTest)
#include "id_dropout_test.moc"
