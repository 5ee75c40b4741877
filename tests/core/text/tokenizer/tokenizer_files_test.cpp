#include "tests/core/rounds.h"
#include "tests/core/text/tokenizer/model_folder.h"

#include <optional>

using namespace flip;
using namespace flip::test;
using Json = nlohmann::json;

namespace {

constexpr const char* kVocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nfilm\n##s\n";

/// A valid tokenizer.json with seven pieces.
Json validJson() {
    return Json::parse(R"({
        "version": "1.0", "truncation": {"max_length": 4}, "padding": {"pad_id": 0},
        "added_tokens": [{"id": 4, "content": "[MASK]", "special": true, "normalized": false}],
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "strip_accents": null},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                       {"Sequence": {"id": "A", "type_id": 0}},
                       {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
            "special_tokens": {"[CLS]": {"ids": [2]}, "[SEP]": {"ids": [3]}}},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "max_input_chars_per_word": 100,
            "continuing_subword_prefix": "##",
            "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "film": 5,
                      "##s": 6}}})");
}

} // namespace

class TokenizerFilesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAValidFile();
    void ignoresTruncationAndPadding();
    void refusesUnsupportedSettings_data();
    void refusesUnsupportedSettings();
    void namesTheDamagedFile_data();
    void namesTheDamagedFile();
    void survivesTruncatedFiles_data();
    void survivesTruncatedFiles();
    void survivesDamagedBytes_data();
    void survivesDamagedBytes();
    void survivesMembersOfTheWrongKind();
};

void TokenizerFilesTest::readsAValidFile() {
    ModelFolder folder;
    folder.write("tokenizer.json", validJson().dump());
    const auto tokenizer = openOrDie(folder.path());
    QCOMPARE(tokenizer->pieces("Films[MASK]"),
             (std::vector<Token>{{5, 0, 4}, {6, 4, 5}, {4, 5, 11}}));
}

void TokenizerFilesTest::ignoresTruncationAndPadding() {
    ModelFolder folder;
    folder.write("tokenizer.json", validJson().dump());
    const auto tokenizer = openOrDie(folder.path());
    QCOMPARE(tokenizer->sentence("film film film").size(), std::size_t{5});
    QCOMPARE(tokenizer->sentence("").size(), std::size_t{2});
}

void TokenizerFilesTest::refusesUnsupportedSettings_data() {
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("named");
    const auto row = [](const char* name, const char* pointer, const char* value,
                        const char* named) {
        QTest::newRow(name) << QString(pointer) << QByteArray(value) << QString(named);
    };
    row("another model", "/model/type", R"("WordLevel")", "model \"WordLevel\"");
    row("another normalizer", "/normalizer/type", R"("NFKC")", "normalizer \"NFKC\"");
    row("no normalizer", "/normalizer", "null", "normalizer \"null\"");
    row("a sequence of normalizers", "/normalizer", R"({"type": "Sequence", "normalizers": []})",
        "normalizer \"Sequence\"");
    row("another splitter", "/pre_tokenizer/type", R"("Metaspace")", "pre_tokenizer \"Metaspace\"");
    row("another frame", "/post_processor/type", R"("ByteLevel")", "post_processor \"ByteLevel\"");
    row("no frame", "/post_processor", "null", "post_processor \"null\"");
    row("a frame of two", "/post_processor/single", R"([{"Sequence": {"id": "A"}}])",
        "TemplateProcessing");
    row("frame of many ids", "/post_processor/special_tokens/[CLS]/ids", "[2, 2]", "\"[CLS]\"");
    row("frame without a piece", "/post_processor/special_tokens/[SEP]/ids", "[77]", "id 77");
    row("no unknown piece", "/model/unk_token", R"("<unk>")", "\"<unk>\"");
    row("id below zero", "/model/vocab/film", "-1", "\"film\"");
    row("id that is text", "/model/vocab/film", R"("5")", "\"film\"");
    row("id out of range", "/model/vocab/film", "4000000000", "\"film\"");
    row("a duplicate id", "/model/vocab/film", "6", "share the id 6");
    row("vocabulary that is a list", "/model/vocab", "[]", "\"vocab\"");
    row("lower case option that is text", "/normalizer/lowercase", R"("yes")", "\"lowercase\"");
    row("added token with another id", "/added_tokens/0/id", "9", "\"[MASK]\" has id 9");
    row("added token without text", "/added_tokens/0/content", R"("")", "added token is empty");
    row("added token that is normalized away", "/added_tokens/0",
        R"({"id": 7, "content": "\u200b", "normalized": true})", "normalized to nothing");
    row("added token without id", "/added_tokens/0", R"({"content": "x"})", "added_tokens");
    row("length that is text", "/model/max_input_chars_per_word", R"("100")",
        "max_input_chars_per_word");
}

void TokenizerFilesTest::refusesUnsupportedSettings() {
    QFETCH(QString, pointer);
    QFETCH(QByteArray, value);
    QFETCH(QString, named);
    Json json = validJson();
    json[Json::json_pointer(pointer.toStdString())] = Json::parse(value.toStdString());
    ModelFolder folder;
    folder.write("tokenizer.json", json.dump());
    const Problem problem = folder.problem();
    QVERIFY(isClear(problem, folder.path() / "tokenizer.json"));
    QVERIFY2(QString::fromStdString(problem.what).contains(named), problem.text().c_str());
}

void TokenizerFilesTest::namesTheDamagedFile_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("named");
    const auto row = [](const char* name, const char* file, const QByteArray& content,
                        const char* where, const char* named) {
        QTest::newRow(name) << QByteArray(file) << content << QString(where) << QString(named);
    };
    row("no files", "", "", "", "no tokenizer.json");
    row("vocabulary without merges", "vocab.json", "{}", "", "both vocab.json and merges.txt");
    row("merges without vocabulary", "merges.txt", "", "", "both vocab.json and merges.txt");
    row("empty vocabulary", "vocab.txt", "", "/vocab.txt", "is empty");
    row("no unknown piece", "vocab.txt", "[PAD]\n[CLS]\n[SEP]\n[MASK]\n", "/vocab.txt",
        "\"[UNK]\"");
    row("no mask", "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n", "/vocab.txt", "\"[MASK]\"");
    row("not UTF-8", "vocab.txt", "[PAD]\n[UNK]\n\xFF\n", "/vocab.txt:3", "not UTF-8");
    row("one long line", "vocab.txt", QByteArray(4000, 'x'), "/vocab.txt:1", "4000 bytes");
    row("empty file", "tokenizer.json", "", "/tokenizer.json:1", "not valid JSON");
    row("cut off", "tokenizer.json", "{\n\"model\": {", "/tokenizer.json:2", "not valid JSON");
    row("number out of range", "tokenizer.json", R"({"model": 1e999})", "/tokenizer.json",
        "out of range");
    row("a list", "tokenizer.json", "[]", "/tokenizer.json", "no JSON object");
    row("empty object", "tokenizer.json", "{}", "/tokenizer.json", "model \"null\"");
    row("options cut off", "tokenizer_config.json", "{", "/tokenizer_config.json:1",
        "not valid JSON");
    row("another class", "tokenizer_config.json", R"({"tokenizer_class": "XLNetTokenizer"})",
        "/tokenizer_config.json", "XLNetTokenizer");
    row("no basic splitting", "tokenizer_config.json", R"({"do_basic_tokenize": false})",
        "/tokenizer_config.json", "do_basic_tokenize");
    row("lower case option that is text", "tokenizer_config.json", R"({"do_lower_case": "no"})",
        "/tokenizer_config.json", "do_lower_case");
    row("mask that is a number", "special_tokens_map.json", R"({"mask_token": 4})",
        "/special_tokens_map.json", "mask_token");
    row("mask without a piece", "special_tokens_map.json", R"({"mask_token": "<mask>"})",
        "/vocab.txt", "\"<mask>\"");
    row("added token with another id", "added_tokens.json", R"({"x": 99})", "/vocab.txt", "id 99");
}

void TokenizerFilesTest::namesTheDamagedFile() {
    QFETCH(QByteArray, file);
    QFETCH(QByteArray, content);
    QFETCH(QString, where);
    QFETCH(QString, named);
    ModelFolder folder;
    if (file.contains("config") || file.contains("tokens")) {
        folder.write("vocab.txt", kVocabulary);
    }
    if (!file.isEmpty()) {
        folder.write(file.toStdString(), content.toStdString());
    }
    const Problem problem = folder.problem();
    QVERIFY2(QString::fromStdString(problem.what).contains(named), problem.text().c_str());
    QCOMPARE(problem.where, folder.path().string() + where.toStdString());
    QVERIFY(isClear(problem, folder.path()));
    QVERIFY(isClear(openTokenizer(folder.path() / "nowhere").problem(), folder.path()));
}

void TokenizerFilesTest::survivesTruncatedFiles_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::newRow("tokenizer.json") << QByteArray("tokenizer.json");
    QTest::newRow("vocab.txt") << QByteArray("vocab.txt");
    QTest::newRow("tokenizer_config.json") << QByteArray("tokenizer_config.json");
}

void TokenizerFilesTest::survivesTruncatedFiles() {
    QFETCH(QByteArray, file);
    ModelFolder folder;
    folder.write("vocab.txt", kVocabulary);
    const std::string valid = file == "tokenizer.json"          ? validJson().dump()
                              : file == "tokenizer_config.json" ? R"({"do_lower_case": true})"
                                                                : kVocabulary;
    for (std::size_t length = 0; length < valid.size(); ++length) {
        folder.write(file.toStdString(), std::string_view(valid).substr(0, length));
        auto tokenizer = openTokenizer(folder.path());
        if (tokenizer.ok()) {
            // Only pieces after the last special token can be lost unnoticed.
            QCOMPARE(file, QByteArray("vocab.txt"));
            QVERIFY(length >= std::string_view(kVocabulary).find("film") - 1);
        } else {
            QVERIFY2(isClear(tokenizer.problem(), folder.path()),
                     tokenizer.problem().text().c_str());
        }
    }
}

void TokenizerFilesTest::survivesDamagedBytes_data() {
    survivesTruncatedFiles_data();
}

void TokenizerFilesTest::survivesDamagedBytes() {
    QFETCH(QByteArray, file);
    ModelFolder folder;
    folder.write("vocab.txt", kVocabulary);
    const std::string valid = file == "tokenizer.json"          ? validJson().dump()
                              : file == "tokenizer_config.json" ? R"({"do_lower_case": true})"
                                                                : kVocabulary;
    checkDamagedBytes(folder, file.toStdString(), valid, "Films, [MASK] and 中文", rounds(3000),
                      rounds(300));
}

void TokenizerFilesTest::survivesMembersOfTheWrongKind() {
    checkMembersOfTheWrongKind(validJson());
}

QTEST_GUILESS_MAIN(TokenizerFilesTest)
#include "tokenizer_files_test.moc"
