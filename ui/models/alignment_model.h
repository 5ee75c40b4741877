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

/// A masked table field, and a field to whose words the row then attends.
struct AttendedPair {
    std::string masked;
    std::string text;
    double share = 0;
    double lift = 0; // relative to an even spread over the words
};

/// The alignment maps of runs, by epoch. Fed like CurveModel, by live and replayed facts alike.
/// Lives on the GUI thread.
class AlignmentModel : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Adds the maps among the facts, oldest first. An epoch measured again replaces its earlier
    /// map and drops all later ones.
    void take(const std::string& run, std::span<const RunEvent> events);
    void forget(const std::string& run);

    /// Oldest first; valid until the next take().
    std::span<const AlignmentMeasured> maps(const std::string& run) const;

    /// Lowest and highest finite value over all epochs: a scale that stays the same from epoch to
    /// epoch.
    struct Range {
        double low = 0;
        double high = 0;
    };
    Range range(const std::string& run, AlignmentMeasure measure) const;

Q_SIGNALS:
    /// The run's maps from index `from` on have changed.
    void changed(const std::string& run, std::size_t from);

private:
    std::map<std::string, std::vector<AlignmentMeasured>> runs_;
};

/// The measure's values, [masked * words]; NaN where the map has no value.
std::vector<double> valuesOf(const AlignmentMeasured& map, AlignmentMeasure measure);

/// The `count` pairs of different fields with the highest lift, none below 1.05.
std::vector<AttendedPair> strongestPairs(const AlignmentMeasured& map, std::size_t count);

/// The map in sentences: how much attention stays with the masked field's own words and how much
/// goes to field words at all, each now and in the first map, and the strongest pairs of different
/// fields.
QString alignmentWords(const AlignmentMeasured& map, const AlignmentMeasured& first);

} // namespace flip::ui
