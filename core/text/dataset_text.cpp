#include "core/data/dataset.h"
#include "core/text/text_source.h"
#include "core/text/token_cache.h"

namespace flip {

namespace {

class DatasetText final : public TextSource {
public:
    explicit DatasetText(const Dataset& dataset) : dataset_(dataset) {}

    std::int64_t rows() const override { return dataset_.rows(); }
    int fields() const override { return static_cast<int>(dataset_.fields().size()); }
    std::int64_t values(int field) const override {
        return dataset_.fields()[static_cast<std::size_t>(field)].values;
    }
    std::string_view value(int field, std::uint32_t code) const override {
        return dataset_.value(field, code);
    }
    std::span<const std::uint32_t> codes(int field) const override { return dataset_.codes(field); }

private:
    const Dataset& dataset_;
};

} // namespace

Result<TokenCache> TokenCache::build(const Dataset& dataset, const TextTemplate& textTemplate,
                                     const Tokenizer& tokenizer, std::int64_t maxTokens,
                                     std::stop_token stop) {
    return build(std::make_unique<DatasetText>(dataset), textTemplate, tokenizer, maxTokens,
                 std::move(stop));
}

} // namespace flip
