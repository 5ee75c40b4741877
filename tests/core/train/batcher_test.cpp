#include "core/spec/mask_count.h"
#include "core/train/batcher.h"
#include "tests/core/run/tiny_project.h"

#include <QtTest/QtTest>

#include <torch/torch.h>

#include <set>

using namespace flip;
using namespace flip::test;

namespace {

/// A dataset with its sentences, as a run reads it.
struct Loaded {
    explicit Loaded(const TinyProject& project, bool padded = false)
        : dataset(std::move(*Dataset::open(project.workspace().dataset("tiny")))),
          tokenizer(std::move(*openTokenizer(FLIP_TEST_FIXTURES "/tiny_bert"))),
          textTemplate(std::move(
              *TextTemplate::parse("user {user} is {gender}. the movie {movie} is {genre}.",
                                   {"user", "gender", "movie", "genre"}))),
          cache(std::move(*TokenCache::build(dataset, textTemplate, *tokenizer, 40))),
          batcher(dataset, &cache, padded, at::Device(at::kCPU)),
          sampler(dataset.trainingCounts()) {}

    Dataset dataset;
    std::unique_ptr<Tokenizer> tokenizer;
    TextTemplate textTemplate;
    TokenCache cache;
    Batcher batcher;
    NoiseSampler sampler;
};

std::vector<std::int64_t> someRows() {
    return {5, 17, 3, 99, 42, 8, 250, 1};
}

} // namespace

/// Rows as tensors, and what pretraining hides in them.
class BatcherTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void idsAreThoseOfTheRowsValues();
    void sentencesAreThoseOfTheRows_data();
    void sentencesAreThoseOfTheRows();
    void masksJustSoManyColumnsOfEveryRow_data();
    void masksJustSoManyColumnsOfEveryRow();
    void hidesEveryTokenOfAChosenFieldAndNoOther();
    void drawsDependOnSeedAndStepAlone();
    void everyFieldIsMaskedEquallyOften();
    void countsMaskedFieldsAsTheRecipeSays_data();
    void countsMaskedFieldsAsTheRecipeSays();
};

void BatcherTest::idsAreThoseOfTheRowsValues() {
    TinyProject project;
    const Loaded loaded(project);
    const Batch batch = loaded.batcher.load(someRows());
    QCOMPARE(batch.ids.sizes().vec(), (std::vector<std::int64_t>{8, 4}));
    std::set<std::int64_t> rows(batch.rows.begin(), batch.rows.end());
    QCOMPARE(rows.size(), someRows().size());
    for (std::int64_t r = 0; r < 8; ++r) {
        const auto row = static_cast<std::size_t>(batch.rows[static_cast<std::size_t>(r)]);
        QCOMPARE(batch.labels[r].item<float>(), static_cast<float>(loaded.dataset.labels()[row]));
        for (int f = 0; f < 4; ++f) {
            const auto code = loaded.dataset.codes(f)[row];
            QCOMPARE(batch.ids[r][f].item<std::int64_t>(), loaded.dataset.idOfCode(f)[code]);
        }
    }
}

void BatcherTest::sentencesAreThoseOfTheRows_data() {
    QTest::addColumn<bool>("padded");
    QTest::newRow("packed") << false;
    QTest::newRow("padded") << true;
}

void BatcherTest::sentencesAreThoseOfTheRows() {
    QFETCH(bool, padded);
    TinyProject project;
    const Loaded loaded(project, padded);
    const Batch batch = loaded.batcher.load(someRows());
    for (std::int64_t r = 0; r < 8; ++r) {
        const auto start = batch.layout.starts[r].item<std::int64_t>();
        const std::string sentence = loaded.cache.sentence(batch.rows[static_cast<std::size_t>(r)]);
        const auto wanted = loaded.tokenizer->sentence(sentence);
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            QCOMPARE(batch.tokenIds[start + static_cast<std::int64_t>(i)].item<std::int64_t>(),
                     static_cast<std::int64_t>(wanted[i].id));
        }
        if (padded) {
            QCOMPARE(batch.layout.attend[r].sum().item<std::int64_t>(),
                     static_cast<std::int64_t>(wanted.size()));
        }
    }
}

void BatcherTest::masksJustSoManyColumnsOfEveryRow_data() {
    QTest::addColumn<int>("fields");
    QTest::newRow("one") << 1;
    QTest::newRow("three") << 3;
    QTest::newRow("all") << 4;
}

void BatcherTest::masksJustSoManyColumnsOfEveryRow() {
    QFETCH(int, fields);
    TinyProject project;
    const Loaded loaded(project);
    const Batch batch = loaded.batcher.load(someRows());
    const Masks masks = loaded.batcher.mask(batch, {fields, 1, 25}, loaded.sampler, 1, 0);
    QVERIFY(masks.maskedIds.eq(0).sum(1).eq(fields).all().item<bool>());
    QVERIFY(at::equal(batch.ids.gather(1, masks.columns), masks.targets));
    // What is not masked stands as it stood.
    QVERIFY(masks.maskedIds.eq(batch.ids).logical_or(masks.maskedIds.eq(0)).all().item<bool>());
    QCOMPARE(masks.noise.sizes().vec(), (std::vector<std::int64_t>{8, fields, 25}));
    QVERIFY(masks.noise.gt(0).all().item<bool>()); // the mask id is never noise
}

void BatcherTest::hidesEveryTokenOfAChosenFieldAndNoOther() {
    TinyProject project;
    const Loaded loaded(project);
    const auto maskId = static_cast<std::int64_t>(loaded.tokenizer->special().mask);
    for (std::int64_t step = 0; step < 20; ++step) {
        const Batch batch = loaded.batcher.load(someRows());
        const Masks masks = loaded.batcher.mask(batch, {1, 2, 5}, loaded.sampler, 1, step);
        const at::Tensor hidden = masks.maskedTokenIds.eq(maskId);
        QCOMPARE(hidden.sum().item<std::int64_t>(), masks.labelled.tokens.size(0));
        QVERIFY(at::equal(batch.tokenIds.index_select(0, masks.labelled.tokens),
                          masks.labelledTargets));
        for (std::int64_t r = 0; r < 8; ++r) {
            std::set<std::int16_t> hiddenFields;
            std::set<std::int16_t> shownFields;
            for (std::int64_t t = 0; t < batch.layout.tokens; ++t) {
                if (batch.layout.row[t].item<std::int64_t>() != r) {
                    continue;
                }
                const auto owner = batch.owner[static_cast<std::size_t>(t)];
                (hidden[t].item<bool>() ? hiddenFields : shownFields).insert(owner);
            }
            QCOMPARE(hiddenFields.size(), std::size_t(2));
            for (const std::int16_t field : hiddenFields) {
                QVERIFY(field >= 0 && !shownFields.contains(field));
            }
        }
    }
}

void BatcherTest::drawsDependOnSeedAndStepAlone() {
    TinyProject project;
    const Loaded loaded(project);
    const Batch batch = loaded.batcher.load(someRows());
    const auto draw = [&](std::uint64_t seed, std::int64_t step, std::int64_t noise) {
        return loaded.batcher.mask(batch, {2, 2, noise}, loaded.sampler, seed, step);
    };
    const Masks first = draw(1, 7, 25);
    (void)draw(1, 8, 25);
    const Masks again = draw(1, 7, 25);
    QVERIFY(at::equal(first.columns, again.columns));
    QVERIFY(at::equal(first.noise, again.noise));
    QVERIFY(at::equal(first.labelled.tokens, again.labelled.tokens));
    QVERIFY(!at::equal(first.columns, draw(2, 7, 25).columns));
    QVERIFY(!at::equal(first.columns, draw(1, 9, 25).columns));
    // Another amount of noise leaves the masks alone.
    QVERIFY(at::equal(first.columns, draw(1, 7, 3).columns));
    QVERIFY(at::equal(first.labelled.tokens, draw(1, 7, 3).labelled.tokens));
}

void BatcherTest::everyFieldIsMaskedEquallyOften() {
    TinyProject project;
    const Loaded loaded(project);
    const Batch batch = loaded.batcher.load(someRows());
    std::vector<double> seen(4);
    for (std::int64_t step = 0; step < 1000; ++step) {
        const Masks masks = loaded.batcher.mask(batch, {1, 1, 1}, loaded.sampler, 1, step);
        for (std::int64_t r = 0; r < 8; ++r) {
            seen[masks.columns[r][0].item<std::int64_t>()] += 1;
        }
    }
    for (const double count : seen) {
        // 8000 draws, a quarter each: five standard deviations are 194.
        QVERIFY2(std::abs(count - 2000) < 194, qPrintable(QString::number(count)));
    }
}

void BatcherTest::countsMaskedFieldsAsTheRecipeSays_data() {
    QTest::addColumn<int>("fields");
    QTest::addColumn<double>("ratio");
    QTest::addColumn<QString>("rounding");
    QTest::addColumn<int>("count");
    QTest::newRow("published staircase, dead zone") << 8 << 0.05 << "floor" << 0;
    QTest::newRow("published staircase, first step") << 8 << 0.15 << "floor" << 1;
    QTest::newRow("published staircase, same step") << 8 << 0.2 << "floor" << 1;
    QTest::newRow("a product that binary numbers miss") << 10 << 0.3 << "floor" << 3;
    QTest::newRow("rounded") << 8 << 0.2 << "round" << 2;
    QTest::newRow("one at least") << 8 << 0.01 << "round" << 1;
    QTest::newRow("all at most") << 4 << 1.0 << "round" << 4;
}

void BatcherTest::countsMaskedFieldsAsTheRecipeSays() {
    QFETCH(int, fields);
    QFETCH(double, ratio);
    QFETCH(QString, rounding);
    QFETCH(int, count);
    QCOMPARE(maskedFieldCount(fields, ratio, rounding.toStdString()),
             static_cast<std::int64_t>(count));
}

QTEST_GUILESS_MAIN(BatcherTest)
#include "batcher_test.moc"
