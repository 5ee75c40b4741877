#include "core/eval/ranking.h"

#include "core/base/worker_pool.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace flip {

namespace {

constexpr std::size_t kMinRowsForThreads = std::size_t{1} << 17;
constexpr std::size_t kUsersPerPart = 256;

/// Sums of 1 / log2(rank + 1) over the first ranks, one for every length. [ranks + 1]
class Discounts {
public:
    explicit Discounts(std::size_t places) : sums_(places + 1, 0) {
        for (std::size_t place = 1; place <= places; ++place) {
            sums_[place] = sums_[place - 1] + 1 / std::log2(static_cast<double>(place) + 1);
        }
    }
    double ofFirst(std::size_t places) const { return sums_[places]; }

private:
    std::vector<double> sums_;
};

struct Ranked {
    double score;
    bool positive;
};

struct Sums {
    std::vector<RankingAt> at;
    std::int64_t users = 0;
    std::int64_t rows = 0;
};

/// Probability that `drawn` rows contain no positive when drawn without replacement from `rows`, of
/// which `positives` are positive.
double probabilityOfNone(std::size_t rows, std::size_t positives, std::size_t drawn) {
    if (drawn > rows - positives) {
        return 0;
    }
    double probability = 1;
    for (std::size_t i = 0; i < drawn; ++i) {
        probability *= static_cast<double>(rows - positives - i) / static_cast<double>(rows - i);
    }
    return probability;
}

/// Adds one user with ranked rows, `positives` of them positive.
void addUser(std::span<const Ranked> rows, std::size_t positives, const Discounts& discounts,
             Sums& sums) {
    for (RankingAt& at : sums.at) {
        const std::size_t k = std::min(static_cast<std::size_t>(at.k), rows.size());
        double found = 0;
        double gain = 0;
        double miss = 1;
        for (std::size_t begin = 0; begin < k;) {
            std::size_t tiedPositives = 0;
            std::size_t end = begin;
            for (; end < rows.size() && rows[end].score == rows[begin].score; ++end) {
                tiedPositives += rows[end].positive ? 1 : 0;
            }
            const std::size_t last = std::min(end, k);
            const double share =
                static_cast<double>(tiedPositives) / static_cast<double>(end - begin);
            found += share * static_cast<double>(last - begin);
            gain += share * (discounts.ofFirst(last) - discounts.ofFirst(begin));
            miss *= probabilityOfNone(end - begin, tiedPositives, last - begin);
            begin = end;
        }
        at.recall += found / static_cast<double>(positives);
        at.ndcg += gain / discounts.ofFirst(std::min(k, positives));
        at.hitRate += 1 - miss;
    }
    ++sums.users;
    sums.rows += static_cast<std::int64_t>(rows.size());
}

} // namespace

RankingMetrics rankingMetrics(std::span<const double> scores, std::span<const std::uint8_t> labels,
                              const RowGroups& users, std::span<const std::int64_t> ks) {
    assert(scores.size() == labels.size());
    assert(std::ranges::all_of(ks, [](std::int64_t k) { return k >= 1; }));
    RankingMetrics result;
    result.users = static_cast<std::int64_t>(users.size());
    result.rows = static_cast<std::int64_t>(scores.size());
    if (std::ranges::any_of(scores, [](double score) { return std::isnan(score); })) {
        return result;
    }
    std::size_t longest = 0;
    for (std::size_t user = 0; user < users.size(); ++user) {
        longest = std::max(longest, users.rows(user).size());
    }
    const Discounts discounts(longest);
    Sums none;
    for (const std::int64_t k : ks) {
        none.at.push_back({.k = k});
    }
    std::vector<Sums> parts((users.size() + kUsersPerPart - 1) / kUsersPerPart, none);
    WorkerPool pool(scores.size() < kMinRowsForThreads ? 1 : 0);
    pool.forEach(parts.size(), [&](std::size_t part) {
        std::vector<Ranked> rows;
        const std::size_t begin = part * kUsersPerPart;
        for (std::size_t u = begin; u < std::min(users.size(), begin + kUsersPerPart); ++u) {
            rows.clear();
            std::size_t positives = 0;
            for (const std::uint32_t row : users.rows(u)) {
                rows.push_back({scores[row], labels[row] != 0});
                positives += labels[row] != 0 ? 1 : 0;
            }
            if (positives > 0) {
                std::ranges::sort(rows, std::ranges::greater(), &Ranked::score);
                addUser(rows, positives, discounts, parts[part]);
            }
        }
    });
    Sums all = none;
    for (const Sums& part : parts) { // in the same order for any number of threads
        for (std::size_t i = 0; i < all.at.size(); ++i) {
            all.at[i].recall += part.at[i].recall;
            all.at[i].ndcg += part.at[i].ndcg;
            all.at[i].hitRate += part.at[i].hitRate;
        }
        all.users += part.users;
        all.rows += part.rows;
    }
    result.usersUsed = all.users;
    result.rowsUsed = all.rows;
    if (all.users > 0) {
        const auto count = static_cast<double>(all.users);
        for (const RankingAt& sum : all.at) {
            result.at.push_back({sum.k, sum.recall / count, sum.ndcg / count, sum.hitRate / count});
        }
    }
    return result;
}

} // namespace flip
