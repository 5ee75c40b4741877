#include "core/model/id/tables.h"

#include <torch/types.h>

#include <algorithm>

namespace flip {

std::shared_ptr<IdRows> idRowsFor(const BackboneOptions& options, at::Device device) {
    return options.rows ? options.rows : std::make_shared<IdRows>(options, device);
}

EmbeddingTable::EmbeddingTable(Parameters& parameters, const Initialiser& init,
                               const std::string& prefix, const BackboneOptions& options)
    : rows_(idRowsFor(options, parameters.device())) {
    const std::int64_t width = options.embeddingDim;
    if (!rows_->hasFieldTables()) {
        const std::string name = prefix + "embedding.table";
        table_ = rows_->add(parameters, name,
                            init.normal(name, {rows_->size(), width}, options.initStd));
        return;
    }
    fields_.resize(options.idFields.size());
    for (std::size_t field = 0; field < fields_.size(); ++field) {
        const IdField& info = options.idFields[field];
        if (info.shares >= 0) {
            continue;
        }
        const std::string name = prefix + info.name + ".embedding.";
        const std::int64_t own = info.width == 0 ? width : info.width;
        FieldTable& made = fields_[field];
        made.table = rows_->addField(
            parameters, field, name + "table",
            init.normal(name + "table", {rows_->fieldSize(field), own}, options.initStd));
        if (own != width) {
            made.project =
                Linear(parameters, init, name + "project", own, width, /*hasBias=*/false);
        }
    }
    for (std::size_t field = 0; field < fields_.size(); ++field) {
        fields_[field] = fields_[leaderOf(options.idFields, field)];
    }
}

at::Tensor EmbeddingTable::operator()(const at::Tensor& ids) const {
    if (table_) {
        return rows_->find(*table_, ids);
    }
    std::vector<at::Tensor> columns;
    for (std::size_t field = 0; field < fields_.size(); ++field) {
        columns.push_back(ofField(ids.select(1, static_cast<std::int64_t>(field)), field));
    }
    return at::stack(columns, 1);
}

at::Tensor EmbeddingTable::ofFields(const at::Tensor& ids,
                                    const std::vector<std::int64_t>& fields) const {
    if (table_) {
        return rows_->find(*table_, ids, fields);
    }
    std::vector<at::Tensor> columns;
    for (std::size_t column = 0; column < fields.size(); ++column) {
        columns.push_back(ofField(ids.select(1, static_cast<std::int64_t>(column)),
                                  static_cast<std::size_t>(fields[column])));
    }
    return at::stack(columns, 1);
}

at::Tensor EmbeddingTable::ofField(const at::Tensor& ids, std::size_t field) const {
    const FieldTable& of = fields_[field];
    const at::Tensor found = rows_->findField(*of.table, field, ids);
    return of.project.weight.defined() ? of.project(found) : found;
}

LinearTable::LinearTable(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                         const BackboneOptions& options)
    : rows_(idRowsFor(options, parameters.device())) {
    const std::string name = prefix + "linear.table";
    table_ = rows_->add(parameters, name, init.normal(name, {rows_->size(), 1}, options.initStd));
}

at::Tensor LinearTable::weights(const at::Tensor& ids) const {
    return rows_->find(*table_, ids).squeeze(-1);
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

// With the fields as the first axis, the data of a field is contiguous: a pair is copied as one
// block.
at::Tensor FieldPairs::left(const at::Tensor& perField) const {
    return perField.transpose(0, 1).index_select(0, left_);
}

at::Tensor FieldPairs::right(const at::Tensor& perField) const {
    return perField.transpose(0, 1).index_select(0, right_);
}

at::Tensor FieldPairs::upperTriangle(const at::Tensor& table) const {
    return table.flatten(1).index_select(1, flat_);
}

at::Tensor pairwiseProducts(const at::Tensor& embedded) {
    return 0.5 * (embedded.sum(1).square() - embedded.square().sum(1));
}

} // namespace flip
