#include "core/data/import/click_log.h"

#include "core/base/random_stream.h"
#include "core/data/click_history.h"
#include "core/data/import/vocabulary.h"
#include "tests/core/data/import/import_folder.h"

#include <QtTest>

#include <string>
#include <vector>

using namespace flip;

/// The clicks that a served model keeps: the same as in the dataset.
class ClickLogTest : public QObject, test::ImportFolder {
    Q_OBJECT

private Q_SLOTS:
    void init() { renew(); }

    void givesEachRowItsHistoryInTheDataset_data() {
        QTest::addColumn<bool>("throughAFile");
        QTest::newRow("of the dataset") << false;
        QTest::newRow("read from its file") << true;
    }

    void givesEachRowItsHistoryInTheDataset() {
        QFETCH(bool, throughAFile);
        const Dataset data = random();
        const int user = data.findField("user");
        const int film = data.findField("film");
        ClickLog log = ClickLog::of(data, user, {film});
        if (throughAFile) {
            auto read = ClickLog::fromText(log.toText(data.fields()), data.fields(), "clicks");
            FLIP_VERIFY_OK(read);
            log = std::move(*read);
        }
        // All rows once more, as if they were new.
        RawColumns rows(data.fields().size());
        const std::size_t count = data.labels().size();
        for (std::size_t row = 0; row < count; ++row) {
            for (std::size_t field = 0; field < data.fields().size(); ++field) {
                const auto index = static_cast<int>(field);
                rows.codes[field].push_back(
                    *rows.values[field].add(data.value(index, data.codes(index)[row])));
            }
            rows.times.push_back({data.times()[row], data.timeDecimals()});
        }
        auto times = log.addTo(rows);
        FLIP_VERIFY_OK(times);
        const auto vocabulary = Vocabulary::of(data);
        const Dataset both = Dataset::inMemory(toMemoryRows(std::move(rows), *vocabulary, count,
                                                            std::move(*times), log.timeDecimals()));
        const ClickHistory expected(data, user);
        const ClickHistory found(both, user);
        for (std::int64_t row = 0; row < static_cast<std::int64_t>(count); ++row) {
            QCOMPARE(filmsOf(both, found.before(row, 3)), filmsOf(data, expected.before(row, 3)));
        }
    }

    void refusesADamagedFile_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("no header") << QByteArray("[1, \"u\"]\n");
        QTest::newRow("an unknown field")
            << QByteArray("{\"fields\": [\"nobody\"], \"decimals\": 0}\n");
        QTest::newRow("a missing value")
            << QByteArray("{\"fields\": [\"user\", \"film\"], \"decimals\": 0}\n[1, \"u\"]\n");
        QTest::newRow("a time that is not a number")
            << QByteArray("{\"fields\": [\"user\"], \"decimals\": 0}\n[\"1\", \"u\"]\n");
        QTest::newRow("too many decimals")
            << QByteArray("{\"fields\": [\"user\"], \"decimals\": 99}\n");
    }

    void refusesADamagedFile() {
        QFETCH(QByteArray, text);
        FieldInfo user;
        user.name = "user";
        FieldInfo film;
        film.name = "film";
        const auto read = ClickLog::fromText(text.toStdString(), {user, film}, "clicks.jsonl");
        QVERIFY(!read.ok());
        QCOMPARE(
            QString::fromStdString(read.problem().text()),
            QString("clicks.jsonl: is not a click log, or is damaged; export the bundle again"));
    }

private:
    Dataset random() {
        RandomStream random(5, "clicks");
        std::string rows = "y,user,film,moment\n";
        for (int row = 0; row < 150; ++row) {
            rows += std::to_string(random.below(2)) + ",u" + std::to_string(random.below(6)) +
                    ",f" + std::to_string(random.below(9)) + "," +
                    std::to_string(random.below(40)) + (random.below(3) == 0 ? ".5" : "") + "\n";
        }
        test::write(source() / "log.csv", rows);
        test::write(source() / "schema.toml",
                    "[[table]]\nname='t'\nfile='log.csv'\n[label]\ncolumn='t.y'\npositive='== 1'\n"
                    "[time]\ncolumn='t.moment'\n[[field]]\nname='user'\ncolumn='t.user'\n"
                    "[[field]]\nname='film'\ncolumn='t.film'\n");
        auto data = import(test::shopRequest(source()));
        if (!data) {
            qFatal("the import failed");
        }
        return std::move(*data);
    }

    static QString filmsOf(const Dataset& data, std::span<const std::int64_t> rows) {
        const int film = data.findField("film");
        QString films;
        for (const std::int64_t row : rows) {
            const auto value = data.value(film, data.codes(film)[static_cast<std::size_t>(row)]);
            films += QString::fromStdString(std::string(value)) + " ";
        }
        return films;
    }
};

QTEST_GUILESS_MAIN(ClickLogTest)
#include "click_log_test.moc"
