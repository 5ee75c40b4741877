#include "core/data/import/file_parts.h"

#include <QtTest>

using namespace flip;

namespace {

std::vector<std::string> namesIn(const QString& list) {
    std::vector<std::string> names;
    for (const QString& name : list.split(' ')) {
        names.push_back(name.toStdString());
    }
    return names;
}

} // namespace

class FilePartsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsTheSplitInAName_data();
    void findsTheSplitInAName();
    void findsTheSplitsInTheDifferingParts_data();
    void findsTheSplitsInTheDifferingParts();
    void recognisesAndSortsThePartsOfOneTable_data();
    void recognisesAndSortsThePartsOfOneTable();
};

void FilePartsTest::findsTheSplitInAName_data() {
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const char* part) { QTest::newRow(name) << part; };
    row("toy.train.inter", "train");
    row("toy.valid.inter", "valid");
    row("toy.test.inter", "test");
    row("train.csv", "train");
    row("x_train.csv", "train");
    row("Validation-2.csv", "valid");
    row("val.tsv", "valid");
    row("dev.tsv", "valid");
    row("TEST.CSV", "test");
    row("test1.csv", "test");
    row("ratings.csv", "");
    row("trains.csv", "");
    row("latest.csv", "");
    row("device.csv", "");
    row("train_test.csv", "");
}

void FilePartsTest::findsTheSplitInAName() {
    QFETCH(QString, part);
    const auto split = splitOfFileName(QTest::currentDataTag());
    QCOMPARE(split ? QString::fromUtf8(splitName(*split).data()) : QString(), part);
}

void FilePartsTest::findsTheSplitsInTheDifferingParts_data() {
    QTest::addColumn<QString>("parts"); // empty: no splits
    const auto row = [](const char* names, const char* parts) { QTest::newRow(names) << parts; };
    row("train.csv valid.csv test.csv", "train valid test");
    row("train/data.csv test/data.csv", "train test");
    row("train.zip/data.csv test.zip/data.csv", "train test");
    row("all.zip/in/train.csv all.zip/in/dev.csv", "train valid");
    row("train/part-1.csv train/part-2.csv test/part-1.csv", "train train test");
    row("train/a.csv test.csv", "train test");
    row("train/test_data.csv valid/test_data.csv", "train valid");
    row("ab_test_train.csv ab_test_valid.csv ab_test_test.csv", "train valid test");
    row("test/train.csv test/valid.csv", "train valid");
    row("train_1.csv train_2.csv", "train train");
    row("train/1.csv train/2.csv", "train train");
    row("train.csv", "train");
    row("train.csv more.csv", "");
    row("train/a.csv b.csv", "");
    row("train_1.csv train_2.csv train_test.csv", "");
    row("a.csv b.csv", "");
}

void FilePartsTest::findsTheSplitsInTheDifferingParts() {
    QFETCH(QString, parts);
    QStringList found;
    for (const Split split : splitsOfFiles(namesIn(QTest::currentDataTag()))) {
        found << QString::fromUtf8(splitName(split).data());
    }
    QCOMPARE(found.join(' '), parts);
}

void FilePartsTest::recognisesAndSortsThePartsOfOneTable_data() {
    QTest::addColumn<QString>("sorted"); // in reading order; empty: not the parts of a table
    const auto row = [](const char* names, const char* sorted) { QTest::newRow(names) << sorted; };
    row("a.csv", "a.csv");
    row("toy.test.inter toy.train.inter toy.valid.inter",
        "toy.train.inter toy.valid.inter toy.test.inter");
    row("test.csv dev.csv train.csv", "train.csv dev.csv test.csv");
    row("part-10.csv part-9.csv part-00011.csv", "part-9.csv part-10.csv part-00011.csv");
    row("r_2020.csv r_2019.csv", "r_2019.csv r_2020.csv");
    row("test_1.csv train_2.csv train_1.csv", "train_1.csv train_2.csv test_1.csv");
    row("a.csv b.csv", "");
    row("toy.inter toy.train.inter", "");
    row("train.csv train.tsv", "");
    row("x/a.csv y/a.csv", "");
}

void FilePartsTest::recognisesAndSortsThePartsOfOneTable() {
    QFETCH(QString, sorted);
    std::vector<std::string> names = namesIn(QTest::currentDataTag());
    QCOMPARE(areParts(names), !sorted.isEmpty());
    if (!sorted.isEmpty()) {
        sortParts(names);
        QCOMPARE(names, namesIn(sorted));
    }
}

QTEST_APPLESS_MAIN(FilePartsTest)
#include "file_parts_test.moc"
