#include "core/eval/calibration.h"

#include "core/eval/metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace flip {

namespace {

struct BinSum {
    double predictions = 0;
    std::uint64_t positives = 0;
    std::uint64_t rows = 0;

    void add(double prediction, std::uint64_t ofPositives, std::uint64_t ofNegatives) {
        predictions += prediction * static_cast<double>(ofPositives + ofNegatives);
        positives += ofPositives;
        rows += ofPositives + ofNegatives;
    }
};

std::size_t widthBin(double prediction, std::size_t bins) {
    const double place = std::floor(static_cast<double>(bins) * prediction);
    return std::min(static_cast<std::size_t>(std::max(place, 0.0)), bins - 1);
}

Calibration calibrationFrom(const std::vector<BinSum>& sums) {
    Calibration result;
    double error = 0;
    double all = 0;
    for (const BinSum& sum : sums) {
        if (sum.rows == 0) {
            continue;
        }
        const auto rows = static_cast<double>(sum.rows);
        const CalibrationBin bin{sum.predictions / rows, static_cast<double>(sum.positives) / rows,
                                 static_cast<std::int64_t>(sum.rows)};
        result.bins.push_back(bin);
        error += rows * std::abs(bin.meanPrediction - bin.positiveShare);
        all += rows;
    }
    if (all > 0) {
        result.error = error / all;
    }
    return result;
}

} // namespace

Calibration equalWidthCalibration(std::span<const double> probabilities,
                                  std::span<const std::uint8_t> labels, std::size_t bins) {
    assert(probabilities.size() == labels.size() && bins >= 1);
    std::vector<BinSum> sums(bins);
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const bool positive = labels[row] != 0;
        sums[widthBin(probabilities[row], bins)].add(probabilities[row], positive ? 1 : 0,
                                                     positive ? 0 : 1);
    }
    return calibrationFrom(sums);
}

Calibration equalWidthCalibration(const ScoreOrder& logits, std::size_t bins) {
    assert(bins >= 1);
    std::vector<BinSum> sums(bins);
    logits.forEachTie([&](double logit, std::uint64_t positives, std::uint64_t negatives) {
        const double p = sigmoid(logit);
        sums[widthBin(p, bins)].add(p, positives, negatives);
    });
    return calibrationFrom(sums);
}

Calibration equalCountCalibration(const ScoreOrder& logits, std::size_t bins) {
    assert(bins >= 1);
    std::vector<BinSum> sums(bins);
    const auto all = static_cast<double>(logits.positives() + logits.negatives());
    // Different logits may give the same prediction, so rows are collected until it changes.
    BinSum tied;
    double prediction = 0;
    std::uint64_t before = 0;
    const auto place = [&] {
        if (tied.rows > 0) {
            const double middle =
                static_cast<double>(before) + (static_cast<double>(tied.rows) - 1) / 2;
            sums[widthBin((middle + 0.5) / all, bins)].add(prediction, tied.positives,
                                                           tied.rows - tied.positives);
        }
        before += tied.rows;
        tied = {};
    };
    logits.forEachTie([&](double logit, std::uint64_t positives, std::uint64_t negatives) {
        const double p = sigmoid(logit);
        if (p != prediction) {
            place();
            prediction = p;
        }
        tied.add(p, positives, negatives);
    });
    place();
    return calibrationFrom(sums);
}

std::optional<double> normalisedEntropy(double logLoss, std::int64_t positives, std::int64_t rows) {
    if (positives <= 0 || positives >= rows) {
        return std::nullopt;
    }
    const double rate = static_cast<double>(positives) / static_cast<double>(rows);
    return logLoss / -(rate * std::log(rate) + (1 - rate) * std::log1p(-rate));
}

std::optional<double> predictedOverObserved(const ScoreOrder& logits) {
    if (logits.positives() == 0) {
        return std::nullopt;
    }
    BinSum all;
    logits.forEachTie([&](double logit, std::uint64_t positives, std::uint64_t negatives) {
        all.add(sigmoid(logit), positives, negatives);
    });
    return all.predictions / static_cast<double>(all.positives);
}

} // namespace flip
