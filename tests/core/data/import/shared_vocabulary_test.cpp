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

/// A field that reads the column of the same name.
std::string field(const std::string& name, const std::string& more = "") {
    return "[[field]]\nname = \"" + name + "\"\ncolumn = \"log." + name + "\"\n" + more;
}

const char* const kSharesFilm = "shares = \"film\"\n";

/// The positions of a row's ids in a field's vocabulary, from 1; 0 is the unknown id.
std::vector<std::int64_t> positionsOf(const Dataset& data, const std::string& name,
                                      std::size_t row) {
    const int index = data.findField(name);
    std::vector<std::int64_t> positions;
    for (const std::int64_t id : data.idsOfCode(index, data.codes(index)[row])) {
        positions.push_back(id - data.fields()[static_cast<std::size_t>(index)].firstId);
    }
    return positions;
}

std::int64_t positionOf(const Dataset& data, const std::string& name, std::size_t row) {
    return positionsOf(data, name, row).at(0);
}

} // namespace

/// Fields that share a vocabulary, from their schema to the opened dataset.
class SharedVocabularyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }
    void countsFieldsTogetherInTheOrderOfRowsAndFields_data();
    void countsFieldsTogetherInTheOrderOfRowsAndFields();
    void knowsTheValuesOfTheOtherField();
    void sumsCountsBeforeLeavingOutRareValues();
    void aListSharesWithACategory();
    void agreesWithAPlainComputationOnRandomTables();
    void theHashCoversWhichFieldsShare();
    void storesWhichFieldsShare();
    void datasetsWithoutSharingKeepTheOldFormat();

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

void SharedVocabularyTest::countsFieldsTogetherInTheOrderOfRowsAndFields_data() {
    QTest::addColumn<QString>("fields");
    QTest::addColumn<QList<int>>("films"); // of rows 0 to 6
    QTest::addColumn<QList<int>>("lasts");
    const QString film = QString::fromStdString(field("film"));
    const QString last = QString::fromStdString(field("last", kSharesFilm));
    // a 1, the empty value 2, b 3, c 4, z 5
    QTest::newRow("the leader comes first")
        << film + last << QList<int>{1, 3, 4, 0, 1, 1, 5} << QList<int>{2, 1, 3, 4, 0, 5, 5};
    // the empty value 1, a 2, b 3, c 4, z 5
    QTest::newRow("the leader comes last")
        << last + film << QList<int>{2, 3, 4, 0, 2, 2, 5} << QList<int>{1, 2, 3, 4, 0, 5, 5};
}

void SharedVocabularyTest::countsFieldsTogetherInTheOrderOfRowsAndFields() {
    QFETCH(QString, fields);
    QFETCH(QList<int>, films);
    QFETCH(QList<int>, lasts);
    const auto data = import(fields.toStdString(), kFilms, kFilmSplits);
    QVERIFY(data);
    for (std::size_t row = 0; row < 7; ++row) {
        QCOMPARE(positionOf(*data, "film", row), films[static_cast<int>(row)]);
        QCOMPARE(positionOf(*data, "last", row), lasts[static_cast<int>(row)]);
    }
    QCOMPARE(data->fields()[0].ids, 5);
    QCOMPARE(data->fields()[1].ids, 5);
    QCOMPARE(data->fields()[0].firstId, 1);
    QCOMPARE(data->fields()[1].firstId, 7); // a range of its own
    QCOMPARE(data->idCount(), 13);
}

void SharedVocabularyTest::knowsTheValuesOfTheOtherField() {
    const auto data = import(field("film") + field("last", kSharesFilm), kFilms, kFilmSplits);
    const auto alone = import(field("film") + field("last"), kFilms, kFilmSplits);
    QVERIFY(data && alone);
    // Three rows are held out: films d, a, z and last films c, d, z. In the training rows only the
    // films contain c, and only the last films z.
    QCOMPARE(alone->fields()[0].oovRate, 2.0 / 3);
    QCOMPARE(alone->fields()[1].oovRate, 2.0 / 3);
    QCOMPARE(data->fields()[0].oovRate, 1.0 / 3);
    QCOMPARE(data->fields()[1].oovRate, 1.0 / 3);
    QCOMPARE(data->fields()[0].values, alone->fields()[0].values);
    QCOMPARE(data->fields()[1].values, alone->fields()[1].values);
    // The counts are per field, at the positions of the shared vocabulary.
    QCOMPARE(data->trainingCounts(),
             (std::vector<std::int64_t>{0, 0, 2, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1}));
}

void SharedVocabularyTest::sumsCountsBeforeLeavingOutRareValues() {
    const auto data =
        import(field("film") + field("last", kSharesFilm), kFilms, kFilmSplits, /*minCount=*/2);
    QVERIFY(data);
    // a is in three training rows, b in two, once in each field; c, z and "" are in one.
    QCOMPARE(data->fields()[0].ids, 2);
    QCOMPARE(positionOf(*data, "film", 0), 1);
    QCOMPARE(positionOf(*data, "film", 1), 2);
    QCOMPARE(positionOf(*data, "film", 2), 0);
    QCOMPARE(positionOf(*data, "last", 0), 0);
    QCOMPARE(positionOf(*data, "last", 1), 1);
    QCOMPARE(positionOf(*data, "last", 2), 2);
}

void SharedVocabularyTest::aListSharesWithACategory() {
    const auto data = import(field("seen", "kind = \"multi\"\nsplit = \" \"\nshares = \"film\"\n") +
                                 field("film"),
                             "film,seen,liked\na,,1\nb,a,0\nc,a b a,1\nd,c x b,0\n",
                             "0\ttrain\n1\ttrain\n2\ttrain\n3\ttest\n");
    QVERIFY(data);
    // a 1 from row 0, b 2 from row 1, c 3 from row 2, where the list comes before the film.
    using Positions = std::vector<std::int64_t>;
    QCOMPARE(positionsOf(*data, "film", 0), Positions{1});
    QCOMPARE(positionsOf(*data, "film", 1), Positions{2});
    QCOMPARE(positionsOf(*data, "film", 2), Positions{3});
    QCOMPARE(positionsOf(*data, "seen", 0), Positions{0});
    QCOMPARE(positionsOf(*data, "seen", 1), Positions{1});
    QCOMPARE(positionsOf(*data, "seen", 2), (Positions{1, 2}));
    QCOMPARE(positionsOf(*data, "seen", 3), (Positions{3, 2})); // c is known as a film
    QCOMPARE(data->fields()[0].oovRate, 0.0);
    QCOMPARE(data->fields()[1].oovRate, 1.0);
}

void SharedVocabularyTest::agreesWithAPlainComputationOnRandomTables() {
    RandomStream random(/*seed=*/5, "shared");
    for (int round = 0; round < 8; ++round) {
        // Three of the four fields share a vocabulary: "last", the lists of "seen", and "film",
        // which leads and may be at any position.
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
        std::map<std::string, std::int64_t> positions;
        for (const std::string& value : order) {
            if (counts[value] >= minCount) {
                positions.emplace(value, static_cast<std::int64_t>(positions.size()) + 1);
            }
        }
        for (const char* name : {"film", "last", "seen"}) {
            const auto& info = data->fields()[static_cast<std::size_t>(data->findField(name))];
            QCOMPARE(info.ids, static_cast<std::int64_t>(positions.size()));
            for (std::size_t row = 0; row < rows.size(); ++row) {
                std::vector<std::int64_t> expected;
                for (const std::string& value : rows[row][name]) {
                    if (positions.contains(value)) {
                        expected.push_back(positions[value]);
                    }
                }
                if (expected.empty()) {
                    expected.push_back(0);
                }
                QCOMPARE(positionsOf(*data, name, row), expected);
            }
        }
    }
}

void SharedVocabularyTest::theHashCoversWhichFieldsShare() {
    // Both columns have the same values, so all files are the same, shared or not.
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

void SharedVocabularyTest::storesWhichFieldsShare() {
    const auto data = import(field("film") + field("last", kSharesFilm), kFilms, kFilmSplits);
    QVERIFY(data);
    QCOMPARE(data->fields()[0].shares, std::string());
    QCOMPARE(data->fields()[1].shares, std::string("film"));
    const auto stored = QJsonDocument::fromJson(QByteArray::fromStdString(data->toJson()))
                            .object()
                            .value("fields")
                            .toArray();
    QVERIFY(!stored[0].toObject().contains("shares"));
    QCOMPARE(stored[1].toObject().value("shares").toString(), QString("film"));
}

void SharedVocabularyTest::datasetsWithoutSharingKeepTheOldFormat() {
    QVERIFY(import(field("film") + field("last"), kFilms, kFilmSplits, 1, "alone"));
    QVERIFY(import(field("film") + field("last", kSharesFilm), kFilms, kFilmSplits, 1, "shared"));
    // A program without shared vocabularies can open the first and refuses the second by its
    // format.
    const std::string alone = manifest("alone");
    QVERIFY(alone.find("\"format\": 1,") != alone.npos);
    QVERIFY(alone.substr(0, alone.find("\"import\"")).find("shares") == alone.npos);
    QVERIFY(manifest("shared").find("\"format\": 2,") != std::string::npos);
}

QTEST_GUILESS_MAIN(SharedVocabularyTest)
#include "shared_vocabulary_test.moc"
