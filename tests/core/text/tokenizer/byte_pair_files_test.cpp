#include "tests/core/rounds.h"
#include "tests/core/text/tokenizer/model_folder.h"

using namespace flip;
using namespace flip::test;
using Json = nlohmann::json;

namespace {

/// Special tokens, letters, then merged pieces.
Json validVocabulary() {
    Json vocabulary = {{"<s>", 0}, {"<pad>", 1}, {"</s>", 2}, {"<unk>", 3}, {"<mask>", 4}};
    int id = 5;
    for (const char* piece : {"f", "i", "l", "m", "Ġ", "fi", "lm", "film", "Ġfilm"}) {
        vocabulary[piece] = id++;
    }
    return vocabulary;
}

constexpr const char* kMerges = "#version: 0.2\nf i\nl m\nfi lm\nĠ film\n";

Json validJson() {
    Json json = Json::parse(R"({
        "version": "1.0", "truncation": {"max_length": 4}, "padding": {"pad_id": 1},
        "added_tokens": [{"id": 4, "content": "<mask>", "special": true, "lstrip": true}],
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
        "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0],
                           "trim_offsets": true, "add_prefix_space": false},
        "model": {"type": "BPE", "dropout": null, "unk_token": null,
            "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false,
            "byte_fallback": false, "ignore_merges": false,
            "merges": ["f i", "l m", ["fi", "lm"], "Ġ film"]}})");
    json["model"]["vocab"] = validVocabulary();
    return json;
}

void writeValid(ModelFolder& folder) {
    folder.write("vocab.json", validVocabulary().dump());
    folder.write("merges.txt", kMerges);
}

const std::vector<Token> kFilms = {{12, 0, 4}, {13, 5, 9}, {4, 10, 16}};

} // namespace

class BytePairFilesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAValidFile();
    void readsAFileWithoutAModelType();
    void readsValidFilesWithoutJson();
    void prefersJson();
    void readsSupportedSettings_data();
    void readsSupportedSettings();
    void refusesUnsupportedSettings_data();
    void refusesUnsupportedSettings();
    void namesTheDamagedFile_data();
    void namesTheDamagedFile();
    void survivesTruncatedFiles_data();
    void survivesTruncatedFiles();
    void survivesDamagedBytes_data() { survivesTruncatedFiles_data(); }
    void survivesDamagedBytes();
    void survivesMembersOfTheWrongKind();
};

void BytePairFilesTest::readsAValidFile() {
    ModelFolder folder;
    folder.write("tokenizer.json", validJson().dump());
    const auto tokenizer = openOrDie(folder.path());
    QCOMPARE(tokenizer->pieces("film film <mask>"), kFilms);
    QCOMPARE(tokenizer->sentence("film film film film film").size(), std::size_t{7});
}

void BytePairFilesTest::readsAFileWithoutAModelType() {
    ModelFolder folder;
    Json json = validJson();
    json["model"].erase("type");
    folder.write("tokenizer.json", json.dump());
    QCOMPARE(openOrDie(folder.path())->pieces("film film <mask>"), kFilms);
}

void BytePairFilesTest::readsValidFilesWithoutJson() {
    ModelFolder folder;
    writeValid(folder);
    QCOMPARE(openOrDie(folder.path())->pieces("film film <mask>"), kFilms);
}

void BytePairFilesTest::prefersJson() {
    ModelFolder folder;
    writeValid(folder);
    Json json = validJson();
    json["model"]["merges"] = Json::array();
    folder.write("tokenizer.json", json.dump());
    QCOMPARE(openOrDie(folder.path())->pieces("film").size(), std::size_t{4});
}

void BytePairFilesTest::readsSupportedSettings_data() {
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char* name, const char* pointer, const char* value) {
        QTest::newRow(name) << QString(pointer) << QByteArray(value);
    };
    row("an empty prefix", "/model/continuing_subword_prefix", R"("")");
    row("an empty suffix", "/model/end_of_word_suffix", R"("")");
    row("dropout of zero", "/model/dropout", "0.0");
    row("whole words without merges", "/model/ignore_merges", "true");
    row("an unknown piece", "/model/unk_token", R"("<unk>")");
    row("byte fallback", "/model/byte_fallback", "true");
    row("a list of pairs", "/model/merges",
        R"([["f", "i"], ["l", "m"], ["fi", "lm"], ["Ġ", "film"]])");
    row("BertProcessing", "/post_processor",
        R"({"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0]})");
    row("TemplateProcessing", "/post_processor", R"({"type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A"}},
                   {"SpecialToken": {"id": "</s>", "type_id": 0}}],
        "special_tokens": {"<s>": {"ids": [0]}, "</s>": {"ids": [2]}}})");
    row("ByteLevel, then BertProcessing", "/post_processor", R"({"type": "Sequence", "processors": [
        {"type": "ByteLevel", "trim_offsets": true, "add_prefix_space": false},
        {"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0]}]})");
}

void BytePairFilesTest::readsSupportedSettings() {
    QFETCH(QString, pointer);
    QFETCH(QByteArray, value);
    Json json = validJson();
    json[Json::json_pointer(pointer.toStdString())] = Json::parse(value.toStdString());
    ModelFolder folder;
    folder.write("tokenizer.json", json.dump());
    const auto tokenizer = openOrDie(folder.path());
    std::vector<std::int32_t> ids;
    for (const Token& token : tokenizer->sentence("film film")) {
        ids.push_back(token.id);
    }
    QCOMPARE(ids, (std::vector<std::int32_t>{0, 12, 13, 2}));
}

void BytePairFilesTest::refusesUnsupportedSettings_data() {
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("named");
    const auto row = [](const char* name, const char* pointer, const char* value,
                        const char* named) {
        QTest::newRow(name) << QString(pointer) << QByteArray(value) << QString(named);
    };
    row("a normalizer", "/normalizer", R"({"type": "NFC"})", "normalizer \"NFC\"");
    row("another splitter", "/pre_tokenizer/type", R"("Metaspace")", "pre_tokenizer \"Metaspace\"");
    row("no splitter", "/pre_tokenizer", "null", "pre_tokenizer \"null\"");
    row("a sequence of splitters", "/pre_tokenizer", R"({"type": "Sequence", "pretokenizers": []})",
        "pre_tokenizer \"Sequence\"");
    row("trimming without a frame", "/post_processor/type", R"("ByteLevel")",
        "post_processor \"ByteLevel\"");
    row("no frame", "/post_processor", "null", "post_processor \"null\"");
    row("a sequence of frames", "/post_processor", R"({"type": "Sequence", "processors": []})",
        "post_processor \"Sequence\"");
    row("frame without a piece", "/post_processor/cls", R"(["<s>", 77])", "id 77");
    row("frame that is text", "/post_processor/sep", R"("</s>")", "\"sep\"");
    row("dropout", "/model/dropout", "0.1", "dropout");
    row("unknown token without a piece", "/model/unk_token", R"("[UNK]")", "\"[UNK]\"");
    row("byte fallback with a suffix", "/model",
        R"({"type": "BPE", "vocab": {}, "merges": [], "byte_fallback": true,
            "end_of_word_suffix": "</w>"})",
        "byte_fallback");
    row("merge of a missing piece", "/model/merges", R"(["f x"])", "\"x\"");
    row("merge to a missing piece", "/model/merges", R"(["f m"])", "\"fm\"");
    row("merge of three", "/model/merges", R"(["f i l"])", "not a merge of two");
    row("merge of one", "/model/merges", R"(["f"])", "not a merge of two");
    row("merge of numbers", "/model/merges", "[[1, 2]]", "not a merge of two");
    row("no merges", "/model/merges", "null", "\"merges\"");
    row("merge without its prefix", "/model/continuing_subword_prefix", R"("####")",
        "continuing_subword_prefix");
    row("no mask", "/model/vocab/<mask>", "4000000000", "\"<mask>\"");
    row("a duplicate id", "/model/vocab/film", "6", "share the id 6");
    row("added token with another id", "/added_tokens/0/id", "9", "\"<mask>\" has id 9");
}

void BytePairFilesTest::refusesUnsupportedSettings() {
    QFETCH(QString, pointer);
    QFETCH(QByteArray, value);
    QFETCH(QString, named);
    Json json = validJson();
    json[Json::json_pointer(pointer.toStdString())] = Json::parse(value.toStdString());
    ModelFolder folder;
    folder.write("tokenizer.json", json.dump());
    const Problem problem = folder.problem();
    QVERIFY2(isClear(problem, folder.path() / "tokenizer.json"), problem.text().c_str());
    QVERIFY2(QString::fromStdString(problem.what).contains(named), problem.text().c_str());
}

void BytePairFilesTest::namesTheDamagedFile_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("named");
    const auto row = [](const char* name, const char* file, const char* content, const char* where,
                        const char* named) {
        QTest::newRow(name) << QByteArray(file) << QByteArray(content) << QString(where)
                            << QString(named);
    };
    row("vocabulary cut off", "vocab.json", "{", "/vocab.json:1", "not valid JSON");
    row("vocabulary that is a list", "vocab.json", "[]", "/vocab.json", "no JSON object");
    row("empty vocabulary", "vocab.json", "{}", "/vocab.json", "\"<s>\"");
    row("merge of a missing piece", "merges.txt", "#version: 0.2\nf i\nl x\n", "/merges.txt:3",
        "\"x\"");
    row("an empty line", "merges.txt", "f i\n\nl m\n", "/merges.txt:2", "not a merge of two");
    row("not UTF-8", "merges.txt", "f i\nl \xFF\n", "/merges.txt:2", "not UTF-8");
    row("another class", "tokenizer_config.json", R"({"tokenizer_class": "GPT2Tokenizer"})",
        "/tokenizer_config.json", "GPT2Tokenizer");
    row("prefix option that is text", "tokenizer_config.json", R"({"add_prefix_space": "no"})",
        "/tokenizer_config.json", "add_prefix_space");
    row("mask without a piece", "special_tokens_map.json", R"({"mask_token": "[MASK]"})",
        "/vocab.json", "\"[MASK]\"");
    row("added token with another id", "added_tokens.json", R"({"x": 99})", "/vocab.json", "id 99");
    row("added token id that is text", "added_tokens.json", R"({"x": "99"})", "/added_tokens.json",
        "\"x\"");
}

void BytePairFilesTest::namesTheDamagedFile() {
    QFETCH(QByteArray, file);
    QFETCH(QByteArray, content);
    QFETCH(QString, where);
    QFETCH(QString, named);
    ModelFolder folder;
    writeValid(folder);
    folder.write(file.toStdString(), content.toStdString());
    const Problem problem = folder.problem();
    QVERIFY2(QString::fromStdString(problem.what).contains(named), problem.text().c_str());
    QCOMPARE(problem.where, folder.path().string() + where.toStdString());
    QVERIFY(isClear(problem, folder.path()));
}

void BytePairFilesTest::survivesTruncatedFiles_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("tokenizer.json") << "tokenizer.json";
    QTest::newRow("vocab.json") << "vocab.json";
    QTest::newRow("merges.txt") << "merges.txt";
}

void BytePairFilesTest::survivesTruncatedFiles() {
    QFETCH(QString, file);
    ModelFolder folder;
    writeValid(folder);
    const std::string valid = file == "tokenizer.json" ? validJson().dump()
                              : file == "vocab.json"   ? validVocabulary().dump()
                                                       : kMerges;
    for (std::size_t length = 0; length < valid.size(); ++length) {
        folder.write(file.toStdString(), std::string_view(valid).substr(0, length));
        auto tokenizer = openTokenizer(folder.path());
        if (tokenizer.ok()) {
            QCOMPARE(file, QString("merges.txt")); // merges at its end can be lost unnoticed
        } else {
            QVERIFY2(isClear(tokenizer.problem(), folder.path()),
                     tokenizer.problem().text().c_str());
        }
    }
}

void BytePairFilesTest::survivesDamagedBytes() {
    QFETCH(QString, file);
    ModelFolder folder;
    writeValid(folder);
    const std::string valid = file == "tokenizer.json" ? validJson().dump()
                              : file == "vocab.json"   ? validVocabulary().dump()
                                                       : kMerges;
    checkDamagedBytes(folder, file.toStdString(), valid, "Film, film <mask> and 中文", rounds(3000),
                      rounds(300));
}

void BytePairFilesTest::survivesMembersOfTheWrongKind() {
    checkMembersOfTheWrongKind(validJson());
}

QTEST_GUILESS_MAIN(BytePairFilesTest)
#include "byte_pair_files_test.moc"
