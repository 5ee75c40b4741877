#include "core/text/dataset_text.h"

#include "core/base/files.h"
#include "core/data/manifest.h"
#include "core/text/token_cache.h"
#include "tests/core/data/data_files.h"
#include "tests/core/text/text_files.h"

#include <QtTest>

using namespace flip;

/// Templates over a dataset: the shop's buyer is id and text, item an id only, title text only.
class DatasetTextTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        test::writeShop(path() / "raw");
        FLIP_VERIFY_OK(importDataset(test::shopRequest(path() / "raw"), path() / "datasets"));
    }

    void defaultTemplateNamesEveryTextField() {
        const auto shop = Dataset::open(path() / "datasets" / "shop");
        FLIP_VERIFY_OK(shop);
        QCOMPARE(defaultTemplate(*shop), std::string("buyer is {buyer}. title is {title}."));
        const auto parsed = parseTemplate("", *shop);
        FLIP_VERIFY_OK(parsed);
        QCOMPARE(parsed->text(), defaultTemplate(*shop));
    }

    void partsIndexTheDatasetsFields() {
        const auto shop = Dataset::open(path() / "datasets" / "shop");
        FLIP_VERIFY_OK(shop);
        const auto parsed = parseTemplate("{title}", *shop);
        FLIP_VERIFY_OK(parsed);
        QCOMPARE(parsed->parts().at(0).field, shop->findField("title"));
    }

    void refusesInvalidTemplates_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("a field kept as an id") << "{buyer} buys {item}."
                                               << "{item}, which the dataset keeps as an id only";
        QTest::newRow("an unknown field") << "{buyr} buys."
                                          << "the nearest name is \"buyer\"";
        QTest::newRow("no field") << "somebody buys."
                                  << "names no field";
    }
    void refusesInvalidTemplates() {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const auto shop = Dataset::open(path() / "datasets" / "shop");
        FLIP_VERIFY_OK(shop);
        const auto parsed = parseTemplate(text.toStdString(), *shop);
        QVERIFY(!parsed.ok());
        const QString message = QString::fromStdString(parsed.problem().text());
        QVERIFY2(message.contains(expected) && message.startsWith("template"), qPrintable(message));
    }

    void writesListsWithCommasAndEmptyValuesAsMissing() {
        const auto films = importFilms();
        FLIP_VERIFY_OK(films);
        QCOMPARE(valueInWords(*films, 0, films->codes(0)[0], "unknown"), std::string("Alien"));
        QCOMPARE(valueInWords(*films, 1, films->codes(1)[0], "unknown"),
                 std::string("Horror, Sci-Fi"));
        QCOMPARE(valueInWords(*films, 1, films->codes(1)[1], "unknown"), std::string("unknown"));
        QCOMPARE(valueInWords(*films, 1, films->codes(1)[1], ""), std::string());

        const auto tokenizer = test::openOrDie(test::publishedModel());
        const auto parsed = parseTemplate("{title}: {genres}.", *films);
        FLIP_VERIFY_OK(parsed);
        SentenceRules rules(100);
        rules.missing = "unknown";
        const auto cache = TokenCache::build(*films, *parsed, *tokenizer, rules);
        FLIP_VERIFY_OK(cache);
        QCOMPARE(cache->sentence(0), std::string("Alien: Horror, Sci-Fi."));
        QCOMPARE(cache->sentence(1), std::string("Up: unknown."));
    }

    void writesListsInBracketsWithCommas() {
        const auto films =
            importFilms("bracketed", "Alien,\"['Horror', 'Sci-Fi']\",1\nUp,[REC]|Drama,0\n");
        FLIP_VERIFY_OK(films);
        QCOMPARE(genresOf(*films, 0), std::string("Horror, Sci-Fi"));
        QCOMPARE(genresOf(*films, 1), std::string("[REC], Drama"));
    }

    /// Such a dataset has the same hash, which identifies its sentences.
    void writesListsAsTheImportingVersionDid() {
        FLIP_VERIFY_OK(
            importFilms("older", "Alien,\"['Horror', 'Sci-Fi']\",1\nUp,Comedy|Drama,0\n"));
        const std::filesystem::path file = path() / "datasets" / "older" / Manifest::kFileName;
        auto manifest = Manifest::fromJson(*readFile(file), "manifest");
        FLIP_VERIFY_OK(manifest);
        const std::string hash = manifest->contentHash();
        QCOMPARE(manifest->format(), Manifest::kBracketsFormat);
        for (ManifestField& field : manifest->fields) {
            field.info.hasBrackets = false; // as programs before format 4 left it
        }
        QCOMPARE(manifest->format(), Manifest::kFormat);
        test::write(file, manifest->toJson());
        const auto films = Dataset::open(path() / "datasets" / "older");
        FLIP_VERIFY_OK(films);
        QCOMPARE(films->hash(), hash);
        QCOMPARE(genresOf(*films, 0), std::string("['Horror', 'Sci-Fi']"));
        QCOMPARE(genresOf(*films, 1), std::string("Comedy, Drama"));
    }

    void keepsTheOlderFormatWithoutBrackets() {
        FLIP_VERIFY_OK(importFilms());
        const std::filesystem::path file = path() / "datasets" / "films" / Manifest::kFileName;
        const auto manifest = Manifest::fromJson(*readFile(file), "manifest");
        FLIP_VERIFY_OK(manifest);
        QCOMPARE(manifest->format(), Manifest::kFormat);
        QVERIFY(!manifest->fields[1].info.hasBrackets);
        QVERIFY(manifest->toJson().find("brackets") == std::string::npos);
    }

    void truncatesByTheRecipe_data() {
        QTest::addColumn<QString>("cut");
        QTest::addColumn<QString>("givesWay");
        QTest::addColumn<QString>("kept"); // pieces of "alien: horror, sci-fi." cut to 7 tokens
        QTest::newRow("the end") << "end"
                                 << ""
                                 << "alien : horror , sci";
        QTest::newRow("the longest value") << "fields"
                                           << ""
                                           << "alien : horror , .";
        QTest::newRow("a named field first") << "fields"
                                             << " title "
                                             << ": horror , sci .";
    }
    void truncatesByTheRecipe() {
        QFETCH(QString, cut);
        QFETCH(QString, givesWay);
        QFETCH(QString, kept);
        const auto films = importFilms();
        FLIP_VERIFY_OK(films);
        const auto tokenizer = test::openOrDie(test::publishedModel());
        const auto parsed = parseTemplate("{title}: {genres}.", *films);
        FLIP_VERIFY_OK(parsed);
        RunSpec::Text text;
        text.maxTokens = 7;
        text.cut = choiceOf<TextCut>(cut.toStdString()).value();
        text.givesWay = givesWay.toStdString();
        const auto rules = sentenceRules(text, *films);
        FLIP_VERIFY_OK(rules);
        const auto cache = TokenCache::build(*films, *parsed, *tokenizer, *rules);
        FLIP_VERIFY_OK(cache);
        const TokenRow row = cache->row(0);
        QStringList pieces;
        for (std::size_t i = 1; i + 1 < row.ids.size(); ++i) {
            const std::string_view piece = tokenizer->piece(row.ids[i]);
            pieces << QString::fromUtf8(piece.data(), static_cast<qsizetype>(piece.size()));
        }
        QCOMPARE(pieces.join(' '), kept);
        const TruncationReport report = cache->truncation();
        QCOMPARE(report.rowsCut, 1);
        QCOMPARE(report.lostBy[givesWay.isEmpty() ? 1 : 0], 1);
    }

    void refusesAnUnknownFieldInGivesWay() {
        const auto films = importFilms();
        FLIP_VERIFY_OK(films);
        RunSpec::Text text;
        text.maxTokens = 7;
        text.givesWay = "title, genre";
        const auto rules = sentenceRules(text, *films);
        QVERIFY(!rules.ok());
        QCOMPARE(rules.problem().text(),
                 std::string("text.gives_way: names no field \"genre\"; did you mean "
                             "\"genres\"?"));
    }

private:
    /// Two films: one with a list of genres, one with an empty list.
    Result<Dataset> importFilms() { return importFilms("films", "Alien,Horror|Sci-Fi,1\nUp,,0\n"); }

    Result<Dataset> importFilms(const std::string& name, const std::string& rows) {
        const std::filesystem::path raw = path() / name;
        test::write(raw / "films.csv", "title,genres,seen\n" + rows);
        test::write(raw / "schema.toml", "[[table]]\nname = \"films\"\nfile = \"films.csv\"\n"
                                         "[label]\ncolumn = \"films.seen\"\npositive = \"== 1\"\n"
                                         "[[field]]\nname = \"title\"\ncolumn = \"films.title\"\n"
                                         "[[field]]\nname = \"genres\"\ncolumn = \"films.genres\"\n"
                                         "kind = \"multi\"\n");
        ImportRequest request;
        request.source = raw;
        request.schema = raw / "schema.toml";
        request.name = name;
        const auto report = importDataset(request, path() / "datasets");
        if (!report) {
            return report.problem();
        }
        return Dataset::open(report->folder);
    }

    static std::string genresOf(const Dataset& films, std::size_t row) {
        return valueInWords(films, 1, films.codes(1)[row], "unknown");
    }

    std::filesystem::path path() const { return folder_.path().toStdString(); }

    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(DatasetTextTest)
#include "dataset_text_test.moc"
