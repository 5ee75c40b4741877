#include "ui/models/sentence_tokens.h"

#include "core/text/dataset_text.h"

#include <algorithm>
#include <string>

namespace flip::ui {

namespace {

std::int32_t codePoints(std::string_view utf8) {
    return static_cast<std::int32_t>(
        std::ranges::count_if(utf8, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

} // namespace

std::vector<SentenceToken> sentenceTokens(const Dataset& dataset, std::int64_t row,
                                          const TextTemplate& textTemplate,
                                          const Tokenizer& tokenizer, const SentenceRules& rules) {
    std::string sentence;
    std::vector<std::int16_t> ownerOfPoint; // [code points]
    for (const TextTemplate::Part& part : textTemplate.parts()) {
        const std::string piece =
            part.field < 0 ? part.literal
                           : valueInWords(dataset, part.field,
                                          dataset.codes(part.field)[static_cast<std::size_t>(row)],
                                          rules.missing);
        sentence += piece;
        ownerOfPoint.insert(ownerOfPoint.end(), static_cast<std::size_t>(codePoints(piece)),
                            static_cast<std::int16_t>(part.field));
    }
    const SpecialTokens& special = tokenizer.special();
    std::vector<SentenceToken> result;
    for (const Token& token : tokenizer.sentence(sentence)) {
        SentenceToken shown{.text = QString::fromStdString(tokenizer.readablePiece(token.id)),
                            .special = token.begin == token.end &&
                                       (token.id == special.cls || token.id == special.sep),
                            .unknown = token.id == special.unknown};
        for (auto point = token.begin; point < token.end && shown.field < 0; ++point) {
            shown.field = ownerOfPoint[static_cast<std::size_t>(point)];
        }
        result.push_back(std::move(shown));
    }
    // Cuts as a run does, with positions in place of ids.
    TokenRow positions;
    for (std::size_t i = 0; i < result.size(); ++i) {
        positions.ids.push_back(static_cast<std::int32_t>(i));
        positions.owner.push_back(static_cast<std::int16_t>(result[i].field));
        result[i].kept = false;
    }
    cutSentence(rules.cut, 0, static_cast<std::size_t>(rules.maxTokens), positions);
    for (const std::int32_t position : positions.ids) {
        result[static_cast<std::size_t>(position)].kept = true;
    }
    return result;
}

} // namespace flip::ui
