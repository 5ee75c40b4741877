#include "tests/core/parity/parity_case.h"

#include "core/base/files.h"
#include "core/model/plm/text_encoder.h"
#include "core/model/plm/text_weights.h"
#include "core/text/tokenizer/tokenizer.h"

#include <torch/types.h>

#include <cstdlib>
#include <stdexcept>

namespace flip::parity {

namespace {

/// The model folder of the case, or the installed model that it names.
std::filesystem::path modelFolder(const ParityCase& reference) {
    const std::string model = reference.json().at("model").get<std::string>();
    const std::string external = "external: ";
    if (model.starts_with(external)) {
        const char* models = std::getenv("FLIP_MODELS");
        const std::filesystem::path parent = models != nullptr ? models : FLIP_TEST_MODELS;
        return parent / model.substr(external.size());
    }
    return reference.folder() / model;
}

} // namespace

void runTextEncoder(ParityCase& reference) {
    const std::filesystem::path folder = modelFolder(reference);
    const auto config = readTextConfig(folder);
    if (!config) {
        throw std::runtime_error(config.problem().text());
    }
    Parameters parameters(device());
    const auto encoder = TextEncoder::make(*config, 0, parameters, Initialiser(1), "");
    if (!encoder) {
        throw std::runtime_error(encoder.problem().text());
    }
    if (auto loaded = loadTextWeights(folder, *config, parameters, ""); !loaded) {
        throw std::runtime_error(loaded.problem().text());
    }
    const at::Tensor ids = reference.input("input_ids"); // [B, N]
    const at::Tensor mask = reference.input("attention_mask").to(at::kBool);
    const ForwardMode mode = ForwardMode::evaluation();
    const TokenLayout padded = TokenLayout::padded(mask);
    const at::Tensor hidden = (*encoder)->hidden(ids.flatten(), padded, mode);
    const at::Tensor block = hidden.view({ids.size(0), ids.size(1), -1});
    reference.compare("last_hidden_state", block);
    if (reference.hasInput("probe")) {
        const at::Tensor scalar = (reference.input("probe") * block).sum();
        scalar.backward();
        reference.compare("scalar", scalar);
        reference.compareGradients(parameters);
    }

    // The same sentences without padding, and their first tokens only, give equal numbers.
    const at::NoGradGuard noGradient;
    std::vector<std::int64_t> lengths;
    for (std::int64_t row = 0; row < ids.size(0); ++row) {
        lengths.push_back(mask[row].sum().item<std::int64_t>());
    }
    const TokenLayout packed = TokenLayout::packed(lengths, device());
    const at::Tensor real = ids.flatten().masked_select(mask.flatten());
    const at::Tensor without = (*encoder)->hidden(real, packed, mode);
    const at::Tensor with = hidden.index({mask.flatten()});
    // Padding only changes the order of sums: 1e-4 is a few ulps of values up to 10.
    reference.check(at::allclose(without, with, 1e-4, 1e-4), "packed sentences differ");
    reference.check(at::allclose((*encoder)->sentence(real, packed, mode),
                                 without.index_select(0, packed.starts), 1e-4, 1e-4),
                    "first tokens alone differ");
}

void runTokenizer(ParityCase& reference) {
    const auto tokenizer = openTokenizer(reference.folder());
    if (!tokenizer) {
        throw std::runtime_error(tokenizer.problem().text());
    }
    const auto lines = readFile(reference.folder() / "cases.jsonl");
    if (!lines) {
        throw std::runtime_error(lines.problem().text());
    }
    std::size_t begin = 0;
    std::int64_t number = 0;
    while (begin < lines->size()) {
        const std::size_t end = std::min(lines->find('\n', begin), lines->size());
        ++number;
        const auto line = nlohmann::json::parse(lines->substr(begin, end - begin));
        std::vector<std::int64_t> ids;
        std::vector<std::vector<std::int64_t>> offsets;
        for (const Token& token : (*tokenizer)->sentence(line.at("text").get<std::string>())) {
            ids.push_back(token.id);
            offsets.push_back({token.begin, token.end});
        }
        const std::string where = "line " + std::to_string(number);
        reference.check(ids == line.at("ids").get<std::vector<std::int64_t>>(), where + ": ids");
        reference.check(offsets == line.at("offsets").get<std::vector<std::vector<std::int64_t>>>(),
                        where + ": offsets");
        begin = end + 1;
    }
    reference.check(number > 0, "cases.jsonl is empty");
}

} // namespace flip::parity
