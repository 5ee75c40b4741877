#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace flip {

// Inside the store only: flip.db as a file of SQLite's, below its rows. Functions that take a
// database throw SQLite::Exception.

/// What of the file is damaged.
struct FileDamage {
    std::vector<std::string> pages;      // its pages: lost, used twice, out of order
    std::vector<std::string> indices;    // entries of indices that contradict their rows
    std::vector<std::string> header;     // numbers at its beginning that SQLite itself passes over
    std::vector<std::string> tables;     // other tables and indices than its version has
    std::optional<std::int64_t> version; // the version that its tables are of, where it states
                                         // another one

    bool empty() const;
    bool isOfNewerProgram = false; // states a version not known here: its rows cannot be checked
};

/// Reads all pages. Nothing in the file tells whether these bytes are what was written: free space
/// within pages, free pages, two numbers of the header (how often the tables were changed, which
/// SQLite wrote last); nothing is read from them either.
FileDamage checkDatabaseFile(SQLite::Database& database, const std::filesystem::path& file);

} // namespace flip
