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

/// Rows of a dataset as a model reads them. Rows are ordered by the length of their sentences where
/// there are sentences: no loss depends on the order, attention wastes less.
struct Batch {
    std::vector<std::int64_t> rows;
    at::Tensor ids;    // [rows, F] int64; K and more stand for lists, as IdLists says; where a
                       // history is read, [rows, F + its columns], as Backbone says
    at::Tensor labels; // [rows] float

    // With text only:
    at::Tensor tokenIds;             // [tokens] int64
    std::vector<std::int16_t> owner; // [tokens] dataset field whose value the token is, or -1
    TokenLayout layout;

    // With a second sentence only:
    at::Tensor itemTokenIds;             // [item tokens] int64
    std::vector<std::int16_t> itemOwner; // [item tokens] as owner
    TokenLayout itemLayout;
};

/// What one step of pretraining hides. Columns are ordinals among the id fields.
struct Masks {
    at::Tensor columns;   // [rows, M] int64, masked id fields
    at::Tensor targets;   // [rows, M] the ids that stood there; of a list one, drawn
    at::Tensor maskedIds; // ids with 0 there; a history stays
    at::Tensor noise;     // [rows, M, k] ids drawn from the unigram distribution

    at::Tensor maskedTokenIds;  // [tokens]
    ChosenTokens labelled;      // the hidden tokens
    at::Tensor labelledTargets; // [labelled] what stood there
};

/// What a backbone reads of the clicks before a row.
struct HistoryPlan {
    ClickHistory clicks;
    std::vector<std::int64_t> fields; // columns of the fields of an item, one at least
    std::int64_t length;              // L
};

/// Lays rows of a dataset out as tensors on a device. Immutable after construction; any thread.
class Batcher {
public:
    /// Without a cache batches have no text; `itemCache` holds the second sentences of a model with
    /// two towers. Padding "max" lays sentences out padded to the cache's maxTokens. The dataset
    /// and the caches must outlive it.
    Batcher(const Dataset& dataset, const TokenCache* cache, bool padToMaximum, at::Device device,
            const TokenCache* itemCache = nullptr,
            std::optional<HistoryPlan> history = std::nullopt);

    /// The same on another device.
    Batcher onDevice(at::Device device) const;

    Batch load(std::span<const std::int64_t> rows) const;

    /// The same batch for a model without words: the same rows in the same order, no sentences.
    Batch loadWithoutText(std::span<const std::int64_t> rows) const;

    /// The ids alone, in the order of the rows. [rows, idColumns()]
    at::Tensor idsOf(std::span<const std::int64_t> rows) const;

    struct MaskPlan {
        std::int64_t tableFields = 1; // M of the table
        std::int64_t textFields = 1;  // fields hidden in the sentence
        std::int64_t noise = 25;      // k

        /// How the fields hidden in the sentence go with those hidden in the table.
        MaskedFields fields = MaskedFields::Independent;

        /// Above 0, this share of the tokens of all those fields is hidden, at least one a row,
        /// and not every token of some of them.
        double tokenShare = 0;
    };

    /// Draws what to hide in a batch. One stream a purpose, so that a change of one leaves the
    /// other draws alone. `samplers` is one for noise from all ids, or one for each id field.
    Masks mask(const Batch& batch, const MaskPlan& plan, const std::vector<NoiseSampler>& samplers,
               std::uint64_t seed, std::int64_t step) const;

    const Dataset& dataset() const { return dataset_; }
    const std::vector<int>& idFields() const { return idFields_; }
    const std::vector<int>& textFields() const { return textFields_; }

    /// Columns of the ids of a batch: the id fields, and a history's behind them.
    std::int64_t idColumns() const;

    /// The token that stands for a hidden one; only with text.
    std::int64_t maskToken() const;

    /// Length of a row's sentences in tokens after the cut; 0 without text.
    std::int64_t tokensOf(std::int64_t row) const;

private:
    struct Sentences {
        at::Tensor tokenIds;
        std::vector<std::int16_t> owner;
        TokenLayout layout;
    };
    std::int64_t idOf(std::size_t column, std::int64_t row) const;
    Sentences load(const TokenCache& cache, const std::vector<std::int64_t>& rows) const;
    std::vector<std::uint8_t> hiddenFields(std::span<const std::int64_t> maskedColumns,
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
    std::vector<std::int64_t> firstList_; // [id fields] as IdLists has it
    std::vector<int> textFields_;         // those the template names
    std::optional<HistoryPlan> history_;
};

/// The stream of one step: the same whether the run got there in one go or by resuming.
RandomStream stepStream(std::uint64_t seed, const std::string& purpose, std::int64_t step);

} // namespace flip
