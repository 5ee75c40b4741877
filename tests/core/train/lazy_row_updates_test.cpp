#include "core/train/optimiser.h"

#include "core/base/random_stream.h"

#include <QtTest/QtTest>

#include <ATen/Version.h>
#include <torch/optim.h>
#include <torch/types.h>

#include <cmath>

using namespace flip;

namespace {

constexpr std::int64_t kRows = 64;

/// If LibTorch's dense step uses fused multiply-add, the kernels give the same bits; otherwise they
/// differ in the rounding of the last digit of each step.
double tolerance() {
    const std::string capability = at::get_cpu_capability();
    return capability == "AVX2" || capability == "AVX512" ? 0.0 : 1e-5;
}

bool agree(const at::Tensor& a, const at::Tensor& b) {
    return tolerance() == 0.0 ? at::equal(a, b) : at::allclose(a, b, tolerance(), tolerance());
}

struct Recipe {
    UpdateRule rule = UpdateRule::AdamW;
    double decay = 0;
    double l2 = 0;
    double clip = 0;
    std::int64_t width = 16;
};

/// A table trained on random rows; the gradients depend on the values and on the step.
class Learner {
public:
    Learner(const Recipe& recipe, bool byRow)
        : recipe_(recipe), byRow_(byRow), space_(std::make_shared<RowSpace>(kRows, at::kCPU)),
          table_(std::make_shared<RowTable>(parameters_, "rec.embedding.table",
                                            Initialiser(3).normal("t", {kRows, recipe.width}, 0.1),
                                            space_)),
          optimiser_(parameters_, {{0.01, recipe.decay, recipe.rule}},
                     [](const std::string&) { return 0; }) {
        if (byRow) {
            optimiser_.updateByRow({table_}, recipe.l2);
        } else {
            optimiser_.markTables({table_});
        }
    }

    /// Reads rows of low numbers often and those of high numbers rarely. The learning rate has a
    /// warm-up, then a cosine.
    void step(int t) {
        RandomStream random(5, "rows/" + std::to_string(t));
        std::vector<std::int64_t> numbers;
        for (int i = 0; i < 6; ++i) {
            numbers.push_back(
                static_cast<std::int64_t>(random.below(1 + random.below(1 + random.below(kRows)))));
        }
        const at::Tensor ids = at::tensor(at::ArrayRef<std::int64_t>(numbers), at::kLong);
        const GatheredRows gathered(optimiser_, [this] { space_->close(); });
        if (byRow_) {
            space_->open(ids);
            optimiser_.gatherRows();
        }
        const at::Tensor found = table_->find(ids);
        at::Tensor loss = (found - std::sin(t)).square().sum();
        if (recipe_.l2 > 0) {
            loss = loss + 0.5 * recipe_.l2 * table_->values().square().sum();
        }
        loss.backward();
        optimiser_.clip(recipe_.clip, optimiser_.gradientNorm());
        optimiser_.step(t < 20 ? (t + 1) / 20.0 : 0.5 * (1 + std::cos(t / 300.0)));
        parameters_.clearGradients();
    }

    void train(int from, int to) {
        for (int t = from; t < to; ++t) {
            step(t);
        }
    }

    at::Tensor values() {
        optimiser_.catchUpAllRows();
        return table_->whole().detach();
    }

    Optimiser& optimiser() { return optimiser_; }
    const RowTable& table() const { return *table_; }

private:
    Recipe recipe_;
    bool byRow_;
    Parameters parameters_{at::Device(at::kCPU)};
    std::shared_ptr<RowSpace> space_;
    std::shared_ptr<RowTable> table_;
    Optimiser optimiser_;
};

void addRecipes() {
    QTest::addColumn<Recipe>("recipe");
    QTest::newRow("adam") << Recipe{};
    QTest::newRow("adamw") << Recipe{.decay = 0.1};
    QTest::newRow("l2") << Recipe{.l2 = 1e-2};
    QTest::newRow("l2 and decay") << Recipe{.decay = 0.1, .l2 = 1e-2};
    QTest::newRow("clipped") << Recipe{.decay = 0.1, .clip = 0.5};
    QTest::newRow("strong decay") << Recipe{.decay = 20};
    QTest::newRow("one number a row") << Recipe{.l2 = 1e-2, .width = 1};
    QTest::newRow("20 numbers a row") << Recipe{.decay = 0.01, .width = 20};
    QTest::newRow("adagrad") << Recipe{.rule = UpdateRule::Adagrad};
    QTest::newRow("adagrad with l2") << Recipe{.rule = UpdateRule::Adagrad, .l2 = 1e-2};
    QTest::newRow("adagrad with decay") << Recipe{.rule = UpdateRule::Adagrad, .decay = 0.1};
}

} // namespace

/// Lazy updates compared to steps of the whole table.
class LazyRowUpdatesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsStepsOfTheWholeTable_data() { addRecipes(); }
    void equalsStepsOfTheWholeTable();
    void catchesUpAfterManyMissedSteps_data();
    void catchesUpAfterManyMissedSteps();
    void catchingUpEarlierChangesNoBit_data() { addRecipes(); }
    void catchingUpEarlierChangesNoBit();
    void continuesFromASavedState_data() { addRecipes(); }
    void continuesFromASavedState();
    void kernelsAndOperatorsAgree_data() { addRecipes(); }
    void kernelsAndOperatorsAgree();
    void rowsThatAreNotReadDoNotChange();
    void squaresDoNotDependOnWhenRowsCaughtUp();
    void adagradEqualsLibTorch();
    void aTableWithoutAGradientDoesNotChange();
    void choosesLazyUpdatesWhereTheyPay_data();
    void choosesLazyUpdatesWhereTheyPay();
};

void LazyRowUpdatesTest::equalsStepsOfTheWholeTable() {
    QFETCH(Recipe, recipe);
    Learner whole(recipe, false);
    Learner byRow(recipe, true);
    for (int t = 0; t < 200; t += 50) {
        whole.train(t, t + 50);
        byRow.train(t, t + 50);
    }
    QVERIFY(agree(byRow.values(), whole.values()));
    const auto lazyState = byRow.optimiser().state();
    for (const auto& [name, tensor] : whole.optimiser().state()) {
        QVERIFY2(agree(lazyState.at(name).to(at::kFloat), tensor.to(at::kFloat)), name.c_str());
    }
}

void LazyRowUpdatesTest::catchesUpAfterManyMissedSteps_data() {
    QTest::addColumn<Recipe>("recipe");
    QTest::newRow("adam") << Recipe{};
    QTest::newRow("adamw") << Recipe{.decay = 0.1};
    QTest::newRow("l2") << Recipe{.l2 = 1e-2, .width = 1};
    QTest::newRow("adagrad with l2") << Recipe{.rule = UpdateRule::Adagrad, .l2 = 1e-2};
}

void LazyRowUpdatesTest::catchesUpAfterManyMissedSteps() {
    QFETCH(Recipe, recipe);
    // No row is read for 500 steps: gradients are zero, or only from L2.
    Learner whole(recipe, false);
    Learner byRow(recipe, true);
    whole.train(0, 30);
    byRow.train(0, 30);
    const at::Tensor values = whole.table().whole();
    const RowTable& table = byRow.table();
    for (int t = 0; t < 500; ++t) {
        values.mutable_grad() = values.detach() * static_cast<float>(recipe.l2);
        whole.optimiser().step(t < 250 ? 1.0 : 0.1);
        values.mutable_grad().reset();
        const GatheredRows gathered(byRow.optimiser(), [&] { table.space().close(); });
        table.space().open(at::zeros({0}, at::kLong));
        byRow.optimiser().gatherRows();
        (table.find(at::zeros({0}, at::kLong)).sum()).backward();
        byRow.optimiser().step(t < 250 ? 1.0 : 0.1);
    }
    whole.train(30, 35);
    byRow.train(30, 35);
    QVERIFY(agree(byRow.values(), whole.values()));
}

void LazyRowUpdatesTest::catchingUpEarlierChangesNoBit() {
    QFETCH(Recipe, recipe);
    Learner one(recipe, true);
    Learner other(recipe, true);
    one.train(0, 100);
    for (int t = 0; t < 100; ++t) {
        other.step(t);
        if (t % 7 == 3 || t % 20 == 0) {
            other.optimiser().catchUpAllRows();
        }
    }
    QVERIFY(at::equal(other.values(), one.values()));
    QCOMPARE(other.optimiser().tableSquares(), one.optimiser().tableSquares());
}

void LazyRowUpdatesTest::continuesFromASavedState() {
    QFETCH(Recipe, recipe);
    Learner whole(recipe, true);
    whole.train(0, 110);
    Learner before(recipe, true);
    before.train(0, 60);
    const auto state = before.optimiser().state();
    Learner after(recipe, true);
    after.table().whole().detach().copy_(before.values());
    after.optimiser().restore(state);
    after.train(60, 110);
    QVERIFY(at::equal(after.values(), whole.values()));
    QCOMPARE(after.optimiser().tableSquares(), whole.optimiser().tableSquares());
}

void LazyRowUpdatesTest::kernelsAndOperatorsAgree() {
    QFETCH(Recipe, recipe);
    Parameters parameters{at::Device(at::kCPU)};
    std::vector<std::unique_ptr<LazyRowUpdates>> updates;
    std::vector<std::shared_ptr<RowTable>> tables;
    for (const auto backend :
         {LazyRowUpdates::Backend::Kernels, LazyRowUpdates::Backend::Operators}) {
        auto space = std::make_shared<RowSpace>(kRows, at::kCPU);
        tables.push_back(std::make_shared<RowTable>(
            parameters, "t" + std::to_string(tables.size()),
            Initialiser(3).normal("t", {kRows, recipe.width}, 0.1), space));
        updates.push_back(
            std::make_unique<LazyRowUpdates>(tables.back(), recipe.rule, recipe.l2, backend));
    }
    RandomStream random(9, "engines");
    for (int t = 0; t < 16; ++t) {
        std::vector<std::int64_t> numbers;
        for (int i = 0; i < 5; ++i) {
            numbers.push_back(static_cast<std::int64_t>(random.below(1 + random.below(kRows))));
        }
        const at::Tensor ids = at::tensor(at::ArrayRef<std::int64_t>(numbers), at::kLong);
        for (std::size_t i = 0; i < updates.size(); ++i) {
            tables[i]->space().open(ids);
            updates[i]->gather();
            const at::Tensor found = tables[i]->find(ids);
            ((found - 0.3 * std::cos(t)).square().sum() +
             0.5 * recipe.l2 * tables[i]->values().square().sum())
                .backward();
            updates[i]->step(0.01, recipe.decay);
            updates[i]->release();
            tables[i]->space().close();
        }
    }
    updates[0]->catchUpAllRows();
    updates[1]->catchUpAllRows();
    // The operators compute the last elements of a few rows in scalar code, which rounds
    // differently.
    QVERIFY(at::allclose(tables[0]->whole(), tables[1]->whole(), 1e-5, 1e-6));
}

void LazyRowUpdatesTest::rowsThatAreNotReadDoNotChange() {
    Learner learner(Recipe{}, true);
    const at::Tensor first = learner.table().whole().detach().clone();
    learner.train(0, 3);
    const at::Tensor moved = (learner.values() != first).any(1);
    QVERIFY(moved.sum().item<std::int64_t>() > 3);
    QVERIFY(moved.sum().item<std::int64_t>() <= 18); // 3 steps of 6
    QVERIFY(!learner.table().whole().grad().defined());
}

void LazyRowUpdatesTest::squaresDoNotDependOnWhenRowsCaughtUp() {
    Learner learner(Recipe{.l2 = 1e-2}, true);
    learner.train(0, 100);
    learner.optimiser().catchUpAllRows();
    learner.optimiser().recountSquares();
    const double all = learner.values().square().sum().item<double>();
    // Rows are counted in 32 bits.
    QVERIFY(std::abs(learner.optimiser().tableSquares() - all) < 1e-5 * all);
}

void LazyRowUpdatesTest::adagradEqualsLibTorch() {
    Recipe recipe{.rule = UpdateRule::Adagrad, .decay = 0.1};
    Parameters parameters{at::Device(at::kCPU)};
    const at::Tensor mine = parameters.add("w", Initialiser(1).normal("w", {8, 16}, 0.1));
    at::Tensor theirs = mine.detach().clone().set_requires_grad(true);
    Optimiser optimiser(parameters, {{0.05, recipe.decay, recipe.rule}},
                        [](const std::string&) { return 0; });
    torch::optim::Adagrad reference({theirs}, torch::optim::AdagradOptions(0.05).weight_decay(0.1));
    for (int t = 0; t < 200; ++t) {
        const at::Tensor gradient =
            Initialiser(static_cast<std::uint64_t>(t)).normal("g", {8, 16}, 0.1);
        mine.mutable_grad() = gradient.clone();
        theirs.mutable_grad() = gradient.clone();
        optimiser.step(1.0);
        reference.step();
    }
    // The same formula with other rounding, 200 steps.
    QVERIFY(at::allclose(mine, theirs, 1e-5, 1e-6));
}

void LazyRowUpdatesTest::aTableWithoutAGradientDoesNotChange() {
    Learner learner(Recipe{.decay = 0.5}, true);
    const at::Tensor first = learner.table().whole().detach().clone();
    {
        const GatheredRows gathered(learner.optimiser(), [&] { learner.table().space().close(); });
        learner.table().space().open(at::arange(4, at::kLong));
        learner.optimiser().gatherRows();
        learner.optimiser().step(1.0);
    }
    QVERIFY(at::equal(learner.values(), first));
    QVERIFY(learner.optimiser().state().empty());
}

void LazyRowUpdatesTest::choosesLazyUpdatesWhereTheyPay_data() {
    QTest::addColumn<QString>("choice");
    QTest::addColumn<bool>("onProcessor");
    QTest::addColumn<int>("rows");
    QTest::addColumn<bool>("hasL2");
    QTest::addColumn<bool>("touched");
    QTest::newRow("touched") << "touched" << false << 10 << false << true;
    QTest::newRow("all") << "all" << true << 1'000'000 << true << false;
    QTest::newRow("auto, L2, small tables") << "auto" << true << 100 << true << false;
    QTest::newRow("auto, L2, large tables") << "auto" << true << 101 << true << true;
    QTest::newRow("auto, small tables") << "auto" << true << 20'000 << false << false;
    QTest::newRow("auto, large tables") << "auto" << true << 20'001 << false << true;
    QTest::newRow("auto, elsewhere") << "auto" << false << 1'000'000 << true << false;
}

void LazyRowUpdatesTest::choosesLazyUpdatesWhereTheyPay() {
    QFETCH(QString, choice);
    QFETCH(bool, onProcessor);
    QFETCH(int, rows);
    QFETCH(bool, hasL2);
    QFETCH(bool, touched);
    const at::Device device(onProcessor ? at::kCPU : at::kCUDA);
    QCOMPARE(updatesTouchedRows(choiceOf<TableUpdates>(choice.toStdString()).value(), device,
                                {rows, /*readAtMost=*/100, hasL2}),
             touched);
}

QTEST_GUILESS_MAIN(LazyRowUpdatesTest)
#include "lazy_row_updates_test.moc"
