#pragma once

#include "core/base/result.h"
#include "core/spec/run_event.h"
#include "core/spec/run_spec.h"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace SQLite {
class Database;
class Statement;
} // namespace SQLite

namespace flip {

// For the store only: rows of flip.db as values. Functions that take a database throw
// SQLite::Exception, and StoredDamage if a row does not match its checksum; see
// catchDatabaseErrors().

/// A row that does not match its checksum or cannot be interpreted.
struct StoredDamage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// One row of `runs`, member by column.
struct RunRow {
    std::int64_t id = 0;
    std::string name;
    std::string status;
    std::string kind;
    std::string dataset;
    std::string datasetHash;
    std::int64_t seed = 0;
    std::string created; // ISO 8601, UTC
    std::string ended;   // the same; empty while the run is live
    std::string parent;
    std::string spec;   // TOML
    std::string ending; // RunEnded as JSON; empty while the run is live
    std::string lastStage;
    std::int64_t lastStep = 0;
    std::int64_t facts = 0; // number of the last fact ever stored
};

/// All columns in the order that readRun() expects: "SELECT <columns> FROM runs ...".
std::string_view runColumns();

RunRow readRun(SQLite::Statement& statement);

/// A row as stored, with its stored checksum.
template <class Row>
struct Stored {
    Row row;
    std::int64_t digest = 0;
};

/// The same without checking the checksum.
Stored<RunRow> storedRun(SQLite::Statement& statement);

/// Whether the row matches its checksum.
bool isSound(const Stored<RunRow>& stored);
std::optional<RunRow> findRun(SQLite::Database& database, const std::string& name);

/// Inserts a new row and sets its id.
void insertRun(SQLite::Database& database, RunRow& row);

/// Rewrites the row of this id.
void updateRun(SQLite::Database& database, const RunRow& row);

/// A fact ready to be stored: one row of `events` without its checksum.
struct EventRow {
    std::int64_t run = 0; // set by insertEvents()
    std::int64_t seq = 0;
    double time = 0; // NaN if the store has none
    std::string kind;
    std::string stage; // empty for facts that belong to no stage
    std::int64_t step = 0;
    std::string body;
};

EventRow makeEventRow(const RunEvent& event, std::int64_t seq);

/// Whether kind, stage, step and time of a stored row equal those made from its fact.
bool repeats(const EventRow& row, const EventRow& fact);

void insertEvents(SQLite::Database& database, std::int64_t run, const std::vector<EventRow>& rows);

/// All columns in the order that readEventRow() expects: "SELECT <columns> FROM events ...".
std::string_view eventColumns();

EventRow readEventRow(SQLite::Statement& statement);

/// The same without checking the checksum.
Stored<EventRow> storedEvent(SQLite::Statement& statement);

/// Whether the row matches its checksum, which covers all columns or, in rows of the first two
/// versions of the tables, only the body.
bool isSound(const Stored<EventRow>& stored);

/// Rewrites kind, stage, step, time and checksum of this stored row.
void rewriteEvent(SQLite::Database& database, const EventRow& row);

/// Everything that the store holds about one run.
struct RunRecord {
    RunRow row;
    std::vector<EventRow> events;
};

/// The facts of a run, in order.
std::vector<EventRow> readEventRows(SQLite::Database& database, std::int64_t run);

/// Kind and status of a run; a word that this version does not know throws StoredDamage.
RunKind storedKind(const RunRow& row);
RunStatus storedStatus(const RunRow& row);

/// The stage of the last step; nothing before the first one.
std::optional<RunStage> storedStage(const RunRow& row);

/// The recipe that a run was stored with.
RunSpec storedSpec(const RunRow& row);

/// How a run ended; a live run has only a status.
RunEnded storedEnding(const RunRow& row);

/// The parsed fact of the row that readEventRow() reads.
RunEvent readEvent(SQLite::Statement& statement);

/// Marks a run without a process as crashed, in the store and in `row`: status, time and ending.
void markCrashed(SQLite::Database& database, RunRow& row);

/// Now, in UTC, as ISO 8601.
std::string timeNow();

} // namespace flip
