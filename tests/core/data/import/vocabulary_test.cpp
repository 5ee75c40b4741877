#include "core/data/import/vocabulary.h"

#include "core/base/random_stream.h"
#include "tests/core/data/import/import_folder.h"

#include <QtTest>

#include <string>
#include <vector>

using namespace flip;

namespace {

/// A random cell: one of a few values, a list, a number of either sign, or empty.
std::string cell(RandomStream& random, const std::string& kind) {
    if (random.below(12) == 0) {
        return "";
    }
    if (kind == "number") {
        return random.below(9) == 0 ? "unknown" : std::to_string(int(random.below(40)) - 20);
    }
    if (kind != "multi") {
        return "v" + std::to_string(random.below(9));
    }
    std::string list;
    for (std::uint64_t i = 0, count = random.below(4); i <= count; ++i) {
        list += (i == 0 ? "" : "|") + std::string("v") + std::to_string(random.below(9));
    }
    return list;
}

} // namespace

/// The ids of a dataset's values, found without its rows.
class VocabularyTest : public QObject, test::ImportFolder {
    Q_OBJECT

private Q_SLOTS:
    void init() { renew(); }

    void givesEachValueItsIdInTheDataset_data();
    void givesEachValueItsIdInTheDataset();
    void isTheSameAfterARoundTrip();
    void mapsNewValuesToTheUnknownId();
    void readsListsInBrackets();
    void putsNewNumbersIntoTheirRange();
    void refusesADamagedFile_data();
    void refusesADamagedFile();

private:
    Dataset random(std::uint64_t seed, std::int64_t minCount) {
        RandomStream random(seed, "vocabulary");
        std::string rows = "y,film,last,seen,age,words\n";
        for (int row = 0; row < 120; ++row) {
            rows += std::to_string(random.below(2)) + "," + cell(random, "category") + "," +
                    cell(random, "category") + "," + cell(random, "multi") + "," +
                    cell(random, "number") + "," + cell(random, "category") + "\n";
        }
        test::write(source() / "log.csv", rows);
        test::write(source() / "schema.toml",
                    "[[table]]\nname='t'\nfile='log.csv'\n[label]\ncolumn='t.y'\npositive='== 1'\n"
                    "[[field]]\nname='film'\ncolumn='t.film'\n"
                    "[[field]]\nname='last'\ncolumn='t.last'\nshares='film'\n"
                    "[[field]]\nname='seen'\ncolumn='t.seen'\nkind='multi'\nshares='film'\n"
                    "[[field]]\nname='genres'\ncolumn='t.seen'\nkind='multi'\n"
                    "[[field]]\nname='age'\ncolumn='t.age'\nkind='number'\nbuckets=5\n"
                    "[[field]]\nname='words'\ncolumn='t.words'\nuse='text'\n");
        ImportRequest request = test::shopRequest(source());
        request.minCount = minCount;
        request.split.seed = seed;
        request.replace = true;
        auto data = import(request);
        if (!data) {
            qFatal("the import failed");
        }
        return std::move(*data);
    }
};

void VocabularyTest::givesEachValueItsIdInTheDataset_data() {
    QTest::addColumn<int>("minCount");
    for (const int minCount : {1, 2, 7, 1000}) {
        QTest::newRow(qPrintable(QString::number(minCount))) << minCount;
    }
}

void VocabularyTest::givesEachValueItsIdInTheDataset() {
    QFETCH(int, minCount);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Dataset data = random(seed, minCount);
        const auto vocabulary = Vocabulary::of(data);
        FLIP_VERIFY_OK(vocabulary);
        QCOMPARE(vocabulary->idCount(), data.idCount());
        QVERIFY(vocabulary->trainingCounts() == data.trainingCounts());
        for (const int field : data.idFields()) {
            const FieldInfo& info = data.fields()[static_cast<std::size_t>(field)];
            for (std::uint32_t code = 0; code < info.values; ++code) {
                const std::string_view value = data.value(field, code);
                const auto ids = data.idsOfCode(field, code);
                const auto found = info.kind == FieldKind::Multi
                                       ? vocabulary->idsOf(static_cast<std::size_t>(field), value)
                                       : std::vector<std::int64_t>{vocabulary->idOf(
                                             static_cast<std::size_t>(field), value)};
                QVERIFY2(std::ranges::equal(found, ids),
                         qPrintable(QString("%1 %2").arg(info.name.c_str()).arg(seed)));
            }
        }
    }
}

void VocabularyTest::isTheSameAfterARoundTrip() {
    const Dataset data = random(3, 2);
    const auto vocabulary = Vocabulary::of(data);
    FLIP_VERIFY_OK(vocabulary);
    const std::string text = vocabulary->toJson();
    const auto read = Vocabulary::fromJson(text, "vocabulary.json");
    FLIP_VERIFY_OK(read);
    QCOMPARE(read->toJson(), text);
    QCOMPARE(read->idCount(), data.idCount());
    QVERIFY(read->trainingCounts() == data.trainingCounts());
    for (std::size_t field = 0; field < read->fields().size(); ++field) {
        for (const char* value : {"v1", "v8|v2", "-3", "", "nobody"}) {
            QCOMPARE(read->idOf(field, value), vocabulary->idOf(field, value));
            QVERIFY(read->idsOf(field, value) == vocabulary->idsOf(field, value));
        }
    }
}

void VocabularyTest::mapsNewValuesToTheUnknownId() {
    const Dataset data = random(1, 1);
    const auto vocabulary = Vocabulary::of(data);
    const auto film = static_cast<std::size_t>(data.findField("film"));
    const auto seen = static_cast<std::size_t>(data.findField("seen"));
    QCOMPARE(vocabulary->idOf(film, "a new film"), data.fields()[film].firstId);
    QVERIFY(vocabulary->idsOf(seen, "new|newer") ==
            std::vector<std::int64_t>{data.fields()[seen].firstId});
    // The known elements of a list keep their ids.
    QVERIFY(vocabulary->idsOf(seen, "new|v1|v1") == vocabulary->idsOf(seen, "v1"));
}

void VocabularyTest::readsListsInBrackets() {
    const Dataset data = random(1, 1);
    const auto vocabulary = Vocabulary::of(data);
    const auto seen = static_cast<std::size_t>(data.findField("seen"));
    QVERIFY(vocabulary->idsOf(seen, "['v2', \"v1\"]") == vocabulary->idsOf(seen, "v2|v1"));
}

void VocabularyTest::putsNewNumbersIntoTheirRange() {
    const Dataset data = random(2, 1);
    const auto vocabulary = Vocabulary::of(data);
    const auto age = static_cast<std::size_t>(data.findField("age"));
    const std::int64_t first = data.fields()[age].firstId;
    QCOMPARE(vocabulary->idOf(age, "-1e300"), first + 1);
    QCOMPARE(vocabulary->idOf(age, "1e300"), first + data.fields()[age].ids);
    QCOMPARE(vocabulary->idOf(age, "no number"), first);
    std::int64_t last = 0;
    for (double number = -25; number < 25; number += 0.25) { // ids ascend with the numbers
        const std::int64_t id = vocabulary->idOf(age, std::to_string(number));
        QVERIFY(id >= last);
        last = id;
    }
}

void VocabularyTest::refusesADamagedFile_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("not an object") << QByteArray("[1]");
    QTest::newRow("fields that are not a list") << QByteArray(R"({"format": 1, "fields": 3})");
    QTest::newRow("a duplicate value") << QByteArray(
        R"({"format":1,"fields":[{"name":"a","use":"both","kind":"category","separator":"",)"
        R"("brackets":false,"shares":"","ids":2,"values":["x","x"],"bounds":[],"counts":[0,1,1]}]})");
    QTest::newRow("a missing count") << QByteArray(
        R"({"format":1,"fields":[{"name":"a","use":"both","kind":"category","separator":"",)"
        R"("brackets":false,"shares":"","ids":2,"values":["x","y"],"bounds":[],"counts":[0,1]}]})");
    QTest::newRow("an unknown kind") << QByteArray(
        R"({"format":1,"fields":[{"name":"a","use":"both","kind":"ids","separator":"",)"
        R"("brackets":false,"shares":"","ids":0,"values":[],"bounds":[],"counts":[0]}]})");
    QTest::newRow("a negative size") << QByteArray(
        R"({"format":1,"fields":[{"name":"a","use":"both","kind":"category","separator":"",)"
        R"("brackets":false,"shares":"","ids":-1,"values":[],"bounds":[],"counts":[]}]})");
}

void VocabularyTest::refusesADamagedFile() {
    QFETCH(QByteArray, text);
    const auto read = Vocabulary::fromJson(text.toStdString(), "vocabulary.json");
    QVERIFY(!read.ok());
    QCOMPARE(
        QString::fromStdString(read.problem().text()),
        QString("vocabulary.json: is not a vocabulary, or is damaged; export the bundle again"));
}

QTEST_GUILESS_MAIN(VocabularyTest)
#include "vocabulary_test.moc"
