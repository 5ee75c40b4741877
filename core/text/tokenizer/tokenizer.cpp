#include "core/text/tokenizer/tokenizer.h"

#include "core/text/tokenizer/byte_pair.h"
#include "core/text/tokenizer/byte_pair_files.h"
#include "core/text/tokenizer/json_file.h"
#include "core/text/tokenizer/unicode.h"
#include "core/text/tokenizer/unigram.h"
#include "core/text/tokenizer/unigram_files.h"
#include "core/text/tokenizer/word_piece.h"
#include "core/text/tokenizer/word_piece_files.h"

#include <system_error>

namespace flip {

namespace {

bool isFile(const std::filesystem::path& file) {
    std::error_code error;
    return std::filesystem::is_regular_file(file, error);
}

template <class Made, class Model>
Result<std::unique_ptr<Tokenizer>> make(const Result<Model>& model) {
    if (!model) {
        return model.problem();
    }
    return std::unique_ptr<Tokenizer>(std::make_unique<Made>(*model));
}

/// The algorithm that tokenizer.json names; for old files it is inferred from their members.
std::string algorithmOf(JsonNode json) {
    const JsonNode model = json.at("model");
    if (!model.isObject()) {
        return "null";
    }
    if (!model.at("type").isNull()) {
        return model.text("type", "");
    }
    return !model.at("merges").isNull()                     ? "BPE"
           : !model.at("max_input_chars_per_word").isNull() ? "WordPiece"
                                                            : "null";
}

Result<std::unique_ptr<Tokenizer>> openJson(const std::filesystem::path& folder) {
    const auto file = JsonFile::read(folder / "tokenizer.json");
    if (!file) {
        return file.problem();
    }
    const std::string algorithm = algorithmOf(file->root());
    if (algorithm == "WordPiece") {
        return make<WordPieceTokenizer>(readWordPieceJson(*file, folder));
    }
    if (algorithm == "BPE") {
        return make<BytePairTokenizer>(readBytePairJson(*file, folder));
    }
    if (algorithm == "Unigram") {
        return make<UnigramTokenizer>(readUnigramJson(*file, folder));
    }
    file->root().refuse("model " + inQuotes(algorithm) +
                        " is not supported; use a model whose tokenizer is WordPiece, byte-level "
                        "BPE or Unigram");
    return *file->problem();
}

} // namespace

std::vector<Token> Tokenizer::sentence(std::string_view utf8) const {
    std::vector<Token> tokens = pieces(utf8);
    tokens.insert(tokens.begin(), Token{special().cls, 0, 0});
    tokens.push_back(Token{special().sep, 0, 0});
    return tokens;
}

Result<std::unique_ptr<Tokenizer>> openTokenizer(const std::filesystem::path& folder) {
    if (auto data = checkUnicodeData(); !data) {
        return data.problem();
    }
    if (isFile(folder / "tokenizer.json")) {
        return openJson(folder);
    }
    if (isFile(folder / "vocab.txt")) {
        return make<WordPieceTokenizer>(readWordPieceVocabulary(folder));
    }
    if (isFile(folder / "vocab.json") && isFile(folder / "merges.txt")) {
        return make<BytePairTokenizer>(readBytePairVocabulary(folder));
    }
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error)) {
        return Problem{"there is no such model folder", folder.string()};
    }
    for (const char* name : {"vocab.json", "merges.txt"}) {
        if (isFile(folder / name)) {
            return Problem{
                "the model folder has a " + std::string(name) +
                    ", but byte-level BPE needs both vocab.json and merges.txt; download "
                    "the other one too",
                folder.string()};
        }
    }
    return Problem{"the model folder has no tokenizer.json, no vocab.txt and no vocab.json with "
                   "merges.txt; download the tokenizer's files too",
                   folder.string()};
}

} // namespace flip
