#include "core/base/name.h"

#include <QtTest>

using namespace flip;

class NameTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void checksNames_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("good");
        QTest::newRow("letters, digits and marks") << "ML-100k_v1.2" << true;
        QTest::newRow("one letter") << "a" << true;
        QTest::newRow("dash first") << "-a" << true;
        QTest::newRow("longest") << QString(200, 'a') << true;
        QTest::newRow("too long") << QString(201, 'a') << false;
        QTest::newRow("empty") << "" << false;
        QTest::newRow("dot first") << ".hidden" << false;
        QTest::newRow("parent") << ".." << false;
        QTest::newRow("slash") << "a/b" << false;
        QTest::newRow("blank") << "a b" << false;
        QTest::newRow("accent") << "caf\u00e9" << false;
        QTest::newRow("line end") << "a\n" << false;
        QTest::newRow("zero byte") << QString("a") + QChar(0) + "b" << false;
    }
    void checksNames() {
        QFETCH(QString, name);
        QFETCH(bool, good);
        const auto checked = checkName(name.toStdString());
        QCOMPARE(checked.ok(), good);
        QVERIFY(good || checked.problem().text().find('\n') == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(NameTest)
#include "name_test.moc"
