#include "core/text/tokenizer.h"

#include "core/text/json_file.h"
#include "core/text/tokenizer_file_parts.h"
#include "core/text/unicode.h"
#include "core/text/word_piece.h"
#include "core/text/word_piece_files.h"

#include <system_error>

namespace flip {

namespace {

bool isFile(const std::filesystem::path& file) {
    std::error_code error;
    return std::filesystem::is_regular_file(file, error);
}

Result<WordPieceModel> readModel(const std::filesystem::path& folder) {
    if (isFile(folder / "tokenizer.json")) {
        const auto file = JsonFile::read(folder / "tokenizer.json");
        if (!file) {
            return file.problem();
        }
        typeOf(file->root(), "model", {"WordPiece"}, "BERT's WordPiece");
        return file->problem() ? *file->problem() : readWordPieceJson(*file, folder);
    }
    if (isFile(folder / "vocab.txt")) {
        return readWordPieceVocabulary(folder);
    }
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error)) {
        return Problem{"there is no such model folder", folder.string()};
    }
    if (isFile(folder / "vocab.json") || isFile(folder / "merges.txt")) {
        return Problem{"byte-level BPE (vocab.json and merges.txt) is not supported; take a model "
                       "with a WordPiece tokenizer",
                       folder.string()};
    }
    return Problem{"the model folder has no tokenizer.json and no vocab.txt; download the "
                   "tokenizer's files too",
                   folder.string()};
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
    auto model = readModel(folder);
    if (!model) {
        return model.problem();
    }
    return std::unique_ptr<Tokenizer>(std::make_unique<WordPieceTokenizer>(*model));
}

} // namespace flip
