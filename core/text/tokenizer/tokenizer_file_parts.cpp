#include "core/text/tokenizer/tokenizer_file_parts.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace flip {

Result<SpecialNames> readSpecialNames(const std::filesystem::path& folder, SpecialNames names) {
    for (const char* name : {"special_tokens_map.json", "tokenizer_config.json"}) {
        const auto file = JsonFile::readIfExists(folder / name);
        if (!file) {
            return file.problem();
        }
        for (const auto& [key, text] : names.byKey()) {
            *text = file->root().tokenText(key, *text);
        }
        if (file->problem()) {
            return *file->problem();
        }
    }
    return names;
}

PieceIds::PieceIds(const std::vector<std::string>& pieces) {
    for (std::size_t id = 0; id < pieces.size(); ++id) {
        if (!pieces[id].empty()) {
            ids_[pieces[id]] = static_cast<std::int32_t>(id);
        }
    }
}

std::optional<std::int32_t> PieceIds::find(const std::string& text) const {
    const auto found = ids_.find(text);
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

std::int32_t specialId(const PieceIds& ids, const std::string& text, JsonNode where) {
    const std::optional<std::int32_t> id = ids.find(text);
    if (!id) {
        where.refuse("the vocabulary has no " + inQuotes(text) +
                     "; use the vocabulary of the same model");
    }
    return id.value_or(0);
}

std::string typeOf(JsonNode json, const std::string& key,
                   std::initializer_list<std::string_view> supported, std::string_view algorithm) {
    const JsonNode component = json.at(key);
    const std::string type = component.isObject() ? component.text("type", "") : "null";
    if (std::find(supported.begin(), supported.end(), type) == supported.end()) {
        std::string known;
        for (const std::string_view name : supported) {
            known += (known.empty() ? "" : " or ") + inQuotes(name);
        }
        json.refuse(key + ' ' + inQuotes(type) +
                    " is not supported; use a model whose tokenizer is " + std::string(algorithm) +
                    " (" + key + ' ' + known + ')');
    }
    return type;
}

std::size_t readPieces(JsonNode vocabulary, std::size_t longestPiece,
                       std::vector<std::string>& pieces) {
    vocabulary.forEach([&](const std::string& piece, JsonNode value) {
        if (vocabulary.refused()) {
            return;
        }
        const std::string name = "the id of " + inQuotes(piece);
        const auto id = static_cast<std::size_t>(value.number(name, kMostIds));
        if (piece.size() > longestPiece) {
            vocabulary.refuse("a piece of the vocabulary has " + std::to_string(piece.size()) +
                              " bytes; download the file again");
        }
        if (vocabulary.refused()) {
            return;
        }
        if (id >= pieces.size()) {
            pieces.resize(id + 1);
        }
        if (!pieces[id].empty()) {
            vocabulary.refuse("the pieces " + inQuotes(pieces[id]) + " and " + inQuotes(piece) +
                              " share the id " + std::to_string(id));
            return;
        }
        pieces[id] = piece;
    });
    return vocabulary.size();
}

AddedToken addedToken(JsonNode json, std::int64_t id) {
    AddedToken token;
    token.id = static_cast<std::int32_t>(id);
    token.content = json.text("content", "");
    token.special = json.flag("special", false);
    token.singleWord = json.flag("single_word", false);
    token.stripsLeft = json.flag("lstrip", false);
    token.stripsRight = json.flag("rstrip", false);
    token.normalized = json.flag("normalized", !token.special);
    return token;
}

std::vector<AddedToken> readAddedTokens(JsonNode json) {
    std::vector<AddedToken> tokens;
    const JsonNode list = json.at("added_tokens");
    for (std::size_t i = 0; list.isArray() && i < list.size(); ++i) {
        const JsonNode item = list.at(i);
        if (!item.isObject() || item.at("id").isNull()) {
            json.refuse("\"added_tokens\" holds something that is not a token with an id");
            break;
        }
        tokens.push_back(addedToken(item, item.at("id").number("an added token's id", kMostIds)));
    }
    return tokens;
}

std::vector<AddedToken> addedBeside(JsonNode config, JsonNode extra,
                                    const std::vector<AddedToken>& special) {
    std::map<std::int64_t, AddedToken> byId;
    for (const AddedToken& token : special) {
        byId[token.id] = token;
    }
    extra.forEach([&](const std::string& content, JsonNode value) {
        const std::int64_t id = value.number(inQuotes(content), kMostIds);
        if (byId.find(id) == byId.end()) {
            AddedToken token;
            token.content = content;
            token.id = static_cast<std::int32_t>(id);
            token.normalized = true;
            byId[id] = token;
        }
    });
    config.at("added_tokens_decoder").forEach([&](const std::string& key, JsonNode value) {
        std::int64_t id = -1;
        std::from_chars(key.data(), key.data() + key.size(), id);
        if (id < 0 || id >= kMostIds || !value.isObject()) {
            config.refuse("added_tokens_decoder: " + inQuotes(key) + " is not an id with a token");
            return;
        }
        byId[id] = addedToken(value, id);
    });
    std::vector<AddedToken> tokens;
    for (const auto& [id, token] : byId) {
        tokens.push_back(token);
    }
    return tokens;
}

void placeAdded(const std::vector<AddedToken>& tokens, std::size_t vocabularySize,
                const std::function<bool(const AddedToken&)>& emptyAfterNormalizing,
                std::vector<AddedToken>& placed, PieceIds& ids, JsonNode where) {
    auto next = static_cast<std::int32_t>(vocabularySize);
    for (const AddedToken& token : tokens) {
        const std::optional<std::int32_t> known = ids.find(token.content);
        const std::int32_t id = known.value_or(next);
        const std::string name = "added token " + inQuotes(token.content);
        if (token.content.empty()) {
            where.refuse("an added token is empty");
        } else if (token.id != id) {
            where.refuse(name + " has id " + std::to_string(token.id) + ", but must have " +
                         std::to_string(id));
        } else if (std::any_of(placed.begin(), placed.end(),
                               [&](const AddedToken& t) { return t.content == token.content; })) {
            where.refuse(name + " is listed twice");
        } else if (token.normalized && emptyAfterNormalizing(token)) {
            where.refuse(name + " is normalized to nothing");
        }
        if (where.refused()) {
            return;
        }
        next = std::max(next, id + 1);
        ids.add(token.content, id);
        placed.push_back(token);
    }
}

void readFramePair(JsonNode processor, SpecialTokens& special) {
    const auto id = [&](const char* key) {
        const JsonNode pair = processor.at(key);
        if (!pair.isArray() || pair.size() != 2) {
            processor.refuse("post_processor: " + inQuotes(key) + " must be a piece and its id");
            return 0;
        }
        return static_cast<std::int32_t>(pair.at(1).number(key, kMostIds));
    };
    special.cls = id("cls");
    special.sep = id("sep");
}

void readFrameTemplate(JsonNode processor, SpecialTokens& special) {
    const char* const kExpected =
        "post_processor TemplateProcessing: only one special token, the sentence, one special "
        "token are supported as \"single\"";
    const JsonNode single = processor.at("single");
    if (!single.isArray() || single.size() != 3) {
        processor.refuse(kExpected);
        return;
    }
    const auto member = [&](std::size_t at, const char* kind) {
        const JsonNode item = single.at(at).at(kind);
        if (!item.isObject()) {
            processor.refuse(kExpected);
        }
        return item.text("id", "");
    };
    const auto id = [&](const std::string& name) {
        if (processor.refused()) {
            return 0;
        }
        const JsonNode ids = processor.object("special_tokens").object(name).at("ids");
        if (!ids.isArray() || ids.size() != 1) {
            processor.refuse("post_processor TemplateProcessing: " + inQuotes(name) +
                             " must map to one id");
            return 0;
        }
        return static_cast<std::int32_t>(ids.at(0).number(name, kMostIds));
    };
    const std::string first = member(0, "SpecialToken");
    member(1, "Sequence");
    const std::string last = member(2, "SpecialToken");
    special.cls = id(first);
    special.sep = id(last);
}

OffsetTrimming readFrame(JsonNode json, SpecialTokens& special, std::string_view algorithm) {
    const auto trimming = [](JsonNode processor) {
        return OffsetTrimming{processor.flag("trim_offsets", true),
                              processor.flag("add_prefix_space", true)};
    };
    const JsonNode processor = json.at("post_processor");
    if (processor.text("type", "") == "Sequence") {
        const JsonNode list = processor.at("processors");
        if (list.size() != 2 || list.at(0).text("type", "") != "ByteLevel") {
            json.refuse(
                "post_processor \"Sequence\" is supported only as a \"ByteLevel\" and then a "
                "\"TemplateProcessing\" or \"BertProcessing\"");
            return {};
        }
        const std::string type = list.at(1).text("type", "");
        if (type == "BertProcessing") {
            readFramePair(list.at(1), special);
        } else if (type == "TemplateProcessing") {
            readFrameTemplate(list.at(1), special);
        } else {
            json.refuse("post_processor \"Sequence\" with " + inQuotes(type) + " is not supported");
        }
        return trimming(list.at(0));
    }
    const std::string type =
        typeOf(json, "post_processor",
               {"TemplateProcessing", "BertProcessing", "RobertaProcessing"}, algorithm);
    if (type == "TemplateProcessing") {
        readFrameTemplate(processor, special);
    } else if (!json.refused()) {
        readFramePair(processor, special);
    }
    return type == "RobertaProcessing" ? trimming(processor) : OffsetTrimming{};
}

void checkFrame(const SpecialTokens& special, const std::vector<std::string>& pieces,
                const std::vector<AddedToken>& added, JsonNode where) {
    const auto exists = [&](std::int32_t id) {
        const auto at = static_cast<std::size_t>(id);
        return (at < pieces.size() && !pieces[at].empty()) ||
               std::any_of(added.begin(), added.end(),
                           [id](const AddedToken& token) { return token.id == id; });
    };
    for (const std::int32_t id : {special.cls, special.sep}) {
        if (!exists(id)) {
            where.refuse("post_processor: no piece has the id " + std::to_string(id));
        }
    }
}

} // namespace flip
