#include "core/data/import/value_rule.h"

#include <QtTest>

using namespace flip;

class ValueRuleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsNumbers_data();
    void readsNumbers();
    void appliesTheComparison_data();
    void appliesTheComparison();
    void refusesInvalidRules_data();
    void refusesInvalidRules();
    void comparesTexts_data();
    void comparesTexts();
    void quotesTheInvalidPart();
};

void ValueRuleTest::readsNumbers_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("isNumber");
    QTest::addColumn<double>("number");
    QTest::newRow("whole") << "4" << true << 4.0;
    QTest::newRow("with fraction") << "3.5" << true << 3.5;
    QTest::newRow("negative") << "-1e3" << true << -1000.0;
    QTest::newRow("blanks around it") << " 4 " << true << 4.0;
    QTest::newRow("empty") << "" << false << 0.0;
    QTest::newRow("blank") << "  " << false << 0.0;
    QTest::newRow("text after it") << "4 stars" << false << 0.0;
    QTest::newRow("not finite") << "inf" << false << 0.0;
    QTest::newRow("not a number") << "nan" << false << 0.0;
    QTest::newRow("beyond a double") << "1e999" << false << 0.0;
    QTest::newRow("comma") << "3,5" << false << 0.0;
}

void ValueRuleTest::readsNumbers() {
    QFETCH(QString, text);
    QFETCH(bool, isNumber);
    QFETCH(double, number);
    const auto parsed = parseNumber(text.toStdString());
    QCOMPARE(parsed.has_value(), isNumber);
    QCOMPARE(parsed.value_or(0.0), number);
}

void ValueRuleTest::appliesTheComparison_data() {
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
    QTest::newRow("one of") << "in [2, 4]"
                            << "24";
    QTest::newRow("one of, without blanks") << "in[4]"
                                            << "4";
    QTest::newRow("none of") << "not in [ 2 , 4.0 ]"
                             << "3";
}

void ValueRuleTest::appliesTheComparison() {
    QFETCH(QString, rule);
    QFETCH(QString, holdsFor);
    const auto parsed = parseValueRule(rule.toStdString(), "here");
    QVERIFY(parsed.ok());
    QString held;
    for (int value = 2; value <= 4; ++value) {
        held += parsed->holds(value) ? QString::number(value) : QString();
    }
    QCOMPARE(held, holdsFor);
}

void ValueRuleTest::refusesInvalidRules_data() {
    QTest::addColumn<QString>("rule");
    QTest::newRow("empty") << "";
    QTest::newRow("number alone") << "3";
    QTest::newRow("operator alone") << ">=";
    QTest::newRow("assignment") << "= 3";
    QTest::newRow("two operators") << ">> 3";
    QTest::newRow("word") << "> three";
    QTest::newRow("text with an order") << ">= \"b\"";
    QTest::newRow("open quote") << "== \"yes";
    QTest::newRow("two texts") << "== \"yes\" \"no\"";
    QTest::newRow("empty list") << "in []";
    QTest::newRow("open list") << "in [\"a\", \"b\"";
    QTest::newRow("list without commas") << "in [\"a\" \"b\"]";
    QTest::newRow("comma at the end") << "in [1, 2,]";
    QTest::newRow("numbers and texts") << "in [1, \"b\"]";
    QTest::newRow("text after a list") << "in [1] or 2";
}

void ValueRuleTest::refusesInvalidRules() {
    QFETCH(QString, rule);
    const auto parsed = parseValueRule(rule.toStdString(), "schema.toml:12");
    QVERIFY(!parsed.ok());
    QCOMPARE(parsed.problem().where, std::string("schema.toml:12"));
    QVERIFY(parsed.problem().what.starts_with(QString("\"%1\"").arg(rule).toStdString()));
}

void ValueRuleTest::comparesTexts_data() {
    QTest::addColumn<QString>("rule");
    QTest::addColumn<QString>("holdsFor"); // of the values below
    QTest::newRow("equal") << "== \"yes\""
                           << "yes";
    QTest::newRow("single quotes") << "=='yes'"
                                   << "yes";
    QTest::newRow("not equal") << "!= \"yes\""
                               << "no,Yes,, yes,it's,a\"b\\";
    QTest::newRow("one of") << "in [\"yes\", \"no\"]"
                            << "yes,no";
    QTest::newRow("none of") << "not in ['yes', 'no', 'Yes', '', ' yes']"
                             << "it's,a\"b\\";
    QTest::newRow("empty text") << "== \"\""
                                << "";
    QTest::newRow("quote inside") << R"(== "a\"b\\")"
                                  << "a\"b\\";
    QTest::newRow("the other quote inside") << R"(== "it's")"
                                            << "it's";
}

void ValueRuleTest::comparesTexts() {
    QFETCH(QString, rule);
    QFETCH(QString, holdsFor);
    const auto parsed = parseValueRule(rule.toStdString(), "here");
    QVERIFY2(parsed.ok(), parsed ? "" : parsed.problem().text().c_str());
    QVERIFY(parsed->isText());
    QStringList held;
    for (const char* value : {"yes", "no", "Yes", "", " yes", "it's", "a\"b\\"}) {
        if (parsed->holds(std::string_view(value))) {
            held << value;
        }
    }
    QCOMPARE(held.join(','), holdsFor);
}

void ValueRuleTest::quotesTheInvalidPart() {
    const auto parsed = parseValueRule("in [\"click\", buy]", "schema.toml:12");
    QVERIFY(!parsed.ok());
    QCOMPARE(parsed.problem().where, std::string("schema.toml:12"));
    QVERIFY2(parsed.problem().what.find("neither a number nor a text in quotes at \"buy]\"") !=
                 std::string::npos,
             parsed.problem().what.c_str());
}

QTEST_GUILESS_MAIN(ValueRuleTest)
#include "value_rule_test.moc"
