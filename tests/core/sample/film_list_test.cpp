#include "core/sample/film_list.h"

#include "core/base/embedded.h"
#include "tests/core/data/data_files.h"

#include <QtTest>

#include <map>
#include <set>
#include <string>

using namespace flip;

namespace {

constexpr std::string_view kHeader = "title\tyear\tgenres\tdirector\n";

Result<std::vector<Film>> shippedFilms() {
    return parseFilmList(embeddedFile("demo/films.tsv"), "films.tsv");
}

} // namespace

class FilmListTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAFilm();
    void reportsTheInvalidLine_data();
    void reportsTheInvalidLine();
    void shippedListIsWellFormed();
    void shippedListCoversEveryDecadeAndGenre();
    void shippedDirectorsHaveSeveralFilms();
};

void FilmListTest::readsAFilm() {
    const auto films = parseFilmList(
        std::string(kHeader) + "Alien\t1979\tHorror|Science Fiction\tRidley Scott\n", "films.tsv");
    FLIP_VERIFY_OK(films);
    QCOMPARE(films.value().size(), std::size_t{1});
    const Film& film = films.value().front();
    QCOMPARE(film.title, std::string("Alien"));
    QCOMPARE(film.year, 1979);
    QCOMPARE(film.decade(), 1970);
    QCOMPARE(film.genres, (std::vector<std::string>{"Horror", "Science Fiction"}));
    QCOMPARE(film.director, std::string("Ridley Scott"));
}

void FilmListTest::reportsTheInvalidLine_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("problem");
    QTest::newRow("column missing") << "Alien\t1979\tHorror"
                                    << "expected 4 columns separated by tabs, found 3";
    QTest::newRow("column too many") << "Alien\t1979\tHorror\tScott\tx"
                                     << "expected 4 columns separated by tabs, found 5";
    QTest::newRow("no title") << "\t1979\tHorror\tScott"
                              << "the title or the director is missing";
    QTest::newRow("no director") << "Alien\t1979\tHorror\t"
                                 << "the title or the director is missing";
    QTest::newRow("year not a number") << "Alien\t197x\tHorror\tScott"
                                       << "'197x' is not a year from 1930 to 2029";
    QTest::newRow("year empty") << "Alien\t\tHorror\tScott"
                                << "'' is not a year from 1930 to 2029";
    QTest::newRow("year too early") << "Alien\t1929\tHorror\tScott"
                                    << "'1929' is not a year from 1930 to 2029";
    QTest::newRow("year too late") << "Alien\t2030\tHorror\tScott"
                                   << "'2030' is not a year from 1930 to 2029";
    QTest::newRow("unknown genre") << "Alien\t1979\tHorror|Space\tScott"
                                   << "unknown genre 'Space'";
    QTest::newRow("no genre") << "Alien\t1979\t\tScott"
                              << "unknown genre ''";
    QTest::newRow("genre twice") << "Alien\t1979\tHorror|Horror\tScott"
                                 << "genre 'Horror' is given twice";
    QTest::newRow("title twice") << "Psycho\t1960\tHorror\tHitchcock"
                                 << "'Psycho' is in the list twice";
}

void FilmListTest::reportsTheInvalidLine() {
    QFETCH(QString, line);
    QFETCH(QString, problem);
    const auto films = parseFilmList(std::string(kHeader) + "Psycho\t1960\tHorror\tHitchcock\n" +
                                         line.toStdString() + "\n",
                                     "films.tsv");
    QVERIFY(!films.ok());
    QCOMPARE(QString::fromStdString(films.problem().text()), "films.tsv:3: " + problem);
}

void FilmListTest::shippedListIsWellFormed() {
    const auto films = shippedFilms();
    FLIP_VERIFY_OK(films);
    QVERIFY(films.value().size() >= 420);
    QVERIFY(films.value().size() <= 500);
    for (const Film& film : films.value()) {
        QVERIFY2(film.title.front() != ' ' && film.title.back() != ' ', film.title.c_str());
        QVERIFY2(film.director.front() != ' ' && film.director.back() != ' ', film.title.c_str());
    }
}

void FilmListTest::shippedListCoversEveryDecadeAndGenre() {
    const auto films = shippedFilms();
    FLIP_VERIFY_OK(films);
    std::map<int, int> decades;
    std::map<std::string, int> genres;
    for (const Film& film : films.value()) {
        ++decades[film.decade()];
        for (const std::string& genre : film.genres) {
            ++genres[genre];
        }
    }
    for (int decade = 1930; decade <= 2020; decade += 10) {
        QVERIFY2(decades[decade] >= 20, qPrintable(QString::number(decade)));
    }
    for (const std::string& genre : filmGenres()) {
        QVERIFY2(genres[genre] >= 35, genre.c_str());
    }
}

void FilmListTest::shippedDirectorsHaveSeveralFilms() {
    const auto films = shippedFilms();
    FLIP_VERIFY_OK(films);
    std::map<std::string, int> directors;
    for (const Film& film : films.value()) {
        ++directors[film.director];
    }
    QVERIFY(directors.size() >= 60);
    for (const auto& [director, count] : directors) {
        QVERIFY2(count >= 3, director.c_str());
    }
}

QTEST_GUILESS_MAIN(FilmListTest)
#include "film_list_test.moc"
