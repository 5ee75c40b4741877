#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace flip {

/// The scores of positive and negative rows in ascending order, for all metrics that count pairs,
/// ranks or ties. Stores 8 bytes per row and no row numbers; immutable, safe to read from any
/// thread.
///
/// Rows are distributed to buckets by splitters drawn from a sample (Frazer and McKellar,
/// "Samplesort", J. ACM 17, 1970); each bucket is sorted by whichever core is free. Zeros of both
/// signs are equal; infinities come first and last.
class ScoreOrder {
public:
    /// Any label other than 0 is positive; both spans are [rows]. Absent if a score is NaN.
    static std::optional<ScoreOrder> of(std::span<const double> scores,
                                        std::span<const std::uint8_t> labels);

    std::uint64_t positives() const { return positivesBelow_.back(); }
    std::uint64_t negatives() const { return negativesBelow_.back(); }

    /// Calls visit(score, positives, negatives) for each distinct score, lowest first.
    template <class Visit>
    void forEachTie(Visit visit) const {
        for (std::size_t bucket = 0; bucket + 1 < positivesBelow_.size(); ++bucket) {
            auto positive = positivesOf(bucket);
            auto negative = negativesOf(bucket);
            while (!positive.empty() || !negative.empty()) {
                const std::uint64_t key = negative.empty() ? positive.front()
                                          : positive.empty() || negative.front() < positive.front()
                                              ? negative.front()
                                              : positive.front();
                const std::size_t tiedPositives = takeEqual(positive, key);
                const std::size_t tiedNegatives = takeEqual(negative, key);
                visit(scoreOf(key), static_cast<std::uint64_t>(tiedPositives),
                      static_cast<std::uint64_t>(tiedNegatives));
            }
        }
    }

    /// Twice the number of pairs of a positive and a negative in which the positive scores higher,
    /// a tie counting one: an integer, so nothing is rounded. No overflow up to 3 * 10^9 rows of
    /// each class.
    std::uint64_t twicePairsWon() const;

    /// Twice the number of negatives (positives) scored below, a tie counting one.
    std::uint64_t twiceNegativesBelow(double score) const;
    std::uint64_t twicePositivesBelow(double score) const;

private:
    using Keys = std::span<const std::uint64_t>;

    static std::uint64_t keyOf(double score);
    static double scoreOf(std::uint64_t key);
    static std::size_t takeEqual(Keys& keys, std::uint64_t key) {
        std::size_t count = 0;
        while (count < keys.size() && keys[count] == key) {
            ++count;
        }
        keys = keys.subspan(count);
        return count;
    }
    Keys positivesOf(std::size_t bucket) const;
    Keys negativesOf(std::size_t bucket) const;
    std::size_t bucketOf(std::uint64_t key) const;
    void chooseSplitters(std::span<const double> scores);

    std::vector<std::uint64_t> splitters_;      // ascending; bucket b begins at splitter b - 1
    std::vector<std::uint16_t> firstSplitter_;  // [2^16 + 1]: by the highest 16 bits of a key
    std::vector<std::uint64_t> keys_;           // [rows]: in each bucket positives, then negatives
    std::vector<std::uint64_t> positivesBelow_; // [buckets + 1]: positives in the buckets before
    std::vector<std::uint64_t> negativesBelow_; // [buckets + 1]
};

} // namespace flip
