#include "core/model/id/id_rows.h"

#include <torch/types.h>

#include <algorithm>

namespace flip {

namespace {

at::Tensor longs(const std::vector<std::int64_t>& numbers) {
    return at::tensor(at::ArrayRef<std::int64_t>(numbers), at::kLong);
}

} // namespace

IdRows::IdRows(const BackboneOptions& options, at::Device device, Lists lists)
    : device_(device), lists_(lists), fields_(options.fields), ids_(options.ids),
      itemFields_(options.itemFields) {
    RowMapping mapping = mapIdsToRows(options.ids, options.idFields, options.trainingCounts,
                                      options.minCount, options.hashBuckets);
    all_ = std::make_shared<RowSpace>(mapping.rows, device);
    ranges_ = std::move(mapping.fields);
    const bool ownWidths = std::ranges::any_of(
        options.idFields, [](const IdField& field) { return field.width != 0; });
    for (std::size_t field = 0; field < options.idFields.size(); ++field) {
        leaders_.push_back(leaderOf(options.idFields, field));
    }
    if (ownWidths) {
        for (const RowMapping::Range& range : ranges_) {
            fieldSpaces_.push_back(std::make_shared<RowSpace>(1 + range.count, device));
        }
        for (std::size_t field = 0; field < leaders_.size(); ++field) {
            fieldSpaces_[field] = fieldSpaces_[leaders_[field]];
        }
    }
    if (!mapping.rowOfId.empty()) {
        rowOfIdOnHost_ = longs(mapping.rowOfId);
        rowOfId_ = rowOfIdOnHost_.to(device);
    }
    setLists(options.lists);
}

void IdRows::setLists(const IdLists& lists) {
    listFields_.clear();
    longest_ = 1;
    const at::Tensor alone = at::arange(ids_, at::kLong);
    if (lists.empty()) {
        unknown_ = findUnknown().index_select(0, rowsOf(alone.to(device_)));
        return;
    }
    for (std::size_t field = 0; field < lists.firstList.size(); ++field) {
        if (lists.firstList[field] >= 0) {
            listFields_.push_back(static_cast<std::int64_t>(field));
        }
    }
    for (std::size_t list = 1; list < lists.ends.size(); ++list) {
        longest_ = std::max(longest_, lists.ends[list] - lists.ends[list - 1]);
    }
    ends_ = at::cat({alone, longs(lists.ends) + ids_}).to(device_);
    members_ = rowsOf(at::cat({alone, longs(lists.members)}).to(device_));
    const at::Tensor known =
        at::cat({at::zeros({1}, at::TensorOptions(at::kLong).device(device_)),
                 findUnknown().index_select(0, members_).logical_not().to(at::kLong).cumsum(0)})
            .index_select(0, ends_);
    unknown_ = known.slice(0, 1).eq(known.slice(0, 0, -1));
}

std::shared_ptr<RowTable> IdRows::add(Parameters& parameters, const std::string& name,
                                      const at::Tensor& first) {
    return tables_.emplace_back(std::make_shared<RowTable>(parameters, name, first, all_));
}

std::shared_ptr<RowTable> IdRows::addField(Parameters& parameters, std::size_t field,
                                           const std::string& name, const at::Tensor& first) {
    return tables_.emplace_back(
        std::make_shared<RowTable>(parameters, name, first, fieldSpaces_.at(field)));
}

at::Tensor IdRows::rowsOf(const at::Tensor& ids) const {
    return rowOfId_.defined() ? rowOfId_.index_select(0, ids.flatten()).view(ids.sizes()) : ids;
}

/// Which rows belong to unknown ids. [size()] bool
at::Tensor IdRows::findUnknown() const {
    const at::Tensor found = at::zeros({size()}, at::TensorOptions(at::kBool).device(device_));
    return ranges_.empty() ? found : found.index_fill(0, longs(firstRows()).to(device_), true);
}

at::Tensor IdRows::unknown(const at::Tensor& ids) const {
    const at::Tensor ofFields = ids.slice(1, 0, fields_);
    return unknown_.index_select(0, ofFields.flatten()).view(ofFields.sizes());
}

std::vector<std::int64_t> IdRows::firstRows() const {
    std::vector<std::int64_t> first;
    for (const RowMapping::Range& range : ranges_) {
        first.push_back(range.first);
    }
    std::ranges::sort(first);
    first.erase(std::ranges::unique(first).begin(), first.end());
    return first;
}

at::Tensor IdRows::sums(const std::vector<std::int64_t>& ofIds) const {
    const at::Tensor numbers = longs(ofIds);
    const at::Tensor rows = rowOfIdOnHost_.defined() ? rowOfIdOnHost_.slice(0, 0, numbers.size(0))
                                                     : at::arange(numbers.size(0), at::kLong);
    return at::zeros({size()}, at::kLong).index_add(0, rows, numbers);
}

bool IdRows::isList(std::int64_t field) const {
    return std::ranges::binary_search(listFields_, field);
}

std::int64_t IdRows::fieldOf(std::int64_t column) const {
    if (column < fields_) {
        return column;
    }
    TORCH_CHECK(!itemFields_.empty(), "a batch has ", column + 1, " columns of ", fields_,
                " fields and no history");
    const auto index = static_cast<std::size_t>(column - fields_);
    return itemFields_[index % itemFields_.size()];
}

/// Rows of a table of all fields -> rows of the field's own table. Row 0, the mask, is row 0 in
/// both.
at::Tensor IdRows::inField(std::size_t field, const at::Tensor& rows) const {
    return (rows - (ranges_.at(field).first - 1)).mul(rows != 0);
}

IdRows::Bags IdRows::bagsOf(const at::Tensor& ids) const {
    const at::Tensor first = ends_.index_select(0, ids);
    const at::Tensor counts = ends_.index_select(0, ids + 1) - first;
    if (lists_ == Lists::Padded) {
        const at::Tensor number = at::arange(longest_, ids.options()).unsqueeze(0);
        const at::Tensor real = number.lt(counts.unsqueeze(1)); // [lists, longest]
        const at::Tensor place = (first.unsqueeze(1) + number).clamp_max(members_.size(0) - 1);
        const at::Tensor rows =
            members_.index_select(0, place.flatten()).view(place.sizes()).masked_fill(~real, 0);
        return {rows, {}, real.to(at::kFloat) / counts.clamp_min(1).unsqueeze(1)};
    }
    const at::Tensor offsets = counts.cumsum(0) - counts; // [rows], of their first members
    const at::Tensor row = at::repeat_interleave(counts);
    const at::Tensor place = at::arange(row.size(0), ids.options()) - offsets.index_select(0, row) +
                             first.index_select(0, row);
    return {members_.index_select(0, place), offsets};
}

at::Tensor IdRows::means(const RowTable& table, const Bags& bags) const {
    if (bags.shares.defined()) {
        const at::Tensor found = table.find(bags.rows); // [lists, longest, ...]
        return (found.dim() > 2 ? found * bags.shares.unsqueeze(2) : found * bags.shares).sum(1);
    }
    if (bags.offsets.size(0) == 0) {
        return table.find(bags.offsets);
    }
    const at::Tensor places = table.isGathered() ? table.space().places(bags.rows) : bags.rows;
    return std::get<0>(at::embedding_bag(table.values(), places, bags.offsets,
                                         /*scale_grad_by_freq=*/false, /*mode=mean*/ 1));
}

at::Tensor IdRows::find(const RowTable& table, const at::Tensor& ids) const {
    return findColumns(table, ids, listFields_);
}

at::Tensor IdRows::find(const RowTable& table, const at::Tensor& ids,
                        const std::vector<std::int64_t>& fields) const {
    std::vector<std::int64_t> listColumns;
    for (std::size_t column = 0; column < fields.size(); ++column) {
        if (isList(fields[column])) {
            listColumns.push_back(static_cast<std::int64_t>(column));
        }
    }
    return findColumns(table, ids, listColumns);
}

at::Tensor IdRows::findColumns(const RowTable& table, const at::Tensor& ids,
                               const std::vector<std::int64_t>& listColumns) const {
    if (listColumns.empty()) {
        return table.find(rowsOf(ids));
    }
    std::vector<at::Tensor> parts;
    std::int64_t done = 0;
    for (const std::int64_t column : listColumns) {
        if (done < column) {
            parts.push_back(table.find(rowsOf(ids.slice(1, done, column))));
        }
        parts.push_back(means(table, bagsOf(ids.select(1, column))).unsqueeze(1));
        done = column + 1;
    }
    if (done < ids.size(1)) {
        parts.push_back(table.find(rowsOf(ids.slice(1, done))));
    }
    return at::cat(parts, 1);
}

at::Tensor IdRows::findField(const RowTable& table, std::size_t field,
                             const at::Tensor& ids) const {
    if (!isList(static_cast<std::int64_t>(field))) {
        return table.find(inField(field, rowsOf(ids)));
    }
    Bags bags = bagsOf(ids);
    bags.rows = inField(field, bags.rows);
    return means(table, bags);
}

void IdRows::open(const at::Tensor& ids) {
    std::vector<std::vector<at::Tensor>> columnsOfField(static_cast<std::size_t>(fields_));
    std::vector<at::Tensor> columns;
    for (std::int64_t column = 0; column < ids.size(1); ++column) {
        const at::Tensor of = ids.select(1, column);
        const std::int64_t field = fieldOf(column);
        columns.push_back(isList(field) ? bagsOf(of).rows.flatten() : rowsOf(of));
        if (hasFieldTables()) {
            columnsOfField[leaders_[static_cast<std::size_t>(field)]].push_back(columns.back());
        }
    }
    all_->open(at::cat(columns));
    for (std::size_t field = 0; field < fieldSpaces_.size(); ++field) {
        if (leaders_[field] == field) {
            fieldSpaces_[field]->open(inField(field, at::cat(columnsOfField[field])));
        }
    }
}

void IdRows::close() {
    all_->close();
    for (const auto& space : fieldSpaces_) {
        space->close();
    }
}

} // namespace flip
