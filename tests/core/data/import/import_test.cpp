#include "core/data/import/import.h"

#include "core/base/random_stream.h"
#include "tests/core/data/fake_movielens.h"
#include "tests/core/data/import/import_folder.h"

#include <QtTest>

#include <array>
#include <map>

using namespace flip;

/// How rows are read and joined.
class ImportTest : public QObject, test::ImportFolder {
    Q_OBJECT

private Q_SLOTS:
    void init() { renew(); }

    void joinsLabelsAndKeepsValuesUnchanged();
    void readsTablesWrittenBySpreadsheets_data();
    void readsTablesWrittenBySpreadsheets();
    void keepsAsManyDecimalsOfTimesAsFit();
    void recognisesASecondHeaderLine_data();
    void recognisesASecondHeaderLine();
    void usesTheFirstRecordOfARepeatedKey();
    void keepsAllRowsWithEmptyValues();
    void joinsThroughAJoinedTable();
    void collectsTheValuesOfARepeatedKey();
    void givesIdsToElementsAndToRanges();
    void findsColumnsByAnotherSpellingAndWithoutTheirType();
    void readsTheMovieLensPreset();
    void givesIdsFromTheTrainingSplitOnly();
    void agreesWithAPlainComputationOnRandomTables();
    void appliesTheLabelRuleOfTheRequest();
    void readsOneFileAsTheSource();
};

void ImportTest::joinsLabelsAndKeepsValuesUnchanged() {
    const auto data = import(shop());
    QVERIFY(data);
    QCOMPARE(test::rowsOf(*data),
             (std::vector<std::string>{"ann|1|Tea, green", "bob|2|Cup", "ann|2|Cup",
                                       "cid|3|A \"pot\"\nof clay", "bob|3|A \"pot\"\nof clay"}));
    const std::vector<std::uint8_t> labels(data->labels().begin(), data->labels().end());
    QCOMPARE(labels, (std::vector<std::uint8_t>{1, 0, 1, 0, 1}));
    const std::vector<std::int64_t> times(data->times().begin(), data->times().end());
    QCOMPARE(times, (std::vector<std::int64_t>{30, 10, 20, 50, 40}));
    QCOMPARE(data->rows(), 5);
    QCOMPARE(data->positives(), 3);
    QCOMPARE(data->name(), std::string("shop"));
    QCOMPARE(data->idFields(), (std::vector<int>{0, 1}));
    QCOMPARE(data->textFields(), (std::vector<int>{0, 2}));
    QCOMPARE(data->findField("title"), 2);
    QCOMPARE(data->findField("Title"), -1);
    QCOMPARE(test::filesBelow(datasets()).front(), std::string("shop")); // no hidden folder is left
}

void ImportTest::readsTablesWrittenBySpreadsheets_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("badLines");
    QTest::newRow("plain") << QByteArray("y,a\n1,x\n0,y\n") << 0;
    QTest::newRow("empty columns and rows at the end")
        << QByteArray("y,a,,\n1,x,,\n0,y,,\n,,,\n,,,\n") << 2;
    QTest::newRow("a column of blanks") << QByteArray("y,a, , \n1,x,,\n0,y,,\n") << 0;
    QTest::newRow("empty lines before the header") << QByteArray("\n\r\n  \ny,a\n1,x\n0,y\n") << 0;
    QTest::newRow("empty lines between and after") << QByteArray("y,a\n1,x\n\n0,y\n\n\n") << 3;
    QTest::newRow("carriage returns") << QByteArray("y,a\r\n1,x\r\n0,y\r\n") << 0;
    QTest::newRow("carriage returns alone") << QByteArray("y,a\r1,x\r0,y\r") << 0;
    QTest::newRow("carriage returns alone, in quotes too")
        << QByteArray("\"y\ry\",y,a\r1,1,x\r0,0,y\r") << 0;
    QTest::newRow("carriage returns alone, none at the end") << QByteArray("y,a\r1,x\r0,y") << 0;
    QTest::newRow("a byte order mark") << QByteArray("\xEF\xBB\xBF"
                                                     "y,a,,\r1,x,,\r0,y,,\r")
                                       << 0;
    QTest::newRow("NaN in an unused column") << QByteArray("y,a,b\n1,x,NaN\n0,y,nan\n") << 0;
}

void ImportTest::readsTablesWrittenBySpreadsheets() {
    QFETCH(QByteArray, text);
    QFETCH(int, badLines);
    test::write(source() / "t.csv", text.toStdString());
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='t.csv'\n"
                                          "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                          "[[field]]\nname='a'\ncolumn='t.a'\n");
    const auto data = import(test::shopRequest(source()));
    QVERIFY(data);
    QCOMPARE(test::rowsOf(*data), (std::vector<std::string>{"x", "y"}));
    QCOMPARE(report_.tally.badLines, std::int64_t{badLines});
}

void ImportTest::keepsAsManyDecimalsOfTimesAsFit() {
    test::write(source() / "t.csv", "y,a,when\n1,x,0.30000000000000004\n0,y,100\n");
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='t.csv'\n"
                                          "[time]\ncolumn='t.when'\n"
                                          "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                          "[[field]]\nname='a'\ncolumn='t.a'\n");
    const auto data = import(test::shopRequest(source()));
    QVERIFY(data);
    QCOMPARE(data->timeDecimals(), 16);
    QCOMPARE(data->times()[0], std::int64_t{3'000'000'000'000'000});
    QCOMPARE(report_.tally.cutTimes, std::int64_t{1});
    QCOMPARE(data->tally().cutTimes, std::int64_t{1});
    QCOMPARE(report_.remarks.size(), std::size_t{1});
    QVERIFY(report_.remarks[0].text.starts_with("1 of 2 rows has a time with more decimals"));
    QVERIFY(!report_.remarks[0].isWarning);
}

void ImportTest::recognisesASecondHeaderLine_data() {
    QTest::addColumn<QString>("table");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("badLines");
    QTest::newRow("first spelling") << "" << QByteArray("y,a\n1,x\ny,a\n0,x\n") << 1;
    QTest::newRow("another spelling") << "" << QByteArray("clicked,a\n1,x\nclicked,a\n0,x\n") << 1;
    QTest::newRow("a spelling that the file does not have")
        << "" << QByteArray("clicked,a\n1,x\ny,a\n0,x\n") << 0;
    QTest::newRow("typed") << "header='typed'\n"
                           << QByteArray("y:token,a:token\n1,x\ny:token,a:token\ny,x\n") << 1;
    QTest::newRow("no header") << "header=false\ncolumns=['y', 'a']\n"
                               << QByteArray("1,x\ny,a\n0,x\n") << 0;
    QTest::newRow("JSON lines") << "format='jsonl'\n"
                                << QByteArray("{\"y\": \"1\", \"a\": \"x\"}\n"
                                              "{\"y\": \"y\", \"a\": \"x\"}\n")
                                << 0;
}

void ImportTest::recognisesASecondHeaderLine() {
    QFETCH(QString, table);
    QFETCH(QByteArray, text);
    QFETCH(int, badLines);
    test::write(source() / "t.csv", text.toStdString());
    const bool spelled = table.isEmpty(); // JSON lines allow one name only
    test::write(source() / "schema.toml",
                "[[table]]\nname='t'\nfile='t.csv'\n" + table.toStdString() +
                    "[label]\ncolumn=" + (spelled ? "['t.y', 't.clicked']" : "'t.y'") +
                    "\npositive='== \"1\"'\n" + "[[field]]\nname='a'\ncolumn='t.a'\n");
    const auto data = import(test::shopRequest(source()));
    QVERIFY(data);
    QCOMPARE(report_.tally.badLines, std::int64_t{badLines});
    if (badLines > 0) {
        QVERIFY(report_.examples.front().what.starts_with("the label is the column's own name"));
    }
}

void ImportTest::usesTheFirstRecordOfARepeatedKey() {
    const ImportRequest request = shop();
    test::write(source() / "goods.csv", std::string(test::kGoods) + "Mug,2\nBowl,2\n");
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(data->rows(), 5);
    QCOMPARE(test::rowOf(*data, 1), std::string("bob|2|Cup"));
    QCOMPARE(report_.tally.repeatedKeys, 2);
    QCOMPARE(report_.tally.badLines, 0);
}

void ImportTest::keepsAllRowsWithEmptyValues() {
    const ImportRequest request = shop();
    std::string schema(test::kShopSchema);
    schema.replace(schema.find("[label]"), 0, "keep = \"all\"\n");
    test::write(source() / "schema.toml", schema);
    test::write(source() / "sales.csv", std::string(test::kSales) + "dan,9,5,70\n");
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(test::rowsOf(*data).back(), std::string("dan|9|"));
    QCOMPARE(report_.tally.unmatchedRows, 0);
}

void ImportTest::joinsThroughAJoinedTable() {
    ImportRequest request = shop();
    test::write(source() / "goods.csv", "title,item,maker\nTea,1,m1\nCup,2,m2\nPot,3,m3\n");
    test::write(source() / "makers.csv", "id,town\nm1,Ulm\nm3,Jena\n");
    std::string schema(test::kShopSchema);
    schema.replace(schema.find("[label]"), 0,
                   "[[table]]\nname = \"makers\"\nfile = \"makers.csv\"\n"
                   "[[join]]\nleft = \"goods.maker\"\nright = \"makers.id\"\n");
    schema += "[[field]]\nname = \"town\"\ncolumn = \"makers.town\"\n";
    test::write(source() / "schema.toml", schema);
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(test::rowsOf(*data),
             (std::vector<std::string>{"ann|1|Tea|Ulm", "cid|3|Pot|Jena", "bob|3|Pot|Jena"}));
    QCOMPARE(report_.tally.unmatchedRows, 2); // m2 is not in makers.csv
}

void ImportTest::collectsTheValuesOfARepeatedKey() {
    const ImportRequest request = shop();
    test::write(source() / "tags.csv",
                "item,tag,by\n3,clay,x\n1,hot,x\n3,old,\n1,hot,y\n3,clay,z\n1,,x\n1,green,x\n");
    std::string schema(test::kShopSchema);
    schema.replace(schema.find("[label]"), 0,
                   "[[table]]\nname = \"tags\"\nfile = \"tags.csv\"\n"
                   "[[join]]\nleft = \"sales.item\"\nright = \"tags.item\"\n"
                   "keep = \"all\"\ncollect = \"; \"\n");
    schema += "[[field]]\nname = \"tags\"\ncolumn = \"tags.tag\"\n"
              "[[field]]\nname = \"by\"\ncolumn = \"tags.by\"\n";
    test::write(source() / "schema.toml", schema);
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(test::rowsOf(*data),
             (std::vector<std::string>{"ann|1|Tea, green|hot; green|x; y", "bob|2|Cup||",
                                       "ann|2|Cup||", "cid|3|A \"pot\"\nof clay|clay; old|x; z",
                                       "bob|3|A \"pot\"\nof clay|clay; old|x; z"}));
    QCOMPARE(report_.tally.repeatedKeys, 0);
}

void ImportTest::givesIdsToElementsAndToRanges() {
    ImportRequest request;
    request.source = source();
    request.schema = source() / "schema.toml";
    request.name = "films";
    request.split.rule = SplitPlan::Rule::File;
    request.split.file = source() / "split.tsv";
    test::write(source() / "films.csv", "genres,year,seen\nDrama|War,1990,1\nWar,1970,0\n"
                                        "Comedy|War,,1\nComedy,2020,0\n|,1980,1\n");
    test::write(request.split.file, "0\ttrain\n1\ttrain\n2\ttest\n3\tvalid\n4\ttrain\n");
    test::write(request.schema,
                "[[table]]\nname = \"films\"\nfile = \"films.csv\"\n"
                "[label]\ncolumn = \"films.seen\"\npositive = \"== 1\"\n"
                "[[field]]\nname = \"genres\"\ncolumn = \"films.genres\"\nkind = \"multi\"\n"
                "[[field]]\nname = \"year\"\ncolumn = \"films.year\"\nkind = \"number\"\n"
                "buckets = 3\n");
    const auto data = import(request);
    QVERIFY(data);
    // 0 is the mask; genres: 1 unknown, 2 Drama, 3 War; year: 4 unknown, 5 6 7 of 1970 1980 1990.
    const auto ids = [&](int field, std::size_t row) {
        const auto span = data->idsOfCode(field, data->codes(field)[row]);
        return std::vector<std::int64_t>(span.begin(), span.end());
    };
    using Ids = std::vector<std::int64_t>;
    QCOMPARE(ids(0, 0), (Ids{2, 3}));
    QCOMPARE(ids(0, 1), Ids{3});
    QCOMPARE(ids(0, 2), Ids{3}); // no training row is a comedy
    QCOMPARE(ids(0, 3), Ids{1});
    QCOMPARE(ids(0, 4), Ids{1});
    QCOMPARE(ids(1, 0), Ids{7});
    QCOMPARE(ids(1, 1), Ids{5});
    QCOMPARE(ids(1, 2), Ids{4});
    QCOMPARE(ids(1, 3), Ids{7}); // later than all training rows
    QCOMPARE(ids(1, 4), Ids{6});
    QCOMPARE(data->fields()[0].ids, 2);
    QCOMPARE(data->fields()[1].ids, 3);
    QCOMPARE(data->idCount(), 8);
    QCOMPARE(data->fields()[0].oovRate, 0.5);
    QCOMPARE(data->trainingCounts(), (Ids{0, 1, 1, 2, 0, 1, 1, 1}));
    QCOMPARE(test::rowOf(*data, 2), std::string("Comedy|War|")); // values are kept unchanged
}

void ImportTest::findsColumnsByAnotherSpellingAndWithoutTheirType() {
    ImportRequest request = shop();
    test::write(source() / "sales.csv",
                "buyer:token,item:token,score:float,day:float\nann,1,5,30\n");
    std::string schema(test::kShopSchema);
    const std::string table = "file = \"sales.csv\"\n";
    schema.replace(schema.find(table), table.size(), table + "header = \"typed\"\n");
    const std::string stars = "\"sales.stars\"";
    schema.replace(schema.find(stars), stars.size(), "[\"sales.stars\", \"sales.score\"]");
    test::write(source() / "schema.toml", schema);
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(test::rowsOf(*data), std::vector<std::string>{"ann|1|Tea, green"});
}

void ImportTest::readsTheMovieLensPreset() {
    const test::FakeMovieLens fake;
    fake.writeTo(source());
    ImportRequest request;
    request.source = source();
    request.preset = "movielens-100k";
    request.name = "ml";
    const auto data = import(request);
    QVERIFY(data);
    const std::array<std::string, 19> genres = {
        "unknown",     "Action", "Adventure", "Animation", "Children's", "Comedy",  "Crime",
        "Documentary", "Drama",  "Fantasy",   "Film-Noir", "Horror",     "Musical", "Mystery",
        "Romance",     "Sci-Fi", "Thriller",  "War",       "Western"};
    std::vector<std::string> names;
    for (const FieldInfo& field : data->fields()) {
        names.push_back(field.name);
        QVERIFY(field.use == FieldUse::Both);
    }
    QCOMPARE(names, (std::vector<std::string>{"user_id", "gender", "age", "occupation", "zip_code",
                                              "movie_id", "title", "genre"}));
    std::size_t row = 0;
    int dropped = 0;
    for (int user = 1; user <= fake.users; ++user) {
        for (int film = 1; film <= fake.films; ++film) {
            const int stars = fake.stars(user, film);
            if (!fake.rates(user, film)) {
                continue;
            }
            if (stars == 3) {
                ++dropped;
                continue;
            }
            std::string genre;
            for (int flag = 0; flag < 19; ++flag) {
                if (fake.hasFlag(film, flag)) {
                    genre += (genre.empty() ? "" : "|") + genres.at(static_cast<std::size_t>(flag));
                }
            }
            QCOMPARE(test::rowOf(*data, row),
                     std::to_string(user) + "|" + fake.gender(user) + "|" + fake.age(user) + "|" +
                         fake.occupation(user) + "|" + fake.zipCode(user) + "|" +
                         std::to_string(film) + "|" + fake.title(film) + "|" + genre);
            QCOMPARE(int{data->labels()[row]}, stars > 3 ? 1 : 0);
            QCOMPARE(data->times()[row], std::int64_t{fake.time(user, film)});
            ++row;
        }
    }
    QCOMPARE(std::size_t(data->rows()), row);
    QCOMPARE(report_.tally.droppedRows, dropped);
    QCOMPARE(report_.tally.badLines, 0);
    QVERIFY(dropped > 0 && row > 20);
}

void ImportTest::givesIdsFromTheTrainingSplitOnly() {
    ImportRequest request = shop();
    request.split.rule = SplitPlan::Rule::File;
    request.split.file = source() / "split.tsv";
    test::write(request.split.file, "0\tvalid\n1\ttrain\n2\ttrain\n3\ttest\n4\ttrain\n");
    const auto data = import(request);
    QVERIFY(data);
    // buyer: 1 unknown, bob 2, ann 3; item: 4 unknown, "2" 5, "3" 6; title: 7 unknown, Cup 8, ...
    const auto idOf = [&](int field, std::string_view value) -> std::int64_t {
        for (std::uint32_t code = 0; code < data->idOfCode(field).size(); ++code) {
            if (data->value(field, code) == value) {
                return data->idOfCode(field)[code];
            }
        }
        return -1;
    };
    QCOMPARE(idOf(0, "bob"), 2);
    QCOMPARE(idOf(0, "ann"), 3);
    QCOMPARE(idOf(0, "cid"), 1);
    QCOMPARE(idOf(1, "1"), 4);
    QCOMPARE(idOf(1, "2"), 5);
    QCOMPARE(idOf(1, "3"), 6);
    QCOMPARE(idOf(2, "Tea, green"), 7);
    QCOMPARE(data->idCount(), 10);
    QCOMPARE(data->fields()[0].firstId, 1);
    QCOMPARE(data->fields()[0].ids, 2);
    QCOMPARE(data->fields()[0].values, 3);
    QCOMPARE(data->fields()[0].oovRate, 0.5); // cid is unknown, ann is not
    QCOMPARE(data->fields()[1].oovRate, 0.5);
    // The title is used as text only, so its ids have no counts.
    QCOMPARE(data->trainingCounts(), (std::vector<std::int64_t>{0, 0, 2, 1, 0, 2, 1, 0, 0, 0}));
    QCOMPARE(data->rowsOf(Split::Train), (std::vector<std::int64_t>{1, 2, 4}));
    QCOMPARE(data->splitRows(Split::Valid), 1);

    request.minCount = 2;
    request.replace = true;
    const auto rarer = import(request);
    QVERIFY(rarer);
    QCOMPARE(rarer->fields()[0].ids, 1); // bob
    QCOMPARE(rarer->fields()[0].oovRate, 1.0);
    QCOMPARE(rarer->trainingCounts(), (std::vector<std::int64_t>{0, 1, 2, 1, 2, 0, 0}));
    QVERIFY(rarer->hash() != data->hash());
}

void ImportTest::agreesWithAPlainComputationOnRandomTables() {
    RandomStream random(/*seed=*/11, "import");
    for (int round = 0; round < 15; ++round) {
        std::map<std::string, std::string> titles; // the first record of an item
        std::string goods = "title,item\n";
        std::int64_t repeated = 0;
        for (std::uint64_t i = random.below(12); i > 0; --i) {
            const std::string item = std::to_string(random.below(8));
            const std::string title = "t" + std::to_string(random.below(5));
            goods += title + "," + item + "\n";
            repeated += titles.emplace(item, title).second ? 0 : 1;
        }
        std::vector<std::string> rows;
        std::int64_t dropped = 0;
        std::int64_t unmatched = 0;
        std::int64_t bad = 0;
        std::int64_t positives = 0;
        std::string sales = "buyer,item,stars,day\n";
        const auto add = [&](const std::string& item, std::uint64_t stars, bool isBad) {
            const std::string buyer = "b" + std::to_string(random.below(6));
            sales += buyer + "," + item + "," + (isBad ? "?" : std::to_string(stars)) + ",1\n";
            if (isBad) {
                ++bad;
            } else if (!titles.contains(item)) {
                ++unmatched;
            } else if (stars == 0) {
                ++dropped;
            } else {
                rows.push_back(buyer + "|" + item + "|" + titles[item]);
                positives += stars >= 4 ? 1 : 0;
            }
        };
        for (int i = 0; i < 60; ++i) {
            add(std::to_string(random.below(8)), random.below(6), random.below(10) == 0);
        }
        titles.emplace("always", "there");
        goods += "there,always\n";
        add("always", 5, false);

        ImportRequest request = shop();
        request.replace = true;
        request.split.seed = random.next();
        request.minCount = 1 + static_cast<std::int64_t>(random.below(3));
        test::write(source() / "sales.csv", sales);
        test::write(source() / "goods.csv", goods);
        const auto data = import(request);
        QVERIFY(data);
        QCOMPARE(test::rowsOf(*data), rows);
        QCOMPARE(data->positives(), positives);
        QCOMPARE(report_.tally.droppedRows, dropped);
        QCOMPARE(report_.tally.unmatchedRows, unmatched);
        QCOMPARE(report_.tally.badLines, bad);
        QCOMPARE(report_.tally.repeatedKeys, repeated);

        std::int64_t nextId = 1;
        for (int field = 0; field < 3; ++field) {
            std::map<std::string, std::int64_t> counts;
            std::vector<std::string> order;
            for (const std::int64_t row : data->rowsOf(Split::Train)) {
                const std::string value(
                    data->value(field, data->codes(field)[static_cast<std::size_t>(row)]));
                if (counts[value]++ == 0) {
                    order.push_back(value);
                }
            }
            const std::int64_t unknown = nextId++;
            std::map<std::string, std::int64_t> ids;
            for (const std::string& value : order) {
                if (counts[value] >= request.minCount) {
                    ids[value] = nextId++;
                }
            }
            for (std::uint32_t code = 0; code < data->idOfCode(field).size(); ++code) {
                const auto found = ids.find(std::string(data->value(field, code)));
                QCOMPARE(data->idOfCode(field)[code], found == ids.end() ? unknown : found->second);
            }
        }
        QCOMPARE(data->idCount(), nextId);
    }
}

void ImportTest::appliesTheLabelRuleOfTheRequest() {
    ImportRequest request = shop();
    request.labelRule = "== 2";
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(data->positives(), 1);
    QCOMPARE(report_.tally.droppedRows, 1); // the drop rule stays
}

void ImportTest::readsOneFileAsTheSource() {
    const auto file = source() / "any name.csv";
    test::write(file, "y,a\n1,x\n0,y\n1\n");
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='t.csv'\n"
                                          "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                          "[[field]]\nname='a'\ncolumn='t.a'\n");
    ImportRequest request = test::shopRequest(source());
    request.source = file;
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(test::rowsOf(*data), (std::vector<std::string>{"x", "y"}));
    QVERIFY(data->times().empty());
    QCOMPARE(report_.examples.front().where, std::string("any name.csv:4"));
}

QTEST_GUILESS_MAIN(ImportTest)
#include "import_test.moc"
