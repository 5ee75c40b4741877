#include "ui/models/alignment_model.h"

#include <QStringList>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

namespace flip::ui {

namespace {
constexpr std::size_t kPairsShown = 4;
constexpr double kMinLift = 1.05; // pairs below it are not mentioned

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) /
           static_cast<double>(std::max<std::size_t>(1, values.size()));
}
} // namespace

void AlignmentModel::take(const std::string& run, std::span<const RunEvent> events) {
    std::optional<std::size_t> changedFrom;
    for (const RunEvent& event : events) {
        const auto* map = std::get_if<AlignmentMeasured>(&event.fact);
        if (map == nullptr) {
            continue;
        }
        auto& maps = runs_[run];
        while (!maps.empty() && maps.back().epoch >= map->epoch) {
            maps.pop_back();
        }
        changedFrom = std::min(changedFrom.value_or(maps.size()), maps.size());
        maps.push_back(*map);
    }
    if (changedFrom) {
        Q_EMIT changed(run, *changedFrom);
    }
}

void AlignmentModel::forget(const std::string& run) {
    const std::string name = run;
    if (runs_.erase(name) > 0) {
        Q_EMIT changed(name, 0);
    }
}

std::span<const AlignmentMeasured> AlignmentModel::maps(const std::string& run) const {
    const auto found = runs_.find(run);
    return found == runs_.end() ? std::span<const AlignmentMeasured>{}
                                : std::span<const AlignmentMeasured>(found->second);
}

AlignmentModel::Range AlignmentModel::range(const std::string& run,
                                            AlignmentMeasure measure) const {
    Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    for (const AlignmentMeasured& map : maps(run)) {
        for (const double value : valuesOf(map, measure)) {
            if (std::isfinite(value)) {
                range.low = std::min(range.low, value);
                range.high = std::max(range.high, value);
            }
        }
    }
    return range.low <= range.high ? range : Range{};
}

std::vector<double> valuesOf(const AlignmentMeasured& map, AlignmentMeasure measure) {
    std::vector<double> values = measure == AlignmentMeasure::Share ? map.share : map.lift;
    values.resize(map.masked.size() * map.words.size(), std::numeric_limits<double>::quiet_NaN());
    return values;
}

std::vector<AttendedPair> strongestPairs(const AlignmentMeasured& map, std::size_t count) {
    const std::vector<double> share = valuesOf(map, AlignmentMeasure::Share);
    const std::vector<double> lift = valuesOf(map, AlignmentMeasure::Lift);
    std::vector<AttendedPair> pairs;
    for (std::size_t row = 0; row < map.masked.size(); ++row) {
        for (std::size_t column = 0; column < map.words.size(); ++column) {
            const std::size_t cell = row * map.words.size() + column;
            if (map.masked[row] != map.words[column] && std::isfinite(lift[cell]) &&
                lift[cell] >= kMinLift) {
                pairs.push_back({map.masked[row], map.words[column], share[cell], lift[cell]});
            }
        }
    }
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const AttendedPair& a, const AttendedPair& b) { return a.lift > b.lift; });
    pairs.resize(std::min(pairs.size(), count));
    return pairs;
}

QString alignmentWords(const AlignmentMeasured& map, const AlignmentMeasured& first) {
    const auto percent = [](double part) {
        return part > 0 && part < 0.005 ? QObject::tr("under 1 %")
                                        : QStringLiteral("%1 %").arg(100 * part, 0, 'f', 0);
    };
    const auto since = [&](double was) {
        return first.epoch == map.epoch
                   ? QString()
                   : QObject::tr(" (%1 at epoch %2)").arg(percent(was)).arg(first.epoch);
    };
    QStringList sentences;
    sentences << QObject::tr("Of the attention to field words, %1%2 stays with the masked field's "
                             "own words.")
                     .arg(percent(map.score), since(first.score));
    if (!map.toFields.empty()) {
        sentences << QObject::tr("Field words get %1%2 of all attention; the rest goes to the "
                                 "template's own words and the special tokens, and is left out "
                                 "of the map.")
                         .arg(percent(mean(map.toFields)), since(mean(first.toFields)));
    }
    const auto pairs = strongestPairs(map, kPairsShown);
    for (const AttendedPair& pair : pairs) {
        sentences << QObject::tr("Masked <b>%1</b> attends to the words of <b>%2</b>: %3× an even "
                                 "spread, %4 of the attention to field words.")
                         .arg(QString::fromStdString(pair.masked).toHtmlEscaped(),
                              QString::fromStdString(pair.text).toHtmlEscaped(),
                              QString::number(pair.lift, 'f', 1), percent(pair.share));
    }
    if (pairs.empty()) {
        sentences << QObject::tr("No field attends to another field's words more than an even "
                                 "spread would.");
    }
    return sentences.join(QStringLiteral("<br><br>"));
}

} // namespace flip::ui
