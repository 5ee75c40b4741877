#pragma once

#include "core/base/random_stream.h"
#include "core/data/click_history.h"
#include "core/data/dataset.h"
#include "core/model/plm/text_encoder.h"
#include "core/spec/choices.h"
#include "core/text/token_cache.h"
#include "core/train/noise_sampler.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace flip {

/// Rows of a dataset as input of a model. If there are sentences, rows are sorted by sentence
/// length: no loss depends on the order, and attention needs less padding.
struct Batch {
    std::vector<std::int64_t> rows;
    at::Tensor ids;    // [rows, F] int64; K or more refers to a list, see IdLists; with a history,
                       // [rows, F + its columns], see Backbone::features()
    at::Tensor labels; // [rows] float

    // With text only:
    at::Tensor tokenIds;             // [tokens] int64
    std::vector<std::int16_t> owner; // [tokens] dataset field of the token's value, or -1
    TokenLayout layout;

    // With a second sentence only:
    at::Tensor itemTokenIds;             // [item tokens] int64
    std::vector<std::int16_t> itemOwner; // [item tokens] like owner
    TokenLayout itemLayout;
};

/// The masks of one pretraining step. Columns are indices among the id fields.
struct Masks {
    at::Tensor columns;   // [rows, M] int64, masked id fields
    at::Tensor targets;   // [rows, M] the original ids; for a list, one of its members, drawn
    at::Tensor maskedIds; // the ids of the batch with 0 in these columns; a history is not masked
    at::Tensor noise;     // [rows, M, k] ids drawn from the unigram distribution

    at::Tensor maskedTokenIds;  // [tokens]
    ChosenTokens labelled;      // the masked tokens
    at::Tensor labelledTargets; // [labelled] the original tokens
};

/// How a backbone reads the clicks before a row.
struct HistoryPlan {
    ClickHistory clicks;
    std::vector<std::int64_t> fields; // columns of the fields of an item, at least one
    std::int64_t length;              // L
};

/// Converts rows of a dataset to tensors on a device. Immutable after construction; any thread.
class Batcher {
public:
    /// Without a cache, batches have no text. `itemCache` holds the second sentences of a model
    /// with two towers. `padToMaximum` pads sentences to the maxTokens of the cache. The dataset
    /// and the caches must outlive the batcher.
    Batcher(const Dataset& dataset, const TokenCache* cache, bool padToMaximum, at::Device device,
            const TokenCache* itemCache = nullptr,
            std::optional<HistoryPlan> history = std::nullopt);

    /// The same on another device.
    Batcher onDevice(at::Device device) const;

    Batch load(std::span<const std::int64_t> rows) const;

    /// The same batch for a model without a text branch: the same rows in the same order, without
    /// sentences.
    Batch loadWithoutText(std::span<const std::int64_t> rows) const;

    /// Only the ids, in the order of `rows`. [rows, idColumns()]
    at::Tensor idsOf(std::span<const std::int64_t> rows) const;

    struct MaskPlan {
        std::int64_t tableFields = 1; // M of the table
        std::int64_t textFields = 1;  // fields masked in the sentence
        std::int64_t noise = 25;      // k

        /// How the fields masked in the sentence relate to those masked in the table.
        MaskedFields fields = MaskedFields::Independent;

        /// If above 0, this share of the tokens of all those fields is masked, at least one per
        /// row, instead of every token of some fields.
        double tokenShare = 0;
    };

    /// Draws the masks of a batch. Each purpose has its own random stream, so that changing one
    /// does not change the other draws. `samplers` holds one sampler for noise from all ids, or one
    /// for each id field.
    Masks mask(const Batch& batch, const MaskPlan& plan, const std::vector<NoiseSampler>& samplers,
               std::uint64_t seed, std::int64_t step) const;

    const Dataset& dataset() const { return dataset_; }
    const std::vector<int>& idFields() const { return idFields_; }
    const std::vector<int>& textFields() const { return textFields_; }

    /// The number of id columns of a batch: the id fields, then those of the history.
    std::int64_t idColumns() const;

    /// The id of the mask token; only with text.
    std::int64_t maskToken() const;

    /// Length of a row's sentences in tokens, after truncation; 0 without text.
    std::int64_t tokensOf(std::int64_t row) const;

private:
    struct Sentences {
        at::Tensor tokenIds;
        std::vector<std::int16_t> owner;
        TokenLayout layout;
    };
    std::int64_t idOf(std::size_t column, std::int64_t row) const;
    Sentences load(const TokenCache& cache, const std::vector<std::int64_t>& rows) const;
    std::vector<std::uint8_t> fieldsToMask(std::span<const std::int64_t> maskedColumns,
                                           const MaskPlan& plan, RandomStream& stream) const;
    void maskText(Masks& masks, const Batch& batch, const MaskPlan& plan,
                  const std::vector<std::int64_t>& columns, RandomStream stream) const;
    std::vector<std::int64_t> targetsOf(const Batch& batch, std::span<const std::int64_t> columns,
                                        const MaskPlan& plan, std::uint64_t seed,
                                        std::int64_t step) const;

    const Dataset& dataset_;
    const TokenCache* cache_;
    const TokenCache* itemCache_;
    bool padToMaximum_;
    at::Device device_;
    std::vector<int> idFields_;
    std::vector<std::int64_t> firstList_; // [id fields] as in IdLists
    std::vector<int> textFields_;         // the fields that the template names
    std::optional<HistoryPlan> history_;
};

/// The random stream of one step; the same in an uninterrupted and in a resumed run.
RandomStream stepStream(std::uint64_t seed, const std::string& purpose, std::int64_t step);

} // namespace flip
