#include "core/store/run_rows.h"

#include "core/base/hashing.h"
#include "core/spec/stored_recipe.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

namespace flip {

namespace {

constexpr std::string_view kColumns =
    "id, name, status, kind, dataset, dataset_hash, seed, created, ended, parent, spec, ending, "
    "last_stage, last_step, facts, digest";

constexpr std::string_view kEventColumns = "run, seq, time, kind, stage, step, body, digest";

std::int64_t digestOf(std::string_view bytes) {
    return std::bit_cast<std::int64_t>(hash64(bytes));
}

/// Checksum over every column. The lengths keep neighbouring texts apart.
std::int64_t digestOf(const RunRow& row) {
    std::string all = fmt::format("{} {} {} {}", row.id, row.seed, row.lastStep, row.facts);
    for (const std::string* text :
         {&row.name, &row.status, &row.kind, &row.dataset, &row.datasetHash, &row.created,
          &row.ended, &row.parent, &row.spec, &row.ending, &row.lastStage}) {
        all += fmt::format(" {}:{}", text->size(), *text);
    }
    return digestOf(all);
}

/// The same for a fact.
std::int64_t digestOf(const EventRow& row) {
    const double time = std::isnan(row.time) ? std::numeric_limits<double>::quiet_NaN()
                                             : row.time + 0.0; // -0 is stored as 0
    return digestOf(fmt::format("{} {} {} {} {}:{} {}:{} {}:{}", row.run, row.seq,
                                std::bit_cast<std::int64_t>(time), row.step, row.kind.size(),
                                row.kind, row.stage.size(), row.stage, row.body.size(), row.body));
}

void bindRun(SQLite::Statement& statement, const RunRow& row) {
    int index = 0;
    statement.bind(++index, row.name);
    statement.bind(++index, row.status);
    statement.bind(++index, row.kind);
    statement.bind(++index, row.dataset);
    statement.bind(++index, row.datasetHash);
    statement.bind(++index, row.seed);
    statement.bind(++index, row.created);
    statement.bind(++index, row.ended);
    statement.bind(++index, row.parent);
    statement.bind(++index, row.spec);
    statement.bind(++index, row.ending);
    statement.bind(++index, row.lastStage);
    statement.bind(++index, row.lastStep);
    statement.bind(++index, row.facts);
    statement.bind(++index, digestOf(row));
    statement.bind(++index, row.id);
}

/// Sets stage and step of the fact that a row holds.
struct StageAndStep {
    EventRow& row;

    void operator()(const RunStarted&) const {}
    void operator()(const StageStarted& fact) const { row.stage = wordOf(fact.stage); }
    void operator()(const StepDone& fact) const { set(fact.stage, fact.step); }
    void operator()(const EpochDone& fact) const { set(fact.stage, fact.step); }
    void operator()(const AlignmentMeasured& fact) const { set(RunStage::Pretrain, fact.step); }
    void operator()(const CheckpointSaved& fact) const { set(fact.stage, fact.step); }
    void operator()(const LogLine&) const {}
    void operator()(const RunEnded&) const {}

    void set(RunStage stage, std::int64_t step) const {
        row.stage = wordOf(stage);
        row.step = step;
    }
};

} // namespace

std::string_view runColumns() {
    return kColumns;
}

Stored<RunRow> storedRun(SQLite::Statement& statement) {
    int index = 0;
    const auto text = [&] { return statement.getColumn(index++).getString(); };
    const auto number = [&] { return statement.getColumn(index++).getInt64(); };
    RunRow row;
    row.id = number();
    row.name = text();
    row.status = text();
    row.kind = text();
    row.dataset = text();
    row.datasetHash = text();
    row.seed = number();
    row.created = text();
    row.ended = text();
    row.parent = text();
    row.spec = text();
    row.ending = text();
    row.lastStage = text();
    row.lastStep = number();
    row.facts = number();
    return {std::move(row), number()};
}

bool isSound(const Stored<RunRow>& stored) {
    return stored.digest == digestOf(stored.row);
}

RunRow readRun(SQLite::Statement& statement) {
    Stored<RunRow> stored = storedRun(statement);
    if (!isSound(stored)) {
        throw StoredDamage(
            fmt::format("the entry of run {} does not match its checksum", stored.row.name));
    }
    return std::move(stored.row);
}

std::optional<RunRow> findRun(SQLite::Database& database, const std::string& name) {
    SQLite::Statement statement(database,
                                fmt::format("SELECT {} FROM runs WHERE name = ?", kColumns));
    statement.bind(1, name);
    if (!statement.executeStep()) {
        return std::nullopt;
    }
    return readRun(statement);
}

void insertRun(SQLite::Database& database, RunRow& row) {
    // The checksum covers the id, so the id is chosen before the row is written; the caller's
    // transaction keeps it free.
    row.id = database.execAndGet("SELECT ifnull(max(id), 0) + 1 FROM runs").getInt64();
    SQLite::Statement statement(
        database, "INSERT INTO runs (name, status, kind, dataset, dataset_hash, seed, created, "
                  "ended, parent, spec, ending, last_stage, last_step, facts, digest, id) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bindRun(statement, row);
    statement.exec();
}

void updateRun(SQLite::Database& database, const RunRow& row) {
    SQLite::Statement statement(
        database, "UPDATE runs SET name = ?, status = ?, kind = ?, dataset = ?, dataset_hash = ?, "
                  "seed = ?, created = ?, ended = ?, parent = ?, spec = ?, ending = ?, "
                  "last_stage = ?, last_step = ?, facts = ?, digest = ? WHERE id = ?");
    bindRun(statement, row);
    if (statement.exec() != 1) {
        throw StoredDamage(fmt::format("the entry of run {} is missing", row.name));
    }
}

EventRow makeEventRow(const RunEvent& event, std::int64_t seq) {
    EventRow row{.seq = seq,
                 .time = event.wallSeconds,
                 .kind = std::string(eventName(event.fact)),
                 .body = toJson(event)};
    std::visit(StageAndStep{row}, event.fact);
    return row;
}

bool repeats(const EventRow& row, const EventRow& fact) {
    return row.kind == fact.kind && row.stage == fact.stage && row.step == fact.step &&
           (row.time == fact.time || (std::isnan(row.time) && std::isnan(fact.time)));
}

void insertEvents(SQLite::Database& database, std::int64_t run, const std::vector<EventRow>& rows) {
    SQLite::Statement statement(
        database, "INSERT INTO events (run, seq, time, kind, stage, step, body, digest) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    for (EventRow row : rows) {
        row.run = run;
        statement.reset();
        statement.bind(1, row.run);
        statement.bind(2, row.seq);
        statement.bind(3, row.time);
        statement.bind(4, row.kind);
        statement.bind(5, row.stage);
        statement.bind(6, row.step);
        statement.bind(7, row.body);
        statement.bind(8, digestOf(row));
        statement.exec();
    }
}

std::string_view eventColumns() {
    return kEventColumns;
}

Stored<EventRow> storedEvent(SQLite::Statement& statement) {
    const SQLite::Column time = statement.getColumn(2);
    EventRow row{.run = statement.getColumn(0).getInt64(),
                 .seq = statement.getColumn(1).getInt64(),
                 .time =
                     time.isNull() ? std::numeric_limits<double>::quiet_NaN() : time.getDouble(),
                 .kind = statement.getColumn(3).getString(),
                 .stage = statement.getColumn(4).getString(),
                 .step = statement.getColumn(5).getInt64(),
                 .body = statement.getColumn(6).getString()};
    return {std::move(row), statement.getColumn(7).getInt64()};
}

bool isSound(const Stored<EventRow>& stored) {
    return stored.digest == digestOf(stored.row) || stored.digest == digestOf(stored.row.body);
}

EventRow readEventRow(SQLite::Statement& statement) {
    Stored<EventRow> stored = storedEvent(statement);
    if (!isSound(stored)) {
        throw StoredDamage(fmt::format("fact {} does not match its checksum", stored.row.seq));
    }
    return std::move(stored.row);
}

void rewriteEvent(SQLite::Database& database, const EventRow& row) {
    SQLite::Statement statement(database, "UPDATE events SET time = ?, kind = ?, stage = ?, "
                                          "step = ?, digest = ? WHERE run = ? AND seq = ?");
    statement.bind(1, row.time);
    statement.bind(2, row.kind);
    statement.bind(3, row.stage);
    statement.bind(4, row.step);
    statement.bind(5, digestOf(row));
    statement.bind(6, row.run);
    statement.bind(7, row.seq);
    statement.exec();
}

std::vector<EventRow> readEventRows(SQLite::Database& database, std::int64_t run) {
    SQLite::Statement statement(
        database, fmt::format("SELECT {} FROM events WHERE run = ? ORDER BY seq", kEventColumns));
    statement.bind(1, run);
    std::vector<EventRow> rows;
    while (statement.executeStep()) {
        rows.push_back(readEventRow(statement));
    }
    return rows;
}

RunKind storedKind(const RunRow& row) {
    const auto kind = choiceOf<RunKind>(row.kind);
    if (!kind) {
        throw StoredDamage(fmt::format("run {} is of an unknown kind '{}'", row.name, row.kind));
    }
    return *kind;
}

RunStatus storedStatus(const RunRow& row) {
    const auto status = choiceOf<RunStatus>(row.status);
    if (!status) {
        throw StoredDamage(fmt::format("run {} has an unknown status '{}'", row.name, row.status));
    }
    return *status;
}

std::optional<RunStage> storedStage(const RunRow& row) {
    if (row.lastStage.empty()) {
        return std::nullopt;
    }
    const auto stage = choiceOf<RunStage>(row.lastStage);
    if (!stage) {
        throw StoredDamage(
            fmt::format("run {} is in an unknown stage '{}'", row.name, row.lastStage));
    }
    return stage;
}

RunSpec storedSpec(const RunRow& row) {
    auto spec = readStoredRecipe(row.spec, "recipe");
    if (!spec) {
        throw StoredDamage(
            fmt::format("the recipe of run {}: {}", row.name, spec.problem().text()));
    }
    return std::move(*spec);
}

RunEnded storedEnding(const RunRow& row) {
    RunEnded end;
    if (!row.ending.empty()) {
        auto event = eventFromJson(row.ending);
        auto* stored = event ? std::get_if<RunEnded>(&event->fact) : nullptr;
        if (stored == nullptr) {
            throw StoredDamage(fmt::format("the ending of run {} cannot be read", row.name));
        }
        end = std::move(*stored);
    }
    end.status = storedStatus(row);
    return end;
}

RunEvent readEvent(SQLite::Statement& statement) {
    const EventRow row = readEventRow(statement);
    auto event = eventFromJson(row.body);
    if (!event) {
        throw StoredDamage(fmt::format("fact {}: {}", row.seq, event.problem().what));
    }
    return std::move(*event);
}

void markCrashed(SQLite::Database& database, RunRow& row) {
    row.status = wordOf(RunStatus::Crashed);
    row.ended = timeNow();
    RunEnded end{
        .status = RunStatus::Crashed,
        .reason = fmt::format("the program ended in the middle of the run; noticed {}", row.ended)};
    SQLite::Statement last(database,
                           "SELECT ifnull(time, 0) FROM events WHERE run = ? ORDER BY seq DESC "
                           "LIMIT 1");
    last.bind(1, row.id);
    if (last.executeStep()) {
        end.seconds = last.getColumn(0).getDouble();
    }
    row.ending = toJson(RunEvent{.wallSeconds = end.seconds, .fact = end});
    updateRun(database, row);
}

std::string timeNow() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

} // namespace flip
