#include "core/data/dataset.h"
#include "core/data/import/import.h"
#include "core/data/import/preset_guess.h"
#include "tests/core/data/records/packed_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <map>

using namespace flip;

namespace {

std::filesystem::path sampleFolder(const QString& name) {
    return std::filesystem::path(FLIP_SOURCE_DIR) / "tests/core/data/import/samples" /
           name.toStdString();
}

/// Names and bytes of a sample's files.
test::Members sampleFiles(const QString& name) {
    test::Members files;
    for (const std::string& file : test::filesBelow(sampleFolder(name))) {
        QFile reader(QString::fromStdString((sampleFolder(name) / file).string()));
        if (!reader.open(QIODevice::ReadOnly)) {
            qFatal("%s cannot be read", file.c_str());
        }
        files.emplace_back(file, reader.readAll().toStdString());
    }
    return files;
}

} // namespace

/// Imports an invented sample of each public dataset, in its real layout and with its real
/// pitfalls.
class PresetsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void everyPresetHasASample();
    void theReadmeListsEveryPreset();
    void imports_data();
    void imports();
    void importsTheValues_data();
    void importsTheValues();
    void reportsTheBadLines_data();
    void reportsTheBadLines();
    void guessesThePresetFromItsFiles_data();
    void guessesThePresetFromItsFiles();
    void readsCommonVariants_data();
    void readsCommonVariants();
    void guessesNothingFromOtherFiles();
    void readsFilesPackedAndInAnArchive_data();
    void readsFilesPackedAndInAnArchive();

private:
    Result<ImportReport> import(const QString& preset, const std::filesystem::path& source,
                                const std::string& name) const {
        ImportRequest request;
        request.preset = preset.toStdString();
        request.source = source;
        request.name = name;
        return importDataset(request, root() / "datasets");
    }
    std::filesystem::path root() const { return folder_->path().toStdString(); }

    std::unique_ptr<QTemporaryDir> folder_;
};

void PresetsTest::init() {
    folder_ = std::make_unique<QTemporaryDir>();
    QVERIFY(folder_->isValid());
}

void PresetsTest::everyPresetHasASample() {
    for (const std::string& preset : presetNames()) {
        if (preset != "demo-films" && preset != "movielens-100k") { // those have tests of their own
            QVERIFY2(std::filesystem::is_directory(sampleFolder(QString::fromStdString(preset))),
                     preset.c_str());
        }
    }
}

void PresetsTest::theReadmeListsEveryPreset() {
    QFile file(FLIP_SOURCE_DIR "/resources/schemas/README.md");
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QRegularExpression row("^\\| `([a-z0-9-]+)` \\|", QRegularExpression::MultilineOption);
    QStringList listed;
    const QString text = QString::fromUtf8(file.readAll());
    auto rows = row.globalMatch(text.left(text.indexOf("## An example")));
    while (rows.hasNext()) {
        listed << rows.next().captured(1);
    }
    QStringList names;
    for (const std::string& preset : presetNames()) {
        names << QString::fromStdString(preset);
    }
    listed.sort();
    QCOMPARE(listed, names);
}

void PresetsTest::imports_data() {
    QTest::addColumn<QString>("preset");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("positives");
    QTest::addColumn<int>("badLines");
    QTest::addColumn<int>("dropped");
    QTest::addColumn<int>("unmatched");
    QTest::addColumn<QString>("fields");
    const auto row = [](const char* sample, const char* preset, std::array<int, 5> counts,
                        const char* fields) {
        QTest::newRow(sample) << preset << counts[0] << counts[1] << counts[2] << counts[3]
                              << counts[4] << fields;
    };
    // rows, positives, bad lines, left out by the drop rule, without a match
    row("movielens-1m", "movielens-1m", {7, 4, 2, 1, 2},
        "user_id gender age occupation zip_code movie_id title genre");
    row("movielens-latest", "movielens-latest", {6, 4, 1, 2, 1},
        "user_id movie_id title genre tag");
    row("bookcrossing", "bookcrossing", {7, 5, 3, 1, 2},
        "user_id location age isbn book_title book_author year_of_publication publisher");
    row("bookcrossing-comma", "bookcrossing-comma", {6, 4, 1, 1, 1},
        "user_id location age isbn book_title book_author year_of_publication publisher");
    row("goodreads", "goodreads", {5, 3, 2, 1, 1},
        "user_id book_id title author publisher year language format pages shelf");
    row("goodbooks-10k", "goodbooks-10k", {5, 3, 1, 1, 1},
        "user_id book_id title author year language");
    row("goodbooks-10k-kaggle", "goodbooks-10k", {5, 3, 1, 1, 1},
        "user_id book_id title author year language");
    row("criteo", "criteo", {6, 2, 2, 0, 0},
        "I1 I2 I3 I4 I5 I6 I7 I8 I9 I10 I11 I12 I13 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12 C13 C14 "
        "C15 C16 C17 C18 C19 C20 C21 C22 C23 C24 C25 C26");
    row("avazu", "avazu", {5, 2, 2, 0, 0},
        "hour C1 banner_pos site_id site_domain site_category app_id app_domain app_category "
        "device_id device_ip device_model device_type device_conn_type C14 C15 C16 C17 C18 C19 C20 "
        "C21");
    row("recbole", "recbole", {5, 3, 1, 0, 0},
        "user_id item_id age gender occupation zip_code movie_title release_year class "
        "item_gender");
}

void PresetsTest::imports() {
    QFETCH(QString, preset);
    const auto report = import(preset, sampleFolder(QTest::currentDataTag()), "sample");
    FLIP_VERIFY_OK(report);
    const auto data = Dataset::open(report->folder);
    FLIP_VERIFY_OK(data);
    QTEST(static_cast<int>(data->rows()), "rows");
    QTEST(static_cast<int>(data->positives()), "positives");
    QTEST(static_cast<int>(data->tally().badLines), "badLines");
    QTEST(static_cast<int>(report->tally.droppedRows), "dropped");
    QTEST(static_cast<int>(report->tally.unmatchedRows), "unmatched");
    QStringList fields;
    for (const FieldInfo& field : data->fields()) {
        fields << QString::fromStdString(field.name);
    }
    QTEST(fields.join(' '), "fields");
}

void PresetsTest::importsTheValues_data() {
    QTest::addColumn<QString>("preset");
    QTest::addColumn<QString>("sample");
    QTest::addColumn<int>("dataRow");
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("value");
    const auto row = [](const char* name, const char* sample, int dataRow, const char* field,
                        const char* value, const char* preset = nullptr) {
        QTest::addRow("%s: %s", sample, name) << (preset == nullptr ? sample : preset) << sample
                                              << dataRow << field << QString::fromUtf8(value);
    };
    row("title in latin-1", "movielens-1m", 0, "title", "Caf\u00e9 Lumen (1999)");
    row("quotes are part of the text", "movielens-1m", 1, "title", "\"Quiet\" Heart, The (1995)");
    row("single colon", "movielens-1m", 4, "title", "Star: The Long Way Home (1988)");
    row("zip code", "movielens-1m", 6, "zip_code", "02460-1234");
    row("code of an age", "movielens-1m", 2, "age", "56");
    row("genres", "movielens-1m", 5, "genre", "Animation|Children's|Comedy");
    row("quoted comma and quotes", "movielens-latest", 1, "title",
        "Heat of \"Summer\", The (1995)");
    row("no genre", "movielens-latest", 3, "genre", "(no genres listed)");
    row("each tag once", "movielens-latest", 0, "tag", "pixels|fun");
    row("tag with a comma", "movielens-latest", 4, "tag", "slow, but good|Fun");
    row("no tag", "movielens-latest", 3, "tag", "");
    row("semicolon in a title", "bookcrossing", 0, "book_title", "Rites; a Reader");
    row("entity left as it is", "bookcrossing", 1, "publisher", "Warden &amp; Sons");
    row("escaped quotes", "bookcrossing", 3, "book_title", "The \"Amber\" Connection: Level 4");
    row("escaped quotes of an author", "bookcrossing", 3, "book_author", "Sue \"Sam\" Leath");
    row("title in latin-1", "bookcrossing", 5, "book_title", "L'\u00c9t\u00e9 \u00e0 N\u00eemes");
    row("user not listed", "bookcrossing", 5, "location", "");
    row("escaped line break", "bookcrossing", 6, "location", "cernusco s\n, milan, italy");
    row("no age", "bookcrossing", 6, "age", "NULL");
    row("doubled quotes", "bookcrossing-comma", 2, "book_title",
        "The \"Amber\" Connection: Level 4");
    row("comma in a publisher", "bookcrossing-comma", 1, "publisher", "Warden, &amp; Sons");
    row("shifted columns of the copy", "bookcrossing-comma", 3, "book_title",
        "Readers: How It Began (Level 4)\\\";Michael Tait");
    row("no age", "bookcrossing-comma", 3, "age", "");
    row("escaped quotes", "goodreads", 0, "title", "R. B. Stone: A Life in \"Film\"");
    row("author through the book", "goodreads", 0, "author", "Rona J. Meadows");
    row("first of two authors", "goodreads", 3, "author", "Zo\u00e9 \u00c7elik");
    row("author not listed", "goodreads", 1, "author", "");
    row("code points", "goodreads", 3, "publisher", "\u00c9ditions du Pont");
    row("shelves", "goodreads", 0, "shelf", "to-read|p|poetry");
    row("no shelves", "goodreads", 3, "shelf", "");
    row("pages", "goodreads", 1, "pages", "368");
    row("title", "goodbooks-10k", 3, "title", "Harry \"the\" Otter (Otter, #1)");
    row("authors", "goodbooks-10k", 3, "author", "J.K. Rowan, Mary Petit");
    row("negative year", "goodbooks-10k", 1, "year", "-500.0");
    row("title", "goodbooks-10k-kaggle", 3, "title", "Harry \"the\" Otter (Otter, #1)",
        "goodbooks-10k");
    row("first number", "criteo", 0, "I1", "7");
    row("negative number", "criteo", 4, "I2", "-1");
    row("no number", "criteo", 4, "I3", "");
    row("first category", "criteo", 0, "C1", "36f675cc");
    row("no category", "criteo", 2, "C26", "");
    row("hour", "avazu", 4, "hour", "14102123");
    row("last column", "avazu", 0, "C21", "22870");
    row("words of a title", "recbole", 0, "movie_title", "Kolja's Caf\u00e9");
    row("list", "recbole", 1, "class", "Crime Film-Noir Mystery Thriller");
    row("item not listed", "recbole", 3, "movie_title", "");
    row("name that users also have", "recbole", 0, "item_gender", "0.5");
    row("user", "recbole", 4, "occupation", "executive");
}

void PresetsTest::importsTheValues() {
    QFETCH(QString, preset);
    QFETCH(QString, sample);
    QFETCH(int, dataRow);
    QFETCH(QString, field);
    static std::map<QString, Dataset> imported; // stays mapped when the files are removed
    if (!imported.contains(sample)) {
        const auto report = import(preset, sampleFolder(sample), "sample");
        FLIP_VERIFY_OK(report);
        auto opened = Dataset::open(report->folder);
        FLIP_VERIFY_OK(opened);
        imported.emplace(sample, std::move(*opened));
    }
    const Dataset* const data = &imported.at(sample);
    const int index = data->findField(field.toStdString());
    QVERIFY(index >= 0);
    const std::string_view value =
        data->value(index, data->codes(index)[static_cast<std::size_t>(dataRow)]);
    QTEST(QString::fromUtf8(value.data(), static_cast<qsizetype>(value.size())), "value");
}

void PresetsTest::reportsTheBadLines_data() {
    QTest::addColumn<QStringList>("places");
    QTest::newRow("movielens-1m") << QStringList{"ratings.dat:8", "ratings.dat:10"};
    QTest::newRow("movielens-latest") << QStringList{"ratings.csv:11"};
    QTest::newRow("bookcrossing") << QStringList{"BX-Books.csv:7", "BX-Book-Ratings.csv:8",
                                                 "BX-Book-Ratings.csv:11"};
    QTest::newRow("bookcrossing-comma") << QStringList{"Ratings.csv:9"};
    QTest::newRow("goodreads") << QStringList{"goodreads_interactions_dedup.json:6",
                                              "goodreads_interactions_dedup.json:8"};
    QTest::newRow("goodbooks-10k") << QStringList{"ratings.csv:8"};
    QTest::newRow("criteo") << QStringList{"train.txt:6", "train.txt:7"};
    QTest::newRow("avazu") << QStringList{"train.csv:6", "train.csv:7"};
    QTest::newRow("recbole") << QStringList{"ml-100k.inter:6"};
}

void PresetsTest::reportsTheBadLines() {
    QFETCH(QStringList, places);
    const QString sample = QTest::currentDataTag();
    const auto report = import(sample, sampleFolder(sample), "sample");
    FLIP_VERIFY_OK(report);
    QStringList found;
    for (const Problem& example : report->examples) {
        found << QString::fromStdString(example.where);
    }
    QCOMPARE(found, places);
}

void PresetsTest::guessesThePresetFromItsFiles_data() {
    QTest::addColumn<QString>("preset");
    for (const char* name :
         {"movielens-1m", "movielens-latest", "bookcrossing", "bookcrossing-comma", "goodreads",
          "goodbooks-10k", "criteo", "avazu", "recbole"}) {
        QTest::newRow(name) << name;
    }
}

void PresetsTest::guessesThePresetFromItsFiles() {
    QFETCH(QString, preset);
    const auto guess = guessPreset(sampleFolder(preset));
    QVERIFY(guess.has_value());
    QCOMPARE(QString::fromStdString(*guess), preset);
}

void PresetsTest::readsCommonVariants_data() {
    QTest::addColumn<QString>("preset");
    QTest::addColumn<QStringList>("files"); // name, content, name, content, ...
    QTest::addColumn<QString>("fields");
    const QString ratings =
        "userId,movieId,rating,timestamp\n1,2,4.5,964982703\n2,2,1.0,964981247\n";
    const QString movies = "movieId,title,genres\n2,Jumanji (1995),Adventure|Children\n";
    QTest::newRow("MovieLens without tags")
        << "movielens-latest" << QStringList{"ratings.csv", ratings, "movies.csv", movies}
        << "user_id movie_id title genre";
    QTest::newRow("MovieLens with the tag genome")
        << "movielens-latest"
        << QStringList{"ratings.csv",       ratings,
                       "movies.csv",        movies,
                       "links.csv",         "movieId,imdbId,tmdbId\n2,0113497,8844\n",
                       "tags.csv",          "userId,movieId,tag,timestamp\n1,2,fun,1439472355\n",
                       "genome-tags.csv",   "tagId,tag\n1,007\n",
                       "genome-scores.csv", "movieId,tagId,relevance\n2,1,0.02875\n"}
        << "user_id movie_id title genre tag";
    QTest::newRow("Book-Crossing with short names and no places")
        << "bookcrossing"
        << QStringList{"Ratings.csv",
                       "User-ID;ISBN;Rating\n1;0195153448;7\n2;0195153448;3\n",
                       "Users.csv",
                       "User-ID;Age\n1;18\n2;NULL\n",
                       "Books.csv",
                       "ISBN;Title;Author;Year;Publisher\n0195153448;Myths;M. Ford;2002;Press\n"}
        << "user_id age isbn book_title book_author year_of_publication publisher";
    QTest::newRow("goodbooks-10k with few columns of books")
        << "goodbooks-10k"
        << QStringList{"ratings.csv", "book_id,user_id,rating\n1,314,5\n1,439,2\n", "books.csv",
                       "id,book_id,authors,title\n1,2767052,S. Collins,The Games\n"}
        << "user_id book_id title author";
    QTest::newRow("Goodreads of a genre, without authors")
        << "goodreads"
        << QStringList{"goodreads_interactions_poetry.json",
                       R"({"user_id":"u1","book_id":"3","rating":5})"
                       "\n"
                       R"({"user_id":"u2","book_id":"3","rating":1})"
                       "\n",
                       "goodreads_books_poetry.json",
                       R"({"book_id":"3","title":"Verse","authors":[],"num_pages":"9"})"
                       "\n"}
        << "user_id book_id title publisher year language format pages shelf";
    QTest::newRow("RecBole, interactions alone")
        << "recbole"
        << QStringList{"ml-100k.inter",
                       "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
                       "196\t242\t3\t881250949\n186\t302\t4\t891717742\n"}
        << "user_id item_id";
}

void PresetsTest::readsCommonVariants() {
    QFETCH(QString, preset);
    QFETCH(QStringList, files);
    for (qsizetype i = 0; i < files.size(); i += 2) {
        test::write(root() / "source" / files[i].toStdString(), files[i + 1].toStdString());
    }
    const auto guess = guessPreset(root() / "source");
    QVERIFY(guess.has_value());
    QCOMPARE(QString::fromStdString(*guess), preset);
    const auto report = import(preset, root() / "source", "variant");
    FLIP_VERIFY_OK(report);
    const auto data = Dataset::open(report->folder);
    FLIP_VERIFY_OK(data);
    QCOMPARE(data->rows(), std::int64_t(2));
    QCOMPARE(data->positives(), std::int64_t(1));
    QStringList fields;
    for (const FieldInfo& field : data->fields()) {
        fields << QString::fromStdString(field.name);
    }
    QTEST(fields.join(' '), "fields");
}

void PresetsTest::guessesNothingFromOtherFiles() {
    QVERIFY(!guessPreset(root()).has_value());
    QVERIFY(!guessPreset(root() / "nowhere").has_value());
    test::write(root() / "ratings.csv", "a;b\n1;2\n");
    test::write(root() / "movies.csv", "a;b\n1;2\n");
    QVERIFY(!guessPreset(root()).has_value());
}

void PresetsTest::readsFilesPackedAndInAnArchive_data() {
    imports_data();
}

void PresetsTest::readsFilesPackedAndInAnArchive() {
    QFETCH(QString, preset);
    const QString sample = QTest::currentDataTag();
    const auto plain = import(preset, sampleFolder(sample), "plain");
    FLIP_VERIFY_OK(plain);
    const std::string hash = Dataset::open(plain->folder)->hash();
    test::Members inFolder;
    for (const auto& [name, bytes] : sampleFiles(sample)) {
        test::write(root() / "packed" / (name + ".gz"), test::packed(bytes, "gzip"));
        inFolder.emplace_back("published/" + name, bytes);
    }
    inFolder.emplace_back("published/README.txt", "read me");
    test::write(root() / "zip" / "published.zip", test::zipped(inFolder));
    test::write(root() / "published.tar.gz", test::tarred(inFolder));
    const std::array<std::pair<const char*, std::filesystem::path>, 4> sources = {
        {{"packed", root() / "packed"},
         {"zip-here", root() / "zip"},
         {"zip", root() / "zip" / "published.zip"},
         {"tar", root() / "published.tar.gz"}}};
    for (const auto& [name, source] : sources) {
        const auto report = import(preset, source, name);
        FLIP_VERIFY_OK(report);
        QCOMPARE(Dataset::open(report->folder)->hash(), hash);
        QCOMPARE(report->tally.badLines, plain->tally.badLines);
    }
}

QTEST_GUILESS_MAIN(PresetsTest)
#include "presets_test.moc"
