#include "core/store/database_check.h"

#include "core/store/database.h"
#include "core/store/database_file.h"
#include "core/store/run_rows.h"
#include "core/store/trash_parts.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <system_error>
#include <utility>

namespace flip {

namespace {

constexpr const char* kRestoreOrExport =
    "restore a backup of it, or export the runs that can be read with 'flip runs export RUN --zip "
    "FILE' and import them into a new workspace";
constexpr const char* kRepair = "'flip doctor --repair' repairs it";

/// "3, 5, 8 and 17 more".
std::string listed(const std::vector<std::int64_t>& numbers) {
    constexpr std::size_t kNamed = 5;
    const std::size_t named = std::min(numbers.size(), kNamed);
    std::string text =
        fmt::format("{}", fmt::join(numbers.begin(),
                                    numbers.begin() + static_cast<std::ptrdiff_t>(named), ", "));
    return named == numbers.size() ? text
                                   : fmt::format("{} and {} more", text, numbers.size() - named);
}

/// "fact 3 is", "facts 3, 5 are".
std::string factsAre(const std::vector<std::int64_t>& numbers) {
    return numbers.size() == 1 ? fmt::format("fact {} is", numbers.front())
                               : fmt::format("facts {} are", listed(numbers));
}

/// A damaged name may hold any bytes; a message must stay on one line.
std::string shown(std::string name) {
    std::ranges::replace_if(
        name, [](char c) { return static_cast<unsigned char>(c) < ' '; }, '?');
    return name;
}

/// A run being checked.
struct RunUnderCheck {
    RunRow row;
    bool isSound = false;
    bool isInTrash = false;
    bool isBeingPurged = false;
    std::string unreadable; // why the row cannot be used although its checksum matches

    std::vector<std::int64_t> damaged; // facts that do not match their checksum or cannot be read
    std::vector<std::int64_t> contradicted; // facts whose columns contradict them
    std::vector<std::int64_t> gapBefore;    // facts that follow missing ones
    EventRow last;
};

/// Whether a run of this status has stored its end.
bool hasEnded(const std::string& status) {
    return status != wordOf(RunStatus::Running) && status != wordOf(RunStatus::Crashed);
}

/// Checks all rows in one transaction.
class RowCheck {
public:
    RowCheck(SQLite::Database& database, const std::filesystem::path& file, DatabaseReport& report)
        : database_(database), file_(file), report_(report) {}

    void run() {
        const SQLite::Transaction transaction(database_);
        readRuns();
        readFacts();
        readTrash();
        for (const auto& [id, run] : runs_) {
            const bool isWhole = run.isSound && !run.isBeingPurged;
            report_.runs.push_back(
                {run.row.name, run.row.kind, isWhole ? run.row.status : std::string()});
            addFindings(run);
        }
        report_.hasAllRuns = true;
    }

private:
    void damage(std::string problem, std::string advice) {
        report_.damaged.push_back({file_.string(), std::move(problem), std::move(advice)});
    }

    void readRuns() {
        SQLite::Statement statement(database_,
                                    fmt::format("SELECT {} FROM runs ORDER BY id", runColumns()));
        while (statement.executeStep()) {
            Stored<RunRow> stored = storedRun(statement);
            RunUnderCheck run;
            run.isSound = isSound(stored);
            run.row = std::move(stored.row);
            try {
                static_cast<void>(storedSpec(run.row));
                static_cast<void>(storedEnding(run.row));
            } catch (const StoredDamage& why) {
                run.unreadable = why.what();
            }
            runs_.emplace(run.row.id, std::move(run));
        }
    }

    void readFacts() {
        std::map<std::int64_t, std::int64_t> lost; // number of facts by the id of a run that does
                                                   // not exist
        SQLite::Statement statement(
            database_, fmt::format("SELECT {} FROM events ORDER BY run, seq", eventColumns()));
        while (statement.executeStep()) {
            Stored<EventRow> stored = storedEvent(statement);
            const auto run = runs_.find(stored.row.run);
            if (run == runs_.end()) {
                ++lost[stored.row.run];
            } else {
                readFact(std::move(stored), run->second);
            }
        }
        for (const auto& [run, facts] : lost) {
            damage(fmt::format("holds {} facts of run number {}, which has no entry", facts, run),
                   "restore a backup of it");
        }
    }

    static void readFact(Stored<EventRow> stored, RunUnderCheck& run) {
        EventRow& row = stored.row;
        // A resumed run continues with a new number after the facts that it removed; its first fact
        // is "start".
        if (row.seq != run.last.seq + 1 && row.kind != "start") {
            run.gapBefore.push_back(row.seq);
        }
        const auto event = eventFromJson(row.body);
        if (!isSound(stored) || !event) {
            run.damaged.push_back(row.seq);
        } else if (!repeats(row, makeEventRow(*event, row.seq))) {
            run.contradicted.push_back(row.seq);
        }
        run.last = std::move(row);
    }

    void addFindings(const RunUnderCheck& run) {
        const std::string name = shown(run.row.name);
        if (!run.isSound) {
            damage(fmt::format("the entry of run {} does not match its checksum", name),
                   run.isInTrash ? "restore a backup of it; the run is in the trash, where it does "
                                   "no harm until 'flip runs purge' removes it"
                                 : "'flip doctor --repair' restores it from its facts if it can, "
                                   "else it moves the run to the trash; its weights stay");
        } else if (!run.unreadable.empty()) {
            damage(run.unreadable, "update the program, or train the run again");
        }
        constexpr const char* kRestoreOrRetrain = "restore a backup of it, or train the run again";
        if (!run.damaged.empty()) {
            damage(fmt::format("run {}: {} damaged", name, factsAre(run.damaged)),
                   std::string(kRestoreOrRetrain) +
                       "; 'flip doctor --repair' repairs facts if only their columns are damaged");
        }
        if (!run.contradicted.empty()) {
            damage(fmt::format("run {}: {} stored with a wrong kind, stage, step or time", name,
                               factsAre(run.contradicted)),
                   kRepair);
        }
        if (!run.gapBefore.empty()) {
            damage(fmt::format("run {}: facts are missing before number {}", name,
                               listed(run.gapBefore)),
                   kRestoreOrRetrain);
        }
        if (run.last.seq > run.row.facts) {
            damage(fmt::format("run {} has {} facts, but its last is number {}", name,
                               run.row.facts, run.last.seq),
                   kRestoreOrRetrain);
        }
        if (run.isSound && hasEnded(run.row.status) && run.last.body != run.row.ending) {
            damage(fmt::format("run {} has {}, but its last fact contradicts that", name,
                               run.row.status),
                   kRestoreOrRetrain);
        }
    }

    void readTrash() {
        std::size_t unchecked = 0;
        for (const TrashRow& row : trashRows(database_)) {
            const auto run = runs_.find(row.run);
            if (run != runs_.end()) {
                run->second.isInTrash = true;
                run->second.isBeingPurged = row.purging != 0;
            }
            if (run == runs_.end()) {
                damage(fmt::format("the trash holds run number {}, which has no entry", row.run),
                       kRepair);
            } else if (!isSound(row)) {
                damage(fmt::format("the trash entry of run {} does not match its checksum",
                                   shown(run->second.row.name)),
                       "'flip doctor --repair' takes the run out of the trash");
            }
            unchecked += row.digest ? 0U : 1U;
        }
        if (unchecked > 0) {
            report_.notes.push_back(
                {file_.string(),
                 fmt::format("{} runs were moved to the trash by an earlier version; their trash "
                             "entries have no checksum",
                             unchecked),
                 "'flip runs restore' or 'flip runs purge' removes these entries"});
        }
    }

    SQLite::Database& database_;
    const std::filesystem::path& file_;
    DatabaseReport& report_;
    std::map<std::int64_t, RunUnderCheck> runs_; // by id
};

/// Reports the damage of the file itself: of each kind the first finding, and how many more.
void reportFileDamage(const FileDamage& damage, const std::filesystem::path& file,
                      DatabaseReport& report) {
    const auto add = [&](const std::vector<std::string>& what, std::string advice) {
        if (!what.empty()) {
            std::string text = "is damaged: " + what.front();
            if (what.size() > 1) {
                text += fmt::format("; and {} more", what.size() - 1);
            }
            report.damaged.push_back({file.string(), std::move(text), std::move(advice)});
        }
    };
    add(damage.pages, kRestoreOrExport);
    add(damage.indices, kRepair);
    add(damage.header, kRestoreOrExport);
    add(damage.tables, damage.version ? kRepair : kRestoreOrExport);
}

void reportProblem(const Problem& problem, DatabaseReport& report) {
    const std::size_t end = problem.what.rfind("; ");
    const bool hasAdvice = end != std::string::npos;
    report.damaged.push_back({problem.where, problem.what.substr(0, end),
                              hasAdvice ? problem.what.substr(end + 2) : std::string()});
}

/// Checks file and tables; returns whether this program can read the rows.
Result<bool> checkFile(const std::filesystem::path& file, DatabaseReport& report) {
    return catchDatabaseErrors(file, [&]() -> Result<bool> {
        auto opened = openDatabaseAsItIs(file);
        if (!opened) {
            return opened.problem();
        }
        const FileDamage damage = checkDatabaseFile(*opened->database, file);
        reportFileDamage(damage, file, report);
        return damage.tables.empty() && damage.pages.empty();
    });
}

Result<void> checkRows(const std::filesystem::path& file, DatabaseReport& report) {
    return catchDatabaseErrors(file, [&]() -> Result<void> {
        auto opened = openDatabaseToRead(file);
        if (!opened) {
            return opened.problem();
        }
        RowCheck(*opened->database, file, report).run();
        return {};
    });
}

} // namespace

bool DatabaseReport::lacks(const std::string& run) const {
    return hasAllRuns && std::ranges::find(runs, run, &KnownRun::name) == runs.end();
}

DatabaseReport checkDatabase(const std::filesystem::path& file) {
    DatabaseReport report;
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        report.hasAllRuns = true;
        return report;
    }
    const auto readable = checkFile(file, report);
    if (!readable) {
        reportProblem(readable.problem(), report);
        return report;
    }
    // Also if pages are damaged, as far as possible: it names the runs that lost something.
    if (auto rows = checkRows(file, report); !rows && *readable) {
        reportProblem(rows.problem(), report);
    }
    return report;
}

} // namespace flip
