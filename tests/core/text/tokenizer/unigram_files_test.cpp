#include "tests/core/rounds.h"
#include "tests/core/text/tokenizer/model_folder.h"

using namespace flip;
using namespace flip::test;
using Json = nlohmann::json;

namespace {

Json validJson() {
    return Json::parse(R"({
        "version": "1.0", "truncation": {"max_length": 4}, "padding": null,
        "added_tokens": [{"id": 4, "content": "<mask>", "special": true, "lstrip": true}],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Replace", "pattern": {"String": "~"}, "content": "-"},
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": true},
        "post_processor": {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                       {"Sequence": {"id": "A", "type_id": 0}},
                       {"SpecialToken": {"id": "</s>", "type_id": 0}}],
            "special_tokens": {"<s>": {"ids": [0]}, "</s>": {"ids": [2]}}},
        "model": {"type": "Unigram", "unk_id": 3, "byte_fallback": false,
            "vocab": [["<s>", 0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["<mask>", 0.0],
                      ["▁film", -1.5], ["s", -2], ["▁", -3.0]]}})");
}

} // namespace

class UnigramFilesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAValidFile();
    void refusesUnsupportedSettings_data();
    void refusesUnsupportedSettings();
    void survivesDamagedBytes();
    void survivesMembersOfTheWrongKind();
};

void UnigramFilesTest::readsAValidFile() {
    ModelFolder folder;
    folder.write("tokenizer.json", validJson().dump());
    const auto tokenizer = openOrDie(folder.path());
    QCOMPARE(tokenizer->pieces("Films  <mask> fílm x"),
             (std::vector<Token>{
                 {5, 0, 4}, {6, 4, 5}, {4, 5, 13}, {5, 13, 18}, {7, 18, 19}, {3, 19, 20}}));
    QCOMPARE(tokenizer->special().cls, 0);
    QCOMPARE(tokenizer->special().unknown, 3);
}

void UnigramFilesTest::refusesUnsupportedSettings_data() {
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("named");
    const auto row = [](const char* name, const char* pointer, const char* value,
                        const char* named) {
        QTest::newRow(name) << QString(pointer) << QByteArray(value) << QString(named);
    };
    row("another normalizer", "/normalizer", R"({"type": "NFKC"})", "normalizer \"NFKC\"");
    row("another normalizer in a sequence", "/normalizer/normalizers/3", R"({"type": "Nmt"})",
        "normalizer \"Nmt\"");
    row("a pattern", "/normalizer/normalizers/1/pattern", R"({"Regex": "a+"})", "\"a+\"");
    row("a damaged map", "/normalizer/normalizers/2",
        R"({"type": "Precompiled", "precompiled_charsmap": "AAAA"})", "precompiled_charsmap");
    row("another splitter", "/pre_tokenizer/type", R"("Digits")", "pre_tokenizer \"Digits\"");
    row("a sequence of splitters", "/pre_tokenizer", R"({"type": "Sequence", "pretokenizers": []})",
        "pre_tokenizer \"Sequence\"");
    row("a blank of two characters", "/pre_tokenizer/replacement", R"("__")", "replacement");
    row("another scheme", "/pre_tokenizer/prepend_scheme", R"("last")", "prepend_scheme \"last\"");
    row("no frame", "/post_processor", "null", "post_processor \"null\"");
    row("no unknown piece", "/model/unk_id", "null", "unk_id");
    row("unknown piece out of range", "/model/unk_id", "8", "unk_id");
    row("vocabulary that is an object", "/model/vocab", "{}", "\"vocab\"");
    row("piece without score", "/model/vocab/5", R"(["film"])", "piece 5");
    row("piece that is a number", "/model/vocab/5", "[1, 2]", "piece 5");
    row("no mask", "/model/vocab/4/0", R"("mask")", "\"<mask>\"");
    row("added token with another id", "/added_tokens/0/id", "9", "\"<mask>\" has id 9");
    row("added token that is normalized away", "/added_tokens/0",
        R"({"id": 8, "content": "\u0301", "normalized": true})", "normalized to nothing");
}

void UnigramFilesTest::refusesUnsupportedSettings() {
    QFETCH(QString, pointer);
    QFETCH(QByteArray, value);
    QFETCH(QString, named);
    Json json = validJson();
    json[Json::json_pointer(pointer.toStdString())] = Json::parse(value.toStdString());
    ModelFolder folder;
    folder.write("tokenizer.json", json.dump());
    const auto tokenizer = openTokenizer(folder.path());
    QVERIFY(!tokenizer.ok());
    const Problem problem = tokenizer.problem();
    QVERIFY2(isClear(problem, folder.path() / "tokenizer.json"), problem.text().c_str());
    QVERIFY2(QString::fromStdString(problem.what).contains(named), problem.text().c_str());
}

void UnigramFilesTest::survivesDamagedBytes() {
    const std::string valid = readBytes(smallModel("unigram_lowered") / "tokenizer.json");
    ModelFolder folder;
    checkDamagedBytes(folder, "tokenizer.json", valid, "Film, ﬁlm <mask> ½ e\u0301 中文",
                      rounds(2000), rounds(300));
}

void UnigramFilesTest::survivesMembersOfTheWrongKind() {
    checkMembersOfTheWrongKind(validJson());
}

QTEST_GUILESS_MAIN(UnigramFilesTest)
#include "unigram_files_test.moc"
