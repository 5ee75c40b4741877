#pragma once

#include "core/spec/run_event.h"

#include <QObject>
#include <QString>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace flip::ui {

enum class AlignmentMeasure { Share, Lift };

/// A masked table field and a field whose words its row leans on.
struct LeaningPair {
    std::string masked;
    std::string text;
    double share = 0;
    double lift = 0; // against an even spread over the words
};

/// The alignment maps of runs, by epoch. Fed like CurveModel, by live and replayed facts alike.
/// Lives on the GUI thread.
class AlignmentModel : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Enters the maps among the facts, oldest first; an epoch measured again replaces itself and
    /// drops what came after it.
    void take(const std::string& run, std::span<const RunEvent> events);
    void forget(const std::string& run);

    /// Oldest first; valid until the next take().
    std::span<const AlignmentMeasured> maps(const std::string& run) const;

    /// Lowest and highest finite value over all epochs: a scale that stays while time is scrubbed.
    struct Range {
        double low = 0;
        double high = 0;
    };
    Range range(const std::string& run, AlignmentMeasure measure) const;

Q_SIGNALS:
    /// The run's maps from index `from` on are not those of before.
    void changed(const std::string& run, std::size_t from);

private:
    std::map<std::string, std::vector<AlignmentMeasured>> runs_;
};

/// The measure's values, [masked * words]; NaN where the map has none.
std::vector<double> valuesOf(const AlignmentMeasured& map, AlignmentMeasure measure);

/// The `count` pairs of different fields with the highest lift, none below 1.05.
std::vector<LeaningPair> strongestPairs(const AlignmentMeasured& map, std::size_t count);

/// The map in sentences: how much stays with a field's own words, now and in the first map, how
/// much field words get at all, and the strongest pairs of different fields.
QString alignmentWords(const AlignmentMeasured& map, const AlignmentMeasured& first);

} // namespace flip::ui
