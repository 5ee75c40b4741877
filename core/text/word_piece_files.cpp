#include "core/text/word_piece_files.h"

#include "core/base/files.h"
#include "core/base/text_encoding.h"
#include "core/text/unicode.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <system_error>
#include <unordered_map>

namespace flip {

namespace {

using Json = nlohmann::json;
using Path = std::filesystem::path;

constexpr std::int64_t kMostIds = 10'000'000;

std::string inQuotes(std::string_view text) {
    return '"' + std::string(text) + '"';
}

Result<Json> readJson(const Path& file) {
    auto bytes = readFile(file);
    if (!bytes) {
        return bytes.problem();
    }
    try {
        Json json = Json::parse(*bytes);
        if (!json.is_object()) {
            return Problem{"the file holds no JSON object; download it again", file.string()};
        }
        return json;
    } catch (const Json::parse_error& error) {
        const auto end =
            bytes->begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, bytes->size()));
        const auto line = std::count(bytes->begin(), end, '\n') + 1;
        return Problem{"the file is not valid JSON; download it again",
                       file.string() + ':' + std::to_string(line)};
    }
}

/// The file's content if it exists, else an empty object.
Result<Json> readJsonIfAny(const Path& file) {
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
        return Json::object();
    }
    return readJson(file);
}

/// Reads members of one file's objects and keeps the first thing that is wrong, so that a reader
/// asks for all it needs and then checks once.
class Members {
public:
    explicit Members(Path file) : file_(std::move(file)) {}

    const std::optional<Problem>& problem() const { return problem_; }

    void refuse(std::string what) {
        if (!problem_) {
            problem_ = Problem{std::move(what), file_.string()};
        }
    }

    const Json& object(const Json& parent, const std::string& key) {
        static const Json kEmpty = Json::object();
        const auto found = parent.find(key);
        if (found == parent.end() || !found->is_object()) {
            refuse(inQuotes(key) + " is missing or no object; download the file again");
            return kEmpty;
        }
        return *found;
    }

    bool flag(const Json& parent, const char* key, bool absent) {
        const auto found = parent.find(key);
        if (found == parent.end() || found->is_null()) {
            return absent;
        }
        if (!found->is_boolean()) {
            refuse(inQuotes(key) + " must be true or false");
            return absent;
        }
        return found->get<bool>();
    }

    std::string text(const Json& parent, const char* key, const std::string& absent) {
        const auto found = parent.find(key);
        if (found == parent.end() || found->is_null()) {
            return absent;
        }
        if (!found->is_string()) {
            refuse(inQuotes(key) + " must be a text");
            return absent;
        }
        return found->get<std::string>();
    }

    std::int64_t number(const Json& value, const std::string& name, std::int64_t limit) {
        if (!value.is_number_integer() || value < 0 || value >= limit) {
            refuse(name + " must be a whole number from 0 to " + std::to_string(limit - 1));
            return 0;
        }
        return value.get<std::int64_t>();
    }

    /// The text of a special token, which stands alone or as the content of an object.
    std::string tokenText(const Json& parent, const char* key, const std::string& absent) {
        const auto found = parent.find(key);
        if (found != parent.end() && found->is_object()) {
            return text(*found, "content", absent);
        }
        return text(parent, key, absent);
    }

    /// Refuses a component that is not of one of the given types.
    std::string typeOf(const Json& parent, const std::string& key,
                       std::initializer_list<std::string_view> supported) {
        const auto found = parent.find(key);
        std::string type = "null";
        if (found != parent.end() && found->is_object()) {
            type = text(*found, "type", "");
        }
        if (std::find(supported.begin(), supported.end(), type) == supported.end()) {
            refuse(key + ' ' + inQuotes(type) +
                   " is not supported; take a model whose tokenizer is BERT's WordPiece (" + key +
                   ' ' + inQuotes(*supported.begin()) + ')');
        }
        return type;
    }

private:
    Path file_;
    std::optional<Problem> problem_;
};

/// The texts of the special tokens as the files beside the vocabulary name them.
struct SpecialNames {
    std::string cls = "[CLS]";
    std::string sep = "[SEP]";
    std::string mask = "[MASK]";
    std::string pad = "[PAD]";
    std::string unknown = "[UNK]";

    std::array<std::pair<const char*, std::string*>, 5> byKey() {
        return {{{"unk_token", &unknown},
                 {"sep_token", &sep},
                 {"pad_token", &pad},
                 {"cls_token", &cls},
                 {"mask_token", &mask}}};
    }
};

Result<SpecialNames> readSpecialNames(const Path& folder) {
    SpecialNames names;
    for (const char* name : {"special_tokens_map.json", "tokenizer_config.json"}) {
        auto json = readJsonIfAny(folder / name);
        if (!json) {
            return json.problem();
        }
        Members members(folder / name);
        for (const auto& [key, text] : names.byKey()) {
            *text = members.tokenText(*json, key, *text);
        }
        if (members.problem()) {
            return *members.problem();
        }
    }
    return names;
}

/// Ids by text. Where two pieces are alike the later counts.
class Vocabulary {
public:
    explicit Vocabulary(const WordPieceModel& model) {
        for (std::size_t id = 0; id < model.pieces.size(); ++id) {
            if (!model.pieces[id].empty()) {
                ids_[model.pieces[id]] = static_cast<std::int32_t>(id);
            }
        }
    }

    std::size_t size() const { return ids_.size(); }
    void add(const std::string& text, std::int32_t id) { ids_[text] = id; }

    std::optional<std::int32_t> find(const std::string& text) const {
        const auto found = ids_.find(text);
        return found == ids_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    std::unordered_map<std::string, std::int32_t> ids_;
};

/// The id of a special token, or a word about its absence.
std::int32_t specialId(const Vocabulary& vocabulary, const std::string& text, Members& members) {
    const std::optional<std::int32_t> id = vocabulary.find(text);
    if (!id) {
        members.refuse("the vocabulary has no " + inQuotes(text) +
                       "; take the vocabulary that belongs to the model");
    }
    return id.value_or(0);
}

AddedToken addedToken(const Json& json, std::int64_t id, Members& members) {
    AddedToken token;
    token.id = static_cast<std::int32_t>(id);
    token.content = members.text(json, "content", "");
    token.special = members.flag(json, "special", false);
    token.singleWord = members.flag(json, "single_word", false);
    token.stripsLeft = members.flag(json, "lstrip", false);
    token.stripsRight = members.flag(json, "rstrip", false);
    token.normalized = members.flag(json, "normalized", !token.special);
    return token;
}

/// Gives added tokens their place behind the vocabulary; one that claims another place would not
/// get it from the reference either.
void placeAdded(const std::vector<AddedToken>& tokens, std::size_t vocabularySize,
                WordPieceModel& model, Vocabulary& vocabulary, Members& members) {
    auto next = static_cast<std::int32_t>(vocabularySize);
    const BertNormalizer normalizer(model.rules);
    for (const AddedToken& token : tokens) {
        const std::optional<std::int32_t> known = vocabulary.find(token.content);
        const std::int32_t id = known.value_or(next);
        const std::string name = "added token " + inQuotes(token.content);
        if (token.content.empty()) {
            members.refuse("an added token is empty");
        } else if (token.id != id) {
            members.refuse(name + " has id " + std::to_string(token.id) + ", but its place is " +
                           std::to_string(id));
        } else if (std::any_of(model.added.begin(), model.added.end(),
                               [&](const AddedToken& t) { return t.content == token.content; })) {
            members.refuse(name + " stands twice");
        } else if (NormalizedText text; token.normalized) {
            normalizer.append(decodeUtf8(token.content), 0, text);
            if (text.units.empty()) {
                members.refuse(name + " is normalized to nothing");
            }
        }
        if (members.problem()) {
            return;
        }
        next = std::max(next, id + 1);
        vocabulary.add(token.content, id);
        model.added.push_back(token);
    }
}

/// Counts pieces, as the reference does, not ids: added tokens come behind that many.
std::size_t readPieces(const Json& json, WordPieceModel& model, Members& members) {
    for (const auto& [piece, value] : json.items()) {
        const std::string name = "the id of " + inQuotes(piece);
        const auto id = static_cast<std::size_t>(members.number(value, name, kMostIds));
        if (members.problem()) {
            return 0;
        }
        if (piece.size() > PieceTable::kLongest) {
            members.refuse("a piece of the vocabulary has " + std::to_string(piece.size()) +
                           " bytes; download the file again");
            return 0;
        }
        if (id >= model.pieces.size()) {
            model.pieces.resize(id + 1);
        }
        if (!model.pieces[id].empty()) {
            members.refuse("the pieces " + inQuotes(model.pieces[id]) + " and " + inQuotes(piece) +
                           " share the id " + std::to_string(id));
            return 0;
        }
        model.pieces[id] = piece;
    }
    return json.size();
}

void readNormalizer(const Json& json, BertRules& rules, Members& members) {
    members.typeOf(json, "normalizer", {"BertNormalizer"});
    if (members.problem()) {
        return;
    }
    const Json& normalizer = members.object(json, "normalizer");
    rules.cleanText = members.flag(normalizer, "clean_text", true);
    rules.splitChinese = members.flag(normalizer, "handle_chinese_chars", true);
    rules.lowercase = members.flag(normalizer, "lowercase", true);
    rules.stripAccents = members.flag(normalizer, "strip_accents", rules.lowercase);
}

void readBertProcessing(const Json& json, SpecialTokens& special, Members& members) {
    const auto id = [&](const char* key) {
        const auto pair = json.find(key);
        if (pair == json.end() || !pair->is_array() || pair->size() != 2) {
            members.refuse("post_processor: " + inQuotes(key) + " must be a piece and its id");
            return 0;
        }
        return static_cast<std::int32_t>(members.number((*pair)[1], key, kMostIds));
    };
    special.cls = id("cls");
    special.sep = id("sep");
}

void readTemplateProcessing(const Json& json, SpecialTokens& special, Members& members) {
    const char* const kExpected =
        "post_processor TemplateProcessing: only one special token, the sentence, one special "
        "token are supported as \"single\"";
    const auto single = json.find("single");
    if (single == json.end() || !single->is_array() || single->size() != 3) {
        members.refuse(kExpected);
        return;
    }
    const auto member = [&](std::size_t at, const char* kind) {
        const Json& item = (*single)[at];
        const auto found = item.is_object() ? item.find(kind) : item.end();
        if (!item.is_object() || found == item.end() || !found->is_object()) {
            members.refuse(kExpected);
            return std::string();
        }
        return members.text(*found, "id", "");
    };
    const auto id = [&](const std::string& name) {
        if (members.problem()) {
            return 0;
        }
        const Json& token = members.object(members.object(json, "special_tokens"), name);
        const auto ids = token.find("ids");
        if (ids == token.end() || !ids->is_array() || ids->size() != 1) {
            members.refuse("post_processor TemplateProcessing: " + inQuotes(name) +
                           " must stand for one id");
            return 0;
        }
        return static_cast<std::int32_t>(members.number((*ids)[0], name, kMostIds));
    };
    const std::string first = member(0, "SpecialToken");
    member(1, "Sequence");
    const std::string last = member(2, "SpecialToken");
    special.cls = id(first);
    special.sep = id(last);
}

/// Whether the ids that frame a sentence belong to a piece.
void checkFrame(const WordPieceModel& model, Members& members) {
    const auto exists = [&model](std::int32_t id) {
        const auto at = static_cast<std::size_t>(id);
        return (at < model.pieces.size() && !model.pieces[at].empty()) ||
               std::any_of(model.added.begin(), model.added.end(),
                           [id](const AddedToken& token) { return token.id == id; });
    };
    for (const std::int32_t id : {model.special.cls, model.special.sep}) {
        if (!exists(id)) {
            members.refuse("post_processor: no piece has the id " + std::to_string(id));
        }
    }
}

/// The lines of vocab.txt without white space behind, one piece each.
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
    if (lines.empty()) {
        return Problem{"the vocabulary is empty; download the file again", file.string()};
    }
    return lines;
}

/// The options of a model that has no tokenizer.json.
void readConfig(const Json& json, BertRules& rules, Members& members) {
    const std::array<std::string_view, 7> kSupported = {
        "Bert", "DistilBert", "Electra", "MobileBert", "SqueezeBert", "ConvBert", "RetriBert"};
    const std::string name = members.text(json, "tokenizer_class", "BertTokenizer");
    const bool supported =
        std::any_of(kSupported.begin(), kSupported.end(), [&name](std::string_view family) {
            const std::string slow = std::string(family) + "Tokenizer";
            return name == slow || name == slow + "Fast";
        });
    if (!supported) {
        members.refuse("tokenizer_class " + inQuotes(name) +
                       " is not supported with vocab.txt; take a model with a tokenizer.json");
    }
    if (!members.flag(json, "do_basic_tokenize", true)) {
        members.refuse("\"do_basic_tokenize\": false is not supported");
    }
    rules.lowercase = members.flag(json, "do_lower_case", true);
    rules.stripAccents = members.flag(json, "strip_accents", rules.lowercase);
    rules.splitChinese = members.flag(json, "tokenize_chinese_chars", true);
}

/// The added tokens of a model that has no tokenizer.json: the special ones, then what
/// tokenizer_config.json and added_tokens.json say.
std::vector<AddedToken> addedOf(const Json& config, const Json& extra, SpecialNames& names,
                                const Vocabulary& vocabulary, Members& members) {
    std::map<std::int64_t, AddedToken> byId;
    for (const auto& [key, text] : names.byKey()) {
        const std::int32_t id = specialId(vocabulary, *text, members);
        AddedToken token;
        token.content = *text;
        token.id = id;
        token.special = true;
        byId[id] = token;
    }
    for (const auto& [content, value] : extra.items()) {
        const std::int64_t id = members.number(value, inQuotes(content), kMostIds);
        if (byId.find(id) == byId.end()) {
            AddedToken token;
            token.content = content;
            token.id = static_cast<std::int32_t>(id);
            token.normalized = true;
            byId[id] = token;
        }
    }
    const auto decoder = config.find("added_tokens_decoder");
    if (decoder != config.end() && decoder->is_object()) {
        for (const auto& [key, value] : decoder->items()) {
            std::int64_t id = -1;
            std::from_chars(key.data(), key.data() + key.size(), id);
            if (id < 0 || id >= kMostIds || !value.is_object()) {
                members.refuse("added_tokens_decoder: " + inQuotes(key) + " is no id with a token");
                continue;
            }
            byId[id] = addedToken(value, id, members);
        }
    }
    std::vector<AddedToken> tokens;
    for (const auto& [id, token] : byId) {
        tokens.push_back(token);
    }
    return tokens;
}

} // namespace

Result<WordPieceModel> readWordPieceJson(const Path& folder) {
    const Path file = folder / "tokenizer.json";
    auto json = readJson(file);
    if (!json) {
        return json.problem();
    }
    auto names = readSpecialNames(folder);
    if (!names) {
        return names.problem();
    }
    Members members(file);
    WordPieceModel model;
    members.typeOf(*json, "model", {"WordPiece"});
    readNormalizer(*json, model.rules, members);
    members.typeOf(*json, "pre_tokenizer", {"BertPreTokenizer"});
    const std::string framing =
        members.typeOf(*json, "post_processor", {"TemplateProcessing", "BertProcessing"});
    if (members.problem()) {
        return *members.problem();
    }
    const Json& parameters = members.object(*json, "model");
    const std::string unknown = members.text(parameters, "unk_token", "[UNK]");
    model.prefix = members.text(parameters, "continuing_subword_prefix", "##");
    if (const auto most = parameters.find("max_input_chars_per_word"); most != parameters.end()) {
        model.maxCharacters = members.number(*most, "\"max_input_chars_per_word\"",
                                             std::numeric_limits<std::int32_t>::max());
    }
    const std::size_t pieces = readPieces(members.object(parameters, "vocab"), model, members);
    std::vector<AddedToken> added;
    if (const auto list = json->find("added_tokens"); list != json->end() && list->is_array()) {
        for (const Json& item : *list) {
            const auto id = item.is_object() ? item.find("id") : item.end();
            if (!item.is_object() || id == item.end()) {
                members.refuse("\"added_tokens\" holds something that is no token with an id");
                break;
            }
            added.push_back(
                addedToken(item, members.number(*id, "an added token's id", kMostIds), members));
        }
    }
    if (members.problem()) {
        return *members.problem();
    }
    Vocabulary vocabulary(model);
    model.special.unknown = specialId(vocabulary, unknown, members);
    placeAdded(added, pieces, model, vocabulary, members);
    const Json& processor = members.object(*json, "post_processor");
    if (framing == "BertProcessing") {
        readBertProcessing(processor, model.special, members);
    } else {
        readTemplateProcessing(processor, model.special, members);
    }
    checkFrame(model, members);
    model.special.mask = specialId(vocabulary, names->mask, members);
    model.special.pad = specialId(vocabulary, names->pad, members);
    if (members.problem()) {
        return *members.problem();
    }
    return model;
}

Result<WordPieceModel> readWordPieceVocabulary(const Path& folder) {
    const Path file = folder / "vocab.txt";
    auto lines = readLines(file);
    auto config = readJsonIfAny(folder / "tokenizer_config.json");
    auto extra = readJsonIfAny(folder / "added_tokens.json");
    auto names = readSpecialNames(folder);
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
    Members options(folder / "tokenizer_config.json");
    readConfig(*config, model.rules, options);
    if (options.problem()) {
        return *options.problem();
    }
    const std::size_t pieces = lines->size();
    model.pieces = std::move(*lines);
    Members members(file);
    Vocabulary vocabulary(model);
    const std::vector<AddedToken> added = addedOf(*config, *extra, *names, vocabulary, members);
    if (members.problem()) {
        return *members.problem();
    }
    placeAdded(added, pieces, model, vocabulary, members);
    model.special.unknown = specialId(vocabulary, names->unknown, members);
    model.special.cls = specialId(vocabulary, names->cls, members);
    model.special.sep = specialId(vocabulary, names->sep, members);
    model.special.mask = specialId(vocabulary, names->mask, members);
    model.special.pad = specialId(vocabulary, names->pad, members);
    if (members.problem()) {
        return *members.problem();
    }
    return model;
}

} // namespace flip
