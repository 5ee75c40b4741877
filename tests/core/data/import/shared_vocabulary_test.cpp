#include "core/base/files.h"
#include "core/base/random_stream.h"
#include "core/data/import/import.h"
#include "tests/core/data/data_files.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <map>
#include <memory>
#include <optional>
#include <set>

using namespace flip;

namespace {

const char* const kHead = "[[table]]\nname = \"log\"\nfile = \"log.csv\"\n"
                          "[label]\ncolumn = \"log.liked\"\npositive = \"== 1\"\n";

/// A field of the column of its name.
std::string field(const std::string& name, const std::string& more = "") {
    return "[[field]]\nname = \"" + name + "\"\ncolumn = \"log." + name + "\"\n" + more;
}

const char* const kSharesFilm = "shares = \"film\"\n";

/// What stands in front of a field's ids: 0 the unknown one's, else the n-th of the vocabulary.
std::vector<std::int64_t> placesOf(const Dataset& data, const std::string& name, std::size_t row) {
    const int index = data.findField(name);
    std::vector<std::int64_t> places;
    for (const std::int64_t id : data.idsOfCode(index, data.codes(index)[row])) {
        places.push_back(id - data.fields()[static_cast<std::size_t>(index)].firstId);
    }
    return places;
}

std::int64_t placeOf(const Dataset& data, const std::string& name, std::size_t row) {
    return placesOf(data, name, row).at(0);
}

} // namespace

/// Fields that share a vocabulary, from their schema to the opened dataset.
class SharedVocabularyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }
    void countsTogetherInTheOrderOfRowsAndFields_data();
    void countsTogetherInTheOrderOfRowsAndFields();
    void knowsWhatAnotherFieldsRowsKnow();
    void sumsCountsBeforeItLeavesOutRareValues();
    void aListSharesWithACategory();
    void agreesWithAPlainComputationOnRandomTables();
    void theHashTellsWhoShares();
    void tellsAndKeepsWhoShares();
    void datasetsWithoutItAreWrittenAsBefore();

private:
    std::filesystem::path source() const { return folder_->path().toStdString() + "/raw"; }

    std::optional<Dataset> import(const std::string& fields, const std::string& rows,
                                  const std::string& splits, std::int64_t minCount = 1,
                                  const std::string& name = "films") {
        test::write(source() / "schema.toml", kHead + fields);
        test::write(source() / "log.csv", rows);
        test::write(source() / "split.tsv", splits);
        ImportRequest request;
        request.source = source();
        request.schema = source() / "schema.toml";
        request.name = name;
        request.minCount = minCount;
        request.split.rule = SplitPlan::Rule::File;
        request.split.file = source() / "split.tsv";
        request.replace = true;
        const auto report = importDataset(request, folder_->path().toStdString() + "/datasets");
        if (!report) {
            qWarning("%s", report.problem().text().c_str());
            return std::nullopt;
        }
        auto data = Dataset::open(report->folder);
        if (!data || !data->verify().empty()) {
            qWarning("the dataset is damaged");
            return std::nullopt;
        }
        return std::move(*data);
    }

    std::string manifest(const std::string& name) const {
        const auto text =
            readFile(folder_->path().toStdString() + "/datasets/" + name + "/manifest.json");
        return text ? *text : "";
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

namespace {

const char* const kFilms = "film,last,liked\n"
                           "a,,1\n"  // train
                           "b,a,0\n" // train
                           "c,b,1\n" // train
                           "d,c,0\n" // valid
                           "a,d,1\n" // test
                           "a,z,1\n" // train
                           "z,z,0\n" // valid
    ;
const char* const kFilmSplits =
    "0\ttrain\n1\ttrain\n2\ttrain\n3\tvalid\n4\ttest\n5\ttrain\n6\tvalid\n";

} // namespace

void SharedVocabularyTest::countsTogetherInTheOrderOfRowsAndFields_data() {
    QTest::addColumn<QString>("fields");
    QTest::addColumn<QList<int>>("films"); // of rows 0 to 6
    QTest::addColumn<QList<int>>("lasts");
    const QString film = QString::fromStdString(field("film"));
    const QString last = QString::fromStdString(field("last", kSharesFilm));
    // a 1, the empty value 2, b 3, c 4, z 5
    QTest::newRow("the field that is named before")
        << film + last << QList<int>{1, 3, 4, 0, 1, 1, 5} << QList<int>{2, 1, 3, 4, 0, 5, 5};
    // the empty value 1, a 2, b 3, c 4, z 5
    QTest::newRow("the field that is named behind")
        << last + film << QList<int>{2, 3, 4, 0, 2, 2, 5} << QList<int>{1, 2, 3, 4, 0, 5, 5};
}

void SharedVocabularyTest::countsTogetherInTheOrderOfRowsAndFields() {
    QFETCH(QString, fields);
    QFETCH(QList<int>, films);
    QFETCH(QList<int>, lasts);
    const auto data = import(fields.toStdString(), kFilms, kFilmSplits);
    QVERIFY(data);
    for (std::size_t row = 0; row < 7; ++row) {
        QCOMPARE(placeOf(*data, "film", row), films[static_cast<int>(row)]);
        QCOMPARE(placeOf(*data, "last", row), lasts[static_cast<int>(row)]);
    }
    QCOMPARE(data->fields()[0].ids, 5);
    QCOMPARE(data->fields()[1].ids, 5);
    QCOMPARE(data->fields()[0].firstId, 1);
    QCOMPARE(data->fields()[1].firstId, 7); // its own range all the same
    QCOMPARE(data->idCount(), 13);
}

void SharedVocabularyTest::knowsWhatAnotherFieldsRowsKnow() {
    const auto data = import(field("film") + field("last", kSharesFilm), kFilms, kFilmSplits);
    const auto alone = import(field("film") + field("last"), kFilms, kFilmSplits);
    QVERIFY(data && alone);
    // Three rows are held out: films d, a, z and last films c, d, z. Only the films' training rows
    // hold c, only the last films' hold z.
    QCOMPARE(alone->fields()[0].oovRate, 2.0 / 3);
    QCOMPARE(alone->fields()[1].oovRate, 2.0 / 3);
    QCOMPARE(data->fields()[0].oovRate, 1.0 / 3);
    QCOMPARE(data->fields()[1].oovRate, 1.0 / 3);
    QCOMPARE(data->fields()[0].values, alone->fields()[0].values);
    QCOMPARE(data->fields()[1].values, alone->fields()[1].values);
    // Counts are those of the field, in places of the common vocabulary.
    QCOMPARE(data->trainingCounts(),
             (std::vector<std::int64_t>{0, 0, 2, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1}));
}

void SharedVocabularyTest::sumsCountsBeforeItLeavesOutRareValues() {
    const auto data =
        import(field("film") + field("last", kSharesFilm), kFilms, kFilmSplits, /*minCount=*/2);
    QVERIFY(data);
    // a stands in three training rows, b in two, each in a field of its own; c, z and "" in one.
    QCOMPARE(data->fields()[0].ids, 2);
    QCOMPARE(placeOf(*data, "film", 0), 1);
    QCOMPARE(placeOf(*data, "film", 1), 2);
    QCOMPARE(placeOf(*data, "film", 2), 0);
    QCOMPARE(placeOf(*data, "last", 0), 0);
    QCOMPARE(placeOf(*data, "last", 1), 1);
    QCOMPARE(placeOf(*data, "last", 2), 2);
}

void SharedVocabularyTest::aListSharesWithACategory() {
    const auto data = import(field("seen", "kind = \"multi\"\nsplit = \" \"\nshares = \"film\"\n") +
                                 field("film"),
                             "film,seen,liked\na,,1\nb,a,0\nc,a b a,1\nd,c x b,0\n",
                             "0\ttrain\n1\ttrain\n2\ttrain\n3\ttest\n");
    QVERIFY(data);
    // a 1, b 3 of row 1 behind a; c 3: the list of row 2 comes before its film.
    using Places = std::vector<std::int64_t>;
    QCOMPARE(placesOf(*data, "film", 0), Places{1});
    QCOMPARE(placesOf(*data, "film", 1), Places{2});
    QCOMPARE(placesOf(*data, "film", 2), Places{3});
    QCOMPARE(placesOf(*data, "seen", 0), Places{0});
    QCOMPARE(placesOf(*data, "seen", 1), Places{1});
    QCOMPARE(placesOf(*data, "seen", 2), (Places{1, 2}));
    QCOMPARE(placesOf(*data, "seen", 3), (Places{3, 2})); // c is known as a film
    QCOMPARE(data->fields()[0].oovRate, 0.0);
    QCOMPARE(data->fields()[1].oovRate, 1.0);
}

void SharedVocabularyTest::agreesWithAPlainComputationOnRandomTables() {
    RandomStream random(/*seed=*/5, "shared");
    for (int round = 0; round < 8; ++round) {
        // Three of four fields share: one of lists, and "film", which may stand anywhere.
        const std::vector<std::string> names =
            round % 2 == 0 ? std::vector<std::string>{"last", "other", "film", "seen"}
                           : std::vector<std::string>{"film", "seen", "other", "last"};
        std::string schema;
        for (const std::string& name : names) {
            schema += field(name, (name == "seen" ? std::string("kind = \"multi\"\n") : "") +
                                      (name == "last" || name == "seen" ? kSharesFilm : ""));
        }
        std::vector<std::map<std::string, std::vector<std::string>>> rows;
        std::string log = "film,last,other,seen,liked\n";
        std::string splits;
        const std::uint64_t values = 2 + random.below(30);
        const auto any = [&] { return "v" + std::to_string(random.below(values)); };
        std::vector<bool> isTraining;
        for (int row = 0; row < 40; ++row) {
            std::map<std::string, std::vector<std::string>> cells;
            for (const char* name : {"film", "last", "other"}) {
                cells[name] = {any()};
            }
            std::string list;
            for (std::uint64_t i = random.below(4); i > 0; --i) {
                const std::string element = any();
                list += (list.empty() ? "" : "|") + element;
                auto& seen = cells["seen"];
                if (std::ranges::find(seen, element) == seen.end()) {
                    seen.push_back(element);
                }
            }
            log += cells["film"][0] + "," + cells["last"][0] + "," + cells["other"][0] + "," +
                   list + "," + std::to_string(row % 2) + "\n";
            isTraining.push_back(row == 0 || random.below(3) > 0);
            splits += std::to_string(row) + (isTraining.back() ? "\ttrain\n" : "\ttest\n");
            rows.push_back(std::move(cells));
        }
        const auto minCount = 1 + static_cast<std::int64_t>(random.below(3));
        const auto data = import(schema, log, splits, minCount);
        QVERIFY(data);
        std::map<std::string, std::int64_t> counts;
        std::vector<std::string> order;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            for (const std::string& name : names) {
                for (const std::string& value : rows[row][name]) {
                    if (isTraining[row] && name != "other" && counts[value]++ == 0) {
                        order.push_back(value);
                    }
                }
            }
        }
        std::map<std::string, std::int64_t> places;
        for (const std::string& value : order) {
            if (counts[value] >= minCount) {
                places.emplace(value, static_cast<std::int64_t>(places.size()) + 1);
            }
        }
        for (const char* name : {"film", "last", "seen"}) {
            const auto& info = data->fields()[static_cast<std::size_t>(data->findField(name))];
            QCOMPARE(info.ids, static_cast<std::int64_t>(places.size()));
            for (std::size_t row = 0; row < rows.size(); ++row) {
                std::vector<std::int64_t> expected;
                for (const std::string& value : rows[row][name]) {
                    if (places.contains(value)) {
                        expected.push_back(places[value]);
                    }
                }
                if (expected.empty()) {
                    expected.push_back(0);
                }
                QCOMPARE(placesOf(*data, name, row), expected);
            }
        }
    }
}

void SharedVocabularyTest::theHashTellsWhoShares() {
    // Both columns hold the same: shared or not, every file is the same.
    const std::string rows = "film,last,liked\na,a,1\nb,b,0\n";
    const std::string splits = "0\ttrain\n1\ttrain\n";
    const auto shared = import(field("film") + field("last", kSharesFilm), rows, splits, 1, "one");
    const auto alone = import(field("film") + field("last"), rows, splits, 1, "two");
    const auto other =
        import(field("film", "shares = \"last\"\n") + field("last"), rows, splits, 1, "three");
    QVERIFY(shared && alone && other);
    const std::set<std::string> hashes{shared->hash(), alone->hash(), other->hash()};
    QCOMPARE(hashes.size(), std::size_t{3});
    const auto again = import(field("film") + field("last", kSharesFilm), rows, splits, 1, "four");
    QVERIFY(again);
    QCOMPARE(again->hash(), shared->hash());
}

void SharedVocabularyTest::tellsAndKeepsWhoShares() {
    const auto data = import(field("film") + field("last", kSharesFilm), kFilms, kFilmSplits);
    QVERIFY(data);
    QCOMPARE(data->fields()[0].shares, std::string());
    QCOMPARE(data->fields()[1].shares, std::string("film"));
    const auto told = QJsonDocument::fromJson(QByteArray::fromStdString(data->toJson()))
                          .object()
                          .value("fields")
                          .toArray();
    QVERIFY(!told[0].toObject().contains("shares"));
    QCOMPARE(told[1].toObject().value("shares").toString(), QString("film"));
}

void SharedVocabularyTest::datasetsWithoutItAreWrittenAsBefore() {
    QVERIFY(import(field("film") + field("last"), kFilms, kFilmSplits, 1, "alone"));
    QVERIFY(import(field("film") + field("last", kSharesFilm), kFilms, kFilmSplits, 1, "shared"));
    // A program that knows no shared vocabularies opens the one and says what is wrong of the
    // other.
    const std::string alone = manifest("alone");
    QVERIFY(alone.find("\"format\": 1,") != alone.npos);
    QVERIFY(alone.substr(0, alone.find("\"import\"")).find("shares") == alone.npos);
    QVERIFY(manifest("shared").find("\"format\": 2,") != std::string::npos);
}

QTEST_GUILESS_MAIN(SharedVocabularyTest)
#include "shared_vocabulary_test.moc"
