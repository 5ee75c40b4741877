#include "core/store/database.h"

#include "core/base/embedded.h"
#include "core/store/run_rows.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <cstring>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace flip {

namespace {

constexpr int kBusyMilliseconds = 5000;

/// The numbered migrations, first to last.
std::vector<std::string> migrations() {
    std::vector<std::string> steps;
    for (;;) {
        const std::string path = fmt::format("migrations/{:04}.sql", steps.size() + 1);
        const std::string_view sql = embeddedFile(path);
        if (sql.empty()) {
            return steps;
        }
        steps.emplace_back(sql);
    }
}

/// If two programs open a new file at once, both try to switch its journal; SQLite then fails the
/// later one at once, without its usual waiting.
void switchToWriteAheadLog(SQLite::Database& database) {
    for (int attempt = 0;; ++attempt) {
        try {
            database.exec("PRAGMA journal_mode = WAL");
            return;
        } catch (const SQLite::Exception& error) {
            constexpr int kAttempts = 100;
            if (error.getErrorCode() != SQLITE_BUSY || attempt == kAttempts) {
                throw;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
}

Result<void> migrate(SQLite::Database& database, const std::filesystem::path& file) {
    const std::vector<std::string> steps = migrations();
    const auto known = static_cast<std::int64_t>(steps.size());
    const auto newer = [&](std::int64_t version) {
        return Problem{fmt::format("was written by a newer version of this program (schema {}, "
                                   "known here: {}); update the program",
                                   version, known),
                       file.string()};
    };
    if (const auto version = statedVersion(database); version == known) {
        return {};
    } else if (version > known) {
        return newer(version);
    }
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    // Another program may have migrated the file while this one waited for the lock.
    const auto version = statedVersion(database);
    if (version > known) {
        return newer(version);
    }
    for (auto step = version; step < known; ++step) {
        database.exec(steps[static_cast<std::size_t>(step)]);
    }
    database.exec(fmt::format("PRAGMA user_version = {}", known));
    transaction.commit();
    return {};
}

std::filesystem::path logFileOf(const std::filesystem::path& file) {
    return file.string() + "-wal";
}

/// The file's name as an SQLite URI.
std::string uriOf(const std::filesystem::path& file) {
    std::string uri = "file:";
    for (const char c : file.string()) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || std::strchr("/._-", c) != nullptr;
        uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return uri;
}

/// Copies the file and makes the copy writable for its owner, even if the original is not.
Result<void> copyFile(const std::filesystem::path& file, const std::filesystem::path& copy) {
    std::error_code error;
    std::filesystem::copy_file(file, copy, error);
    if (!error) {
        std::filesystem::permissions(copy, std::filesystem::perms::owner_write,
                                     std::filesystem::perm_options::add, error);
    }
    if (error) {
        return Problem{"cannot be copied to " + copy.parent_path().string() + ": " +
                           error.message() + "; free space there or set TMPDIR",
                       file.string(), /*systemError=*/true};
    }
    return {};
}

/// A temporary folder with a copy of the file and of its write-ahead log.
Result<WorkFolder> copyOf(const std::filesystem::path& file) {
    std::error_code error;
    auto folder = WorkFolder::make(std::filesystem::temp_directory_path(error), "flip-read-");
    if (!folder) {
        return folder.problem();
    }
    // The folder for temporary files is shared, but the workspace may be private.
    std::filesystem::permissions(folder->path(), std::filesystem::perms::owner_all, error);
    const std::filesystem::path copy = folder->path() / file.filename();
    if (auto copied = copyFile(file, copy); !copied) {
        return copied.problem();
    }
    if (const auto log = logFileOf(file); std::filesystem::exists(log, error)) {
        if (auto copied = copyFile(log, logFileOf(copy)); !copied) {
            return copied.problem();
        }
    }
    return folder;
}

/// A migrated copy of the file, with the changes in its log.
Result<ReadDatabase> openCopy(const std::filesystem::path& file) {
    auto folder = copyOf(file);
    if (!folder) {
        return folder.problem();
    }
    auto database = openDatabase(folder->path() / file.filename());
    if (!database) {
        return Problem{database.problem().what, file.string(), database.problem().systemError};
    }
    return ReadDatabase{std::move(*folder), std::move(*database)};
}

/// Opens the file with its write-ahead log, beside any writers. Null if the log or its index cannot
/// be read, or is missing, since SQLite would create it.
std::unique_ptr<SQLite::Database> openWithLog(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(logFileOf(file), ignored) ||
        !std::filesystem::exists(file.string() + "-shm", ignored)) {
        return nullptr;
    }
    try {
        auto database = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READONLY,
                                                           kBusyMilliseconds);
        static_cast<void>(statedVersion(*database)); // opening alone reads nothing
        return database;
    } catch (const SQLite::Exception&) {
        return nullptr;
    }
}

/// Opens the file without its log.
std::unique_ptr<SQLite::Database> openWithoutLog(const std::filesystem::path& file) {
    // Immutable: otherwise SQLite creates files for the log beside it even for reading.
    return std::make_unique<SQLite::Database>(uriOf(file) + "?immutable=1",
                                              SQLite::OPEN_READONLY | SQLite::OPEN_URI);
}

std::string meaning(int code) {
    switch (code) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return "is damaged ({}); restore a backup of it, or move it away to start with an empty "
               "one";
    case SQLITE_FULL:
    case SQLITE_IOERR:
        return "cannot be read or written ({}); check the disk and its free space";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "is locked by another program ({}); wait until it ends";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
        return "cannot be opened for writing ({}); check the permissions of the file and its "
               "folder";
    default:
        return "cannot be used ({}); run 'flip doctor'";
    }
}

} // namespace

Result<std::unique_ptr<SQLite::Database>> openDatabase(const std::filesystem::path& file) {
    using Opened = Result<std::unique_ptr<SQLite::Database>>;
    return catchDatabaseErrors(file, [&]() -> Opened {
        auto database = std::make_unique<SQLite::Database>(
            file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMilliseconds);
        switchToWriteAheadLog(*database);
        // A commit survives a crash of the program; only a power failure may lose the last ones.
        database->exec("PRAGMA synchronous = NORMAL");
        database->exec("PRAGMA foreign_keys = ON");
        if (auto migrated = migrate(*database, file); !migrated) {
            return migrated.problem();
        }
        return database;
    });
}

Result<ReadDatabase> openDatabaseToRead(const std::filesystem::path& file) {
    using Opened = Result<ReadDatabase>;
    return catchDatabaseErrors(file, [&]() -> Opened {
        std::error_code ignored;
        if (!std::filesystem::exists(file, ignored)) {
            auto empty = std::make_unique<SQLite::Database>(":memory:", SQLite::OPEN_READWRITE |
                                                                            SQLite::OPEN_CREATE);
            if (auto migrated = migrate(*empty, file); !migrated) {
                return migrated.problem();
            }
            return ReadDatabase{std::nullopt, std::move(empty)};
        }
        auto opened = openDatabaseAsItIs(file);
        if (!opened) {
            return opened;
        }
        if (statedVersion(*opened->database) < newestVersion()) {
            return openCopy(file);
        }
        if (auto fits = migrate(*opened->database, file); !fits) {
            return fits.problem(); // a newer version
        }
        return opened;
    });
}

Result<ReadDatabase> openDatabaseAsItIs(const std::filesystem::path& file) {
    using Opened = Result<ReadDatabase>;
    return catchDatabaseErrors(file, [&]() -> Opened {
        std::error_code error;
        const auto logBytes = std::filesystem::file_size(logFileOf(file), error);
        if (auto database = openWithLog(file)) {
            return ReadDatabase{std::nullopt, std::move(database)};
        }
        if (error || logBytes == 0) {
            return ReadDatabase{std::nullopt, openWithoutLog(file)};
        }
        auto folder = copyOf(file);
        if (!folder) {
            return folder.problem();
        }
        auto database = std::make_unique<SQLite::Database>(
            (folder->path() / file.filename()).string(), SQLite::OPEN_READWRITE, kBusyMilliseconds);
        return ReadDatabase{std::move(*folder), std::move(database)};
    });
}

std::int64_t statedVersion(SQLite::Database& database) {
    return database.execAndGet("PRAGMA user_version").getInt64();
}

std::int64_t newestVersion() {
    return static_cast<std::int64_t>(migrations().size());
}

std::vector<std::string> tablesOf(SQLite::Database& database) {
    // With the types, since the text of a damaged row may come back as bytes.
    SQLite::Statement statement(
        database, "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || ifnull(sql, '') || ' ' "
                  "|| typeof(type) || typeof(name) || typeof(tbl_name) || typeof(sql) "
                  "FROM sqlite_schema ORDER BY type, name");
    std::vector<std::string> tables;
    while (statement.executeStep()) {
        tables.push_back(statement.getColumn(0).getString());
    }
    return tables;
}

std::vector<std::string> tablesOfVersion(std::int64_t version) {
    SQLite::Database empty(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    const std::vector<std::string> steps = migrations();
    for (std::size_t step = 0; step < steps.size() && std::cmp_less(step, version); ++step) {
        empty.exec(steps[step]);
    }
    return tablesOf(empty);
}

Problem databaseProblem(const std::filesystem::path& file) {
    const auto problem = [&](int code, const char* what) {
        const bool systemError = code == SQLITE_FULL || code == SQLITE_IOERR;
        return Problem{fmt::format(fmt::runtime(meaning(code)), what), file.string(), systemError};
    };
    try {
        throw;
    } catch (const SQLite::Exception& error) {
        return problem(error.getErrorCode(), error.what());
    } catch (const StoredDamage& error) {
        return problem(SQLITE_CORRUPT, error.what());
    } catch (const std::exception& error) {
        return problem(SQLITE_ERROR, error.what());
    }
}

} // namespace flip
