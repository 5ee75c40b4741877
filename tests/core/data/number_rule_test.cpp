#include "core/data/number_rule.h"

#include <QtTest>

using namespace flip;

class NumberRuleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsNumbers_data();
    void readsNumbers();
    void appliesTheComparison_data();
    void appliesTheComparison();
    void refusesWhatIsNoRule_data();
    void refusesWhatIsNoRule();
};

void NumberRuleTest::readsNumbers_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("isNumber");
    QTest::addColumn<double>("number");
    QTest::newRow("whole") << "4" << true << 4.0;
    QTest::newRow("with fraction") << "3.5" << true << 3.5;
    QTest::newRow("negative") << "-1e3" << true << -1000.0;
    QTest::newRow("blanks round it") << " 4 " << true << 4.0;
    QTest::newRow("empty") << "" << false << 0.0;
    QTest::newRow("blank") << "  " << false << 0.0;
    QTest::newRow("text behind") << "4 stars" << false << 0.0;
    QTest::newRow("not finite") << "inf" << false << 0.0;
    QTest::newRow("not a number") << "nan" << false << 0.0;
    QTest::newRow("beyond a double") << "1e999" << false << 0.0;
    QTest::newRow("comma") << "3,5" << false << 0.0;
}

void NumberRuleTest::readsNumbers() {
    QFETCH(QString, text);
    QFETCH(bool, isNumber);
    QFETCH(double, number);
    const auto parsed = parseNumber(text.toStdString());
    QCOMPARE(parsed.has_value(), isNumber);
    QCOMPARE(parsed.value_or(0.0), number);
}

void NumberRuleTest::appliesTheComparison_data() {
    QTest::addColumn<QString>("rule");
    QTest::addColumn<QString>("holdsFor"); // of 2, 3, 4
    QTest::newRow("less") << "< 3"
                          << "2";
    QTest::newRow("less or equal") << "<=3"
                                   << "23";
    QTest::newRow("equal") << "== 3"
                           << "3";
    QTest::newRow("not equal") << " != 3.0 "
                               << "24";
    QTest::newRow("greater or equal") << ">= 3"
                                      << "34";
    QTest::newRow("greater") << "> 3"
                             << "4";
    QTest::newRow("between") << "> 2.5"
                             << "34";
}

void NumberRuleTest::appliesTheComparison() {
    QFETCH(QString, rule);
    QFETCH(QString, holdsFor);
    const auto parsed = parseNumberRule(rule.toStdString(), "here");
    QVERIFY(parsed.ok());
    QString held;
    for (int value = 2; value <= 4; ++value) {
        held += parsed->holds(value) ? QString::number(value) : QString();
    }
    QCOMPARE(held, holdsFor);
}

void NumberRuleTest::refusesWhatIsNoRule_data() {
    QTest::addColumn<QString>("rule");
    QTest::newRow("empty") << "";
    QTest::newRow("number alone") << "3";
    QTest::newRow("sign alone") << ">=";
    QTest::newRow("assignment") << "= 3";
    QTest::newRow("two signs") << ">> 3";
    QTest::newRow("text") << "> three";
}

void NumberRuleTest::refusesWhatIsNoRule() {
    QFETCH(QString, rule);
    const auto parsed = parseNumberRule(rule.toStdString(), "schema.toml:12");
    QVERIFY(!parsed.ok());
    QCOMPARE(parsed.problem().where, std::string("schema.toml:12"));
    QVERIFY(parsed.problem().what.starts_with(QString("\"%1\"").arg(rule).toStdString()));
}

QTEST_GUILESS_MAIN(NumberRuleTest)
#include "number_rule_test.moc"
