#include "core/text/dataset_text.h"

#include "tests/core/data/data_files.h"

#include <QtTest>

using namespace flip;

/// Templates over a dataset: the shop's buyer is id and words, item an id only, title words only.
class DatasetTextTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        test::writeShop(path() / "raw");
        FLIP_VERIFY_OK(importDataset(test::shopRequest(path() / "raw"), path() / "datasets"));
    }

    void theDefaultTellsEveryFieldThatMayBeWords() {
        const auto shop = Dataset::open(path() / "datasets" / "shop");
        FLIP_VERIFY_OK(shop);
        QCOMPARE(defaultTemplate(*shop), std::string("buyer is {buyer}. title is {title}."));
        const auto parsed = parseTemplate("", *shop);
        FLIP_VERIFY_OK(parsed);
        QCOMPARE(parsed->text(), defaultTemplate(*shop));
    }

    void placesCountTheDatasetsFields() {
        const auto shop = Dataset::open(path() / "datasets" / "shop");
        FLIP_VERIFY_OK(shop);
        const auto parsed = parseTemplate("{title}", *shop);
        FLIP_VERIFY_OK(parsed);
        QCOMPARE(parsed->parts().at(0).field, shop->findField("title"));
    }

    void refuses_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("a field kept as an id") << "{buyer} buys {item}."
                                               << "{item}, which the dataset keeps as an id only";
        QTest::newRow("a field that is not there") << "{buyr} buys."
                                                   << "the nearest name is \"buyer\"";
        QTest::newRow("no field") << "somebody buys."
                                  << "names no field";
    }
    void refuses() {
        QFETCH(QString, text);
        QFETCH(QString, says);
        const auto shop = Dataset::open(path() / "datasets" / "shop");
        FLIP_VERIFY_OK(shop);
        const auto parsed = parseTemplate(text.toStdString(), *shop);
        QVERIFY(!parsed.ok());
        const QString told = QString::fromStdString(parsed.problem().text());
        QVERIFY2(told.contains(says) && told.startsWith("template"), qPrintable(told));
    }

private:
    std::filesystem::path path() const { return folder_.path().toStdString(); }

    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(DatasetTextTest)
#include "dataset_text_test.moc"
