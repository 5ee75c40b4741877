#pragma once

#include "core/model/id/backbone.h"
#include "core/model/id/row_table.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace flip {

/// Which rows of which tables the ids of a batch are: knows lists, shared rows and fields with
/// tables of their own, and keeps the tables of a model that are found by id.
class IdRows {
public:
    /// How the members of lists are laid out for reading: as Bags says. Their means are the same.
    enum class Lists { EndToEnd, Padded };

    IdRows(const BackboneOptions& options, at::Device device)
        : IdRows(options, device, device.is_cpu() ? Lists::EndToEnd : Lists::Padded) {}
    IdRows(const BackboneOptions& options, at::Device device, Lists lists);

    /// Puts other lists in the place of those of the options, of the same fields: those of rows
    /// that are not in the dataset.
    void setLists(const IdLists& lists);

    /// Rows of a table of all fields.
    std::int64_t size() const { return all_->size(); }

    /// Whether any field's vectors have a width of their own; then each field has its own table, or
    /// that of the field whose rows it shares.
    bool hasFieldTables() const { return !fieldSpaces_.empty(); }

    /// A table of all fields [size(), ...], or of one field [its size, ...] and those that share
    /// its rows.
    std::shared_ptr<RowTable> add(Parameters& parameters, const std::string& name,
                                  const at::Tensor& first);
    std::shared_ptr<RowTable> addField(Parameters& parameters, std::size_t field,
                                       const std::string& name, const at::Tensor& first);
    std::int64_t fieldSize(std::size_t field) const { return fieldSpaces_.at(field)->size(); }

    /// Where the rows of fields begin in a table of all fields, ascending; once of fields that
    /// share them. Empty where nothing is known of the fields.
    std::vector<std::int64_t> firstRows() const;

    /// Numbers of ids, [K], added up by the row that the ids share. [size()] int64, on the CPU
    at::Tensor sums(const std::vector<std::int64_t>& ofIds) const;

    const RowTables& tables() const { return tables_; }

    /// ids [rows, F] -> [rows, F, width]; of a list the mean of its members.
    at::Tensor find(const RowTable& table, const at::Tensor& ids) const;

    /// The same for ids of the named fields alone, one column for each.
    at::Tensor find(const RowTable& table, const at::Tensor& ids,
                    const std::vector<std::int64_t>& fields) const;

    /// One column of ids in the field's own table. [rows] -> [rows, width]
    at::Tensor findField(const RowTable& table, std::size_t field, const at::Tensor& ids) const;

    /// Rows of single ids, of any shape, in a table of all fields.
    at::Tensor rowsOf(const at::Tensor& ids) const;

    /// Which ids of the fields are the field's unknown one, share its row, or are lists of nothing
    /// else. ids [rows, F or more] -> [rows, F] bool; all false where nothing is known of
    /// the fields.
    at::Tensor unknown(const at::Tensor& ids) const;

    /// Opens every space for a step that reads these ids, as Backbone::features() does, and no
    /// others.
    void open(const at::Tensor& ids);
    void close();

private:
    /// The lists of a column, end to end. A device would have to be waited for to know how many
    /// members that makes, so there each list is padded to the longest that there is.
    struct Bags {
        at::Tensor rows;    // [members]; padded: [lists, longest]
        at::Tensor offsets; // [lists]; undefined where padded
        at::Tensor shares;  // [lists, longest], what a member counts: 0 behind a list's end; padded
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
    std::vector<std::int64_t> itemFields_; // of the columns behind the fields, again and again
    std::vector<std::int64_t> listFields_; // whose values may be lists, ascending
    at::Tensor rowOfId_;                   // [K]; undefined: an id's row is its number
    at::Tensor rowOfIdOnHost_;             // the same; on the processor no second one
    at::Tensor ends_;                      // [K + lists + 1] into members_: first each id alone
    at::Tensor members_;                   // rows
    std::int64_t longest_ = 1;             // members of a list
    at::Tensor unknown_;                   // [K + lists] bool
    std::vector<TableForm::Range> ranges_;
    std::shared_ptr<RowSpace> all_;
    std::vector<std::size_t> leaders_;                   // [F], the field whose rows each reads
    std::vector<std::shared_ptr<RowSpace>> fieldSpaces_; // [F], row 0 the mask's; or none
    RowTables tables_;
};

} // namespace flip
