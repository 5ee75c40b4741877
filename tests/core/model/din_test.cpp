#include "core/model/id/backbone.h"
#include "tests/core/spec/random_spec.h"

#include <QtTest/QtTest>

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

using namespace flip;

namespace {

using Vector = std::vector<double>;

RunSpec::Id recipe(HistoryWeights weights) {
    RunSpec::Id id = defaultSpec().id;
    id.backbone = BackboneKind::Din;
    id.embeddingDim = 3;
    id.hidden = {6, 4};
    id.initStd = 0.7;
    id.historyBy = "user";
    id.historyOf = "genre, film";
    id.historyLength = 4;
    id.historyHidden = {5, 3};
    id.historyWeights = weights;
    return id;
}

/// A DIN of three fields over 20 ids, in double.
struct Model {
    explicit Model(HistoryWeights weights) {
        BackboneOptions options(recipe(weights), /*fieldCount=*/3, /*idCount=*/20);
        options.idFields = {{"user", 1, 6, 0}, {"film", 8, 5, 0}, {"genre", 14, 5, 0}};
        din = std::move(*makeBackbone(BackboneKind::Din, parameters, Initialiser(4), "", options));
        for (const Parameters::Entry& entry : parameters.entries()) {
            at::Tensor tensor = entry.tensor;
            tensor.set_data(tensor.detach().to(at::kDouble));
        }
    }

    at::Tensor logit(const at::Tensor& ids) const {
        return din->logit(ids, ForwardMode::evaluation());
    }

    Parameters parameters{at::Device(at::kCPU)};
    std::unique_ptr<Backbone> din;
};

/// Rows of user, film, genre, then four items of genre and film; histories of 4, 2, 0, 1 items.
at::Tensor someIds() {
    return at::tensor({1, 8,  14, 15, 9, 16, 10, 14, 8, 17, 11, //
                       2, 9,  15, 14, 8, 16, 12, 0,  0, 0,  0,  //
                       3, 10, 16, 0,  0, 0,  0,  0,  0, 0,  0,  //
                       4, 0,  14, 14, 9, 0,  0,  0,  0, 0,  0},
                      at::kLong)
        .view({4, 11});
}

Vector vectorOf(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.detach().contiguous();
    return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

/// The logit of one row by the paper's formulas, in scalar code.
class PlainDin {
public:
    PlainDin(const Parameters& parameters, bool softmax)
        : parameters_(parameters), softmax_(softmax) {}

    double logit(const std::vector<std::int64_t>& ids) const {
        const Vector candidate = join(embedding(ids[2]), embedding(ids[1]));
        std::vector<Vector> items;
        for (std::size_t place = 3; place < ids.size() && ids[place] != 0; place += 2) {
            items.push_back(join(embedding(ids[place]), embedding(ids[place + 1])));
        }
        Vector weights;
        for (const Vector& item : items) {
            weights.push_back(score(item, candidate));
        }
        if (softmax_ && !weights.empty()) {
            double sum = 0;
            for (double& weight : weights) {
                weight = std::exp(weight);
                sum += weight;
            }
            for (double& weight : weights) {
                weight /= sum;
            }
        }
        Vector interest(candidate.size(), 0.0);
        for (std::size_t i = 0; i < items.size(); ++i) {
            for (std::size_t d = 0; d < interest.size(); ++d) {
                interest[d] += weights[i] * items[i][d];
            }
        }
        Vector x =
            join(join(join(embedding(ids[0]), embedding(ids[1])), embedding(ids[2])), interest);
        for (const char* name : {"mlp.0", "mlp.1"}) {
            x = linear(name, x, /*hasBias=*/true);
            for (double& number : x) {
                number = std::max(number, 0.0);
            }
        }
        return linear("head", x, /*hasBias=*/false)[0] + numbers("output.bias")[0];
    }

private:
    static Vector join(Vector left, const Vector& right) {
        left.insert(left.end(), right.begin(), right.end());
        return left;
    }

    Vector numbers(const std::string& name) const { return vectorOf(*parameters_.find(name)); }

    Vector embedding(std::int64_t id) const {
        return vectorOf((*parameters_.find("embedding.table"))[id]);
    }

    Vector linear(const std::string& name, const Vector& x, bool hasBias) const {
        const Vector weight = numbers(name + ".weight");
        Vector y = hasBias ? numbers(name + ".bias") : Vector(weight.size() / x.size(), 0.0);
        for (std::size_t out = 0; out < y.size(); ++out) {
            for (std::size_t in = 0; in < x.size(); ++in) {
                y[out] += weight[out * x.size() + in] * x[in];
            }
        }
        return y;
    }

    double score(const Vector& item, const Vector& candidate) const {
        Vector difference;
        Vector product;
        for (std::size_t d = 0; d < item.size(); ++d) {
            difference.push_back(item[d] - candidate[d]);
            product.push_back(item[d] * candidate[d]);
        }
        Vector x = join(join(join(item, candidate), difference), product);
        for (const std::string name : {"interest.0", "interest.1"}) {
            x = linear(name, x, /*hasBias=*/true);
            const Vector slope = numbers(name + ".slope");
            for (std::size_t i = 0; i < x.size(); ++i) {
                x[i] = x[i] > 0 ? x[i] : slope[i] * x[i];
            }
        }
        return linear("interest.score", x, /*hasBias=*/true)[0];
    }

    const Parameters& parameters_;
    bool softmax_;
};

} // namespace

/// Deep Interest Network, compared to its formulas.
class DinTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }
    void equalsItsFormulas_data() { addWeights(); }
    void equalsItsFormulas();
    void ignoresPadding_data() { addWeights(); }
    void ignoresPadding();
    void ignoresTheOrderOfItems_data() { addWeights(); }
    void ignoresTheOrderOfItems();
    void rowsWithoutAHistoryHaveFiniteGradients_data() { addWeights(); }
    void rowsWithoutAHistoryHaveFiniteGradients();
    void readsListsInTheHistory();

private:
    static void addWeights() {
        QTest::addColumn<QString>("weights");
        QTest::newRow("raw") << "raw";
        QTest::newRow("softmax") << "softmax";
    }
};

void DinTest::equalsItsFormulas() {
    QFETCH(QString, weights);
    const Model model(choiceOf<HistoryWeights>(weights.toStdString()).value());
    const at::NoGradGuard noGradient;
    // Initial values of 0 would hide these terms.
    for (const Parameters::Entry& entry : model.parameters.entries()) {
        if (entry.name.ends_with("bias") || entry.name.ends_with("slope")) {
            at::Tensor tensor = entry.tensor;
            tensor.copy_(at::arange(1, tensor.numel() + 1, at::kDouble).sin() * 0.3);
        }
    }
    const PlainDin plain(model.parameters, weights == "softmax");
    const at::Tensor ids = someIds();
    const Vector logits = vectorOf(model.logit(ids));
    for (std::int64_t row = 0; row < ids.size(0); ++row) {
        const at::Tensor one = ids[row].contiguous();
        const auto* first = one.const_data_ptr<std::int64_t>();
        const double wanted = plain.logit({first, first + one.numel()});
        // Doubles, sums of a few hundred terms in another order.
        QVERIFY2(std::abs(logits[static_cast<std::size_t>(row)] - wanted) < 1e-12,
                 qPrintable(QString("%1: %2, not %3")
                                .arg(row)
                                .arg(logits[static_cast<std::size_t>(row)])
                                .arg(wanted)));
    }
}

void DinTest::ignoresPadding() {
    QFETCH(QString, weights);
    const Model model(choiceOf<HistoryWeights>(weights.toStdString()).value());
    const at::Tensor ids = someIds();
    const at::Tensor longer = at::cat({ids, at::zeros({4, 6}, at::kLong)}, 1);
    // Another length, another order of summation.
    QVERIFY(at::allclose(model.logit(ids), model.logit(longer), 1e-12, 1e-12));
    // The vector of the mask, id 0, has no effect as padding.
    const at::Tensor before = model.logit(ids).detach().clone();
    const at::NoGradGuard noGradient;
    model.parameters.find("embedding.table")->detach()[0].fill_(100);
    QVERIFY(at::equal(model.logit(ids).slice(0, 0, 3), before.slice(0, 0, 3)));
    QVERIFY(!at::equal(model.logit(ids)[3], before[3])); // in this row it is the masked film
}

void DinTest::ignoresTheOrderOfItems() {
    QFETCH(QString, weights);
    const Model model(choiceOf<HistoryWeights>(weights.toStdString()).value());
    const at::Tensor ids = someIds();
    const at::Tensor turned =
        at::cat({ids.slice(1, 0, 3), ids.slice(1, 3).view({4, 4, 2}).flip(1).flatten(1)}, 1);
    QVERIFY(at::allclose(model.logit(ids), model.logit(turned), 1e-12, 1e-12));
}

void DinTest::rowsWithoutAHistoryHaveFiniteGradients() {
    QFETCH(QString, weights);
    const Model model(choiceOf<HistoryWeights>(weights.toStdString()).value());
    const at::Tensor ids = someIds().slice(0, 2, 3);
    model.logit(ids).sum().backward();
    for (const Parameters::Entry& entry : model.parameters.entries()) {
        const at::Tensor gradient = entry.tensor.grad();
        QVERIFY2(gradient.isfinite().all().item<bool>(), entry.name.c_str());
        if (entry.name.starts_with("interest.")) {
            QVERIFY2(gradient.eq(0).all().item<bool>(), entry.name.c_str());
        }
    }
    const at::Tensor table = model.parameters.find("embedding.table")->grad();
    QVERIFY(table[0].eq(0).all().item<bool>());
    QVERIFY(table[3].abs().sum().item<double>() > 0);
    // The interest is zero, so the weights that read it have no gradient.
    const at::Tensor first = model.parameters.find("mlp.0.weight")->grad();
    QVERIFY(first.slice(1, 9).eq(0).all().item<bool>());
}

void DinTest::readsListsInTheHistory() {
    BackboneOptions options(recipe(HistoryWeights::Raw), /*fieldCount=*/3, /*idCount=*/20);
    options.idFields = {{"user", 1, 6, 0}, {"film", 8, 5, 0}, {"genre", 14, 5, 0}};
    options.lists.firstList = {-1, -1, 0};
    options.lists.ends = {0, 1, 3};
    options.lists.members = {14, 15, 17}; // list 0 is {14}, list 1 is {15, 17}
    Parameters parameters{at::Device(at::kCPU)};
    const auto din = makeBackbone(BackboneKind::Din, parameters, Initialiser(4), "", options);
    const ForwardMode mode = ForwardMode::evaluation();
    const at::NoGradGuard noGradient;
    const at::Tensor table = *parameters.find("embedding.table");
    table[19].copy_((table[15] + table[17]) / 2);
    const auto row = [](std::vector<std::int64_t> ids) {
        return at::tensor(ids, at::kLong).view({1, 11});
    };
    // The candidate has genre list 0; the items have genre lists 1 and 0, and two are missing.
    const at::Tensor lists = row({1, 8, 20, 21, 9, 20, 10, 0, 0, 0, 0});
    const at::Tensor means = row({1, 8, 14, 19, 9, 14, 10, 0, 0, 0, 0});
    // Means of 32-bit numbers, computed in another order.
    QVERIFY(at::allclose((*din)->logit(lists, mode), (*din)->logit(means, mode), 1e-5, 1e-6));
}

QTEST_GUILESS_MAIN(DinTest)
#include "din_test.moc"
