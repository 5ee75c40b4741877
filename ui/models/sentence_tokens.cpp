#include "ui/models/sentence_tokens.h"

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
                                          const Tokenizer& tokenizer) {
    std::string sentence;
    std::vector<std::int16_t> ownerOfPoint; // [code points]
    for (const TextTemplate::Part& part : textTemplate.parts()) {
        const std::string_view piece =
            part.field < 0
                ? std::string_view(part.literal)
                : dataset.value(part.field,
                                dataset.codes(part.field)[static_cast<std::size_t>(row)]);
        sentence += piece;
        ownerOfPoint.insert(ownerOfPoint.end(), static_cast<std::size_t>(codePoints(piece)),
                            static_cast<std::int16_t>(part.field));
    }
    const SpecialTokens& special = tokenizer.special();
    std::vector<SentenceToken> result;
    for (const Token& token : tokenizer.sentence(sentence)) {
        const std::string_view piece = tokenizer.piece(token.id);
        SentenceToken shown{
            .text = QString::fromUtf8(piece.data(), static_cast<qsizetype>(piece.size())),
            .special =
                token.begin == token.end && (token.id == special.cls || token.id == special.sep),
            .unknown = token.id == special.unknown};
        for (auto point = token.begin; point < token.end && shown.field < 0; ++point) {
            shown.field = ownerOfPoint[static_cast<std::size_t>(point)];
        }
        result.push_back(std::move(shown));
    }
    return result;
}

} // namespace flip::ui
