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

// What the readers of tokenizer files share, whatever the algorithm. A JsonPlace among the
// arguments is where a problem is noted.

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

/// As special_tokens_map.json and tokenizer_config.json of the folder name them, where they do.
Result<SpecialNames> readSpecialNames(const std::filesystem::path& folder, SpecialNames names);

/// Ids by text. Where two pieces are alike the later counts.
class PieceIds {
public:
    explicit PieceIds(const std::vector<std::string>& pieces);

    void add(const std::string& text, std::int32_t id) { ids_[text] = id; }
    std::optional<std::int32_t> find(const std::string& text) const;

private:
    std::unordered_map<std::string, std::int32_t> ids_;
};

/// The id of a special token, or a word about its absence.
std::int32_t specialId(const PieceIds& ids, const std::string& text, JsonPlace where);

/// The type that a component of tokenizer.json names; refused if it is not among the supported.
/// `algorithm` is what the message calls the tokenizer.
std::string typeOf(JsonPlace json, const std::string& key,
                   std::initializer_list<std::string_view> supported, std::string_view algorithm);

/// Reads a vocabulary, text to id. Returns how many pieces it holds, as the reference counts them:
/// added tokens come behind that many.
std::size_t readPieces(JsonPlace vocabulary, std::size_t longestPiece,
                       std::vector<std::string>& pieces);

AddedToken addedToken(JsonPlace json, std::int64_t id);

/// The list that tokenizer.json keeps.
std::vector<AddedToken> readAddedTokens(JsonPlace json);

/// The added tokens of a folder without tokenizer.json: the special ones as `special` makes them,
/// then what added_tokens.json and tokenizer_config.json say.
std::vector<AddedToken> addedBeside(JsonPlace config, JsonPlace extra,
                                    const std::vector<AddedToken>& special);

/// Gives added tokens their place behind the vocabulary; one that claims another place would not
/// get it from the reference either. `vanishes` tells whether a normalizer leaves nothing of one.
void placeAdded(const std::vector<AddedToken>& tokens, std::size_t vocabularySize,
                const std::function<bool(const AddedToken&)>& vanishes,
                std::vector<AddedToken>& placed, PieceIds& ids, JsonPlace where);

/// The ids that frame a sentence by a BertProcessing or RobertaProcessing.
void readFramePair(JsonPlace processor, SpecialTokens& special);

/// The same by a TemplateProcessing.
void readFrameTemplate(JsonPlace processor, SpecialTokens& special);

/// Whether offsets leave out the blanks at a piece's ends, but for one at the beginning.
struct OffsetTrimming {
    bool trims = false;
    bool keepsFirstBlank = false;
};

/// The frame of a sentence by any of the three, alone or behind a ByteLevel that trims offsets.
OffsetTrimming readFrame(JsonPlace json, SpecialTokens& special, std::string_view algorithm);

/// Refuses a frame of ids that no piece has.
void checkFrame(const SpecialTokens& special, const std::vector<std::string>& pieces,
                const std::vector<AddedToken>& added, JsonPlace where);

} // namespace flip
