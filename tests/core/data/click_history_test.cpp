#include "core/data/click_history.h"

#include "core/base/random_stream.h"
#include "tests/core/data/data_files.h"
#include "tests/core/rounds.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <limits>

using namespace flip;
using namespace flip::test;

namespace {

constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

constexpr std::string_view kSchema = R"([[table]]
name = "log"
file = "log.csv"
[label]
column = "log.click"
positive = ">= 1"
[time]
column = "log.time"
[[field]]
name = "user"
column = "log.user"
[[field]]
name = "item"
column = "log.item"
)";

/// One line of the log.
struct Line {
    std::string user;
    int time;
    bool click;
    Split split;
};

/// The definition, taken literally.
std::vector<std::int64_t> expectedClicks(const std::vector<Line>& lines, std::size_t row,
                                         std::int64_t limit) {
    std::vector<std::int64_t> clicks;
    for (std::size_t other = 0; other < lines.size(); ++other) {
        if (lines[other].split == Split::Train && lines[other].click && !lines[row].user.empty() &&
            lines[other].user == lines[row].user && lines[other].time < lines[row].time) {
            clicks.push_back(static_cast<std::int64_t>(other));
        }
    }
    std::stable_sort(clicks.begin(), clicks.end(), [&](std::int64_t a, std::int64_t b) {
        return lines[static_cast<std::size_t>(a)].time < lines[static_cast<std::size_t>(b)].time;
    });
    const auto kept = std::min<std::int64_t>(limit, static_cast<std::int64_t>(clicks.size()));
    return {clicks.end() - kept, clicks.end()};
}

} // namespace

/// What a user clicked before a row.
class ClickHistoryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsEarlierTrainingClicksOfTheUser();
    void keepsTheLatestClicks();
    void matchesItsDefinition();
    void ignoresLabelsOfHeldOutRows();

private:
    Dataset imported(const std::vector<Line>& lines);
    std::vector<std::int64_t> before(const std::vector<Line>& lines, std::int64_t row,
                                     std::int64_t limit = kAll);

    QTemporaryDir folder_;
    int imports_ = 0;
};

Dataset ClickHistoryTest::imported(const std::vector<Line>& lines) {
    const std::filesystem::path folder =
        std::filesystem::path(folder_.path().toStdString()) / std::to_string(imports_++);
    std::string log = "user,item,click,time\n";
    std::string splits;
    for (std::size_t row = 0; row < lines.size(); ++row) {
        const Line& line = lines[row];
        log += line.user + ",i" + std::to_string(row % 7) + (line.click ? ",1," : ",0,") +
               std::to_string(line.time) + "\n";
        splits += std::to_string(row) + "\t" + std::string(splitName(line.split)) + "\n";
    }
    write(folder / "log.csv", log);
    write(folder / "schema.toml", kSchema);
    write(folder / "splits.tsv", splits);
    ImportRequest request;
    request.source = folder;
    request.schema = folder / "schema.toml";
    request.name = "log";
    request.split.rule = SplitPlan::Rule::File;
    request.split.file = folder / "splits.tsv";
    const auto done = importDataset(request, folder / "datasets");
    if (!done) {
        qFatal("%s", done.problem().text().c_str());
    }
    return std::move(*Dataset::open(folder / "datasets" / "log"));
}

std::vector<std::int64_t> ClickHistoryTest::before(const std::vector<Line>& lines, std::int64_t row,
                                                   std::int64_t limit) {
    const Dataset dataset = imported(lines);
    const ClickHistory history(dataset, dataset.findField("user"));
    const auto clicks = history.before(row, limit);
    return {clicks.begin(), clicks.end()};
}

void ClickHistoryTest::findsEarlierTrainingClicksOfTheUser() {
    const std::vector<Line> lines = {
        {"ann", 50, true, Split::Train},  // the row itself never counts
        {"ann", 20, true, Split::Train},  // counts
        {"ann", 10, true, Split::Train},  // counts, and comes first
        {"ann", 50, true, Split::Train},  // the same time
        {"ann", 60, true, Split::Train},  // later
        {"ann", 20, false, Split::Train}, // no click
        {"bob", 20, true, Split::Train},  // another user
        {"ann", 20, true, Split::Valid},  // held out
        {"ann", 20, true, Split::Test},   // held out
        {"", 20, true, Split::Train},     // no user
        {"", 30, true, Split::Train},     // no user
    };
    using Rows = std::vector<std::int64_t>;
    QCOMPARE(before(lines, 0), (Rows{2, 1}));
    QCOMPARE(before(lines, 3), (Rows{2, 1}));
    QCOMPARE(before(lines, 4), (Rows{2, 1, 0, 3}));
    QCOMPARE(before(lines, 7), (Rows{2})); // a held-out row has a history too
    QCOMPARE(before(lines, 6), Rows());
    QCOMPARE(before(lines, 10), Rows());
}

void ClickHistoryTest::keepsTheLatestClicks() {
    std::vector<Line> lines;
    for (int time = 0; time < 5; ++time) {
        lines.push_back({"ann", time, true, Split::Train});
    }
    using Rows = std::vector<std::int64_t>;
    QCOMPARE(before(lines, 4, 2), (Rows{2, 3}));
    QCOMPARE(before(lines, 4, 4), (Rows{0, 1, 2, 3}));
    QCOMPARE(before(lines, 4, 9), (Rows{0, 1, 2, 3}));
}

void ClickHistoryTest::matchesItsDefinition() {
    RandomStream random(3, "click history");
    for (int round = 0; round < rounds(40); ++round) {
        const auto users = 1 + random.below(6);
        const auto moments = 1 + random.below(30); // few: many ties
        std::vector<Line> lines;
        for (auto count = 1 + random.below(150); count > 0; --count) {
            const auto user = random.below(users + 1);
            lines.push_back({user == 0 ? "" : "u" + std::to_string(user),
                             static_cast<int>(random.below(moments)) - 10, random.below(2) == 1,
                             static_cast<Split>(random.below(3))});
        }
        lines.front().split = Split::Train;
        const Dataset dataset = imported(lines);
        const ClickHistory history(dataset, dataset.findField("user"));
        for (const std::int64_t limit : {std::int64_t{1}, std::int64_t{4}, kAll}) {
            for (std::size_t row = 0; row < lines.size(); ++row) {
                const auto clicks = history.before(static_cast<std::int64_t>(row), limit);
                QCOMPARE(std::vector<std::int64_t>(clicks.begin(), clicks.end()),
                         expectedClicks(lines, row, limit));
            }
        }
    }
}

void ClickHistoryTest::ignoresLabelsOfHeldOutRows() {
    std::vector<Line> lines;
    for (int row = 0; row < 60; ++row) {
        lines.push_back({"u" + std::to_string(row % 3), row / 2, row % 4 != 0,
                         static_cast<Split>(row % 5 < 3 ? 0 : row % 5 - 2)});
    }
    std::vector<Line> flipped = lines;
    for (Line& line : flipped) {
        line.click = line.click != (line.split != Split::Train);
    }
    const Dataset one = imported(lines);
    const Dataset two = imported(flipped);
    const ClickHistory first(one, 0);
    const ClickHistory second(two, 0);
    for (std::int64_t row = 0; row < one.rows(); ++row) {
        QVERIFY(std::ranges::equal(first.before(row, kAll), second.before(row, kAll)));
    }
}

QTEST_GUILESS_MAIN(ClickHistoryTest)
#include "click_history_test.moc"
