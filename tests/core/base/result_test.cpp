#include "core/base/result.h"

#include <QtTest>

#include <memory>

using namespace flip;

class ResultTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesWhereBeforeWhat() {
        const Problem problem{"expected 3 fields, found 2; fix the line", "books.csv:17"};
        QCOMPARE(problem.text(),
                 std::string("books.csv:17: expected 3 fields, found 2; fix the line"));
        QCOMPARE((Problem{"no dataset is named", {}}).text(), std::string("no dataset is named"));
    }

    void holdsTheValueOrTheProblem() {
        const Result<int> value = 7;
        QVERIFY(value.ok() && value);
        QCOMPARE(*value, 7);
        const Result<int> refused = Problem{"is wrong", "here"};
        QVERIFY(!refused.ok() && !refused);
        QCOMPARE(refused.problem().where, std::string("here"));
    }

    void movesTheValueOut() {
        Result<std::unique_ptr<int>> made = std::make_unique<int>(3);
        const std::unique_ptr<int> taken = *std::move(made);
        QCOMPARE(*taken, 3);
        QVERIFY(*made == nullptr);
    }

    void voidResultNeedsNoValue() {
        const Result<void> done;
        QVERIFY(done.ok());
        const Result<void> refused = Problem{"the disk is full", {}};
        QVERIFY(!refused);
        QCOMPARE(refused.problem().what, std::string("the disk is full"));
    }

    void distinguishesAStringFromAProblem() {
        const Result<std::string> value = std::string("text");
        QVERIFY(value.ok());
        QCOMPARE(value->size(), std::size_t{4});
    }
};

QTEST_GUILESS_MAIN(ResultTest)
#include "result_test.moc"
