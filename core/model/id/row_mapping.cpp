#include "core/model/id/row_mapping.h"

#include "core/base/hashing.h"
#include "core/base/nearest_name.h"
#include "core/base/trimmed.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <string_view>

namespace flip {

namespace {

/// The hash of the id's bytes in little-endian order, the same on every machine.
std::uint64_t hashOfId(std::int64_t id) {
    std::array<char, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>((static_cast<std::uint64_t>(id) >> (8 * i)) & 0xFF);
    }
    return hash64({bytes.data(), bytes.size()});
}

/// Assigns rows from `first` on to the ids of a field, starting with the unknown id. Returns the
/// number of rows.
std::int64_t assignRows(const IdField& field, std::int64_t first,
                        const std::vector<std::int64_t>& counts, std::int64_t minCount,
                        std::int64_t hashBuckets, std::vector<std::int64_t>& rowOfId) {
    const auto row = [&](std::int64_t id) -> std::int64_t& {
        return rowOfId[static_cast<std::size_t>(id)];
    };
    const auto count = [&](std::int64_t id) { return counts[static_cast<std::size_t>(id)]; };
    row(field.firstId) = first;
    std::vector<std::int64_t> kept;
    for (std::int64_t id = field.firstId + 1; id <= field.firstId + field.ids; ++id) {
        row(id) = first;
        if (minCount <= 1 || count(id) >= minCount) {
            kept.push_back(id);
        }
    }
    const auto size = static_cast<std::int64_t>(kept.size());
    if (hashBuckets == 0 || size <= hashBuckets) {
        for (std::int64_t i = 0; i < size; ++i) {
            row(kept[static_cast<std::size_t>(i)]) = first + 1 + i;
        }
        return 1 + size;
    }
    std::ranges::stable_sort(kept, std::greater<>(), count);
    const std::int64_t own = hashBuckets / 2;
    const auto shared = static_cast<std::uint64_t>(hashBuckets - own);
    for (std::int64_t i = 0; i < size; ++i) {
        const std::int64_t id = kept[static_cast<std::size_t>(i)];
        row(id) =
            first + 1 + (i < own ? i : own + static_cast<std::int64_t>(hashOfId(id) % shared));
    }
    return 1 + hashBuckets;
}

bool anyShares(const std::vector<IdField>& fields) {
    return std::ranges::any_of(fields, [](const IdField& field) { return field.shares >= 0; });
}

} // namespace

std::vector<std::string> namesOf(const std::vector<IdField>& fields) {
    std::vector<std::string> names;
    for (const IdField& field : fields) {
        names.push_back(field.name);
    }
    return names;
}

std::size_t leaderOf(const std::vector<IdField>& fields, std::size_t field) {
    const int leader = fields[field].shares;
    return leader < 0 ? field : static_cast<std::size_t>(leader);
}

std::vector<std::int64_t> sharedCounts(std::vector<std::int64_t> counts,
                                       const std::vector<IdField>& fields) {
    if (counts.empty() || !anyShares(fields)) {
        return counts;
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const IdField& leader = fields[leaderOf(fields, i)];
        for (std::int64_t place = 0; fields[i].shares >= 0 && place <= fields[i].ids; ++place) {
            counts[static_cast<std::size_t>(leader.firstId + place)] +=
                counts[static_cast<std::size_t>(fields[i].firstId + place)];
        }
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const IdField& leader = fields[leaderOf(fields, i)];
        for (std::int64_t place = 0; fields[i].shares >= 0 && place <= fields[i].ids; ++place) {
            counts[static_cast<std::size_t>(fields[i].firstId + place)] =
                counts[static_cast<std::size_t>(leader.firstId + place)];
        }
    }
    return counts;
}

RowMapping mapIdsToRows(std::int64_t ids, const std::vector<IdField>& fields,
                        const std::vector<std::int64_t>& trainingCounts, std::int64_t minCount,
                        std::int64_t hashBuckets) {
    RowMapping mapping;
    mapping.rows = ids;
    if (minCount <= 1 && hashBuckets == 0 && !anyShares(fields)) {
        for (const IdField& field : fields) {
            mapping.fields.push_back({field.firstId, 1 + field.ids});
        }
        return mapping;
    }
    const std::vector<std::int64_t> summed =
        anyShares(fields) ? sharedCounts(trainingCounts, fields) : std::vector<std::int64_t>();
    const std::vector<std::int64_t>& counts = summed.empty() ? trainingCounts : summed;
    mapping.rowOfId.assign(static_cast<std::size_t>(ids), 0);
    mapping.rows = 1;
    mapping.fields.resize(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].shares >= 0) {
            continue;
        }
        const std::int64_t count =
            assignRows(fields[i], mapping.rows, counts, minCount, hashBuckets, mapping.rowOfId);
        mapping.fields[i] = {mapping.rows, count};
        mapping.rows += count;
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const IdField& leader = fields[leaderOf(fields, i)];
        mapping.fields[i] = mapping.fields[leaderOf(fields, i)];
        for (std::int64_t place = 0; place <= fields[i].ids; ++place) {
            mapping.rowOfId[static_cast<std::size_t>(fields[i].firstId + place)] =
                mapping.rowOfId[static_cast<std::size_t>(leader.firstId + place)];
        }
    }
    return mapping;
}

Result<std::vector<std::int64_t>>
fieldWidths(const std::string& text, const std::vector<std::string>& fields, std::int64_t widest) {
    constexpr const char* kKey = "id.field_dims";
    std::vector<std::int64_t> widths(fields.size());
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto comma = std::min(rest.find(','), rest.size());
        const std::string_view entry = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        const auto equals = entry.rfind('=');
        const std::string name(trimmed(entry.substr(0, equals), " \t"));
        const std::string_view number =
            equals == std::string_view::npos ? "" : trimmed(entry.substr(equals + 1), " \t");
        std::int64_t width = 0;
        const auto read = std::from_chars(number.data(), number.data() + number.size(), width);
        if (number.empty() || read.ec != std::errc() || read.ptr != number.end() || width < 1 ||
            width > widest) {
            return Problem{"holds '" + std::string(trimmed(entry, " \t")) +
                               "'; write a field, =, and a width from 1 to " +
                               std::to_string(widest) + " (id.embedding_dim), as in user_id = 8",
                           kKey};
        }
        const auto found = std::ranges::find(fields, name);
        if (found == fields.end()) {
            return Problem{
                "names '" + name + "', which is not an id field; did you mean '" +
                    nearestName(name, std::vector<std::string_view>(fields.begin(), fields.end())) +
                    "'?",
                kKey};
        }
        std::int64_t& of = widths[static_cast<std::size_t>(found - fields.begin())];
        if (of != 0) {
            return Problem{"names '" + name + "' twice; name it once", kKey};
        }
        of = width;
    }
    return widths;
}

Result<void> checkSharedWidths(const std::vector<IdField>& fields,
                               const std::vector<std::int64_t>& widths, std::int64_t widest) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::size_t leader = leaderOf(fields, i);
        const std::int64_t width = widths[leader] == 0 ? widest : widths[leader];
        if (widths[i] != 0 && widths[i] != width) {
            return Problem{"gives '" + fields[i].name + "' the width " + std::to_string(widths[i]) +
                               ", but it shares the vectors of '" + fields[leader].name +
                               "', whose width is " + std::to_string(width) + "; leave '" +
                               fields[i].name + "' out",
                           "id.field_dims"};
        }
    }
    return {};
}

} // namespace flip
