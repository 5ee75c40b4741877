#include "core/text/tokenizer/unigram.h"

#include "tests/core/text/text_files.h"

using namespace flip;
using namespace flip::test;

class UnigramTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void splitsALongWordQuickly();
};

void UnigramTest::splitsALongWordQuickly() {
    const auto tokenizer = openOrDie(smallModel("unigram"));
    const std::string word(1 << 20, 'a');
    QElapsedTimer timer;
    timer.start();
    const auto tokens = tokenizer->pieces(word);
    // A tenth of a second when optimised.
    QVERIFY2(timer.elapsed() < 60000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(tokens.back().end, 1 << 20);
}

QTEST_GUILESS_MAIN(UnigramTest)
#include "unigram_test.moc"
