#include "core/spec/mask_count.h"
#include "core/train/batcher.h"
#include "tests/core/run/tiny_project.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <cmath>
#include <map>
#include <set>

using namespace flip;
using namespace flip::test;

namespace {

/// A dataset with its sentences, loaded as for a run.
struct Loaded {
    explicit Loaded(const TinyProject& project, bool padded = false)
        : dataset(std::move(*Dataset::open(project.workspace().dataset("tiny")))),
          tokenizer(std::move(*openTokenizer(FLIP_TEST_FIXTURES "/tiny_bert"))),
          textTemplate(std::move(
              *TextTemplate::parse("user {user} is {gender}. the movie {movie} is {genre}.",
                                   {"user", "gender", "movie", "genre"}))),
          cache(std::move(*TokenCache::build(dataset, textTemplate, *tokenizer, 40))),
          batcher(dataset, &cache, padded, at::Device(at::kCPU)),
          samplers(1, NoiseSampler(dataset.trainingCounts())) {}

    Dataset dataset;
    std::unique_ptr<Tokenizer> tokenizer;
    TextTemplate textTemplate;
    TokenCache cache;
    Batcher batcher;
    std::vector<NoiseSampler> samplers;
};

std::vector<std::int64_t> someRows() {
    return {5, 17, 3, 99, 42, 8, 250, 1};
}

} // namespace

/// Rows as tensors, and the masks of pretraining.
class BatcherTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void loadsTheIdsOfRows();
    void loadsTheSentencesOfRows_data();
    void loadsTheSentencesOfRows();
    void masksTheSameNumberOfColumnsInEveryRow_data();
    void masksTheSameNumberOfColumnsInEveryRow();
    void masksEveryTokenOfChosenFieldsOnly();
    void masksTextFieldsByTheTableFields_data();
    void masksTextFieldsByTheTableFields();
    void masksAShareOfAllTokens();
    void drawsNoiseFromTheSameField();
    void loadsASecondSentence();
    void appendsTheHistoryToTheFields();
    void doesNotMaskTheHistory();
    void drawsDependOnSeedAndStepOnly();
    void masksEveryFieldEquallyOften();
    void roundsTheNumberOfMaskedFields_data();
    void roundsTheNumberOfMaskedFields();
};

void BatcherTest::loadsTheIdsOfRows() {
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

void BatcherTest::loadsTheSentencesOfRows_data() {
    QTest::addColumn<bool>("padded");
    QTest::newRow("packed") << false;
    QTest::newRow("padded") << true;
}

void BatcherTest::loadsTheSentencesOfRows() {
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

void BatcherTest::masksTheSameNumberOfColumnsInEveryRow_data() {
    QTest::addColumn<int>("fields");
    QTest::newRow("one") << 1;
    QTest::newRow("three") << 3;
    QTest::newRow("all") << 4;
}

void BatcherTest::masksTheSameNumberOfColumnsInEveryRow() {
    QFETCH(int, fields);
    TinyProject project;
    const Loaded loaded(project);
    const Batch batch = loaded.batcher.load(someRows());
    const Masks masks = loaded.batcher.mask(batch, {fields, 1, 25}, loaded.samplers, 1, 0);
    QVERIFY(masks.maskedIds.eq(0).sum(1).eq(fields).all().item<bool>());
    QVERIFY(at::equal(batch.ids.gather(1, masks.columns), masks.targets));
    // All other ids are unchanged.
    QVERIFY(masks.maskedIds.eq(batch.ids).logical_or(masks.maskedIds.eq(0)).all().item<bool>());
    QCOMPARE(masks.noise.sizes().vec(), (std::vector<std::int64_t>{8, fields, 25}));
    QVERIFY(masks.noise.gt(0).all().item<bool>()); // the mask id is never noise
}

void BatcherTest::masksEveryTokenOfChosenFieldsOnly() {
    TinyProject project;
    const Loaded loaded(project);
    const auto maskId = static_cast<std::int64_t>(loaded.tokenizer->special().mask);
    for (std::int64_t step = 0; step < 20; ++step) {
        const Batch batch = loaded.batcher.load(someRows());
        const Masks masks = loaded.batcher.mask(batch, {1, 2, 5}, loaded.samplers, 1, step);
        const at::Tensor masked = masks.maskedTokenIds.eq(maskId);
        QCOMPARE(masked.sum().item<std::int64_t>(), masks.labelled.tokens.size(0));
        QVERIFY(at::equal(batch.tokenIds.index_select(0, masks.labelled.tokens),
                          masks.labelledTargets));
        for (std::int64_t r = 0; r < 8; ++r) {
            std::set<std::int16_t> maskedFields;
            std::set<std::int16_t> otherFields;
            for (std::int64_t t = 0; t < batch.layout.tokens; ++t) {
                if (batch.layout.row[t].item<std::int64_t>() != r) {
                    continue;
                }
                const auto owner = batch.owner[static_cast<std::size_t>(t)];
                (masked[t].item<bool>() ? maskedFields : otherFields).insert(owner);
            }
            QCOMPARE(maskedFields.size(), std::size_t(2));
            for (const std::int16_t field : maskedFields) {
                QVERIFY(field >= 0 && !otherFields.contains(field));
            }
        }
    }
}

void BatcherTest::masksTextFieldsByTheTableFields_data() {
    QTest::addColumn<int>("rule");
    QTest::addColumn<int>("table");
    QTest::addColumn<int>("masked"); // masked fields per row, of four
    QTest::newRow("same, one") << int(MaskedFields::Same) << 1 << 1;
    QTest::newRow("same, three") << int(MaskedFields::Same) << 3 << 3;
    QTest::newRow("different, two of two") << int(MaskedFields::Different) << 2 << 2;
    QTest::newRow("different, one is left") << int(MaskedFields::Different) << 3 << 1;
    QTest::newRow("different, none is left") << int(MaskedFields::Different) << 4 << 0;
}

void BatcherTest::masksTextFieldsByTheTableFields() {
    QFETCH(int, rule);
    QFETCH(int, table);
    QFETCH(int, masked);
    TinyProject project;
    const Loaded loaded(project);
    Batcher::MaskPlan plan{table, 2, 5};
    plan.fields = static_cast<MaskedFields>(rule);
    for (std::int64_t step = 0; step < 10; ++step) {
        const Batch batch = loaded.batcher.load(someRows());
        const Masks masks = loaded.batcher.mask(batch, plan, loaded.samplers, 1, step);
        std::vector<std::set<std::int64_t>> inTable(8);
        std::vector<std::set<std::int64_t>> inText(8);
        for (std::int64_t r = 0; r < 8; ++r) {
            for (int m = 0; m < table; ++m) {
                inTable[r].insert(masks.columns[r][m].item<std::int64_t>());
            }
        }
        for (std::int64_t i = 0; i < masks.labelled.tokens.size(0); ++i) {
            const auto token = masks.labelled.tokens[i].item<std::int64_t>();
            inText[batch.layout.row[token].item<std::int64_t>()].insert(
                batch.owner[static_cast<std::size_t>(token)]);
        }
        for (std::size_t r = 0; r < 8; ++r) {
            QCOMPARE(inText[r].size(), static_cast<std::size_t>(masked));
            for (const std::int64_t field : inText[r]) { // all fields are id fields here
                QCOMPARE(inTable[r].contains(field), plan.fields == MaskedFields::Same);
            }
        }
    }
}

void BatcherTest::masksAShareOfAllTokens() {
    TinyProject project;
    const Loaded loaded(project);
    Batcher::MaskPlan plan{1, 1, 5};
    plan.tokenShare = 0.4;
    std::set<std::int16_t> fields;
    bool partOfAValue = false;
    for (std::int64_t step = 0; step < 20; ++step) {
        const Batch batch = loaded.batcher.load(someRows());
        const Masks masks = loaded.batcher.mask(batch, plan, loaded.samplers, 1, step);
        const auto maskId = static_cast<std::int64_t>(loaded.tokenizer->special().mask);
        const at::Tensor masked = masks.maskedTokenIds.eq(maskId);
        for (std::int64_t r = 0; r < 8; ++r) {
            std::int64_t values = 0;
            std::int64_t maskedCount = 0;
            std::map<std::int16_t, std::set<bool>> states;
            for (std::int64_t t = 0; t < batch.layout.tokens; ++t) {
                const auto owner = batch.owner[static_cast<std::size_t>(t)];
                if (batch.layout.row[t].item<std::int64_t>() != r || owner < 0) {
                    continue;
                }
                ++values;
                maskedCount += masked[t].item<bool>() ? 1 : 0;
                states[owner].insert(masked[t].item<bool>());
                if (masked[t].item<bool>()) {
                    fields.insert(owner);
                }
            }
            QCOMPARE(maskedCount,
                     std::max<std::int64_t>(1, std::llround(0.4 * static_cast<double>(values))));
            for (const auto& [owner, seen] : states) {
                partOfAValue = partOfAValue || seen.size() == 2;
            }
        }
    }
    QCOMPARE(fields.size(), std::size_t(4));
    QVERIFY(partOfAValue);
}

void BatcherTest::drawsNoiseFromTheSameField() {
    TinyProject project;
    const Loaded loaded(project);
    std::vector<std::int64_t> firstIds;
    std::vector<IdField> fields;
    for (const int field : loaded.dataset.idFields()) {
        const FieldInfo& info = loaded.dataset.fields()[static_cast<std::size_t>(field)];
        firstIds.push_back(info.firstId);
        fields.push_back({info.name, info.firstId, info.ids});
    }
    const auto samplers = NoiseSampler::ofFields(loaded.dataset.trainingCounts(), fields);
    const Batch batch = loaded.batcher.load(someRows());
    const Masks masks = loaded.batcher.mask(batch, {2, 1, 50}, samplers, 1, 0);
    for (std::int64_t r = 0; r < 8; ++r) {
        for (std::int64_t m = 0; m < 2; ++m) {
            const auto column = static_cast<std::size_t>(masks.columns[r][m].item<std::int64_t>());
            const at::Tensor noise = masks.noise[r][m];
            const std::int64_t end =
                column + 1 < firstIds.size() ? firstIds[column + 1] : loaded.dataset.idCount();
            QVERIFY(noise.ge(firstIds[column]).all().item<bool>());
            QVERIFY(noise.lt(end).all().item<bool>());
        }
    }
}

void BatcherTest::loadsASecondSentence() {
    TinyProject project;
    const Loaded loaded(project);
    const TextTemplate item =
        std::move(*TextTemplate::parse("{movie}, {genre}", {"user", "gender", "movie", "genre"}));
    const TokenCache cache =
        std::move(*TokenCache::build(loaded.dataset, item, *loaded.tokenizer, 40));
    const Batcher batcher(loaded.dataset, &loaded.cache, false, at::Device(at::kCPU), &cache);
    const Batch batch = batcher.load(someRows());
    QCOMPARE(batch.itemLayout.rows, std::int64_t(8));
    std::int64_t token = 0;
    for (std::size_t r = 0; r < 8; ++r) {
        TokenRow row;
        cache.appendRow(batch.rows[r], row);
        for (const std::int32_t id : row.ids) {
            QCOMPARE(batch.itemTokenIds[token++].item<std::int64_t>(), std::int64_t{id});
        }
        QCOMPARE(batcher.tokensOf(batch.rows[r]),
                 loaded.cache.length(batch.rows[r]) + cache.length(batch.rows[r]));
    }
    QCOMPARE(token, batch.itemTokenIds.size(0));
}

void BatcherTest::appendsTheHistoryToTheFields() {
    TinyProject project;
    const Loaded loaded(project);
    const Dataset& dataset = loaded.dataset;
    const ClickHistory clicks(dataset, 0);
    const Batcher batcher(dataset, &loaded.cache, false, at::Device(at::kCPU), nullptr,
                          HistoryPlan{clicks, {3, 2}, 5});
    const std::vector<std::int64_t> rows = {299, 250, 333, 99, 380, 42, 350, 1};
    const Batch batch = batcher.load(rows);
    QCOMPARE(batch.ids.sizes().vec(), (std::vector<std::int64_t>{8, 4 + 2 * 5}));
    QVERIFY(at::equal(batch.ids.slice(1, 0, 4), loaded.batcher.load(rows).ids));
    std::size_t items = 0;
    for (std::int64_t r = 0; r < 8; ++r) {
        std::int64_t next = 4;
        for (const std::int64_t click : clicks.before(batch.rows[static_cast<std::size_t>(r)], 5)) {
            for (const int field : {3, 2}) {
                const auto code = dataset.codes(field)[static_cast<std::size_t>(click)];
                QCOMPARE(batch.ids[r][next++].item<std::int64_t>(), dataset.idOfCode(field)[code]);
            }
            ++items;
        }
        QVERIFY(batch.ids[r].slice(0, next).eq(0).all().item<bool>());
    }
    QVERIFY(items > 8);
}

void BatcherTest::doesNotMaskTheHistory() {
    TinyProject project;
    const Loaded loaded(project);
    const Batcher batcher(loaded.dataset, &loaded.cache, false, at::Device(at::kCPU), nullptr,
                          HistoryPlan{ClickHistory(loaded.dataset, 0), {2}, 5});
    const Batch batch = batcher.load(someRows());
    const Masks masks = batcher.mask(batch, {4, 1, 25}, loaded.samplers, 1, 0);
    QVERIFY(masks.maskedIds.slice(1, 0, 4).eq(0).all().item<bool>());
    QVERIFY(at::equal(masks.maskedIds.slice(1, 4), batch.ids.slice(1, 4)));
    // The draws are the same as without a history.
    const Batch plain = loaded.batcher.load(someRows());
    const Masks same = loaded.batcher.mask(plain, {2, 1, 25}, loaded.samplers, 1, 0);
    const Masks these = batcher.mask(batch, {2, 1, 25}, loaded.samplers, 1, 0);
    QVERIFY(at::equal(same.columns, these.columns));
    QVERIFY(at::equal(same.targets, these.targets));
}

void BatcherTest::drawsDependOnSeedAndStepOnly() {
    TinyProject project;
    const Loaded loaded(project);
    const Batch batch = loaded.batcher.load(someRows());
    const auto draw = [&](std::uint64_t seed, std::int64_t step, std::int64_t noise) {
        return loaded.batcher.mask(batch, {2, 2, noise}, loaded.samplers, seed, step);
    };
    const Masks first = draw(1, 7, 25);
    (void)draw(1, 8, 25);
    const Masks again = draw(1, 7, 25);
    QVERIFY(at::equal(first.columns, again.columns));
    QVERIFY(at::equal(first.noise, again.noise));
    QVERIFY(at::equal(first.labelled.tokens, again.labelled.tokens));
    QVERIFY(!at::equal(first.columns, draw(2, 7, 25).columns));
    QVERIFY(!at::equal(first.columns, draw(1, 9, 25).columns));
    // Another number of noise ids does not change the masks.
    QVERIFY(at::equal(first.columns, draw(1, 7, 3).columns));
    QVERIFY(at::equal(first.labelled.tokens, draw(1, 7, 3).labelled.tokens));
}

void BatcherTest::masksEveryFieldEquallyOften() {
    TinyProject project;
    const Loaded loaded(project);
    const Batch batch = loaded.batcher.load(someRows());
    std::vector<double> seen(4);
    for (std::int64_t step = 0; step < 1000; ++step) {
        const Masks masks = loaded.batcher.mask(batch, {1, 1, 1}, loaded.samplers, 1, step);
        for (std::int64_t r = 0; r < 8; ++r) {
            seen[masks.columns[r][0].item<std::int64_t>()] += 1;
        }
    }
    for (const double count : seen) {
        // 8000 draws, a quarter each: five standard deviations are 194.
        QVERIFY2(std::abs(count - 2000) < 194, qPrintable(QString::number(count)));
    }
}

void BatcherTest::roundsTheNumberOfMaskedFields_data() {
    QTest::addColumn<int>("fields");
    QTest::addColumn<double>("ratio");
    QTest::addColumn<QString>("rounding");
    QTest::addColumn<int>("count");
    QTest::newRow("published rounding, no field") << 8 << 0.05 << "floor" << 0;
    QTest::newRow("published rounding, one field") << 8 << 0.15 << "floor" << 1;
    QTest::newRow("published rounding, still one field") << 8 << 0.2 << "floor" << 1;
    QTest::newRow("product not exact in binary") << 10 << 0.3 << "floor" << 3;
    QTest::newRow("rounded") << 8 << 0.2 << "round" << 2;
    QTest::newRow("at least one") << 8 << 0.01 << "round" << 1;
    QTest::newRow("at most all") << 4 << 1.0 << "round" << 4;
}

void BatcherTest::roundsTheNumberOfMaskedFields() {
    QFETCH(int, fields);
    QFETCH(double, ratio);
    QFETCH(QString, rounding);
    QFETCH(int, count);
    QCOMPARE(
        maskedFieldCount(fields, ratio, choiceOf<MaskRounding>(rounding.toStdString()).value()),
        static_cast<std::int64_t>(count));
}

QTEST_GUILESS_MAIN(BatcherTest)
#include "batcher_test.moc"
