#pragma once

#include "core/base/result.h"
#include "core/text/tokenizer/added_tokens.h"
#include "core/text/tokenizer/json_file.h"
#include "core/text/tokenizer/tokenizer.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace flip {

// Shared by the readers of tokenizer files for all algorithms. Problems are recorded in the
// JsonNode that is passed.

constexpr std::int64_t kMostIds = 10'000'000;

/// The texts of the special tokens; the defaults are those of BERT.
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

/// Replaces `names` by those in the folder's special_tokens_map.json and tokenizer_config.json, if
/// given.
Result<SpecialNames> readSpecialNames(const std::filesystem::path& folder, SpecialNames names);

/// Ids by text. Of duplicate pieces the later counts.
class PieceIds {
public:
    explicit PieceIds(const std::vector<std::string>& pieces);

    void add(const std::string& text, std::int32_t id) { ids_[text] = id; }
    std::optional<std::int32_t> find(const std::string& text) const;

private:
    std::unordered_map<std::string, std::int32_t> ids_;
};

/// The id of a special token; refused if the vocabulary does not have it.
std::int32_t specialId(const PieceIds& ids, const std::string& text, JsonNode where);

/// The type of a component of tokenizer.json; refused if it is not supported. The message calls the
/// tokenizer `algorithm`.
std::string typeOf(JsonNode json, const std::string& key,
                   std::initializer_list<std::string_view> supported, std::string_view algorithm);

/// Reads a vocabulary, text to id. Returns its number of pieces as the reference counts them: added
/// tokens get the ids from that number on.
std::size_t readPieces(JsonNode vocabulary, std::size_t longestPiece,
                       std::vector<std::string>& pieces);

AddedToken addedToken(JsonNode json, std::int64_t id);

/// The added tokens that tokenizer.json lists.
std::vector<AddedToken> readAddedTokens(JsonNode json);

/// The added tokens of a folder without tokenizer.json: `special`, other ids from
/// added_tokens.json, and the tokens of tokenizer_config.json, which override both.
std::vector<AddedToken> addedBeside(JsonNode config, JsonNode extra,
                                    const std::vector<AddedToken>& special);

/// Gives added tokens their ids after the vocabulary. A token that states another id is refused:
/// the reference would not give it that id either. `emptyAfterNormalizing` returns whether the
/// normalizer removes all of a token.
void placeAdded(const std::vector<AddedToken>& tokens, std::size_t vocabularySize,
                const std::function<bool(const AddedToken&)>& emptyAfterNormalizing,
                std::vector<AddedToken>& placed, PieceIds& ids, JsonNode where);

/// Reads the ids that frame a sentence from a BertProcessing or RobertaProcessing.
void readFramePair(JsonNode processor, SpecialTokens& special);

/// The same from a TemplateProcessing.
void readFrameTemplate(JsonNode processor, SpecialTokens& special);

/// Whether offsets exclude the blanks at a piece's ends, except one at the beginning of the text.
struct OffsetTrimming {
    bool trims = false;
    bool keepsFirstBlank = false;
};

/// The same from any of the three, alone or after a ByteLevel that trims offsets.
OffsetTrimming readFrame(JsonNode json, SpecialTokens& special, std::string_view algorithm);

/// Refuses framing ids that no piece has.
void checkFrame(const SpecialTokens& special, const std::vector<std::string>& pieces,
                const std::vector<AddedToken>& added, JsonNode where);

} // namespace flip
