#include "core/model/id/tables.h"

#include <torch/torch.h>

#include <algorithm>

namespace flip {

TableLookup::TableLookup(const BackboneOptions& options, at::Device device) {
    if (options.lists.empty()) {
        return;
    }
    for (std::size_t field = 0; field < options.lists.firstList.size(); ++field) {
        if (options.lists.firstList[field] >= 0) {
            listColumns_.push_back(static_cast<std::int64_t>(field));
        }
    }
    const auto longs = [](const std::vector<std::int64_t>& numbers) {
        return at::tensor(at::ArrayRef<std::int64_t>(numbers), at::kLong);
    };
    const at::Tensor alone = at::arange(options.ids, at::kLong);
    ends_ = at::cat({alone, longs(options.lists.ends) + options.ids}).to(device);
    members_ = at::cat({alone, longs(options.lists.members)}).to(device);
}

TableLookup TableLookup::ofFields(const std::vector<std::int64_t>& columns) const {
    TableLookup part = *this;
    part.listColumns_.clear();
    for (std::size_t place = 0; place < columns.size(); ++place) {
        if (std::find(listColumns_.begin(), listColumns_.end(), columns[place]) !=
            listColumns_.end()) {
            part.listColumns_.push_back(static_cast<std::int64_t>(place));
        }
    }
    return part;
}

at::Tensor TableLookup::operator()(const at::Tensor& table, const at::Tensor& ids) const {
    if (listColumns_.empty()) {
        return at::embedding(table, ids);
    }
    std::vector<at::Tensor> parts;
    std::int64_t done = 0;
    for (const std::int64_t column : listColumns_) {
        if (done < column) {
            parts.push_back(at::embedding(table, ids.slice(1, done, column)));
        }
        parts.push_back(means(table, ids.select(1, column)).unsqueeze(1));
        done = column + 1;
    }
    if (done < ids.size(1)) {
        parts.push_back(at::embedding(table, ids.slice(1, done)));
    }
    return at::cat(parts, 1);
}

/// [rows] -> [rows, width]
at::Tensor TableLookup::means(const at::Tensor& table, const at::Tensor& ids) const {
    const std::int64_t rows = ids.size(0);
    if (rows == 0) {
        return at::embedding(table, ids);
    }
    const at::Tensor first = ends_.index_select(0, ids);
    const at::Tensor counts = ends_.index_select(0, ids + 1) - first;
    const at::Tensor offsets = counts.cumsum(0) - counts; // [rows], of each row's first member
    const at::Tensor row = at::repeat_interleave(counts);
    const at::Tensor place = at::arange(row.size(0), ids.options()) - offsets.index_select(0, row) +
                             first.index_select(0, row);
    return std::get<0>(at::embedding_bag(table, members_.index_select(0, place), offsets,
                                         /*scale_grad_by_freq=*/false, /*mode=mean*/ 1));
}

EmbeddingTable::EmbeddingTable(Parameters& parameters, const Initialiser& init,
                               const std::string& prefix, const BackboneOptions& options)
    : table(parameters.add(prefix + "embedding.table",
                           init.normal(prefix + "embedding.table",
                                       {options.ids, options.embeddingDim}, options.initStd))),
      lookUp(options, parameters.device()) {}

at::Tensor EmbeddingTable::operator()(const at::Tensor& ids) const {
    return lookUp(table, ids);
}

LinearTable::LinearTable(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                         const BackboneOptions& options)
    : table(
          parameters.add(prefix + "linear.table",
                         init.normal(prefix + "linear.table", {options.ids, 1}, options.initStd))),
      lookUp(options, parameters.device()) {}

at::Tensor LinearTable::weights(const at::Tensor& ids) const {
    return lookUp(table, ids).squeeze(-1);
}

at::Tensor LinearTable::sum(const at::Tensor& ids) const {
    return weights(ids).sum(-1);
}

at::Tensor outputBias(Parameters& parameters, const std::string& prefix) {
    return parameters.add(prefix + "output.bias", at::zeros({1}, at::kFloat));
}

FieldPairs::FieldPairs(std::int64_t fields, at::Device device) {
    const at::Tensor pairs =
        at::triu_indices(fields, fields, /*offset=*/1, at::TensorOptions(at::kLong).device(device));
    left_ = pairs.select(0, 0).contiguous();
    right_ = pairs.select(0, 1).contiguous();
    flat_ = left_ * fields + right_;
}

// Whole fields lie together once they come first: a pair is then one block that is copied.
at::Tensor FieldPairs::left(const at::Tensor& perField) const {
    return perField.transpose(0, 1).index_select(0, left_);
}

at::Tensor FieldPairs::right(const at::Tensor& perField) const {
    return perField.transpose(0, 1).index_select(0, right_);
}

at::Tensor FieldPairs::above(const at::Tensor& table) const {
    return table.flatten(1).index_select(1, flat_);
}

at::Tensor pairwiseProducts(const at::Tensor& embedded) {
    return 0.5 * (embedded.sum(1).square() - embedded.square().sum(1));
}

} // namespace flip
