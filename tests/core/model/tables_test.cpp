#include "core/model/id/tables.h"

#include "core/model/heads/heads.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <algorithm>
#include <set>

using namespace flip;

namespace {

/// Three fields: "user" 1 + 6 ids from 1, "film" 1 + 8 from 8, "kind" 1 + 3 from 17; K = 21.
BackboneOptions options() {
    RunSpec::Id recipe{};
    recipe.embeddingDim = 4;
    recipe.initStd = 0.5;
    recipe.minCount = 1;
    BackboneOptions options(recipe, /*fieldCount=*/3, /*idCount=*/21);
    options.idFields = {{"user", 1, 6, 0}, {"film", 8, 8, 0}, {"kind", 17, 3, 0}};
    options.trainingCounts = {0, 2, 9, 8, 1, 7, 1, 3, 1, 5, 1, 9, 9, 2, 1, 4, 3, 0, 10, 11, 12};
    return options;
}

BackboneOptions withLists() {
    BackboneOptions with = options();
    // Field 1 holds lists: {9}, {10, 11}, {9, 16, 12}.
    with.lists.firstList = {-1, 0, -1};
    with.lists.ends = {0, 1, 3, 6};
    with.lists.members = {9, 10, 11, 9, 16, 12};
    return with;
}

/// "last" 1 + 6 ids from 1, "kind" 1 + 3 from 8, "film" 1 + 6 from 12 and the list field "seen" 1 +
/// 6 from 19; last and seen share the rows of film. K = 26.
BackboneOptions sharing() {
    RunSpec::Id recipe = options();
    BackboneOptions options(recipe, /*fieldCount=*/4, /*idCount=*/26);
    options.idFields = {
        {"last", 1, 6, 0, 2}, {"kind", 8, 3}, {"film", 12, 6}, {"seen", 19, 6, 0, 2}};
    options.trainingCounts = {0, 2, 5, 0, 1, 1, 0, 1, 0, 5, 3, 2, 1,
                              4, 1, 0, 1, 2, 0, 3, 0, 1, 0, 0, 9, 1};
    // {20, 21}, {25}, {22, 20}
    options.lists.firstList = {-1, -1, -1, 0};
    options.lists.ends = {0, 2, 3, 5};
    options.lists.members = {20, 21, 25, 22, 20};
    return options;
}

at::Tensor someSharedIds() {
    return at::tensor({2, 9, 14, 26, 3, 11, 13, 27, 1, 8, 12, 28, 0, 0, 0, 0}, at::kLong)
        .view({4, 4});
}

at::Tensor someIds() {
    return at::tensor({2, 21, 18, 3, 22, 19, 2, 23, 20, 0, 0, 0}, at::kLong).view({4, 3});
}

} // namespace

/// Looking up ids in tables of every kind.
class TablesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void gatheredRowsEqualTheWholeTable_data();
    void gatheredRowsEqualTheWholeTable();
    void gradientsOfGatheredRowsEqualThoseOfTheTable_data();
    void gradientsOfGatheredRowsEqualThoseOfTheTable();
    void paddedListsHaveTheSameMeans_data();
    void paddedListsHaveTheSameMeans();
    void sharingFieldsReadTheSameRows();
    void sumsCountsOverSharingFields();
    void sharedRowsGetGradientsFromEveryField_data();
    void sharedRowsGetGradientsFromEveryField();
    void refusesDifferentWidthsOfSharedRows();
    void rareIdsShareTheUnknownRow();
    void findsUnknownIds_data();
    void findsUnknownIds();
    void hashesLargeFields();
    void noiseOfRowsIsTheSumOverTheirIds();
    void hashedRowsNeverChange();
    void projectsAFieldsOwnWidthToTheEmbeddingWidth();
    void recognisesEveryIdTable();
    void parsesFieldWidths();
    void refusesInvalidFieldWidths_data();
    void refusesInvalidFieldWidths();

private:
    static BackboneOptions optionsOfRow();
};

void TablesTest::gatheredRowsEqualTheWholeTable_data() {
    QTest::addColumn<int>("minCount");
    QTest::addColumn<int>("hashBuckets");
    QTest::addColumn<int>("width");
    QTest::addColumn<bool>("shares");
    for (const bool shares : {false, true}) {
        const auto row = [&](const char* name, int minCount, int hashBuckets, int width) {
            QTest::addRow("%s%s", name, shares ? ", shared" : "")
                << minCount << hashBuckets << width << shares;
        };
        row("plain", 1, 0, 0);
        row("rare ids together", 2, 0, 0);
        row("hashed", 1, 4, 0);
        row("own width", 1, 0, 2);
        row("all", 2, 3, 2);
    }
}

/// The options of the current row of test data, with an IdRows that the tables share.
BackboneOptions TablesTest::optionsOfRow() {
    QFETCH(int, minCount);
    QFETCH(int, hashBuckets);
    QFETCH(int, width);
    QFETCH(bool, shares);
    BackboneOptions of = shares ? sharing() : withLists();
    of.minCount = minCount;
    of.hashBuckets = hashBuckets;
    of.idFields[shares ? 2 : 1].width = width;
    of.rows = std::make_shared<IdRows>(of, at::Device(at::kCPU));
    return of;
}

void TablesTest::gatheredRowsEqualTheWholeTable() {
    QFETCH(bool, shares);
    const BackboneOptions of = optionsOfRow();
    const at::Tensor ids = shares ? someSharedIds() : someIds();
    Parameters parameters{at::Device(at::kCPU)};
    const EmbeddingTable embedding(parameters, Initialiser(1), "rec.", of);
    const LinearTable linear(parameters, Initialiser(1), "rec.", of);
    const at::Tensor vectors = embedding(ids);
    const at::Tensor weights = linear.weights(ids);
    QCOMPARE(vectors.sizes().vec(), (std::vector<std::int64_t>{4, shares ? 4 : 3, 4}));
    of.rows->open(ids);
    for (const auto& table : of.rows->tables()) {
        table->gather();
    }
    QVERIFY(at::equal(embedding(ids), vectors));
    QVERIFY(at::equal(linear.weights(ids), weights));
    QVERIFY(at::equal(embedding(ids.slice(0, 1, 2)), vectors.slice(0, 1, 2)));
    QCOMPARE(embedding(ids.slice(0, 0, 0)).size(0), 0);
    for (const auto& table : of.rows->tables()) {
        table->release();
    }
    of.rows->close();
    QVERIFY(at::equal(embedding(ids), vectors));
}

void TablesTest::gradientsOfGatheredRowsEqualThoseOfTheTable_data() {
    gatheredRowsEqualTheWholeTable_data();
}

void TablesTest::gradientsOfGatheredRowsEqualThoseOfTheTable() {
    QFETCH(bool, shares);
    const BackboneOptions of = optionsOfRow();
    const at::Tensor ids = shares ? someSharedIds() : someIds();
    Parameters parameters{at::Device(at::kCPU)};
    const EmbeddingTable embedding(parameters, Initialiser(1), "rec.", of);
    const auto learn = [&] { (embedding(ids) - 0.1).pow(3).sum().backward(); };
    learn();
    std::vector<at::Tensor> dense;
    for (const auto& table : of.rows->tables()) {
        dense.push_back(table->whole().grad());
    }
    parameters.clearGradients();
    of.rows->open(ids);
    for (const auto& table : of.rows->tables()) {
        table->gather();
    }
    learn();
    for (std::size_t i = 0; i < dense.size(); ++i) {
        const RowTable& table = *of.rows->tables()[i];
        const at::Tensor spread = at::zeros_like(dense[i]);
        spread.index_copy_(0, table.space().rows(), table.gradient());
        QVERIFY(at::equal(spread, dense[i])); // the same sums in the same order
        QVERIFY(!table.whole().grad().defined());
    }
}

void TablesTest::sharingFieldsReadTheSameRows() {
    const BackboneOptions of = sharing();
    const RowMapping mapping = mapIdsToRows(of.ids, of.idFields, {}, 1, 0);
    QCOMPARE(mapping.rows, std::int64_t(1 + 4 + 7));
    for (std::size_t place = 0; place < 7; ++place) {
        QCOMPARE(mapping.rowOfId[1 + place], mapping.rowOfId[12 + place]);
        QCOMPARE(mapping.rowOfId[19 + place], mapping.rowOfId[12 + place]);
    }
    const std::set<std::int64_t> distinct(mapping.rowOfId.begin(), mapping.rowOfId.end());
    QCOMPARE(static_cast<std::int64_t>(distinct.size()), mapping.rows);
    for (const std::size_t field : {0, 3}) {
        QCOMPARE(mapping.fields[field].first, mapping.fields[2].first);
        QCOMPARE(mapping.fields[field].count, std::int64_t(7));
    }
    const IdRows rows(of, at::Device(at::kCPU));
    QCOMPARE(rows.firstRows(), (std::vector<std::int64_t>{1, 5}));
}

void TablesTest::sumsCountsOverSharingFields() {
    const BackboneOptions of = sharing();
    const std::vector<std::int64_t> counts = sharedCounts(of.trainingCounts, of.idFields);
    // Unknown 2 + 1 + 3, then 5 + 4 + 0, 0 + 1 + 1, 1 + 0 + 0, 1 + 1 + 0, 0 + 2 + 9, 1 + 0 + 1.
    const std::vector<std::int64_t> sums{6, 9, 2, 1, 2, 11, 2};
    for (const std::ptrdiff_t first : {1, 12, 19}) {
        QCOMPARE(std::vector<std::int64_t>(counts.begin() + first, counts.begin() + first + 7),
                 sums);
    }
    QCOMPARE(counts[9], std::int64_t(5)); // the field that shares no rows
    // Only the third id of the group has a count below 2; without sharing, four of the films would.
    const RowMapping rare = mapIdsToRows(of.ids, of.idFields, of.trainingCounts, /*minCount=*/2, 0);
    QCOMPARE(rare.fields[2].count, std::int64_t(6));
    QCOMPARE(rare.rowOfId[15], rare.rowOfId[12]);
    QCOMPARE(rare.rowOfId[4], rare.rowOfId[12]);
    QCOMPARE(rare.rows, std::int64_t(1 + 4 + 6));
    // One of the two buckets belongs to the fifth id, the most frequent of the group.
    const RowMapping hashed =
        mapIdsToRows(of.ids, of.idFields, of.trainingCounts, 1, /*buckets=*/2);
    QCOMPARE(hashed.fields[0].count, std::int64_t(3));
    for (const std::size_t first : {1, 12, 19}) {
        for (std::size_t place = 1; place < 7; ++place) {
            QCOMPARE(hashed.rowOfId[first + place], hashed.fields[0].first + (place == 5 ? 1 : 2));
        }
    }
}

void TablesTest::sharedRowsGetGradientsFromEveryField_data() {
    QTest::addColumn<int>("width");
    QTest::newRow("one table") << 0;
    QTest::newRow("a table of the group") << 2;
}

void TablesTest::sharedRowsGetGradientsFromEveryField() {
    QFETCH(int, width);
    BackboneOptions of = sharing();
    of.idFields[2].width = width;
    of.rows = std::make_shared<IdRows>(of, at::Device(at::kCPU));
    Parameters parameters{at::Device(at::kCPU)};
    const EmbeddingTable embedding(parameters, Initialiser(1), "rec.", of);
    // A table and a matrix for film and a table for kind; else one table for all fields.
    QCOMPARE(parameters.entries().size(), std::size_t(width == 0 ? 1 : 3));
    const at::Tensor table =
        *parameters.find(width == 0 ? "rec.embedding.table" : "rec.film.embedding.table");
    // The second film in the fields last and film, and as a member of a list in seen.
    const at::Tensor ids = at::tensor({3, 9, 14, 26}, at::kLong).view({1, 4});
    const at::Tensor found = embedding(ids); // [1, 4, E]
    QVERIFY(at::equal(found[0][0], found[0][2]));
    const at::Tensor weight = at::tensor({1.0, 0.0, 10.0, 100.0}, at::kFloat).view({1, 4, 1});
    (found * weight).sum().backward();
    const std::int64_t row = width == 0 ? 5 + 2 : 1 + 2;
    const at::Tensor ofOne = table.grad()[row - 1]; // only from the list, which holds both
    // 1 from last, 10 from film and half of the list's 100: small whole numbers times a projection,
    // so the rounding is the same.
    QVERIFY(at::allclose(table.grad()[row], ofOne * (61.0 / 50.0), 1e-6));
    QVERIFY(ofOne.abs().min().item<float>() > 0);
    QCOMPARE(table.grad().abs().sum(1).count_nonzero().item<std::int64_t>(), std::int64_t(2));
}

void TablesTest::refusesDifferentWidthsOfSharedRows() {
    const std::vector<IdField> fields = sharing().idFields;
    const auto check = [&](const std::vector<std::int64_t>& widths) {
        return checkSharedWidths(fields, widths, /*widest=*/8);
    };
    QVERIFY(check({0, 0, 0, 0}).ok());
    QVERIFY(check({0, 2, 4, 0}).ok());
    QVERIFY(check({4, 0, 4, 4}).ok());
    QVERIFY(check({8, 0, 0, 0}).ok()); // the same as the default
    for (const auto& widths :
         {std::vector<std::int64_t>{4, 0, 0, 0}, std::vector<std::int64_t>{8, 0, 4, 0}}) {
        const auto refused = check(widths);
        QVERIFY(!refused.ok());
        QCOMPARE(refused.problem().where, std::string("id.field_dims"));
        QVERIFY2(refused.problem().what.find("it shares the vectors of 'film', whose width is " +
                                             std::to_string(widths[2] == 0 ? 8 : 4)) !=
                     std::string::npos,
                 refused.problem().what.c_str());
    }
}

void TablesTest::rareIdsShareTheUnknownRow() {
    const BackboneOptions of = options();
    const RowMapping mapping =
        mapIdsToRows(of.ids, of.idFields, of.trainingCounts, /*minCount=*/2, 0);
    // Counts below 2: users 4 and 6, films 10 and 14.
    QCOMPARE(mapping.rowOfId[4], mapping.rowOfId[1]);
    QCOMPARE(mapping.rowOfId[6], mapping.rowOfId[1]);
    QCOMPARE(mapping.rowOfId[10], mapping.rowOfId[8]);
    QCOMPARE(mapping.rowOfId[14], mapping.rowOfId[8]);
    QCOMPARE(mapping.rowOfId[0], std::int64_t(0));
    QCOMPARE(mapping.rows, std::int64_t(21 - 4));
    const std::set<std::int64_t> distinct(mapping.rowOfId.begin(), mapping.rowOfId.end());
    QCOMPARE(static_cast<std::int64_t>(distinct.size()), mapping.rows);
}

void TablesTest::findsUnknownIds_data() {
    QTest::addColumn<bool>("lists");
    QTest::addColumn<int>("minCount");
    QTest::addColumn<QVector<int>>("ids");
    QTest::addColumn<QVector<int>>("unknown");
    // The mask is not an unknown id.
    QTest::newRow("unknown of each field") << false << 1 << QVector{1, 8, 17} << QVector{1, 1, 1};
    QTest::newRow("known, and a mask") << false << 1 << QVector{2, 9, 0} << QVector{0, 0, 0};
    // Ids 4, 6, 10 and 14 are in one training row each.
    QTest::newRow("too rare") << false << 2 << QVector{4, 10, 18} << QVector{1, 1, 0};
    QTest::newRow("lists of known ids") << true << 1 << QVector{2, 21, 18} << QVector{0, 0, 0};
    QTest::newRow("list of a known and a rare id")
        << true << 4 << QVector{2, 22, 18} << QVector{0, 0, 0};
    QTest::newRow("list of one rare id") << true << 6 << QVector{3, 21, 18} << QVector{0, 1, 0};
    QTest::newRow("single id in a list field")
        << true << 1 << QVector{1, 8, 18} << QVector{1, 1, 0};
}

void TablesTest::paddedListsHaveTheSameMeans_data() {
    gatheredRowsEqualTheWholeTable_data();
}

void TablesTest::paddedListsHaveTheSameMeans() {
    QFETCH(bool, shares);
    const at::Tensor ids = shares ? someSharedIds() : someIds();
    std::vector<at::Tensor> read;
    std::vector<at::Tensor> gradients;
    for (const auto lists : {IdRows::Lists::EndToEnd, IdRows::Lists::Padded}) {
        BackboneOptions of = optionsOfRow();
        of.rows = std::make_shared<IdRows>(of, at::Device(at::kCPU), lists);
        Parameters parameters{at::Device(at::kCPU)};
        const EmbeddingTable vectors(parameters, Initialiser(1), "", of);
        const LinearTable weights(parameters, Initialiser(1), "", of);
        of.rows->open(ids); // the same rows, and the mask for padding
        of.rows->close();
        const at::Tensor found = vectors(ids);
        read.push_back(at::cat({found.flatten(1), weights.weights(ids)}, 1));
        (found.square().sum() + weights.weights(ids).square().sum()).backward();
        for (const Parameters::Entry& entry : parameters.entries()) {
            gradients.push_back(entry.tensor.grad());
        }
    }
    // Sums of three numbers below 2, in another order.
    QVERIFY(at::allclose(read[0], read[1], /*rtol=*/0, /*atol=*/1e-6));
    for (std::size_t i = 0; i < gradients.size() / 2; ++i) {
        QVERIFY(at::allclose(gradients[i], gradients[i + gradients.size() / 2], 0, 1e-5));
    }
}

void TablesTest::findsUnknownIds() {
    QFETCH(bool, lists);
    QFETCH(int, minCount);
    QFETCH(QVector<int>, ids);
    QFETCH(QVector<int>, unknown);
    BackboneOptions of = lists ? withLists() : options();
    of.minCount = minCount;
    const IdRows rows(of, at::kCPU);
    const auto tensor = [](const QVector<int>& numbers) {
        return at::tensor(at::ArrayRef<int>(numbers.data(), numbers.size()), at::kLong)
            .view({1, 3});
    };
    QVERIFY(at::equal(rows.unknown(tensor(ids)), tensor(unknown).to(at::kBool)));
}

void TablesTest::hashesLargeFields() {
    const BackboneOptions of = options();
    const RowMapping mapping =
        mapIdsToRows(of.ids, of.idFields, of.trainingCounts, 1, /*buckets=*/4);
    QCOMPARE(mapping.fields[0].count, std::int64_t(1 + 4)); // 6 users
    QCOMPARE(mapping.fields[1].count, std::int64_t(1 + 4)); // 8 films
    QCOMPARE(mapping.fields[2].count, std::int64_t(1 + 3)); // 3 kinds: not hashed
    // The two most frequent films, 11 and 12, have their own rows, and so has the unknown id.
    for (const std::int64_t own : {8, 11, 12}) {
        const std::int64_t row = mapping.rowOfId[static_cast<std::size_t>(own)];
        QCOMPARE(std::count(mapping.rowOfId.begin(), mapping.rowOfId.end(), row), 1);
    }
    for (std::int64_t id = 8; id < 17; ++id) {
        const std::int64_t row = mapping.rowOfId[static_cast<std::size_t>(id)];
        QVERIFY(row >= mapping.fields[1].first && row < mapping.fields[2].first);
    }
}

void TablesTest::noiseOfRowsIsTheSumOverTheirIds() {
    BackboneOptions of = options();
    of.minCount = 2;
    of.hashBuckets = 3;
    const IdRows rows(of, at::Device(at::kCPU));
    const at::Tensor ofRows =
        noiseLogProbabilities(rows.sums(of.trainingCounts), rows.firstRows()).exp();
    const at::Tensor ofIds =
        noiseLogProbabilities(at::tensor(at::ArrayRef<std::int64_t>(of.trainingCounts), at::kLong),
                              {1, 8, 17})
            .exp();
    // The probability of a row is the sum over its ids.
    const at::Tensor ids = at::arange(1, of.ids, at::kLong);
    const at::Tensor summed =
        at::zeros({rows.size()}, at::kFloat).index_add(0, rows.rowsOf(ids), ofIds.slice(0, 1));
    // Each id without a count adds 1e-10 to the noise.
    QVERIFY(at::allclose(ofRows.slice(0, 1), summed.slice(0, 1), 1e-5, 1e-8));
}

void TablesTest::hashedRowsNeverChange() {
    // Rows are not stored with the weights, so they must not change: these are XXH3's.
    const BackboneOptions of = options();
    const RowMapping mapping = mapIdsToRows(of.ids, of.idFields, of.trainingCounts, 1, 4);
    const std::vector<std::int64_t> films(mapping.rowOfId.begin() + 9,
                                          mapping.rowOfId.begin() + 17);
    const RowMapping again = mapIdsToRows(of.ids, of.idFields, of.trainingCounts, 1, 4);
    QCOMPARE(again.rowOfId, mapping.rowOfId);
    QCOMPARE(films, (std::vector<std::int64_t>{10, 10, 7, 8, 10, 9, 10, 9}));
}

void TablesTest::projectsAFieldsOwnWidthToTheEmbeddingWidth() {
    BackboneOptions of = options();
    of.idFields[1].width = 2;
    Parameters parameters{at::Device(at::kCPU)};
    const EmbeddingTable embedding(parameters, Initialiser(1), "rec.", of);
    QCOMPARE(parameters.entries().size(), std::size_t(4));
    const at::Tensor films = *parameters.find("rec.film.embedding.table");
    const at::Tensor project = *parameters.find("rec.film.embedding.project.weight");
    const at::Tensor users = *parameters.find("rec.user.embedding.table");
    QCOMPARE(films.sizes().vec(), (std::vector<std::int64_t>{10, 2})); // the mask and 9 ids
    QCOMPARE(project.sizes().vec(), (std::vector<std::int64_t>{4, 2}));
    QCOMPARE(users.sizes().vec(), (std::vector<std::int64_t>{8, 4}));
    const at::Tensor found = embedding(at::tensor({3, 9, 18, 0, 0, 0}, at::kLong).view({2, 3}));
    QVERIFY(at::equal(found[0][0], users[3]));
    QVERIFY(at::allclose(found[0][1], project.matmul(films[2])));
    QVERIFY(at::allclose(found[1][1], project.matmul(films[0])));
}

void TablesTest::recognisesEveryIdTable() {
    BackboneOptions of = options();
    of.idFields[1].width = 2;
    of.rows = std::make_shared<IdRows>(of, at::Device(at::kCPU));
    Parameters parameters{at::Device(at::kCPU)};
    const EmbeddingTable embedding(parameters, Initialiser(1), "rec.", of);
    const LinearTable linear(parameters, Initialiser(1), "rec.", of);
    for (const Parameters::Entry& entry : parameters.entries()) {
        const bool found = std::ranges::any_of(
            of.rows->tables(), [&](const auto& table) { return table->name() == entry.name; });
        QCOMPARE(isIdTable(entry.name), found);
    }
}

void TablesTest::parsesFieldWidths() {
    const auto widths = fieldWidths(" film = 2,kind=4 ", {"user", "film", "kind"}, 4);
    QVERIFY(widths.ok());
    QCOMPARE(*widths, (std::vector<std::int64_t>{0, 2, 4}));
    QCOMPARE(*fieldWidths("", {"user"}, 4), (std::vector<std::int64_t>{0}));
}

void TablesTest::refusesInvalidFieldWidths_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("word");
    QTest::newRow("unknown field") << "flim = 2"
                                   << "did you mean 'film'";
    QTest::newRow("no width") << "film"
                              << "'film'";
    QTest::newRow("not a number") << "film = two"
                                  << "'film = two'";
    QTest::newRow("zero") << "film = 0"
                          << "from 1 to 4";
    QTest::newRow("too wide") << "film = 5"
                              << "from 1 to 4";
    QTest::newRow("twice") << "film = 2, film = 3"
                           << "twice";
}

void TablesTest::refusesInvalidFieldWidths() {
    QFETCH(QString, text);
    QFETCH(QString, word);
    const auto widths = fieldWidths(text.toStdString(), {"user", "film", "kind"}, 4);
    QVERIFY(!widths.ok());
    QCOMPARE(widths.problem().where, std::string("id.field_dims"));
    QVERIFY2(widths.problem().what.find(word.toStdString()) != std::string::npos,
             widths.problem().what.c_str());
}

QTEST_GUILESS_MAIN(TablesTest)
#include "tables_test.moc"
