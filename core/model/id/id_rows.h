#pragma once

#include "core/model/id/backbone.h"
#include "core/model/id/row_table.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace flip {

/// Maps the ids of a batch to rows of tables: handles list fields, shared rows and fields with
/// their own tables. Owns the tables of a model that are looked up by id.
class IdRows {
public:
    /// The layout of list members for lookups, see Bags. Both give the same means.
    enum class Lists { EndToEnd, Padded };

    IdRows(const BackboneOptions& options, at::Device device)
        : IdRows(options, device, device.is_cpu() ? Lists::EndToEnd : Lists::Padded) {}
    IdRows(const BackboneOptions& options, at::Device device, Lists lists);

    /// Replaces the lists of the options by others of the same fields, for rows that are not in the
    /// dataset.
    void setLists(const IdLists& lists);

    /// The number of rows of a table of all fields.
    std::int64_t size() const { return all_->size(); }

    /// Whether any field has its own embedding width; then each field has its own table, or the
    /// table of the field whose rows it shares.
    bool hasFieldTables() const { return !fieldSpaces_.empty(); }

    /// Adds a table of all fields [size(), ...], or one of a field [fieldSize(), ...] and of those
    /// that share its rows.
    std::shared_ptr<RowTable> add(Parameters& parameters, const std::string& name,
                                  const at::Tensor& first);
    std::shared_ptr<RowTable> addField(Parameters& parameters, std::size_t field,
                                       const std::string& name, const at::Tensor& first);
    std::int64_t fieldSize(std::size_t field) const { return fieldSpaces_.at(field)->size(); }

    /// The first row of each field in a table of all fields, ascending, without duplicates for
    /// fields that share rows. Empty if the fields are not known.
    std::vector<std::int64_t> firstRows() const;

    /// Sums counts of ids, [K], over the ids of each row. [size()] int64, on the CPU
    at::Tensor sums(const std::vector<std::int64_t>& ofIds) const;

    const RowTables& tables() const { return tables_; }

    /// ids [rows, F] -> [rows, F, width]; for a list, the mean of its members.
    at::Tensor find(const RowTable& table, const at::Tensor& ids) const;

    /// The same for the ids of the given fields only, one column per field.
    at::Tensor find(const RowTable& table, const at::Tensor& ids,
                    const std::vector<std::int64_t>& fields) const;

    /// Looks up one column of ids in the field's own table. [rows] -> [rows, width]
    at::Tensor findField(const RowTable& table, std::size_t field, const at::Tensor& ids) const;

    /// The rows of single ids, of any shape, in a table of all fields.
    at::Tensor rowsOf(const at::Tensor& ids) const;

    /// Which ids are the unknown id of their field, share its row, or are lists of such ids only.
    /// ids [rows, F or more] -> [rows, F] bool; all false if the fields are not known.
    at::Tensor unknown(const at::Tensor& ids) const;

    /// Opens all row spaces for a step that reads exactly these ids, laid out as for
    /// Backbone::features().
    void open(const at::Tensor& ids);
    void close();

private:
    /// The lists of a column, end to end. On a device, computing the number of members would
    /// require a synchronisation, so there each list is padded to the longest list of all.
    struct Bags {
        at::Tensor rows;    // [members]; padded: [lists, longest]
        at::Tensor offsets; // [lists]; undefined if padded
        at::Tensor shares;  // [lists, longest] weights of members, 0 after the end of a list; only
                            // if padded
    };
    Bags bagsOf(const at::Tensor& ids) const;
    at::Tensor findUnknown() const;
    bool isList(std::int64_t field) const;
    std::int64_t fieldOf(std::int64_t column) const;
    at::Tensor findColumns(const RowTable& table, const at::Tensor& ids,
                           const std::vector<std::int64_t>& listColumns) const;
    at::Tensor inField(std::size_t field, const at::Tensor& rows) const;
    at::Tensor means(const RowTable& table, const Bags& bags) const;

    at::Device device_;
    Lists lists_;
    std::int64_t fields_;
    std::int64_t ids_;                     // K
    std::vector<std::int64_t> itemFields_; // of the columns after the fields, for each item
    std::vector<std::int64_t> listFields_; // list fields, ascending
    at::Tensor rowOfId_;                   // [K]; if undefined, the row of an id is the id
    at::Tensor rowOfIdOnHost_;             // the same on the CPU
    at::Tensor ends_;          // [K + lists + 1] offsets into members_; the first K are single ids
    at::Tensor members_;       // rows
    std::int64_t longest_ = 1; // number of members of the longest list
    at::Tensor unknown_;       // [K + lists] bool
    std::vector<RowMapping::Range> ranges_;
    std::shared_ptr<RowSpace> all_;
    std::vector<std::size_t> leaders_; // [F], the field whose rows each field reads
    std::vector<std::shared_ptr<RowSpace>> fieldSpaces_; // [F], row 0 is the mask; or empty
    RowTables tables_;
};

} // namespace flip
