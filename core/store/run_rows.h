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

// Inside the store only: rows of flip.db as values. Functions that take a database throw
// SQLite::Exception, and StoredDamage where a row contradicts its checksum; see guarded().

/// A row that no longer is what was written.
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
    std::string ended;   // the same; empty while the run lives
    std::string parent;
    std::string spec;   // TOML
    std::string ending; // RunEnded as JSON; empty while the run lives
    std::string lastStage;
    std::int64_t lastStep = 0;
    std::int64_t facts = 0; // number of the last fact ever stored
};

/// All columns in the order that readRun() expects: "SELECT <columns> FROM runs ...".
std::string_view runColumns();

RunRow readRun(SQLite::Statement& statement);

/// A row as it stands on the disk, with the checksum that stands beside it.
template <class Row>
struct Stored {
    Row row;
    std::int64_t digest = 0;
};

/// The same without comparing.
Stored<RunRow> storedRun(SQLite::Statement& statement);

/// Whether the row is what was written.
bool isSound(const Stored<RunRow>& stored);
std::optional<RunRow> findRun(SQLite::Database& database, const std::string& name);

/// Enters a new row and sets its id.
void insertRun(SQLite::Database& database, RunRow& row);

/// Rewrites the row of this id.
void updateRun(SQLite::Database& database, const RunRow& row);

/// A fact ready to be stored: one row of `events` without its checksum.
struct EventRow {
    std::int64_t run = 0; // set by insertEvents()
    std::int64_t seq = 0;
    double time = 0; // not a number where the store has none
    std::string kind;
    std::string stage; // of a fact that has a place in training, else empty
    std::int64_t step = 0;
    std::string body;
};

EventRow makeEventRow(const RunEvent& event, std::int64_t seq);

/// Whether the columns of a row are those of the fact that it was made of, told anew.
bool repeats(const EventRow& row, const EventRow& fact);

void insertEvents(SQLite::Database& database, std::int64_t run, const std::vector<EventRow>& rows);

/// All columns in the order that readEventRow() expects: "SELECT <columns> FROM events ...".
std::string_view eventColumns();

EventRow readEventRow(SQLite::Statement& statement);

/// The same without comparing.
Stored<EventRow> storedEvent(SQLite::Statement& statement);

/// Whether the row is what was written. The checksum covers all columns; in rows of the first two
/// versions of the tables the body alone.
bool isSound(const Stored<EventRow>& stored);

/// Writes kind, stage, step and time of this row of the store anew, with its checksum.
void rewriteEvent(SQLite::Database& database, const EventRow& row);

/// Everything the store holds of one run, as it was written.
struct RunRecord {
    RunRow row;
    std::vector<EventRow> events;
};

/// The facts of a run, in order.
std::vector<EventRow> readEventRows(SQLite::Database& database, std::int64_t run);

/// What a run was stored as, and how it stands; a word that this version does not know is damage.
RunKind storedKind(const RunRow& row);
RunStatus storedStatus(const RunRow& row);

/// The stage of the last step; nothing where there is none.
std::optional<RunStage> storedStage(const RunRow& row);

/// The spec that a run was stored with.
RunSpec storedSpec(const RunRow& row);

/// How a run ended; of a live one only the status.
RunEnded storedEnding(const RunRow& row);

/// The fact of a row, which readEventRow() reads.
RunEvent readEvent(SQLite::Statement& statement);

/// Marks a run whose process is gone, in place: status, moment, and an ending that says so.
void markCrashed(SQLite::Database& database, RunRow& row);

/// Now, in UTC, as ISO 8601.
std::string timeNow();

} // namespace flip
