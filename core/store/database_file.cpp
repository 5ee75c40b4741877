#include "core/store/database_file.h"

#include "core/base/files.h"
#include "core/store/database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <system_error>

namespace flip {

namespace {

namespace fs = std::filesystem;

// The header of the SQLite file format, section 1.3; its numbers are big-endian.
constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kPageSizeAt = 16;
constexpr std::size_t kWriteVersionAt = 18;
constexpr std::size_t kReadVersionAt = 19;
constexpr std::size_t kChangesAt = 24;
constexpr std::size_t kPagesAt = 28;
constexpr std::size_t kValidForAt = 92;

/// A header number that is the same in every file that this program writes.
struct Constant {
    std::size_t at;
    std::uint32_t value;
    const char* name;
};

constexpr std::array kConstants{
    Constant{44, 4, "schema format"},      Constant{48, 0, "suggested cache size"},
    Constant{52, 0, "largest root page"},  Constant{56, 1, "text encoding"},
    Constant{64, 0, "incremental vacuum"}, Constant{68, 0, "application"},
    Constant{72, 0, "reserved space"},     Constant{76, 0, "reserved space"},
    Constant{80, 0, "reserved space"},     Constant{84, 0, "reserved space"},
    Constant{88, 0, "reserved space"}};

/// The first bytes of the file; empty if it has no page yet.
std::string headerOf(const fs::path& file) {
    std::string header(kHeaderBytes, '\0');
    std::ifstream stream(file, std::ios::binary);
    stream.read(header.data(), static_cast<std::streamsize>(header.size()));
    return stream ? header : std::string();
}

std::uint32_t numberAt(std::string_view header, std::size_t at, std::size_t bytes = 4) {
    std::uint32_t number = 0;
    for (const char byte : header.substr(at, bytes)) {
        number = number << 8 | static_cast<unsigned char>(byte);
    }
    return number;
}

/// Whether the file is complete, with no changes in a log beside it.
bool isWhole(const fs::path& file) {
    std::error_code error;
    const auto logBytes = fs::file_size(file.string() + "-wal", error);
    return error || logBytes == 0;
}

std::vector<std::string> checkHeader(const fs::path& file) {
    const std::string header = headerOf(file);
    std::vector<std::string> damage;
    if (header.empty()) {
        return damage;
    }
    // Both are written with the first table.
    const bool isNew = numberAt(header, 44) == 0 && numberAt(header, 56) == 0;
    for (const Constant& constant : kConstants) {
        const auto found = numberAt(header, constant.at);
        if (found != constant.value && !isNew) {
            damage.push_back(fmt::format("the header's number at byte {} ({}) is {}, not {}",
                                         constant.at, constant.name, found, constant.value));
        }
    }
    if (header[kWriteVersionAt] != header[kReadVersionAt]) {
        damage.push_back(fmt::format("the header's bytes {} and {} contradict each other",
                                     kWriteVersionAt, kReadVersionAt));
    }
    if (numberAt(header, kChangesAt) != numberAt(header, kValidForAt)) {
        damage.push_back(fmt::format("the header's numbers at bytes {} and {} contradict each "
                                     "other",
                                     kChangesAt, kValidForAt));
    }
    const std::uint32_t stated = numberAt(header, kPageSizeAt, 2);
    const std::uintmax_t pageSize = stated == 1 ? 65536 : stated; // as the format encodes it
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(file, error);
    if (isWhole(file) && !error && numberAt(header, kPagesAt) * pageSize != bytes) {
        damage.push_back(fmt::format("it has {} bytes, but its header states {} pages of {} bytes",
                                     bytes, numberAt(header, kPagesAt), pageSize));
    }
    return damage;
}

/// A result of SQLite on one line, without the heading that names the database.
std::string oneLine(std::string text) {
    constexpr std::string_view kOpening = "*** in database main ***\n";
    if (text.starts_with(kOpening)) {
        text.erase(0, kOpening.size());
    }
    std::ranges::replace(text, '\n', ' ');
    return text;
}

bool isAboutIndex(std::string_view line) {
    return line.find("missing from index") != std::string_view::npos ||
           line.find("entries in index") != std::string_view::npos ||
           line.find("entry in index") != std::string_view::npos;
}

void checkPages(SQLite::Database& database, FileDamage& damage) {
    SQLite::Statement statement(database, "PRAGMA integrity_check(100)");
    while (statement.executeStep()) {
        const std::string line = oneLine(statement.getColumn(0).getString());
        if (line != "ok") {
            (isAboutIndex(line) ? damage.indices : damage.pages).push_back(line);
        }
    }
}

/// Compares the tables with those of the version that the file states.
void checkTables(SQLite::Database& database, FileDamage& damage) {
    const std::int64_t stated = statedVersion(database);
    const std::vector<std::string> tables = tablesOf(database);
    if (stated >= 0 && stated <= newestVersion() && tables == tablesOfVersion(stated)) {
        // They are numbered without gaps; SQLite uses the numbers only for their order.
        const auto last = database.execAndGet("SELECT ifnull(max(rowid), 0) FROM sqlite_schema");
        if (last.getInt64() != static_cast<std::int64_t>(tables.size())) {
            damage.pages.push_back("the numbering of its tables has a gap");
        }
        return;
    }
    for (std::int64_t version = 1; version <= newestVersion(); ++version) {
        if (tables == tablesOfVersion(version)) {
            damage.version = version;
            damage.tables.push_back(fmt::format(
                "it states version {}, but its tables are those of version {}", stated, version));
            return;
        }
    }
    if (stated > newestVersion()) {
        damage.isOfNewerProgram = true;
        return;
    }
    damage.tables.push_back("its tables are not those of version " + std::to_string(stated));
}

/// Runs one of the checks; an exception counts as damage too.
template <class Check>
void note(std::vector<std::string>& damage, Check&& check) {
    try {
        check();
    } catch (const SQLite::Exception& error) {
        damage.emplace_back(error.what());
    }
}

} // namespace

bool FileDamage::empty() const {
    return pages.empty() && indices.empty() && header.empty() && tables.empty();
}

FileDamage checkDatabaseFile(SQLite::Database& database, const fs::path& file) {
    FileDamage damage;
    damage.header = checkHeader(file);
    note(damage.pages, [&] { checkPages(database, damage); });
    note(damage.tables, [&] { checkTables(database, damage); });
    return damage;
}

} // namespace flip
