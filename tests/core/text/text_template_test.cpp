#include "core/text/text_template.h"

#include "core/base/random_stream.h"

#include <QtTest>

using namespace flip;

namespace {

const std::vector<std::string> kFields = {"user_id", "title", "genre"};

} // namespace

class TextTemplateTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rendersARow_data();
    void rendersARow();
    void namesTheColumn_data();
    void namesTheColumn();
    void writesTheDefault();
    void keepsItsText();
    void joinsNeighbouringLiterals();
};

void TextTemplateTest::rendersARow_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("sentence");
    QTest::newRow("words around") << QByteArray("user_id is {user_id}. title is {title}.")
                                  << QByteArray("user_id is 17. title is Élan {x}.");
    QTest::newRow("a field alone") << QByteArray("{title}") << QByteArray("Élan {x}");
    QTest::newRow("side by side") << QByteArray("{user_id}{title}") << QByteArray("17Élan {x}");
    QTest::newRow("twice") << QByteArray("{user_id} {user_id}") << QByteArray("17 17");
    QTest::newRow("an empty value") << QByteArray("<{genre}>{title}") << QByteArray("<>Élan {x}");
    QTest::newRow("braces") << QByteArray("{{{user_id}}} {{title}}") << QByteArray("{17} {title}");
    QTest::newRow("closing braces") << QByteArray("}}{title}") << QByteArray("}Élan {x}");
}

void TextTemplateTest::rendersARow() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, sentence);
    auto parsed = TextTemplate::parse(text.toStdString(), kFields);
    QVERIFY2(parsed.ok(), parsed.ok() ? "" : parsed.problem().text().c_str());
    QCOMPARE(QByteArray::fromStdString(parsed->render({"17", "Élan {x}", ""})), sentence);
}

void TextTemplateTest::namesTheColumn_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("named");
    QTest::newRow("unknown") << QByteArray("a {titel}") << 3
                             << "\"titel\"; the nearest name is \"title\"";
    QTest::newRow("no name") << QByteArray("a {}") << 3 << "\"\"";
    QTest::newRow("blanks in braces") << QByteArray("{ title }") << 1 << "\" title \"";
    QTest::newRow("after accents") << QByteArray("élévé {x}") << 7 << "\"x\"";
    QTest::newRow("open at the end") << QByteArray("{title} {gen") << 9 << "not closed";
    QTest::newRow("open before another") << QByteArray("{title {genre}") << 1 << "not closed";
    QTest::newRow("a brace at the end") << QByteArray("{title}{") << 8 << "not closed";
    QTest::newRow("closed without an opening brace") << QByteArray("{title} }") << 9 << "write }}";
    QTest::newRow("no field") << QByteArray("words {{title}}") << 1 << "names no field";
    QTest::newRow("empty") << QByteArray("") << 1 << "names no field";
}

void TextTemplateTest::namesTheColumn() {
    QFETCH(QByteArray, text);
    QFETCH(int, column);
    QFETCH(QString, named);
    auto parsed = TextTemplate::parse(text.toStdString(), kFields);
    QVERIFY(!parsed.ok());
    QCOMPARE(parsed.problem().where, "template, column " + std::to_string(column));
    QVERIFY2(QString::fromStdString(parsed.problem().what).contains(named),
             parsed.problem().text().c_str());
}

void TextTemplateTest::writesTheDefault() {
    const std::string text = TextTemplate::defaultText(kFields);
    QCOMPARE(text, std::string("user_id is {user_id}. title is {title}. genre is {genre}."));
    auto parsed = TextTemplate::parse(text, kFields);
    QVERIFY(parsed.ok());
    QCOMPARE(parsed->render({"1", "B", "C"}), std::string("user_id is 1. title is B. genre is C."));
    QVERIFY(TextTemplate::defaultText({}).empty());
}

void TextTemplateTest::keepsItsText() {
    const std::string text = "{{{title}}} is {genre}";
    auto parsed = TextTemplate::parse(text, kFields);
    QVERIFY(parsed.ok());
    QCOMPARE(parsed->text(), text);
}

void TextTemplateTest::joinsNeighbouringLiterals() {
    const std::vector<std::string> kPieces = {"a", "{{", "}}", "{title}", "{genre}", " ", "é", ""};
    RandomStream random(1, "templates");
    for (int i = 0; i < 2000; ++i) {
        std::string text = "{user_id}";
        std::string expected = "u";
        for (std::uint64_t pieces = random.below(8); pieces > 0; --pieces) {
            const std::string& piece = kPieces[random.below(kPieces.size())];
            text += piece;
            expected += piece == "{{"        ? "{"
                        : piece == "}}"      ? "}"
                        : piece == "{title}" ? "t"
                        : piece == "{genre}" ? "g"
                                             : piece;
        }
        auto parsed = TextTemplate::parse(text, kFields);
        QVERIFY2(parsed.ok(), text.c_str());
        QCOMPARE(parsed->render({"u", "t", "g"}), expected);
        bool literal = false;
        for (const TextTemplate::Part& part : parsed->parts()) {
            QVERIFY(!(literal && part.field < 0));
            QCOMPARE(part.literal.empty(), part.field >= 0);
            literal = part.field < 0;
        }
    }
}

QTEST_GUILESS_MAIN(TextTemplateTest)
#include "text_template_test.moc"
