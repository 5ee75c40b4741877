#include "core/data/import/click_log.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace flip {

namespace {

using Json = nlohmann::ordered_json;

} // namespace

ClickLog ClickLog::of(const Dataset& dataset, int user, const std::vector<int>& items) {
    ClickLog log;
    log.fields_ = {user};
    for (const int item : items) {
        if (std::ranges::find(log.fields_, item) == log.fields_.end()) {
            log.fields_.push_back(item);
        }
    }
    log.decimals_ = dataset.timeDecimals();
    const auto splits = dataset.splits();
    const auto labels = dataset.labels();
    std::vector<std::string_view> values;
    for (std::size_t row = 0; row < splits.size(); ++row) {
        if (splits[row] != static_cast<std::uint8_t>(Split::Train) || labels[row] == 0) {
            continue;
        }
        values.clear();
        for (const int field : log.fields_) {
            values.push_back(dataset.value(field, dataset.codes(field)[row]));
        }
        log.add(dataset.times()[row], values);
    }
    return log;
}

void ClickLog::add(std::int64_t time, const std::vector<std::string_view>& values) {
    values_.resize(fields_.size());
    codes_.resize(fields_.size());
    const auto click = static_cast<std::uint32_t>(times_.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        codes_[i].push_back(*values_[i].add(values[i]));
    }
    times_.push_back(time);
    const std::uint32_t user = codes_.front().back();
    ofUser_.resize(std::max<std::size_t>(ofUser_.size(), std::size_t{user} + 1));
    ofUser_[user].push_back(click);
}

Result<std::vector<std::int64_t>> ClickLog::addTo(RawColumns& rows) const {
    std::vector<std::int64_t> times;
    for (const RowTime& time : rows.times) {
        const auto fitting = time.withDecimals(decimals_);
        if (!fitting) {
            return Problem{
                "the time of row " + std::to_string(times.size()) +
                    " is too large for the unit of the dataset's times; write it in that unit",
                "time"};
        }
        times.push_back(*fitting);
    }
    std::vector<std::uint32_t> clicks;
    const ValueDictionary& users = rows.values[static_cast<std::size_t>(fields_.front())];
    for (std::uint32_t code = 0; code < users.size() && !values_.empty(); ++code) {
        if (const auto user = values_.front().find(users.value(code))) {
            clicks.insert(clicks.end(), ofUser_[*user].begin(), ofUser_[*user].end());
        }
    }
    std::ranges::sort(clicks);
    for (std::size_t field = 0; field < rows.codes.size(); ++field) {
        const auto own = std::ranges::find(fields_, static_cast<int>(field));
        const auto i = static_cast<std::size_t>(own - fields_.begin());
        for (const std::uint32_t click : clicks) {
            rows.codes[field].push_back(*rows.values[field].add(
                own == fields_.end() ? std::string_view() : values_[i].value(codes_[i][click])));
        }
    }
    for (const std::uint32_t click : clicks) {
        times.push_back(times_[click]);
    }
    return times;
}

std::string ClickLog::toText(const std::vector<FieldInfo>& fields) const {
    Json names = Json::array();
    for (const int field : fields_) {
        names.push_back(fields[static_cast<std::size_t>(field)].name);
    }
    std::string text = Json{{"fields", names}, {"decimals", decimals_}}.dump() + "\n";
    for (std::size_t click = 0; click < times_.size(); ++click) {
        Json line = Json::array({times_[click]});
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            line.push_back(values_[i].value(codes_[i][click]));
        }
        text += line.dump() + "\n";
    }
    return text;
}

Result<ClickLog> ClickLog::fromText(std::string_view text, const std::vector<FieldInfo>& fields,
                                    const std::string& where) {
    const Problem damaged{"is not a click log, or is damaged; export the bundle again", where};
    ClickLog log;
    bool isFirst = true;
    std::vector<std::string_view> values;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const Json line = Json::parse(text.substr(0, end), nullptr, /*allow_exceptions=*/false);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (std::exchange(isFirst, false)) {
            if (!line.is_object() || !line.contains("fields") || !line["fields"].is_array() ||
                !line.contains("decimals") || !line["decimals"].is_number_integer()) {
                return damaged;
            }
            log.decimals_ = line["decimals"].get<int>();
            for (const Json& name : line["fields"]) {
                const auto found =
                    name.is_string() ? std::ranges::find(fields, name.get_ref<const std::string&>(),
                                                         &FieldInfo::name)
                                     : fields.end();
                if (found == fields.end()) {
                    return damaged;
                }
                log.fields_.push_back(static_cast<int>(found - fields.begin()));
            }
            continue;
        }
        const bool fits = line.is_array() && line.size() == 1 + log.fields_.size() &&
                          line[0].is_number_integer() &&
                          std::all_of(line.begin() + 1, line.end(),
                                      [](const Json& one) { return one.is_string(); });
        if (!fits) {
            return damaged;
        }
        values.clear();
        for (std::size_t i = 1; i < line.size(); ++i) {
            values.push_back(line[i].get_ref<const std::string&>());
        }
        log.add(line[0].get<std::int64_t>(), values);
    }
    if (log.fields_.empty() || log.decimals_ < 0 || log.decimals_ > RowTime::kMaxDecimals) {
        return damaged;
    }
    return log;
}

} // namespace flip
