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

// For the store only: flip.db as an SQLite file, below the level of rows. Functions that take a
// database throw SQLite::Exception.

/// What is damaged in the file.
struct FileDamage {
    std::vector<std::string> pages;      // pages that are lost, used twice or out of order
    std::vector<std::string> indices;    // index entries that contradict their rows
    std::vector<std::string> header;     // header numbers that SQLite itself does not check
    std::vector<std::string> tables;     // tables and indices that differ from those of its version
    std::optional<std::int64_t> version; // the actual version of its tables, if it states another
                                         // one

    bool empty() const;
    bool isOfNewerProgram = false; // states a version that is unknown here: its rows cannot be
                                   // checked
};

/// Reads all pages. Some bytes have no meaning and cannot be checked: free space within pages, free
/// pages, and two numbers of the header (how often the tables were changed, which SQLite wrote
/// last).
FileDamage checkDatabaseFile(SQLite::Database& database, const std::filesystem::path& file);

} // namespace flip
