#include "core/text/tokenizer/unigram_files.h"

#include "core/text/tokenizer/tokenizer_file_parts.h"
#include "core/text/tokenizer/unicode.h"

#include <algorithm>
#include <limits>

namespace flip {

namespace {

using Kind = NormalizerStep::Kind;

constexpr const char* kAlgorithm = "SentencePiece's Unigram";

void readReplace(JsonNode json, std::vector<NormalizerStep>& steps) {
    NormalizerStep step;
    step.content = decodeUtf8(json.text("content", ""));
    const JsonNode pattern = json.at("pattern");
    if (pattern.at("Regex").text() == " {2,}") {
        step.kind = Kind::ReplaceBlanks;
    } else if (const std::string text = pattern.at("String").text(); !text.empty()) {
        step.pattern = decodeUtf8(text);
    } else {
        json.refuse(
            "normalizer \"Replace\" is supported only with a string, not with the pattern " +
            inQuotes(pattern.at("Regex").text()));
    }
    steps.push_back(std::move(step));
}

void readNormalizer(JsonNode json, std::vector<NormalizerStep>& steps) {
    if (json.isNull()) {
        return;
    }
    const std::string type = json.text("type", "");
    const auto add = [&steps](Kind kind) { steps.push_back({kind, {}, {}, nullptr}); };
    if (type == "Sequence") {
        const JsonNode list = json.at("normalizers");
        for (std::size_t i = 0; i < list.size() && !json.refused(); ++i) {
            readNormalizer(list.at(i), steps);
        }
    } else if (type == "Precompiled") {
        auto map = CharactersMap::read(json.text("precompiled_charsmap", ""));
        if (map) {
            steps.push_back(
                {Kind::Map, {}, {}, std::make_shared<const CharactersMap>(std::move(*map))});
        } else {
            json.refuse("normalizer: " + map.problem().what);
        }
    } else if (type == "Replace") {
        readReplace(json, steps);
    } else if (type == "NFD") {
        add(Kind::Decompose);
    } else if (type == "NFKD") {
        add(Kind::DecomposeCompatibly);
    } else if (type == "Lowercase") {
        add(Kind::Lowercase);
    } else if (type == "StripAccents") {
        add(Kind::StripMarks);
    } else if (type == "Strip") {
        if (json.flag("strip_left", true)) {
            add(Kind::StripLeft);
        }
        if (json.flag("strip_right", true)) {
            add(Kind::StripRight);
        }
    } else {
        json.refuse("normalizer " + inQuotes(type) +
                    " is not supported with model \"Unigram\"; use a model whose normalizer is "
                    "\"Precompiled\"");
    }
}

void readMetaspace(JsonNode json, UnigramModel& model) {
    using enum UnigramModel::BlankBefore;
    model.marksBlanks = true;
    const std::u32string blank = decodeUtf8(json.text("replacement", "\u2581"));
    if (blank.size() != 1) {
        json.refuse("pre_tokenizer \"Metaspace\": \"replacement\" must be one character");
        return;
    }
    model.blank = blank.front();
    model.splitsAtBlanks = json.flag("split", true);
    const std::string scheme = json.text("prepend_scheme", "always");
    if (scheme != "always" && scheme != "first" && scheme != "never") {
        json.refuse("pre_tokenizer \"Metaspace\": prepend_scheme " + inQuotes(scheme) +
                    " is not supported");
    }
    model.blankBefore = scheme == "first" ? First : scheme == "never" ? Never : Always;
    if (!json.flag("add_prefix_space", true)) {
        model.blankBefore = Never;
    }
}

void readSplitter(JsonNode json, UnigramModel& model) {
    const std::string type = typeOf(
        json, "pre_tokenizer", {"Metaspace", "WhitespaceSplit", "Sequence", "null"}, kAlgorithm);
    const JsonNode splitter = json.at("pre_tokenizer");
    model.marksBlanks = false;
    if (type == "Metaspace") {
        readMetaspace(splitter, model);
    } else if (type == "WhitespaceSplit") {
        model.splitsAtWhiteSpace = true;
    } else if (type == "Sequence") {
        const JsonNode list = splitter.at("pretokenizers");
        if (list.size() != 2 || list.at(0).text("type", "") != "WhitespaceSplit" ||
            list.at(1).text("type", "") != "Metaspace") {
            json.refuse("pre_tokenizer \"Sequence\" is supported only as a \"WhitespaceSplit\" and "
                        "then a \"Metaspace\"");
            return;
        }
        model.splitsAtWhiteSpace = true;
        readMetaspace(list.at(1), model);
    }
}

void readPiecesWithScores(JsonNode list, UnigramModel& model) {
    if (!list.isArray() || list.size() == 0) {
        list.refuse("\"vocab\" must be a list of pieces with their scores");
    }
    for (std::size_t i = 0; i < list.size() && !list.refused(); ++i) {
        const JsonNode item = list.at(i);
        const std::string piece = item.at(0).text();
        if (!item.isArray() || item.size() != 2 || !item.at(0).isText() || !item.at(1).isNumber()) {
            list.refuse("\"vocab\": piece " + std::to_string(i) + " is not a text with a score");
        }
        model.pieces.push_back(piece);
        model.scores.push_back(item.at(1).real());
    }
}

/// The id of a special token that has one of two names.
std::int32_t specialIdOf(const std::string& name, const std::string& other, const PieceIds& ids,
                         JsonNode where) {
    const auto id = ids.find(name);
    const auto otherId = ids.find(other);
    return id ? *id : otherId ? *otherId : specialId(ids, name, where);
}

} // namespace

Result<UnigramModel> readUnigramJson(const JsonFile& file, const std::filesystem::path& folder) {
    const auto names = readSpecialNames(
        folder,
        {.cls = "<s>", .sep = "</s>", .mask = "<mask>", .pad = "<pad>", .unknown = "<unk>"});
    if (!names) {
        return names.problem();
    }
    const JsonNode json = file.root();
    UnigramModel model;
    readNormalizer(json.at("normalizer"), model.normalizer);
    readSplitter(json, model);
    const OffsetTrimming trimming = readFrame(json, model.special, kAlgorithm);
    model.trimsOffsets = trimming.trims;
    model.keepsFirstBlank = trimming.keepsFirstBlank;
    const JsonNode parameters = json.object("model");
    readPiecesWithScores(parameters.at("vocab"), model);
    model.byteFallback = parameters.flag("byte_fallback", false);
    model.unknown = static_cast<std::int32_t>(parameters.at("unk_id").number(
        "\"unk_id\"", static_cast<std::int64_t>(std::max<std::size_t>(model.pieces.size(), 1))));
    if (file.problem()) {
        return *file.problem();
    }
    PieceIds ids(model.pieces);
    const TextNormalizer normalizer(model.normalizer);
    const auto emptyAfterNormalizing = [&normalizer](const AddedToken& token) {
        return normalizer.normalized(decodeUtf8(token.content)).empty();
    };
    placeAdded(readAddedTokens(json), model.pieces.size(), emptyAfterNormalizing, model.added, ids,
               json);
    checkFrame(model.special, model.pieces, model.added, json);
    model.special.mask = specialIdOf(names->mask, "[MASK]", ids, json);
    model.special.pad = specialIdOf(names->pad, "[PAD]", ids, json);
    model.special.unknown = model.unknown;
    if (file.problem()) {
        return *file.problem();
    }
    return model;
}

} // namespace flip
