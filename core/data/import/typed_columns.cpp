#include "core/data/import/typed_columns.h"

#include "core/base/text_encoding.h"
#include "core/data/import/table_files.h"
#include "core/data/records/line_blocks.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace flip {

namespace {

struct TypedColumn {
    std::string name;
    std::string type;
};

/// A file and the columns in its header.
struct TypedFile {
    std::string table; // "inter", "user", "item"
    std::string file;  // as a schema names it
    std::vector<TypedColumn> columns;

    bool has(std::string_view column) const {
        return std::ranges::find(columns, column, &TypedColumn::name) != columns.end();
    }
};

Result<std::vector<TypedColumn>> parseHeader(std::string_view line, const std::string& where) {
    constexpr std::array<std::string_view, 4> kTypes = {"token", "token_seq", "float", "float_seq"};
    if (!isUtf8(line)) {
        return Problem{"the header is not valid UTF-8", where};
    }
    std::vector<TypedColumn> columns;
    for (bool more = true; more;) {
        const std::size_t tab = line.find('\t');
        const std::string_view column = line.substr(0, tab);
        const std::string_view name = withoutType(column);
        const std::string_view type =
            name.size() < column.size() ? column.substr(name.size() + 1) : std::string_view();
        if (std::ranges::find(kTypes, type) == kTypes.end()) {
            return Problem{
                "the header's " + quotedText(column) +
                    " has no known type; write name:type, such as user_id:token, with one "
                    "of token, token_seq, float, float_seq, separated by tabs",
                where};
        }
        columns.push_back({std::string(name), std::string(type)});
        more = tab != std::string_view::npos;
        line.remove_prefix(more ? tab + 1 : 0);
    }
    return columns;
}

Result<std::string> firstLine(const TableFile& file) {
    constexpr std::size_t kMostHeaderBytes = std::size_t{1} << 20;
    auto bytes = openBytes(file.file, file.member, file.shownName);
    if (!bytes) {
        return bytes.problem();
    }
    LineBlocks blocks(std::move(*bytes), kMostHeaderBytes);
    RecordBatch batch;
    const auto found = blocks.read(batch, 0);
    if (!found) {
        return found.problem();
    }
    if (!*found) {
        return Problem{"the file is empty; its first line must name the columns", file.shownName};
    }
    if (!batch.defects.empty()) {
        return Problem{"the header is too long; check the file's line ends", file.shownName + ":1"};
    }
    const std::size_t end = batch.text.find_last_not_of("\r\n");
    return batch.text.substr(0, end == std::string::npos ? 0 : end + 1);
}

Result<TypedFile> readTypes(const std::string& table, const TableFile& file,
                            const std::string& schemaName) {
    const auto line = firstLine(file);
    if (!line) {
        return line.problem();
    }
    auto columns = parseHeader(*line, file.shownName + ":1");
    if (!columns) {
        return columns.problem();
    }
    return TypedFile{table, schemaName, std::move(*columns)};
}

/// A text as a TOML string.
std::string inToml(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string result = "\"";
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            result += '\\';
            result += letter;
        } else if (code < 0x20 || code == 0x7F) {
            result += "\\u00";
            result += kHex[code >> 4];
            result += kHex[code & 15];
        } else {
            result += letter;
        }
    }
    return result + "\"";
}

/// Writes the schema, part by part.
class SchemaText {
public:
    void table(const TypedFile& file) {
        text_ += "\n[[table]]\nname = " + inToml(file.table) + "\nfile = " + inToml(file.file) +
                 "\ndelimiter = \"\\t\"\nquote = \"\"\nheader = \"typed\"\n";
    }

    void join(const TypedFile& inter, const TypedFile& right, const std::string& key) {
        text_ += "\n[[join]]\nleft = " + column(inter, key) + "\nright = " + column(right, key) +
                 "\nkeep = \"all\"\n";
    }

    void label(const TypedFile& inter, const std::string& name, std::string_view positive) {
        text_ += "\n[label]\ncolumn = " + column(inter, name) + "\npositive = " + inToml(positive) +
                 "\n";
    }

    void time(const TypedFile& inter, const std::string& name) {
        text_ += "\n[time]\ncolumn = " + column(inter, name) + "\n";
    }

    /// Each column of a file as a field, without those in `leftOut`.
    void fields(const TypedFile& file, const std::vector<std::string>& leftOut) {
        for (const TypedColumn& one : file.columns) {
            if (one.type == "float_seq" || std::ranges::find(leftOut, one.name) != leftOut.end()) {
                continue;
            }
            // Users and items may both have a "name".
            const std::string name =
                fields_.contains(one.name) ? file.table + "_" + one.name : one.name;
            fields_.insert(name);
            text_ += "\n[[field]]\nname = " + inToml(name) +
                     "\ncolumn = " + column(file, one.name) + "\n";
            if (one.type == "token_seq") {
                text_ += "kind = \"multi\"\nsplit = \" \"\n";
            } else if (one.type == "float") {
                text_ += "kind = \"number\"\n";
            }
        }
    }

    std::string take() { return std::move(text_); }

private:
    static std::string column(const TypedFile& file, const std::string& name) {
        return inToml(file.table + "." + name);
    }

    std::string text_ = "# Made from the headers of the files.\n";
    std::set<std::string> fields_; // named so far
};

/// The file with this ending, "inter"; nothing if there is none.
Result<std::optional<TypedFile>> findFile(SourceFiles& files, const std::string& ending) {
    const std::string pattern = "*." + ending;
    const auto found = files.isOneFile() && ending == "inter"
                           ? Result(std::optional(files.oneFile()))
                           : files.find({{pattern}, false, ending, files.shown(), ""});
    if (!found) {
        return found.problem();
    }
    if (!found->has_value()) {
        return std::optional<TypedFile>();
    }
    auto file = readTypes(ending, **found, pattern);
    if (!file) {
        return file.problem();
    }
    return std::optional(std::move(*file));
}

} // namespace

Result<std::string> schemaFromTypedColumns(const std::filesystem::path& source) {
    auto files = SourceFiles::open(source);
    if (!files) {
        return files.problem();
    }
    const auto inter = findFile(*files, "inter");
    if (!inter) {
        return inter.problem();
    }
    if (!inter->has_value()) {
        return Problem{"there is no file NAME.inter, which holds the interactions", files->shown()};
    }
    const TypedFile& rows = **inter;
    const bool hasLabel = rows.has("label");
    if (!hasLabel && !rows.has("rating")) {
        return Problem{"the file \"" + rows.file +
                           "\" has neither a column label nor rating; write a schema that says "
                           "which rows are positive",
                       files->shown()};
    }
    SchemaText schema;
    schema.table(rows);
    std::vector<std::pair<TypedFile, std::string>> joined; // with their keys
    for (const std::string ending : {"user", "item"}) {
        auto file = findFile(*files, ending);
        if (!file) {
            return file.problem();
        }
        if (!file->has_value()) {
            continue;
        }
        const auto key = std::ranges::find_if(
            (*file)->columns, [&](const TypedColumn& one) { return rows.has(one.name); });
        if (key == (*file)->columns.end()) {
            return Problem{"the file \"" + (*file)->file + "\" has no column in common with \"" +
                               rows.file + "\"; one must be the key of both",
                           files->shown()};
        }
        std::string keyName = key->name;
        schema.table(**file);
        joined.emplace_back(std::move(**file), std::move(keyName));
    }
    for (const auto& [file, key] : joined) {
        schema.join(rows, file, key);
    }
    if (hasLabel) {
        schema.label(rows, "label", "== 1");
    } else {
        schema.label(rows, "rating", "> 3");
    }
    if (rows.has("timestamp")) {
        schema.time(rows, "timestamp");
    }
    schema.fields(rows, {"label", "rating", "timestamp"});
    for (const auto& [file, key] : joined) {
        schema.fields(file, {key});
    }
    return schema.take();
}

} // namespace flip
