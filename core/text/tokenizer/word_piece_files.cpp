#include "core/text/tokenizer/word_piece_files.h"

#include "core/base/files.h"
#include "core/base/text_encoding.h"
#include "core/text/tokenizer/tokenizer_file_parts.h"
#include "core/text/tokenizer/unicode.h"

#include <algorithm>
#include <array>
#include <limits>
#include <system_error>

namespace flip {

namespace {

using Path = std::filesystem::path;

constexpr const char* kAlgorithm = "BERT's WordPiece";

void readNormalizer(JsonNode json, BertRules& rules) {
    typeOf(json, "normalizer", {"BertNormalizer"}, kAlgorithm);
    const JsonNode normalizer = json.at("normalizer");
    rules.cleanText = normalizer.flag("clean_text", true);
    rules.splitChinese = normalizer.flag("handle_chinese_chars", true);
    rules.lowercase = normalizer.flag("lowercase", true);
    rules.stripAccents = normalizer.flag("strip_accents", rules.lowercase);
}

/// Returns a function that tests whether the normalizer removes all of an added token.
std::function<bool(const AddedToken&)> emptyAfterNormalizing(const BertRules& rules) {
    return [normalizer = BertNormalizer(rules)](const AddedToken& token) {
        NormalizedText text;
        normalizer.append(decodeUtf8(token.content), 0, text);
        return text.units.empty();
    };
}

/// The lines of vocab.txt without trailing white space, one piece each.
Result<std::vector<std::string>> readLines(const Path& file) {
    auto bytes = readFile(file);
    if (!bytes) {
        return bytes.problem();
    }
    std::vector<std::string> lines;
    const auto where = [&] { return file.string() + ':' + std::to_string(lines.size() + 1); };
    std::string_view rest = *bytes;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (!isUtf8(line)) {
            return Problem{"the line is not UTF-8; download the file again", where()};
        }
        std::u32string text = decodeUtf8(line);
        while (!text.empty() && (characterBits(text.back()) & kWhiteSpace) != 0) {
            text.pop_back();
        }
        std::string piece;
        for (const char32_t c : text) {
            appendUtf8(c, piece);
        }
        if (piece.size() > PieceTable::kLongest) {
            return Problem{"a piece of " + std::to_string(piece.size()) +
                               " bytes; is this a vocabulary?",
                           where()};
        }
        lines.push_back(std::move(piece));
    }
    // No text becomes an empty piece, and the model has no row for the ones after the last piece.
    while (!lines.empty() && lines.back().empty()) {
        lines.pop_back();
    }
    if (lines.empty()) {
        return Problem{"the vocabulary is empty; download the file again", file.string()};
    }
    return lines;
}

/// The class that reads these files in transformers, as tokenizer_config.json names it.
std::string classOf(JsonNode config) {
    return config.text("tokenizer_class", "BertTokenizer");
}

/// Whether a class of transformers configures its normalizer from tokenizer_config.json.
bool usesOptions(const std::string& name) {
    const std::array<std::string_view, 7> kFamilies = {
        "Bert", "DistilBert", "Electra", "MobileBert", "SqueezeBert", "ConvBert", "RetriBert"};
    return std::any_of(kFamilies.begin(), kFamilies.end(), [&name](std::string_view family) {
        const std::string slow = std::string(family) + "Tokenizer";
        return name == slow || name == slow + "Fast";
    });
}

void readOptions(JsonNode config, BertRules& rules) {
    rules.cleanText = true;
    rules.lowercase = config.flag("do_lower_case", true);
    rules.stripAccents = config.flag("strip_accents", rules.lowercase);
    rules.splitChinese = config.flag("tokenize_chinese_chars", true);
}

/// The options of a model that has no tokenizer.json.
void readConfig(JsonNode json, BertRules& rules) {
    const std::string name = classOf(json);
    if (!usesOptions(name)) {
        json.refuse("tokenizer_class " + inQuotes(name) +
                    " is not supported with vocab.txt; use a model with a tokenizer.json");
    }
    if (!json.flag("do_basic_tokenize", true)) {
        json.refuse("\"do_basic_tokenize\": false is not supported");
    }
    readOptions(json, rules);
}

} // namespace

Result<WordPieceModel> readWordPieceJson(const JsonFile& file, const Path& folder) {
    auto names = readSpecialNames(folder, {});
    if (!names) {
        return names.problem();
    }
    const Path options = folder / "tokenizer_config.json";
    const auto config = JsonFile::readIfExists(options);
    if (!config) {
        return config.problem();
    }
    const JsonNode json = file.root();
    WordPieceModel model;
    readNormalizer(json, model.rules);
    // In transformers the options override the file. A missing option overrides it with its
    // default.
    std::error_code ignored;
    if (std::filesystem::exists(options, ignored) && usesOptions(classOf(config->root()))) {
        readOptions(config->root(), model.rules);
    }
    if (config->problem()) {
        return *config->problem();
    }
    typeOf(json, "pre_tokenizer", {"BertPreTokenizer"}, kAlgorithm);
    const std::string framing =
        typeOf(json, "post_processor", {"TemplateProcessing", "BertProcessing"}, kAlgorithm);
    if (file.problem()) {
        return *file.problem();
    }
    const JsonNode parameters = json.object("model");
    const std::string unknown = parameters.text("unk_token", "[UNK]");
    model.prefix = parameters.text("continuing_subword_prefix", "##");
    if (const JsonNode most = parameters.at("max_input_chars_per_word"); !most.isNull()) {
        model.maxCharacters =
            most.number("\"max_input_chars_per_word\"", std::numeric_limits<std::int32_t>::max());
    }
    const std::size_t pieces =
        readPieces(parameters.object("vocab"), PieceTable::kLongest, model.pieces);
    const std::vector<AddedToken> added = readAddedTokens(json);
    if (file.problem()) {
        return *file.problem();
    }
    PieceIds ids(model.pieces);
    model.special.unknown = specialId(ids, unknown, json);
    placeAdded(added, pieces, emptyAfterNormalizing(model.rules), model.added, ids, json);
    const JsonNode processor = json.object("post_processor");
    if (framing == "BertProcessing") {
        readFramePair(processor, model.special);
    } else {
        readFrameTemplate(processor, model.special);
    }
    checkFrame(model.special, model.pieces, model.added, json);
    model.special.mask = specialId(ids, names->mask, json);
    model.special.pad = specialId(ids, names->pad, json);
    if (file.problem()) {
        return *file.problem();
    }
    return model;
}

Result<WordPieceModel> readWordPieceVocabulary(const Path& folder) {
    auto lines = readLines(folder / "vocab.txt");
    auto config = JsonFile::readIfExists(folder / "tokenizer_config.json");
    auto extra = JsonFile::readIfExists(folder / "added_tokens.json");
    auto names = readSpecialNames(folder, {});
    if (!lines) {
        return lines.problem();
    }
    if (!config) {
        return config.problem();
    }
    if (!extra) {
        return extra.problem();
    }
    if (!names) {
        return names.problem();
    }
    WordPieceModel model;
    readConfig(config->root(), model.rules);
    model.pieces = std::move(*lines);
    PieceIds ids(model.pieces);
    JsonFile vocabulary = JsonFile::named(folder / "vocab.txt");
    const JsonNode where = vocabulary.root();
    std::vector<AddedToken> special;
    for (const auto& [key, text] : names->byKey()) {
        AddedToken& token = special.emplace_back();
        token.content = *text;
        token.id = specialId(ids, *text, where);
        token.special = true;
    }
    const std::vector<AddedToken> added = addedBeside(config->root(), extra->root(), special);
    for (const JsonFile* file : {&*config, &*extra, &vocabulary}) {
        if (file->problem()) {
            return *file->problem();
        }
    }
    placeAdded(added, model.pieces.size(), emptyAfterNormalizing(model.rules), model.added, ids,
               where);
    model.special.unknown = specialId(ids, names->unknown, where);
    model.special.cls = specialId(ids, names->cls, where);
    model.special.sep = specialId(ids, names->sep, where);
    model.special.mask = specialId(ids, names->mask, where);
    model.special.pad = specialId(ids, names->pad, where);
    if (vocabulary.problem()) {
        return *vocabulary.problem();
    }
    return model;
}

} // namespace flip
