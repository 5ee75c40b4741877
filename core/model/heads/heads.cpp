#include "core/model/heads/heads.h"

#include <torch/types.h>

#include <cmath>

namespace flip {

namespace {

constexpr double kNormEpsilon = 1e-5;
constexpr double kRarestNoise = 1e-10; // of ids that are not in the training split

} // namespace

ProjectionHead::ProjectionHead(Parameters& parameters, const Initialiser& init,
                               const std::string& name, std::int64_t in, std::int64_t width,
                               double dropoutRate)
    : first_(parameters, init, name + ".first", in, width),
      second_(parameters, init, name + ".second", width, width),
      norm_(parameters, name + ".norm", width, kNormEpsilon), dropout_(dropoutRate) {}

at::Tensor ProjectionHead::operator()(const at::Tensor& x, const ForwardMode& mode) const {
    const at::Tensor a = first_(x);
    return norm_(a + dropout(second_(at::gelu(a)), dropout_, mode));
}

at::Tensor instanceContrast(const at::Tensor& idProjection, const at::Tensor& textProjection,
                            const at::Tensor& scale, const at::Tensor& otherIds,
                            const at::Tensor& otherTexts) {
    const at::Tensor u = otherIds.defined() ? at::cat({idProjection, otherIds}, 0) : idProjection;
    const at::Tensor t =
        otherTexts.defined() ? at::cat({textProjection, otherTexts}, 0) : textProjection;
    const at::Tensor logits = u.matmul(t.t()) * scale; // [all rows, all rows]
    const at::Tensor diagonal =
        at::arange(logits.size(0), at::TensorOptions(at::kLong).device(logits.device()));
    return 0.5 * (at::cross_entropy_loss(logits, diagonal) +
                  at::cross_entropy_loss(logits.t(), diagonal));
}

MaskedFeatureHead::MaskedFeatureHead(Parameters& parameters, const Initialiser& init,
                                     const std::string& prefix, const Options& options,
                                     const at::Tensor& noiseLogProb)
    : fields_(options.fields), fieldDim_(options.fieldDim),
      logIds_(std::log(static_cast<double>(options.ids))),
      attentionScale_(options.scaledAttention ? 1.0 / std::sqrt(static_cast<double>(options.hidden))
                                              : 1.0),
      query_(parameters, init, prefix + "query", options.features, options.hidden),
      queryNorm_(parameters, prefix + "query_norm", options.hidden, kNormEpsilon),
      toFields_(parameters, init, prefix + "fields", options.features + options.hidden,
                options.fields * options.fieldDim),
      space_(std::make_shared<RowSpace>(options.ids, parameters.device())),
      table_(std::make_shared<RowTable>(
          parameters, prefix + "nce.table",
          init.uniform(prefix + "nce.table", {options.ids, options.fieldDim},
                       1.0 / std::sqrt(static_cast<double>(options.fieldDim))),
          space_)),
      // Initialised to ln p + ln K, so that the untrained score of an id is ln p, as in the noise.
      bias_(std::make_shared<RowTable>(parameters, prefix + "nce.bias", noiseLogProb + logIds_,
                                       space_)),
      noiseLogProb_(noiseLogProb.to(parameters.device())) {}

at::Tensor MaskedFeatureHead::fit(const at::Tensor& features, const at::Tensor& text,
                                  const TokenLayout& layout, bool overPadding) const {
    const at::Tensor q = queryNorm_(query_(features)) * attentionScale_;            // [rows, H]
    at::Tensor scores = at::bmm(layout.whole.pad(text), q.unsqueeze(2)).squeeze(2); // [rows, width]
    if (layout.attend.defined() && !overPadding) {
        scores = scores.masked_fill(layout.attend.logical_not(),
                                    -std::numeric_limits<float>::infinity());
    }
    return scores;
}

at::Tensor MaskedFeatureHead::attention(const at::Tensor& features, const at::Tensor& text,
                                        const TokenLayout& layout, bool overPadding) const {
    return at::softmax(fit(features, text, layout, overPadding), 1);
}

at::Tensor MaskedFeatureHead::context(const at::Tensor& attention, const at::Tensor& text,
                                      const TokenLayout& layout) const {
    return at::bmm(attention.unsqueeze(1), layout.whole.pad(text)).squeeze(1);
}

at::Tensor MaskedFeatureHead::recover(const at::Tensor& features, const at::Tensor& context,
                                      const at::Tensor& columns) const {
    const at::Tensor all =
        toFields_(at::cat({features, context}, 1)).view({-1, fields_, fieldDim_});
    return all.gather(1, columns.unsqueeze(2).expand({-1, -1, fieldDim_}));
}

at::Tensor MaskedFeatureHead::score(const at::Tensor& recovered, const at::Tensor& ids) const {
    // recovered [rows, M, 1, fieldDim] against ids [rows, M, n]
    return (table_->find(ids) * recovered).sum(-1) + bias_->find(ids) - logIds_;
}

at::Tensor MaskedFeatureHead::loss(const at::Tensor& recovered, const at::Tensor& targets,
                                   const at::Tensor& noise) const {
    const at::Tensor ids = at::cat({targets.unsqueeze(2), noise}, 2); // [rows, M, 1 + k]
    const double logNoise = std::log(static_cast<double>(noise.size(2)));
    const at::Tensor logits = score(recovered.unsqueeze(2), ids) -
                              noiseLogProb_.index_select(0, ids.flatten()).view(ids.sizes()) -
                              logNoise;
    const at::Tensor truth = logits.select(2, 0);
    const at::Tensor wrong = logits.slice(2, 1);
    return (at::softplus(-truth) + at::softplus(wrong).sum(2)).mean();
}

MaskedTokenHead::MaskedTokenHead(Parameters& parameters, const Initialiser& init,
                                 const std::string& prefix, std::int64_t features,
                                 std::int64_t hidden, std::int64_t vocabulary, double dropoutRate)
    : readsFeatures_(features > 0),
      first_(parameters, init, prefix + "first", hidden + features, hidden),
      out_(parameters, init, prefix + "out", hidden, vocabulary), dropout_(dropoutRate) {}

at::Tensor MaskedTokenHead::operator()(const at::Tensor& text, const at::Tensor& features,
                                       const ForwardMode& mode) const {
    const at::Tensor seen = readsFeatures_ ? at::cat({text, features}, 1) : text;
    return out_(dropout(at::tanh(first_(seen)), dropout_, mode));
}

at::Tensor noiseLogProbabilities(const at::Tensor& counts) {
    const at::Tensor share = counts.to(at::kDouble) / counts.sum().to(at::kDouble);
    const at::Tensor clamped = share.clamp_min(kRarestNoise);
    return (clamped / clamped.sum()).log().to(at::kFloat);
}

at::Tensor noiseLogProbabilities(const at::Tensor& counts,
                                 const std::vector<std::int64_t>& firstIds) {
    std::vector<at::Tensor> parts;
    std::int64_t begin = 0;
    for (std::size_t field = 0; field <= firstIds.size(); ++field) {
        const std::int64_t end = field < firstIds.size() ? firstIds[field] : counts.size(0);
        if (end > begin) {
            const at::Tensor part = counts.slice(0, begin, end);
            // A field without counts in training gets a uniform distribution.
            parts.push_back(noiseLogProbabilities(part + (part.sum() == 0).to(part.dtype())));
        }
        begin = end;
    }
    return at::cat(parts);
}

} // namespace flip
