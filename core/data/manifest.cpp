#include "core/data/manifest.h"

#include "core/base/hashing.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace flip {

namespace {

using Json = nlohmann::json; // sorts its keys: equal content, equal text

/// Hash of the manifest without this hash, so that a changed number is noticed on opening.
std::string checksumOf(Json manifest) {
    manifest.erase("checksum");
    return contentHash(manifest.dump());
}

bool isHash(std::string_view text) {
    return text.size() == 32 &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Json toJson(const ColumnFile& file) {
    return {{"hash", file.hash}, {"bytes", file.bytes}};
}

/// Throws the exceptions of nlohmann-json, which `fromJson` catches.
ColumnFile columnFile(const Json& json) {
    ColumnFile file{json.at("hash").get<std::string>(), json.at("bytes").get<std::int64_t>()};
    if (!isHash(file.hash) || file.bytes < 0) {
        throw Json::other_error::create(501, "a column file has no hash or no size", &json);
    }
    return file;
}

Json toJson(const std::optional<ListFiles>& lists) {
    if (!lists) {
        return Json();
    }
    return {{"elements", lists->elements},
            {"element_offsets", toJson(lists->offsets)},
            {"element_bytes", toJson(lists->bytes)},
            {"value_ends", toJson(lists->ends)},
            {"ids", toJson(lists->ids)}};
}

std::optional<ListFiles> listFiles(const Json& field) {
    const auto found = field.find("lists");
    if (found == field.end() || found->is_null()) {
        return std::nullopt;
    }
    ListFiles lists;
    lists.elements = found->at("elements").get<std::int64_t>();
    lists.offsets = columnFile(found->at("element_offsets"));
    lists.bytes = columnFile(found->at("element_bytes"));
    lists.ends = columnFile(found->at("value_ends"));
    lists.ids = columnFile(found->at("ids"));
    if (lists.elements < 0) {
        throw Json::other_error::create(501, "a field has a negative number of elements", &field);
    }
    return lists;
}

Json toJson(const ManifestField& field) {
    Json json = {{"name", field.info.name},
                 {"use", fieldUseName(field.info.use)},
                 {"kind", fieldKindName(field.info.kind)},
                 {"separator", field.info.separator},
                 {"lists", toJson(field.lists)},
                 {"values", field.info.values},
                 {"ids", field.info.ids},
                 {"first_id", field.info.firstId},
                 {"oov_rate", field.info.oovRate},
                 {"codes", toJson(field.codes)},
                 {"value_offsets", toJson(field.offsets)},
                 {"value_bytes", toJson(field.bytes)},
                 {"id_of_code", toJson(field.idOfCodes)}};
    if (!field.info.shares.empty()) {
        json["shares"] = field.info.shares;
    }
    if (field.info.hasBrackets) {
        json["brackets"] = true;
    }
    if (field.info.emptyRows > 0) {
        json["empty_rows"] = field.info.emptyRows;
    }
    if (field.info.misfitRows > 0) {
        json["misfit_rows"] = field.info.misfitRows;
        json["misfit"] = field.info.misfit;
    }
    return json;
}

ManifestField manifestField(const Json& json) {
    ManifestField field;
    field.info.name = json.at("name").get<std::string>();
    field.info.use = fieldUseOf(json.at("use").get<std::string>()).value_or(FieldUse::Both);
    field.info.kind = fieldKindOf(json.value("kind", "category")).value_or(FieldKind::Category);
    field.info.separator = json.value("separator", "");
    field.info.hasBrackets = json.value("brackets", false);
    field.info.shares = json.value("shares", "");
    field.info.emptyRows = json.value("empty_rows", std::int64_t{0});
    field.info.misfitRows = json.value("misfit_rows", std::int64_t{0});
    field.info.misfit = json.value("misfit", "");
    field.lists = listFiles(json);
    if ((field.info.kind == FieldKind::Multi) != field.lists.has_value()) {
        throw Json::other_error::create(501, "only a list field may have lists, and must have them",
                                        &json);
    }
    field.info.values = json.at("values").get<std::int64_t>();
    if (field.info.values < 0) {
        throw Json::other_error::create(501, "a field has a negative number of values", &json);
    }
    field.info.ids = json.at("ids").get<std::int64_t>();
    field.info.firstId = json.at("first_id").get<std::int64_t>();
    field.info.oovRate = json.at("oov_rate").get<double>();
    field.codes = columnFile(json.at("codes"));
    field.offsets = columnFile(json.at("value_offsets"));
    field.bytes = columnFile(json.at("value_bytes"));
    field.idOfCodes = columnFile(json.at("id_of_code"));
    return field;
}

Json countsToJson(const std::vector<NamedCount>& counts) {
    Json list = Json::array();
    for (const NamedCount& one : counts) {
        list.push_back({{"name", one.name}, {"rows", one.rows}});
    }
    return list;
}

/// Empty in manifests of older versions, which did not count them.
std::vector<NamedCount> namedCounts(const Json& json, const char* key) {
    std::vector<NamedCount> counts;
    for (const Json& one : json.value(key, Json::array())) {
        counts.push_back({one.at("name").get<std::string>(), one.at("rows").get<std::int64_t>()});
    }
    return counts;
}

Json toJson(const std::vector<TableLines>& tables) {
    Json list = Json::array();
    for (const TableLines& one : tables) {
        list.push_back({{"name", one.table},
                        {"lines", one.lines},
                        {"unreadable", one.unreadable},
                        {"unusable", one.unusable},
                        {"delimited", one.delimited}});
    }
    return list;
}

Json toJson(const std::vector<JoinMatches>& joins) {
    Json list = Json::array();
    for (const JoinMatches& one : joins) {
        list.push_back({{"name", one.table},
                        {"rows", one.unmatched},
                        {"of", one.rows},
                        {"keeps_rows", one.keepsRows}});
    }
    return list;
}

Json toJson(const std::vector<SourceTable>& tables) {
    Json list = Json::array();
    for (const SourceTable& table : tables) {
        list.push_back({{"name", table.name}, {"files", table.files}});
    }
    return list;
}

/// Empty in manifests of older versions, which did not record them.
std::vector<SourceTable> sourceTables(const Json& json) {
    std::vector<SourceTable> tables;
    for (const Json& table : json.value("tables", Json::array())) {
        tables.push_back({table.at("name").get<std::string>(),
                          table.at("files").get<std::vector<std::string>>()});
    }
    return tables;
}

Json toJson(const ImportRecord& import) {
    return {{"preset", import.preset},
            {"schema", import.schema},
            {"label_rule", import.labelRule},
            {"min_count", import.minCount},
            {"split_rule", import.source.splitRule},
            {"split_seed", import.source.splitSeed},
            {"tables", toJson(import.source.tables)},
            {"dropped_rows", import.tally.droppedRows},
            {"unmatched_rows", import.tally.unmatchedRows},
            {"repeated_keys", import.tally.repeatedKeys},
            {"cut_times", import.tally.cutTimes},
            {"table_lines", toJson(import.tally.tables)},
            {"rows_without_match", toJson(import.tally.joins)},
            {"unnamed_labels", countsToJson(import.tally.unnamedLabels)},
            {"other_unnamed_rows", import.tally.otherUnnamedRows},
            {"nearly_named_labels", countsToJson(import.tally.nearlyNamedLabels)},
            {"unnamed_are_positive", import.tally.unnamedArePositive}};
}

/// Checks that fields that share a vocabulary have the same number of ids, and name a field that
/// has its own.
void checkShared(const Json& json, const std::vector<ManifestField>& fields) {
    for (const ManifestField& field : fields) {
        if (field.info.shares.empty()) {
            continue;
        }
        const auto leader = std::ranges::find(
            fields, field.info.shares, [](const ManifestField& one) { return one.info.name; });
        if (leader == fields.end() || !leader->info.shares.empty() ||
            leader->info.ids != field.info.ids) {
            throw Json::other_error::create(501, "a field shares a vocabulary that does not exist",
                                            &json);
        }
    }
}

std::vector<TableLines> tableLines(const Json& json) {
    std::vector<TableLines> tables;
    for (const Json& one : json.value("table_lines", Json::array())) {
        tables.push_back({one.at("name").get<std::string>(), one.at("lines").get<std::int64_t>(),
                          one.at("unreadable").get<std::int64_t>(),
                          one.at("unusable").get<std::int64_t>(), one.at("delimited").get<bool>()});
    }
    return tables;
}

/// Older versions wrote neither `of`, for which `rows` is used then, nor `keeps_rows`.
std::vector<JoinMatches> joinMatches(const Json& json, std::int64_t rows) {
    std::vector<JoinMatches> joins;
    for (const Json& one : json.value("rows_without_match", Json::array())) {
        joins.push_back({one.at("name").get<std::string>(), one.value("of", rows),
                         one.at("rows").get<std::int64_t>(), one.value("keeps_rows", true)});
    }
    return joins;
}

/// `rows` is the number of rows of the dataset.
ImportRecord importRecord(const Json& json, std::int64_t rows) {
    ImportRecord import;
    import.preset = json.at("preset").get<std::string>();
    import.schema = json.at("schema").get<std::string>();
    import.labelRule = json.at("label_rule").get<std::string>();
    import.minCount = json.at("min_count").get<std::int64_t>();
    import.source.splitRule = json.at("split_rule").get<std::string>();
    import.source.splitSeed = json.at("split_seed").get<std::uint64_t>();
    import.source.tables = sourceTables(json);
    ImportTally& tally = import.tally;
    tally.droppedRows = json.at("dropped_rows").get<std::int64_t>();
    tally.unmatchedRows = json.at("unmatched_rows").get<std::int64_t>();
    tally.repeatedKeys = json.at("repeated_keys").get<std::int64_t>();
    tally.cutTimes = json.value("cut_times", std::int64_t{0});
    tally.tables = tableLines(json);
    tally.joins = joinMatches(json, rows + tally.droppedRows + tally.unmatchedRows);
    tally.unnamedLabels = namedCounts(json, "unnamed_labels");
    tally.otherUnnamedRows = json.value("other_unnamed_rows", std::int64_t{0});
    // Older versions listed the other labels under an empty name.
    if (!json.contains("other_unnamed_rows")) {
        std::erase_if(tally.unnamedLabels, [&](const NamedCount& label) {
            tally.otherUnnamedRows += label.name.empty() ? label.rows : 0;
            return label.name.empty();
        });
    }
    tally.nearlyNamedLabels = namedCounts(json, "nearly_named_labels");
    tally.unnamedArePositive = json.value("unnamed_are_positive", false);
    return import;
}

Manifest manifest(const Json& json) {
    Manifest result;
    result.rows = json.at("rows").get<std::int64_t>();
    result.positives = json.at("positives").get<std::int64_t>();
    result.idCount = json.at("id_count").get<std::int64_t>();
    for (const Split split : {Split::Train, Split::Valid, Split::Test}) {
        result.splitRows.at(static_cast<std::size_t>(split)) =
            json.at("split_rows").at(std::string(splitName(split))).get<std::int64_t>();
    }
    for (const Json& field : json.at("fields")) {
        result.fields.push_back(manifestField(field));
    }
    checkShared(json, result.fields);
    result.labels = columnFile(json.at("labels"));
    result.splits = columnFile(json.at("splits"));
    if (!json.at("times").is_null()) {
        result.times = columnFile(json.at("times"));
        result.timeDecimals = json.value("time_decimals", 0);
    }
    if (const auto list = json.find("bad_line_list"); list != json.end() && !list->is_null()) {
        result.badLineList = columnFile(*list);
    }
    result.import = importRecord(json.at("import"), result.rows);
    result.import.tally.badLines = json.at("bad_lines").get<std::int64_t>();
    return result;
}

} // namespace

std::vector<ColumnFile> ManifestField::files() const {
    std::vector<ColumnFile> all = {codes, offsets, bytes, idOfCodes};
    if (lists) {
        all.insert(all.end(), {lists->offsets, lists->bytes, lists->ends, lists->ids});
    }
    return all;
}

std::int64_t Manifest::format() const {
    const bool shares = std::ranges::any_of(
        fields, [](const ManifestField& field) { return !field.info.shares.empty(); });
    const bool brackets = std::ranges::any_of(
        fields, [](const ManifestField& field) { return field.info.hasBrackets; });
    return brackets           ? kBracketsFormat
           : timeDecimals > 0 ? kFineTimesFormat
           : shares           ? kSharingFormat
                              : kFormat;
}

std::string Manifest::contentHash() const {
    ContentHasher hasher;
    // The length goes before the text, so that different lists of parts never give the same bytes.
    const auto add = [&](std::string_view part) {
        hasher.add(std::to_string(part.size()) + ":");
        hasher.add(part);
    };
    add("flip dataset");
    add(std::to_string(rows));
    for (const ManifestField& field : fields) {
        add(field.info.name);
        add(fieldUseName(field.info.use));
        if (!field.info.shares.empty()) {
            add("shares");
            add(field.info.shares);
        }
        for (const ColumnFile& file : field.files()) {
            add(file.hash);
        }
    }
    add(labels.hash);
    add(splits.hash);
    add(times ? times->hash : "");
    if (timeDecimals > 0) {
        add(std::to_string(timeDecimals));
    }
    return hasher.digest();
}

std::vector<ColumnFile> Manifest::files() const {
    std::vector<ColumnFile> all;
    for (const ManifestField& field : fields) {
        const auto files = field.files();
        all.insert(all.end(), files.begin(), files.end());
    }
    all.insert(all.end(), {labels, splits});
    for (const auto& one : {times, badLineList}) {
        if (one) {
            all.push_back(*one);
        }
    }
    return all;
}

std::string Manifest::toJson() const {
    Json fieldList = Json::array();
    for (const ManifestField& field : fields) {
        fieldList.push_back(flip::toJson(field));
    }
    Json json = {
        {"format", format()},
        {"hash", contentHash()},
        {"rows", rows},
        {"positives", positives},
        {"bad_lines", import.tally.badLines},
        {"id_count", idCount},
        {"split_rows", {{"train", splitRows[0]}, {"valid", splitRows[1]}, {"test", splitRows[2]}}},
        {"fields", fieldList},
        {"labels", flip::toJson(labels)},
        {"splits", flip::toJson(splits)},
        {"times", times ? flip::toJson(*times) : Json()},
        {"bad_line_list", badLineList ? flip::toJson(*badLineList) : Json()},
        {"import", flip::toJson(import)}};
    if (timeDecimals > 0) {
        json["time_decimals"] = timeDecimals;
    }
    json["checksum"] = checksumOf(json);
    return json.dump(2) + "\n";
}

Result<Manifest> Manifest::fromJson(std::string_view text, const std::string& where) {
    const Problem damaged{"the manifest is damaged; import the dataset again", where};
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    try {
        if (json.is_discarded()) {
            return damaged;
        }
        const auto format = json.at("format").get<std::int64_t>();
        if (format < kFormat || format > kLastFormat) {
            return Problem{"the dataset has format " + std::to_string(format) +
                               ", this program reads formats " + std::to_string(kFormat) + " to " +
                               std::to_string(kLastFormat) +
                               "; import it again or use the program that made it",
                           where};
        }
        if (json.at("checksum").get<std::string>() != checksumOf(json)) {
            return damaged;
        }
        Manifest result = manifest(json);
        if (json.at("hash").get<std::string>() != result.contentHash()) {
            return damaged;
        }
        return result;
    } catch (const Json::exception&) {
        return damaged;
    }
}

} // namespace flip
