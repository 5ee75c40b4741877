#include "core/model/id/field_groups.h"
#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

#include <limits>
#include <set>

namespace flip {

namespace {

constexpr const char* kItemKey = "id.history_of";
constexpr double kFirstSlope = 0.25; // of PReLU below 0 (He et al. 2015)

/// The columns that id.history_of names.
Result<std::vector<std::int64_t>> itemColumns(const BackboneOptions& options) {
    const std::vector<std::string> names = namesOf(options.idFields);
    auto groups = fieldGroups(options.historyOf, names, kItemKey);
    if (!groups) {
        return groups.problem();
    }
    if (groups->size() > 1) {
        return Problem{
            "holds a semicolon, but an item is one group of fields; separate them by commas",
            kItemKey};
    }
    if (groups->empty() || groups->front().empty()) {
        return Problem{"names no field, but din reads a history; name the id fields that "
                       "describe an item, e.g. movie_id",
                       kItemKey};
    }
    std::set<std::int64_t> seen;
    for (const std::int64_t column : groups->front()) {
        if (!seen.insert(column).second) {
            return Problem{"names \"" + names[static_cast<std::size_t>(column)] +
                               "\" twice; name it once",
                           kItemKey};
        }
    }
    return std::move(groups->front());
}

/// The weight of each history item given the candidate, the item of the row (Zhou et al. 2018,
/// section 4.3): an MLP with PReLU over [item, candidate, item - candidate, item * candidate].
class Interest {
public:
    Interest(Parameters& parameters, const Initialiser& init, const std::string& prefix,
             std::int64_t width, const BackboneOptions& options)
        : softmax_(options.historyWeights == HistoryWeights::Softmax) {
        std::int64_t in = 4 * width;
        for (std::size_t i = 0; i < options.historyHidden.size(); ++i) {
            const std::string name = prefix + "interest." + std::to_string(i);
            const std::int64_t out = options.historyHidden[i];
            layers_.push_back(
                {Linear(parameters, init, name, in, out),
                 parameters.add(name + ".slope", at::full({out}, kFirstSlope, at::kFloat))});
            in = out;
        }
        score_ = Linear(parameters, init, prefix + "interest.score", in, 1);
    }

    /// items [rows, L, width], candidate [rows, width], absent [rows, L] -> [rows, width], 0 for a
    /// row without items.
    at::Tensor operator()(const at::Tensor& items, const at::Tensor& candidate,
                          const at::Tensor& absent) const {
        at::Tensor scores = scoresOf(items, candidate); // [rows, L]
        if (softmax_) {
            // A finite value keeps the softmax of a row without items finite; the weights are
            // zeroed below.
            scores =
                at::softmax(scores.masked_fill(absent, std::numeric_limits<float>::lowest()), 1);
        }
        const at::Tensor weights = scores.masked_fill(absent, 0);
        return at::matmul(weights.unsqueeze(1), items).squeeze(1);
    }

private:
    struct Layer {
        Linear linear;
        at::Tensor slope; // [out]
    };

    at::Tensor scoresOf(const at::Tensor& items, const at::Tensor& candidate) const {
        // The first layer is linear in the four parts: its output for the candidate is computed
        // once per row, and the difference needs no product of its own.
        const Linear& first = layers_.front().linear;
        const auto part = first.weight.chunk(4, 1);
        at::Tensor x = at::linear(items, part[0] + part[2]) +
                       at::linear(candidate, part[1] - part[2], first.bias).unsqueeze(1) +
                       at::linear(items * candidate.unsqueeze(1), part[3]);
        x = x.flatten(0, 1); // [rows L, out]
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            x = at::prelu(i == 0 ? x : layers_[i].linear(x), layers_[i].slope);
        }
        return score_(x).view({items.size(0), items.size(1)});
    }

    bool softmax_;
    std::vector<Layer> layers_; // at least one
    Linear score_;
};

/// Deep Interest Network (Zhou et al. 2018): an MLP over the embeddings and the interest, which is
/// the sum of the items that the user clicked before, each weighted by its relevance to the item of
/// the row; no first-order term. Features are the MLP's output.
class Din final : public Backbone {
public:
    Din(Parameters& parameters, const Initialiser& init, const std::string& prefix,
        const BackboneOptions& options)
        : fields_(options.fields), itemFields_(itemFields(options)),
          columns_(at::tensor(at::ArrayRef<std::int64_t>(itemFields_), at::kLong)
                       .to(parameters.device())),
          embedding_(parameters, init, prefix, options),
          interest_(parameters, init, prefix, itemSize() * options.embeddingDim, options),
          mlp_(parameters, init, prefix + "mlp",
               (options.fields + itemSize()) * options.embeddingDim, options.hidden,
               options.dropout),
          head_(parameters, init, prefix + "head", mlp_.outputWidth(), 1, /*hasBias=*/false),
          bias_(outputBias(parameters, prefix)) {}

    std::int64_t featureWidth() const override { return mlp_.outputWidth(); }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const std::int64_t rows = ids.size(0);
        const std::int64_t length = (ids.size(1) - fields_) / itemSize(); // L
        TORCH_CHECK(length > 0 && fields_ + length * itemSize() == ids.size(1),
                    "the items of a history must follow the fields");
        const at::Tensor embedded = embedding_(ids.slice(1, 0, fields_)); // [rows, F, E]
        const at::Tensor candidate = embedded.index_select(1, columns_).flatten(1);
        const at::Tensor itemIds = ids.slice(1, fields_).reshape({rows * length, itemSize()});
        const at::Tensor items =
            embedding_.ofFields(itemIds, itemFields_).view({rows, length, candidate.size(1)});
        const at::Tensor absent = itemIds.select(1, 0).eq(0).view({rows, length});
        const at::Tensor interest = interest_(items, candidate, absent);
        return mlp_(at::cat({embedded.flatten(1), interest}, 1), mode);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        return head_(features(ids, mode)).squeeze(1) + bias_;
    }

private:
    std::int64_t itemSize() const { return static_cast<std::int64_t>(itemFields_.size()); } // n

    std::int64_t fields_;                  // F
    std::vector<std::int64_t> itemFields_; // [n] columns of the fields of a history item
    at::Tensor columns_;                   // the same
    EmbeddingTable embedding_;
    Interest interest_;
    Mlp mlp_;
    Linear head_;
    at::Tensor bias_;
};

} // namespace

std::vector<std::int64_t> itemFields(const BackboneOptions& options) {
    auto columns = itemColumns(options);
    TORCH_CHECK(columns.ok(), "checkDin must have accepted the names");
    return std::move(*columns);
}

std::unique_ptr<Backbone> makeDin(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<Din>(parameters, init, prefix, options);
}

Result<void> checkDin(const BackboneOptions& options) {
    if (options.historyBy.empty()) {
        return Problem{"names no field, but din reads a history; name the field of the user, "
                       "e.g. user_id",
                       "id.history_by"};
    }
    if (auto columns = itemColumns(options); !columns) {
        return columns.problem();
    }
    return {};
}

} // namespace flip
