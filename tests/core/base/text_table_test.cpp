#include "core/base/text_table.h"

#include <QtTest>

using namespace flip;

class TextTableTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void markdownPadsByCodePoints() {
        const TextTable table{{"model", "AUC"}, {{"LR", "0.5 ± 0.1"}, {"a|b", "-"}}};
        QCOMPARE(asMarkdown(table), std::string("| model | AUC       |\n"
                                                "|-------|-----------|\n"
                                                "| LR    | 0.5 ± 0.1 |\n"
                                                "| a\\|b  | -         |\n"));
    }

    void csvQuotesSpecialCharacters() {
        const TextTable table{{"hidden", "note"}, {{"[8, 4]", "says \"so\""}}};
        QCOMPARE(asCsv(table), std::string("hidden,note\n\"[8, 4]\",\"says \"\"so\"\"\"\n"));
    }
};

QTEST_GUILESS_MAIN(TextTableTest)
#include "text_table_test.moc"
