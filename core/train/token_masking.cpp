#include "core/train/token_masking.h"

#include <torch/types.h>

#include <string>
#include <vector>

namespace flip {

TokenMasking::TokenMasking(const RunSpec& spec, std::int64_t maskToken)
    : rate_(spec.finetune.maskRatioText), seed_(static_cast<std::uint64_t>(spec.seed)),
      maskToken_(maskToken) {}

void TokenMasking::operator()(Batch& batch, std::int64_t step, std::int64_t part) const {
    RandomStream stream = stepStream(seed_, "hidden tokens/" + std::to_string(part), step);
    const auto maskTokens = [&](at::Tensor& tokenIds, const std::vector<std::int16_t>& owner) {
        std::vector<std::int64_t> hidden;
        for (std::size_t token = 0; token < owner.size(); ++token) {
            if (owner[token] >= 0 && stream.uniform() < rate_) {
                hidden.push_back(static_cast<std::int64_t>(token));
            }
        }
        if (!hidden.empty()) {
            tokenIds = tokenIds.index_fill(
                0, at::tensor(at::ArrayRef<std::int64_t>(hidden), at::kLong).to(tokenIds.device()),
                maskToken_);
        }
    };
    maskTokens(batch.tokenIds, batch.owner);
    maskTokens(batch.itemTokenIds, batch.itemOwner);
}

} // namespace flip
