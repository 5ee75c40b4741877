#include "core/text/tokenizer/byte_pair_files.h"

#include "core/base/files.h"
#include "core/base/text_encoding.h"
#include "core/text/tokenizer/byte_alphabet.h"
#include "core/text/tokenizer/tokenizer_file_parts.h"

#include <algorithm>
#include <array>

namespace flip {

namespace {

using Path = std::filesystem::path;

constexpr const char* kAlgorithm = "byte-level BPE";

SpecialNames robertaNames() {
    return {.cls = "<s>", .sep = "</s>", .mask = "<mask>", .pad = "<pad>", .unknown = "<unk>"};
}

bool emptyAfterNormalizing(const AddedToken& /*token*/) {
    return false; // there is no normalizer
}

/// Parses merges and looks up their pieces.
struct MergeReader {
    const BytePairModel& model;
    const PieceIds& ids;

    /// Appends the merge to `merges`. Returns what is wrong with it, or an empty text.
    std::string read(const std::string& left, const std::string& right,
                     std::vector<BytePairMerges::Merge>& merges) const {
        const std::string name = "the merge " + inQuotes(left + ' ' + right);
        if (right.size() < model.innerPrefix.size()) {
            return name + " has no \"continuing_subword_prefix\"; download the file again";
        }
        const std::string merged = left + right.substr(model.innerPrefix.size());
        std::array<std::int32_t, 3> found{};
        const std::array<const std::string*, 3> pieces = {&left, &right, &merged};
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            const auto id = ids.find(*pieces[i]);
            if (!id) {
                return name + " needs " + inQuotes(*pieces[i]) +
                       ", which is not in the vocabulary; use the files of one model";
            }
            found[i] = *id;
        }
        merges.push_back({found[0], found[1], found[2]});
        return {};
    }

    /// The same for a merge written as one text.
    std::string read(std::string_view line, std::vector<BytePairMerges::Merge>& merges) const {
        const std::size_t blank = line.find(' ');
        if (blank == std::string_view::npos ||
            line.find(' ', blank + 1) != std::string_view::npos) {
            return quotedText(line) + " is not a merge of two pieces; download the file again";
        }
        return read(std::string(line.substr(0, blank)), std::string(line.substr(blank + 1)),
                    merges);
    }

    static bool isHeading(std::string_view line) { return line.starts_with("#version"); }
};

void readMerges(JsonNode list, const PieceIds& ids, BytePairModel& model) {
    if (!list.isArray()) {
        list.refuse("\"merges\" is missing or not a list; download the file again");
    }
    const MergeReader reader{model, ids};
    std::vector<BytePairMerges::Merge> merges;
    for (std::size_t i = 0; i < list.size() && !list.refused(); ++i) {
        const JsonNode item = list.at(i);
        std::string wrong;
        if (item.isText()) {
            const std::string line = item.text();
            wrong = MergeReader::isHeading(line) ? "" : reader.read(line, merges);
        } else if (item.isArray() && item.size() == 2 && item.at(0).isText() &&
                   item.at(1).isText()) {
            wrong = reader.read(item.at(0).text(), item.at(1).text(), merges);
        } else {
            wrong = "\"merges\" holds something that is not a merge of two pieces";
        }
        if (!wrong.empty()) {
            list.refuse(wrong);
        }
    }
    model.merges = std::move(merges);
}

Result<void> readMergesFile(const Path& file, const PieceIds& ids, BytePairModel& model) {
    auto bytes = readFile(file);
    if (!bytes) {
        return bytes.problem();
    }
    const MergeReader reader{model, ids};
    std::vector<BytePairMerges::Merge> merges;
    std::string_view rest = *bytes;
    for (std::int64_t number = 1; !rest.empty(); ++number) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        line.remove_suffix(line.ends_with('\r') ? 1 : 0);
        const std::string where = file.string() + ':' + std::to_string(number);
        if (!isUtf8(line)) {
            return Problem{"the line is not UTF-8; download the file again", where};
        }
        if (MergeReader::isHeading(line)) {
            continue;
        }
        if (std::string wrong = reader.read(line, merges); !wrong.empty()) {
            return Problem{std::move(wrong), where};
        }
    }
    model.merges = std::move(merges);
    return {};
}

/// Refuses a missing unknown token if some byte has no piece: the reference fails at such bytes.
void checkBytes(const BytePairModel& model, const PieceIds& ids, const std::string& unknown,
                JsonNode where) {
    if (unknown.empty() || model.unknownPiece >= 0) {
        return;
    }
    for (unsigned byte = 0; byte < 256; ++byte) {
        const char text = static_cast<char>(byte);
        const std::string character = inByteAlphabet({&text, 1});
        for (const std::string& prefix : {std::string(), model.innerPrefix}) {
            for (const std::string& suffix : {std::string(), model.lastSuffix}) {
                if (!ids.find(prefix + character + suffix)) {
                    specialId(ids, unknown, where);
                    return;
                }
            }
        }
    }
}

void readModel(JsonNode json, const PieceIds& ids, BytePairModel& model) {
    const JsonNode dropout = json.at("dropout");
    if (!dropout.isNull() && !dropout.isZero()) {
        json.refuse("model: \"dropout\" is not supported, since it makes the ids random");
    }
    const std::string unknown = json.text("unk_token", "");
    model.unknownPiece = ids.find(unknown).value_or(-1);
    model.fusesUnknown = json.flag("fuse_unk", false);
    model.byteFallback = json.flag("byte_fallback", false);
    model.takesWholeWords = json.flag("ignore_merges", false);
    model.innerPrefix = json.text("continuing_subword_prefix", "");
    model.lastSuffix = json.text("end_of_word_suffix", "");
    if (model.byteFallback && !(model.innerPrefix + model.lastSuffix).empty()) {
        json.refuse("model: \"byte_fallback\" with \"continuing_subword_prefix\" or "
                    "\"end_of_word_suffix\" is not supported");
    }
    checkBytes(model, ids, unknown, json);
    readMerges(json.at("merges"), ids, model);
}

/// The options of a model that has no tokenizer.json.
void readConfig(JsonNode json, BytePairModel& model) {
    const std::array<std::string_view, 4> kSupported = {"Roberta", "Bart", "Longformer", "LED"};
    const std::string name = json.text("tokenizer_class", "RobertaTokenizer");
    const bool supported =
        std::any_of(kSupported.begin(), kSupported.end(), [&name](std::string_view family) {
            const std::string slow = std::string(family) + "Tokenizer";
            return name == slow || name == slow + "Fast";
        });
    if (!supported) {
        json.refuse("tokenizer_class " + inQuotes(name) +
                    " is not supported with vocab.json; use a model with a tokenizer.json");
    }
    model.addsBlank = json.flag("add_prefix_space", false);
    model.trimsOffsets = json.flag("trim_offsets", true);
    model.keepsFirstBlank = model.addsBlank;
}

void readSpecialIds(const SpecialNames& names, const PieceIds& ids, BytePairModel& model,
                    JsonNode where) {
    model.special.mask = specialId(ids, names.mask, where);
    model.special.pad = specialId(ids, names.pad, where);
    model.special.unknown = ids.find(names.unknown).value_or(model.unknownPiece);
}

/// The special tokens of a model that has no tokenizer.json, each as described by the last of the
/// files that does. By default the mask includes the blanks on its left, as in RoBERTa.
std::vector<AddedToken> specialTokens(SpecialNames names, const PieceIds& ids,
                                      std::initializer_list<JsonNode> files) {
    std::vector<AddedToken> tokens;
    for (const auto& [key, text] : names.byKey()) {
        const auto id = ids.find(*text);
        if (!id) {
            continue;
        }
        AddedToken token;
        token.content = *text;
        token.id = *id;
        token.stripsLeft = text == &names.mask;
        for (const JsonNode& file : files) {
            if (const JsonNode described = file.at(key); described.isObject()) {
                token = addedToken(described, *id);
                token.content = *text;
            }
        }
        token.special = true;
        tokens.push_back(token);
    }
    return tokens;
}

} // namespace

Result<BytePairModel> readBytePairJson(const JsonFile& file, const Path& folder) {
    const auto names = readSpecialNames(folder, robertaNames());
    if (!names) {
        return names.problem();
    }
    const JsonNode json = file.root();
    BytePairModel model;
    typeOf(json, "normalizer", {"null"}, kAlgorithm);
    typeOf(json, "pre_tokenizer", {"ByteLevel"}, kAlgorithm);
    const OffsetTrimming trimming = readFrame(json, model.special, kAlgorithm);
    model.trimsOffsets = trimming.trims;
    model.keepsFirstBlank = trimming.keepsFirstBlank;
    const JsonNode splitter = json.at("pre_tokenizer");
    model.addsBlank = splitter.flag("add_prefix_space", true);
    model.splitsWords = splitter.flag("use_regex", true);
    const JsonNode parameters = json.object("model");
    const std::size_t pieces =
        readPieces(parameters.object("vocab"), BytePairTokenizer::kLongestPiece, model.pieces);
    if (file.problem()) {
        return *file.problem();
    }
    PieceIds ids(model.pieces);
    readModel(parameters, ids, model);
    placeAdded(readAddedTokens(json), pieces, emptyAfterNormalizing, model.added, ids, json);
    checkFrame(model.special, model.pieces, model.added, json);
    readSpecialIds(*names, ids, model, json);
    if (file.problem()) {
        return *file.problem();
    }
    return model;
}

Result<BytePairModel> readBytePairVocabulary(const Path& folder) {
    const auto vocabulary = JsonFile::read(folder / "vocab.json");
    const auto config = JsonFile::readIfExists(folder / "tokenizer_config.json");
    const auto extra = JsonFile::readIfExists(folder / "added_tokens.json");
    const auto map = JsonFile::readIfExists(folder / "special_tokens_map.json");
    const auto names = readSpecialNames(folder, robertaNames());
    if (!vocabulary) {
        return vocabulary.problem();
    }
    if (!config) {
        return config.problem();
    }
    if (!extra) {
        return extra.problem();
    }
    if (!map) {
        return map.problem();
    }
    if (!names) {
        return names.problem();
    }
    const JsonNode where = vocabulary->root();
    BytePairModel model;
    readConfig(config->root(), model);
    const std::size_t pieces = readPieces(where, BytePairTokenizer::kLongestPiece, model.pieces);
    PieceIds ids(model.pieces);
    model.special.cls = specialId(ids, names->cls, where);
    model.special.sep = specialId(ids, names->sep, where);
    const std::vector<AddedToken> special =
        specialTokens(*names, ids, {map->root(), config->root()});
    const std::vector<AddedToken> added = addedBeside(config->root(), extra->root(), special);
    for (const JsonFile* file : {&*vocabulary, &*config, &*map, &*extra}) {
        if (file->problem()) {
            return *file->problem();
        }
    }
    placeAdded(added, pieces, emptyAfterNormalizing, model.added, ids, where);
    readSpecialIds(*names, ids, model, where);
    if (vocabulary->problem()) {
        return *vocabulary->problem();
    }
    if (auto done = readMergesFile(folder / "merges.txt", PieceIds(model.pieces), model); !done) {
        return done.problem();
    }
    return model;
}

} // namespace flip
