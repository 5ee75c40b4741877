#include "core/data/records/parquet_rows.h"

#include "core/base/text_encoding.h"
#include "core/data/records/list_elements.h"
#include "core/data/records/value_dictionary.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/util/decimal.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <exception>
#include <system_error>
#include <utility>

namespace flip {

namespace {

using arrow::Type;

/// Whether a value of this type can be written as text.
bool hasText(const arrow::DataType& type) {
    switch (type.id()) {
    case Type::LIST:
    case Type::LARGE_LIST:
    case Type::FIXED_SIZE_LIST:
        return hasText(*type.field(0)->type());
    case Type::DICTIONARY:
        return hasText(*static_cast<const arrow::DictionaryType&>(type).value_type());
    case Type::NA:
    case Type::BOOL:
    case Type::FLOAT:
    case Type::DOUBLE:
    case Type::STRING:
    case Type::LARGE_STRING:
    case Type::BINARY:
    case Type::LARGE_BINARY:
    case Type::FIXED_SIZE_BINARY:
    case Type::DECIMAL128:
    case Type::DATE32:
    case Type::DATE64:
    case Type::TIMESTAMP:
        return true;
    default:
        return arrow::is_integer(type.id());
    }
}

template <class Number>
void appendNumber(Number number, std::string& text) {
    std::array<char, 40> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    text.append(digits.data(), end);
}

/// The shortest text that converts back to the number. Whole numbers are written as integers, since
/// an integer column with missing values is often stored as reals: 100000, not 1e+05.
template <class Real>
void appendReal(Real number, std::string& text) {
    if (std::isnan(number)) {
        return; // missing values are often stored as NaN
    }
    constexpr Real kExact = Real(1e15); // all smaller whole numbers are exact in 64-bit reals
    if (std::abs(number) < kExact && std::trunc(number) == number) {
        return appendNumber(static_cast<std::int64_t>(number), text);
    }
    appendNumber(number, text);
}

/// Appends a time since 1970, counted in parts of a second, as seconds.
void appendSeconds(std::int64_t count, std::int64_t partsPerSecond, std::string& text) {
    const std::int64_t part = count % partsPerSecond;
    if (count < 0 && count > -partsPerSecond) {
        text += '-';
    }
    appendNumber(count / partsPerSecond, text);
    if (part != 0) {
        std::string digits = std::to_string(partsPerSecond + std::abs(part)).substr(1);
        digits.erase(digits.find_last_not_of('0') + 1);
        text += "." + digits;
    }
}

std::int64_t partsPerSecond(arrow::TimeUnit::type unit) {
    switch (unit) {
    case arrow::TimeUnit::SECOND:
        return 1;
    case arrow::TimeUnit::MILLI:
        return 1'000;
    case arrow::TimeUnit::MICRO:
        return 1'000'000;
    case arrow::TimeUnit::NANO:
        return 1'000'000'000;
    }
    return 1;
}

/// How the lists of a column are written.
struct ListForm {
    std::string_view separator;
    bool mayNeedBrackets;
};

void appendValue(const arrow::Array& array, std::int64_t row, const ListForm& lists,
                 std::string& text);

template <class List>
void collectElementsOf(const arrow::Array& array, std::int64_t row, const ListForm& lists,
                       std::vector<std::string>& elements);

/// Collects the elements of a list and of the lists nested in it, without empty ones.
void collectElements(const arrow::Array& array, std::int64_t row, const ListForm& lists,
                     std::vector<std::string>& elements) {
    switch (array.type_id()) {
    case Type::LIST:
        return collectElementsOf<arrow::ListArray>(array, row, lists, elements);
    case Type::LARGE_LIST:
        return collectElementsOf<arrow::LargeListArray>(array, row, lists, elements);
    case Type::FIXED_SIZE_LIST:
        return collectElementsOf<arrow::FixedSizeListArray>(array, row, lists, elements);
    default:
        break;
    }
    std::string element;
    appendValue(array, row, lists, element);
    if (!element.empty()) {
        elements.push_back(std::move(element));
    }
}

template <class List>
void collectElementsOf(const arrow::Array& array, std::int64_t row, const ListForm& lists,
                       std::vector<std::string>& elements) {
    const auto& list = static_cast<const List&>(array);
    if (list.IsNull(row)) {
        return;
    }
    const std::int64_t begin = list.value_offset(row);
    for (std::int64_t i = 0; i < std::int64_t{list.value_length(row)}; ++i) {
        collectElements(*list.values(), begin + i, lists, elements);
    }
}

void appendList(const arrow::Array& array, std::int64_t row, const ListForm& lists,
                std::string& text) {
    std::vector<std::string> elements;
    collectElements(array, row, lists, elements);
    ListWriter writer(lists.mayNeedBrackets && needBrackets(elements, lists.separator),
                      lists.separator, text);
    for (const std::string& element : elements) {
        writer.add(element);
    }
    writer.finish();
}

template <class Array>
void appendView(const arrow::Array& array, std::int64_t row, std::string& text) {
    text += static_cast<const Array&>(array).GetView(row);
}

template <class Array>
void appendNumberOf(const arrow::Array& array, std::int64_t row, std::string& text) {
    appendNumber(static_cast<const Array&>(array).Value(row), text);
}

void appendValue(const arrow::Array& array, std::int64_t row, const ListForm& lists,
                 std::string& text) {
    if (array.IsNull(row)) {
        return;
    }
    switch (array.type_id()) {
    case Type::BOOL:
        text += static_cast<const arrow::BooleanArray&>(array).Value(row) ? "true" : "false";
        return;
    case Type::INT8:
        return appendNumberOf<arrow::Int8Array>(array, row, text);
    case Type::INT16:
        return appendNumberOf<arrow::Int16Array>(array, row, text);
    case Type::INT32:
        return appendNumberOf<arrow::Int32Array>(array, row, text);
    case Type::INT64:
        return appendNumberOf<arrow::Int64Array>(array, row, text);
    case Type::UINT8:
        return appendNumberOf<arrow::UInt8Array>(array, row, text);
    case Type::UINT16:
        return appendNumberOf<arrow::UInt16Array>(array, row, text);
    case Type::UINT32:
        return appendNumberOf<arrow::UInt32Array>(array, row, text);
    case Type::UINT64:
        return appendNumberOf<arrow::UInt64Array>(array, row, text);
    case Type::FLOAT:
        return appendReal(static_cast<const arrow::FloatArray&>(array).Value(row), text);
    case Type::DOUBLE:
        return appendReal(static_cast<const arrow::DoubleArray&>(array).Value(row), text);
    case Type::STRING:
    case Type::BINARY:
        return appendView<arrow::BinaryArray>(array, row, text);
    case Type::LARGE_STRING:
    case Type::LARGE_BINARY:
        return appendView<arrow::LargeBinaryArray>(array, row, text);
    case Type::FIXED_SIZE_BINARY:
        return appendView<arrow::FixedSizeBinaryArray>(array, row, text);
    case Type::DECIMAL128:
        text += static_cast<const arrow::Decimal128Array&>(array).FormatValue(row);
        return;
    case Type::DATE32:
        return appendNumber(
            std::int64_t{static_cast<const arrow::Date32Array&>(array).Value(row)} * 86400, text);
    case Type::DATE64:
        return appendSeconds(static_cast<const arrow::Date64Array&>(array).Value(row), 1000, text);
    case Type::TIMESTAMP:
        return appendSeconds(
            static_cast<const arrow::TimestampArray&>(array).Value(row),
            partsPerSecond(static_cast<const arrow::TimestampType&>(*array.type()).unit()), text);
    case Type::DICTIONARY: {
        const auto& coded = static_cast<const arrow::DictionaryArray&>(array);
        return appendValue(*coded.dictionary(), coded.GetValueIndex(row), lists, text);
    }
    case Type::LIST:
    case Type::LARGE_LIST:
    case Type::FIXED_SIZE_LIST:
        return appendList(array, row, lists, text);
    default:
        return; // hasText() refuses all others
    }
}

/// Row groups are decoded one after the other while batches are read, since Arrow reads them in
/// order. The raw bytes of a batch are its cells, each preceded by its length.
class ParquetRows final : public RecordFormat {
public:
    ParquetRows(std::unique_ptr<parquet::arrow::FileReader> reader, std::string listSeparator,
                std::string shownName, std::int64_t fileBytes)
        : listSeparator_(std::move(listSeparator)), shownName_(std::move(shownName)),
          fileBytes_(fileBytes), reader_(std::move(reader)),
          allRows_(reader_->parquet_reader()->metadata()->num_rows()) {}

    /// Determines the columns and starts reading.
    Result<void> begin(const std::vector<WantedColumn>& wanted) {
        std::shared_ptr<arrow::Schema> schema;
        if (auto done = checked(reader_->GetSchema(&schema)); !done) {
            return done;
        }
        std::vector<bool> isWanted;
        for (const auto& field : schema->fields()) {
            const auto found = std::ranges::find(wanted, field->name(), &WantedColumn::name);
            isWanted.push_back(found != wanted.end());
            if (isWanted.back() && !hasText(*field->type())) {
                return Problem{"the column " + quotedText(field->name()) + " is of the type " +
                                   field->type()->ToString() +
                                   ", which cannot be read; convert it or name another column",
                               shownName_};
            }
            if (isWanted.back()) {
                wantedColumns_.push_back(columns_.size());
                lists_.push_back({listSeparator_, found->isList});
            }
            columns_.push_back(field->name());
        }
        std::vector<int> leaves;
        const auto* const stored = reader_->parquet_reader()->metadata()->schema();
        for (int leaf = 0; leaf < stored->num_columns(); ++leaf) {
            const auto* const root = stored->GetColumnRoot(leaf);
            const int top = stored->group_node()->FieldIndex(*root);
            if (top >= 0 && isWanted[static_cast<std::size_t>(top)]) {
                leaves.push_back(leaf);
            }
        }
        std::vector<int> groups(
            static_cast<std::size_t>(reader_->parquet_reader()->metadata()->num_row_groups()));
        for (std::size_t i = 0; i < groups.size(); ++i) {
            groups[i] = static_cast<int>(i);
        }
        auto rows = reader_->GetRecordBatchReader(groups, leaves);
        if (!rows.ok()) {
            return checked(rows.status());
        }
        rows_ = std::move(*rows);
        return {};
    }

    const std::vector<std::string>& columns() const override { return columns_; }

    Result<bool> read(RecordBatch& batch, std::size_t) override {
        std::shared_ptr<arrow::RecordBatch> rows;
        do {
            try {
                if (auto done = checked(rows_->ReadNext(&rows)); !done) {
                    return done.problem();
                }
            } catch (const std::exception& error) {
                return damaged(error.what());
            }
            if (rows == nullptr) {
                return false;
            }
        } while (rows->num_rows() == 0);
        for (std::int64_t row = 0; row < rows->num_rows(); ++row) {
            for (int column = 0; column < rows->num_columns(); ++column) {
                const std::size_t begin = batch.text.size();
                batch.text.append(sizeof(std::uint32_t), '\0');
                appendValue(*rows->column(column), row, lists_[static_cast<std::size_t>(column)],
                            batch.text);
                const auto size =
                    static_cast<std::uint32_t>(batch.text.size() - begin - sizeof(std::uint32_t));
                std::memcpy(batch.text.data() + begin, &size, sizeof size);
            }
            if (batch.text.size() > kMostBatchBytes) {
                return Problem{"the rows from " + std::to_string(rowsRead_ + 1) +
                                   " on are too large",
                               shownName_};
            }
        }
        batch.rawBytes = batch.text.size();
        batch.firstLine = rowsRead_ + 1;
        batch.lineCount = rows->num_rows();
        rowsRead_ += rows->num_rows();
        return true;
    }

    void parse(RecordBatch& batch) const override {
        const std::string_view raw(batch.text.data(), batch.rawBytes);
        std::size_t at = 0;
        for (std::int64_t row = 0; row < batch.lineCount; ++row) {
            const std::size_t first = batch.cells.size();
            batch.cells.resize(first + columns_.size());
            bool sound = true;
            for (const std::size_t column : wantedColumns_) {
                std::uint32_t size = 0;
                std::memcpy(&size, raw.data() + at, sizeof size);
                at += sizeof size;
                batch.cells[first + column] = {static_cast<std::uint32_t>(at), size};
                sound = sound && isUtf8(raw.substr(at, size));
                at += size;
            }
            if (sound) {
                batch.lines.push_back(static_cast<std::uint32_t>(row));
            } else {
                batch.cells.resize(first);
                batch.defects.push_back({row, "is not valid UTF-8"});
            }
        }
        batch.text.append(ValueKey::kInlineBytes, '\0');
    }

    std::int64_t bytesRead() const override {
        return allRows_ == 0 ? fileBytes_
                             : static_cast<std::int64_t>(static_cast<double>(fileBytes_) *
                                                         static_cast<double>(rowsRead_) /
                                                         static_cast<double>(allRows_));
    }

private:
    static constexpr std::size_t kMostBatchBytes = std::size_t{1} << 30;

    Result<void> checked(const arrow::Status& status) const {
        return status.ok() ? Result<void>() : Result<void>(damaged(status.message()));
    }

    Problem damaged(std::string_view why) const {
        return {"is damaged or not a Parquet file (" + std::string(why.substr(0, why.find('\n'))) +
                    "); fetch the file again",
                shownName_};
    }

    const std::string listSeparator_;
    const std::string shownName_;
    const std::int64_t fileBytes_;
    std::vector<std::string> columns_;
    std::vector<std::size_t> wantedColumns_; // indices of the wanted columns
    std::vector<ListForm> lists_;            // of the wanted columns
    std::unique_ptr<parquet::arrow::FileReader> reader_;
    const std::int64_t allRows_;
    std::int64_t rowsRead_ = 0;
    std::unique_ptr<arrow::RecordBatchReader> rows_; // last member: uses reader_
};

Result<std::unique_ptr<RecordFormat>> openRows(const std::filesystem::path& file,
                                               const std::vector<WantedColumn>& wanted,
                                               const std::string& listSeparator,
                                               const std::string& shownName) {
    constexpr std::int64_t kBatchRows = 4096;
    const auto damaged = [&](std::string why) -> Problem {
        return {"is damaged or not a Parquet file (" + why.substr(0, why.find('\n')) +
                    "); fetch the file again",
                shownName};
    };
    try {
        auto opened = arrow::io::ReadableFile::Open(file.string());
        if (!opened.ok()) {
            return Problem{"cannot be read: " + opened.status().message(), shownName};
        }
        const auto size = (*opened)->GetSize();
        const auto begin = (*opened)->ReadAt(0, 4);
        if (!begin.ok() || (*begin)->ToString() != "PAR1") {
            return damaged("it does not begin with PAR1, or it is packed");
        }
        parquet::arrow::FileReaderBuilder builder;
        if (const auto status = builder.Open(*opened); !status.ok()) {
            return damaged(status.message());
        }
        parquet::ArrowReaderProperties properties(/*use_threads=*/false);
        properties.set_batch_size(kBatchRows);
        builder.properties(properties);
        std::unique_ptr<parquet::arrow::FileReader> reader;
        if (const auto status = builder.Build(&reader); !status.ok()) {
            return damaged(status.message());
        }
        auto rows = std::make_unique<ParquetRows>(std::move(reader), listSeparator, shownName,
                                                  size.ok() ? *size : 0);
        if (auto done = rows->begin(wanted); !done) {
            return done.problem();
        }
        return std::unique_ptr<RecordFormat>(std::move(rows));
    } catch (const std::exception& error) {
        return damaged(error.what());
    }
}

} // namespace

const ParquetModule flipParquetModule = {&openRows};

} // namespace flip
