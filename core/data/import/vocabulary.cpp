#include "core/data/import/vocabulary.h"

#include "core/data/import/value_rule.h"
#include "core/data/records/list_elements.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace flip {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kFormat = 1;

/// The distinct non-empty elements of a list, in their order.
std::vector<std::string> elementsOf(std::string_view value, std::string_view separator,
                                    bool mayHaveBrackets) {
    std::vector<std::string> elements;
    const auto add = [&](std::string_view element) {
        if (std::ranges::find(elements, element) == elements.end()) {
            elements.emplace_back(element);
        }
    };
    if (mayHaveBrackets) {
        forEachListElement(value, separator, add);
    } else {
        forEachElement(value, separator, add);
    }
    return elements;
}

/// The same for a value of a dataset.
std::vector<std::string> elementsOf(const FieldInfo& field, std::string_view value) {
    return elementsOf(value, field.separator, field.hasBrackets);
}

Problem noMatch(const Dataset& dataset, const FieldInfo& field) {
    return {"the ids of the field \"" + field.name +
                "\" do not match its values; import the dataset again",
            dataset.name()};
}

/// Fields whose ids stand for the same values: one, or all that share a vocabulary.
std::vector<std::vector<std::size_t>> groupsOf(const std::vector<FieldInfo>& fields) {
    std::map<std::string, std::vector<std::size_t>> byLeader;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].use != FieldUse::Text) {
            byLeader[fields[i].shares.empty() ? fields[i].name : fields[i].shares].push_back(i);
        }
    }
    std::vector<std::vector<std::size_t>> groups;
    for (auto& [leader, members] : byLeader) {
        groups.push_back(std::move(members));
    }
    return groups;
}

/// How many training rows hold each value of a field. [values]
std::vector<std::int64_t> rowsOfValues(const Dataset& dataset, int field) {
    std::vector<std::int64_t> rows(
        static_cast<std::size_t>(dataset.fields()[static_cast<std::size_t>(field)].values));
    const auto codes = dataset.codes(field);
    const auto splits = dataset.splits();
    for (std::size_t row = 0; row < splits.size(); ++row) {
        if (splits[row] == static_cast<std::uint8_t>(Split::Train)) {
            ++rows[codes[row]];
        }
    }
    return rows;
}

/// The values, or list elements, of a group of fields by their id, counted from 1.
class KnownValues {
public:
    KnownValues(const Dataset& dataset, const std::vector<std::size_t>& group)
        : dataset_(dataset), group_(group), known_(idsOf(group.front())) {}

    /// Returns false if ids and values do not match.
    bool read() {
        const bool hasLists = std::ranges::any_of(
            group_, [&](std::size_t i) { return dataset_.fields()[i].kind == FieldKind::Multi; });
        if (hasLists) {
            countElements();
        }
        for (const std::size_t i : group_) {
            const auto field = static_cast<int>(i);
            for (std::uint32_t code = 0; code < dataset_.idOfCode(field).size(); ++code) {
                if (dataset_.fields()[i].kind == FieldKind::Multi ? !readList(i, code)
                                                                  : !readValue(i, code)) {
                    return false;
                }
            }
        }
        return std::ranges::all_of(known_, [](const auto& value) { return value.has_value(); });
    }

    const std::vector<std::optional<std::string>>& inOrder() const { return known_; }

private:
    std::size_t idsOf(std::size_t i) const {
        return static_cast<std::size_t>(dataset_.fields()[i].ids);
    }

    /// Counts the training rows of each element, which decide whether it has an id.
    void countElements() {
        for (const std::size_t i : group_) {
            const FieldInfo& info = dataset_.fields()[i];
            const auto rows = rowsOfValues(dataset_, static_cast<int>(i));
            for (std::uint32_t code = 0; code < rows.size(); ++code) {
                if (rows[code] == 0) {
                    continue;
                }
                const std::string_view value = dataset_.value(static_cast<int>(i), code);
                const std::vector<std::string> elements =
                    info.kind == FieldKind::Multi ? elementsOf(info, value)
                                                  : std::vector<std::string>{std::string(value)};
                for (const std::string& element : elements) {
                    rowsOfElement_[element] += rows[code];
                }
            }
        }
    }

    bool isKnown(const std::string& element) const {
        const auto found = rowsOfElement_.find(element);
        return found != rowsOfElement_.end() && found->second >= dataset_.minCount();
    }

    bool note(std::int64_t id, std::string value) {
        if (id < 1 || std::cmp_greater(id, known_.size())) {
            return false;
        }
        auto& known = known_[static_cast<std::size_t>(id) - 1];
        if (known && *known != value) {
            return false;
        }
        known = std::move(value);
        return true;
    }

    bool readValue(std::size_t i, std::uint32_t code) {
        const auto field = static_cast<int>(i);
        const std::int64_t id = dataset_.idOfCode(field)[code] - dataset_.fields()[i].firstId;
        return id == 0 || note(id, std::string(dataset_.value(field, code)));
    }

    bool readList(std::size_t i, std::uint32_t code) {
        const FieldInfo& info = dataset_.fields()[i];
        std::vector<std::string> elements =
            elementsOf(info, dataset_.value(static_cast<int>(i), code));
        std::erase_if(elements, [&](const std::string& one) { return !isKnown(one); });
        const auto ids = dataset_.idsOfCode(static_cast<int>(i), code);
        if (elements.empty()) {
            return ids.size() == 1 && ids.front() == info.firstId;
        }
        if (elements.size() != ids.size()) {
            return false;
        }
        for (std::size_t k = 0; k < ids.size(); ++k) {
            if (!note(ids[k] - info.firstId, std::move(elements[k]))) {
                return false;
            }
        }
        return true;
    }

    const Dataset& dataset_;
    const std::vector<std::size_t>& group_;
    std::vector<std::optional<std::string>> known_; // [ids]
    std::unordered_map<std::string, std::int64_t> rowsOfElement_;
};

/// The smallest number of each range but the first; nothing if ids and numbers do not match.
std::optional<std::vector<double>> boundsOf(const Dataset& dataset, std::size_t i) {
    const FieldInfo& info = dataset.fields()[i];
    const auto field = static_cast<int>(i);
    std::vector<double> least(static_cast<std::size_t>(info.ids),
                              std::numeric_limits<double>::infinity());
    const auto ids = dataset.idOfCode(field);
    for (std::uint32_t code = 0; code < ids.size(); ++code) {
        const auto number = parseNumber(dataset.value(field, code));
        const std::int64_t range = ids[code] - info.firstId - 1;
        if (range >= info.ids || (range >= 0) != (number.has_value() && info.ids > 0)) {
            return std::nullopt;
        }
        if (range >= 0) {
            double& lowest = least[static_cast<std::size_t>(range)];
            lowest = std::min(lowest, *number);
        }
    }
    if (!std::ranges::is_sorted(least, std::ranges::less_equal()) ||
        (!least.empty() && least.back() == std::numeric_limits<double>::infinity())) {
        return std::nullopt;
    }
    return least.empty() ? least : std::vector<double>(least.begin() + 1, least.end());
}

/// A member, if it exists and has this type.
template <class T>
std::optional<T> member(const Json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end()) {
        return std::nullopt;
    }
    if constexpr (std::is_same_v<T, std::string>) {
        return found->is_string() ? std::optional(found->get<T>()) : std::nullopt;
    } else if constexpr (std::is_same_v<T, bool>) {
        return found->is_boolean() ? std::optional(found->get<T>()) : std::nullopt;
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        return found->is_number_integer() ? std::optional(found->get<T>()) : std::nullopt;
    } else {
        using Element = typename T::value_type;
        const bool fits = found->is_array() && std::ranges::all_of(*found, [](const Json& one) {
                              return std::is_same_v<Element, std::string> ? one.is_string()
                                     : std::is_same_v<Element, std::int64_t>
                                         ? one.is_number_integer()
                                         : one.is_number();
                          });
        return fits ? std::optional(found->get<T>()) : std::nullopt;
    }
}

std::optional<FieldVocabulary> fieldOf(const Json& object, std::int64_t firstId) {
    if (!object.is_object()) {
        return std::nullopt;
    }
    const auto name = member<std::string>(object, "name");
    const auto use = fieldUseOf(member<std::string>(object, "use").value_or(""));
    const auto kind = fieldKindOf(member<std::string>(object, "kind").value_or(""));
    const auto separator = member<std::string>(object, "separator");
    const auto brackets = member<bool>(object, "brackets");
    const auto shares = member<std::string>(object, "shares");
    const auto ids = member<std::int64_t>(object, "ids");
    const auto counts = member<std::vector<std::int64_t>>(object, "counts");
    const auto values = member<std::vector<std::string>>(object, "values");
    const auto bounds = member<std::vector<double>>(object, "bounds");
    if (!name || !use || !kind || !separator || !brackets || !shares || !ids || *ids < 0 ||
        !counts || !values || !bounds) {
        return std::nullopt;
    }
    FieldVocabulary field;
    field.info = {.name = *name,
                  .use = *use,
                  .kind = *kind,
                  .separator = *separator,
                  .hasBrackets = *brackets,
                  .shares = *shares,
                  .ids = *ids,
                  .firstId = firstId};
    const bool isText = *use == FieldUse::Text;
    const bool isNumbers = *kind == FieldKind::Number;
    const auto wantedValues = isText || isNumbers ? 0 : *ids;
    const auto wantedBounds = isNumbers && !isText ? std::max<std::int64_t>(*ids - 1, 0) : 0;
    if (std::cmp_not_equal(values->size(), wantedValues) ||
        std::cmp_not_equal(bounds->size(), wantedBounds) ||
        std::cmp_not_equal(counts->size(), 1 + *ids) ||
        (*kind == FieldKind::Multi && separator->empty())) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < values->size(); ++i) {
        const auto code = field.known.add((*values)[i]);
        if (!code || *code != i) {
            return std::nullopt; // duplicate
        }
    }
    field.bounds = *bounds;
    field.counts = *counts;
    return field;
}

} // namespace

Result<Vocabulary> Vocabulary::of(const Dataset& dataset) {
    Vocabulary vocabulary;
    vocabulary.idCount_ = dataset.idCount();
    const std::vector<std::int64_t> counts = dataset.trainingCounts();
    for (const FieldInfo& info : dataset.fields()) {
        FieldVocabulary& field = vocabulary.fields_.emplace_back();
        field.info = info;
        const auto first = counts.begin() + info.firstId;
        field.counts.assign(first, first + 1 + info.ids);
    }
    for (const std::vector<std::size_t>& group : groupsOf(dataset.fields())) {
        const std::size_t leader = group.front();
        if (dataset.fields()[leader].kind == FieldKind::Number) {
            auto bounds = boundsOf(dataset, leader);
            if (!bounds) {
                return noMatch(dataset, dataset.fields()[leader]);
            }
            vocabulary.fields_[leader].bounds = std::move(*bounds);
            continue;
        }
        KnownValues known(dataset, group);
        if (!known.read()) {
            return noMatch(dataset, dataset.fields()[leader]);
        }
        for (const std::size_t i : group) {
            for (const auto& value : known.inOrder()) {
                vocabulary.fields_[i].known.add(*value);
            }
        }
    }
    return vocabulary;
}

std::vector<std::int64_t> Vocabulary::trainingCounts() const {
    std::vector<std::int64_t> counts{0}; // the mask's
    for (const FieldVocabulary& field : fields_) {
        counts.insert(counts.end(), field.counts.begin(), field.counts.end());
    }
    return counts;
}

std::int64_t Vocabulary::idOf(std::size_t field, std::string_view value) const {
    const FieldVocabulary& own = fields_.at(field);
    if (own.info.kind == FieldKind::Number) {
        const auto number = parseNumber(value);
        if (!number || own.info.ids == 0 || own.info.use == FieldUse::Text) {
            return own.info.firstId;
        }
        return own.info.firstId + 1 +
               (std::ranges::upper_bound(own.bounds, *number) - own.bounds.begin());
    }
    const auto code = own.known.find(value);
    return own.info.firstId + (code ? 1 + std::int64_t{*code} : 0);
}

std::vector<std::int64_t> Vocabulary::idsOf(std::size_t field, std::string_view list) const {
    const FieldVocabulary& own = fields_.at(field);
    if (own.info.kind != FieldKind::Multi) {
        return {idOf(field, list)};
    }
    std::vector<std::int64_t> ids;
    const auto find = [&](bool mayHaveBrackets) {
        for (const std::string& one : elementsOf(list, own.info.separator, mayHaveBrackets)) {
            if (const auto code = own.known.find(one)) {
                ids.push_back(own.info.firstId + 1 + *code);
            }
        }
    };
    find(own.info.hasBrackets);
    if (ids.empty()) {
        find(true); // a list may have brackets here even if none in the dataset had
    }
    if (ids.empty()) {
        ids.push_back(own.info.firstId);
    }
    return ids;
}

std::string Vocabulary::toJson() const {
    Json fields = Json::array();
    for (const FieldVocabulary& field : fields_) {
        Json values = Json::array();
        for (std::uint32_t code = 0; code < field.known.size(); ++code) {
            values.push_back(field.known.value(code));
        }
        fields.push_back({{"name", field.info.name},
                          {"use", fieldUseName(field.info.use)},
                          {"kind", fieldKindName(field.info.kind)},
                          {"separator", field.info.separator},
                          {"brackets", field.info.hasBrackets},
                          {"shares", field.info.shares},
                          {"ids", field.info.ids},
                          {"values", std::move(values)},
                          {"bounds", field.bounds},
                          {"counts", field.counts}});
    }
    return Json{{"format", kFormat}, {"fields", std::move(fields)}}.dump() + "\n";
}

Result<Vocabulary> Vocabulary::fromJson(std::string_view json, const std::string& where) {
    const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
    const Problem damaged{"is not a vocabulary, or is damaged; export the bundle again", where};
    if (!document.is_object()) {
        return damaged;
    }
    const auto format = member<std::int64_t>(document, "format");
    if (format && *format > kFormat) {
        return Problem{"was written by a newer version of FLIP Workbench; use that one", where};
    }
    const auto fields = document.find("fields");
    if (!format || fields == document.end() || !fields->is_array()) {
        return damaged;
    }
    Vocabulary vocabulary;
    vocabulary.idCount_ = 1; // the mask
    for (const Json& object : *fields) {
        auto field = fieldOf(object, vocabulary.idCount_);
        if (!field) {
            return damaged;
        }
        vocabulary.idCount_ += 1 + field->info.ids;
        vocabulary.fields_.push_back(std::move(*field));
    }
    return vocabulary;
}

} // namespace flip
