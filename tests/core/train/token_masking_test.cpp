#include "core/train/token_masking.h"

#include "tests/core/run/tiny_project.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <cmath>
#include <numeric>

using namespace flip;
using namespace flip::test;

/// Masking tokens while a click model is trained.
class TokenMaskingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void masksTokensOfValuesAtTheRate_data();
    void masksTokensOfValuesAtTheRate();
    void worksWithoutASecondSentence();
    void drawsDependOnSeedStepAndPart();

private:
    Batch all() const {
        std::vector<std::int64_t> rows(static_cast<std::size_t>(dataset_.rows()));
        std::iota(rows.begin(), rows.end(), 0);
        return batcher_.load(rows);
    }

    Batch masked(const std::vector<std::string>& recipe, std::int64_t step,
                 std::int64_t part) const {
        Batch batch = all();
        TokenMasking(project_.spec(recipe), batcher_.maskToken())(batch, step, part);
        return batch;
    }

    static constexpr const char* kNames[] = {"user", "gender", "movie", "genre"};

    TinyProject project_;
    Dataset dataset_ = std::move(*Dataset::open(project_.workspace().dataset("tiny")));
    std::unique_ptr<Tokenizer> tokenizer_ =
        std::move(*openTokenizer(FLIP_TEST_FIXTURES "/tiny_bert"));
    std::vector<std::string> names_{std::begin(kNames), std::end(kNames)};
    TextTemplate template_ =
        std::move(*TextTemplate::parse("the user is {gender}. the movie is {movie}.", names_));
    TextTemplate item_ = std::move(*TextTemplate::parse("{movie}, {genre}", names_));
    TokenCache cache_ = std::move(*TokenCache::build(dataset_, template_, *tokenizer_, 40));
    TokenCache itemCache_ = std::move(*TokenCache::build(dataset_, item_, *tokenizer_, 40));
    Batcher batcher_{dataset_, &cache_, false, at::Device(at::kCPU), &itemCache_};
};

void TokenMaskingTest::masksTokensOfValuesAtTheRate_data() {
    QTest::addColumn<double>("rate");
    QTest::addColumn<bool>("ofItem");
    QTest::newRow("a tenth") << 0.1 << false;
    QTest::newRow("half") << 0.5 << false;
    QTest::newRow("half, second sentence") << 0.5 << true;
}

void TokenMaskingTest::masksTokensOfValuesAtTheRate() {
    QFETCH(double, rate);
    QFETCH(bool, ofItem);
    const Batch before = all();
    const Batch after = masked({"finetune.mask_ratio_text=" + std::to_string(rate)}, 3, 0);
    const at::Tensor& original = ofItem ? before.itemTokenIds : before.tokenIds;
    const at::Tensor& changed = ofItem ? after.itemTokenIds : after.tokenIds;
    const auto& owner = ofItem ? before.itemOwner : before.owner;
    QCOMPARE(static_cast<std::int64_t>(owner.size()), original.size(0));
    double words = 0;
    double maskedCount = 0;
    for (std::int64_t token = 0; token < original.size(0); ++token) {
        const auto now = changed[token].item<std::int64_t>();
        const bool isMasked = now != original[token].item<std::int64_t>();
        QVERIFY(!isMasked || now == batcher_.maskToken());
        if (owner[static_cast<std::size_t>(token)] < 0) {
            QVERIFY(!isMasked); // a word of the template
            continue;
        }
        words += 1;
        maskedCount += isMasked ? 1 : 0;
    }
    // Five standard deviations of a binomial proportion.
    QVERIFY(words > 500);
    QVERIFY2(std::abs(maskedCount / words - rate) < 5 * std::sqrt(rate * (1 - rate) / words),
             qPrintable(QString::number(maskedCount / words)));
}

void TokenMaskingTest::worksWithoutASecondSentence() {
    const Batcher batcher(dataset_, &cache_, false, at::Device(at::kCPU));
    Batch batch = batcher.load(std::vector<std::int64_t>{7});
    TokenMasking(project_.spec({"finetune.mask_ratio_text=0.9"}), batcher.maskToken())(batch, 0, 0);
    QVERIFY(batch.tokenIds.eq(batcher.maskToken()).any().item<bool>());
    QVERIFY(!batch.itemTokenIds.defined());
}

void TokenMaskingTest::drawsDependOnSeedStepAndPart() {
    const std::string rate = "finetune.mask_ratio_text=0.3";
    const at::Tensor one = masked({rate}, 5, 1).tokenIds;
    QVERIFY(at::equal(one, masked({rate}, 5, 1).tokenIds));
    QVERIFY(!at::equal(one, masked({rate}, 6, 1).tokenIds));
    QVERIFY(!at::equal(one, masked({rate}, 5, 2).tokenIds));
    QVERIFY(!at::equal(one, masked({rate, "seed=2"}, 5, 1).tokenIds));
}

QTEST_GUILESS_MAIN(TokenMaskingTest)
#include "token_masking_test.moc"
