#include "core/store/run_archive.h"
#include "core/store/checkpoint_files.h"

#include "core/base/files.h"
#include "core/base/hashing.h"
#include "core/base/name.h"
#include "core/base/work_folder.h"
#include "core/data/dataset.h"
#include "core/data/records/archive_bytes.h"
#include "core/store/database.h"
#include "core/store/run_rows.h"
#include "core/store/trash_parts.h"
#include "core/store/zip_writer.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace flip {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr const char* kFormat = "flip-run";
constexpr const char* kManifest = "run.json";
constexpr const char* kFacts = "facts.tsv";
constexpr const char* kFiles = "files/";

/// The text columns of a row, by their keys in the manifest.
constexpr std::array<std::pair<const char*, std::string RunRow::*>, 11> kTexts{{
    {"name", &RunRow::name},
    {"status", &RunRow::status},
    {"kind", &RunRow::kind},
    {"dataset", &RunRow::dataset},
    {"dataset_hash", &RunRow::datasetHash},
    {"created", &RunRow::created},
    {"ended", &RunRow::ended},
    {"parent", &RunRow::parent},
    {"spec", &RunRow::spec},
    {"ending", &RunRow::ending},
    {"last_stage", &RunRow::lastStage},
}};

/// The integer columns of a row, likewise.
constexpr std::array<std::pair<const char*, std::int64_t RunRow::*>, 3> kNumbers{{
    {"seed", &RunRow::seed},
    {"last_step", &RunRow::lastStep},
    {"facts", &RunRow::facts},
}};

/// One file of the archive.
struct Content {
    std::string name; // within the run's folder
    std::uintmax_t bytes = 0;
    std::string hash;
};

/// The content of the archive's run.json.
struct Manifest {
    RunRow row;
    std::string factsHash;
    std::vector<Content> files;
};

Json toJson(const Manifest& manifest) {
    Json run;
    for (const auto& [key, member] : kTexts) {
        run[key] = manifest.row.*member;
    }
    for (const auto& [key, member] : kNumbers) {
        run[key] = manifest.row.*member;
    }
    Json files = Json::array();
    for (const Content& file : manifest.files) {
        files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"hash", file.hash}});
    }
    return {{"format", kFormat},
            {"version", kVersion},
            {"run", std::move(run)},
            {"facts_hash", manifest.factsHash},
            {"files", std::move(files)}};
}

std::string textOf(const Manifest& manifest) {
    return toJson(manifest).dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// The files of a run's folder, without its lock and half-written files.
std::vector<fs::path> filesOf(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code ignored;
        const fs::path& path = entry->path();
        const bool halfWritten = path.stem().extension() == ".safetensors";
        if (entry->is_regular_file(ignored) && path != folder / kRunLock && !halfWritten) {
            files.push_back(path.lexically_relative(folder));
        }
    }
    std::ranges::sort(files);
    return files;
}

std::string factsAsText(const std::vector<EventRow>& events) {
    std::string text;
    for (const EventRow& event : events) {
        text += fmt::format("{}\t{}\n", event.seq, event.body);
    }
    return text;
}

/// Whether a file of this name stays inside the folder that it is unpacked into.
bool isInside(const std::string& name) {
    const fs::path path(name);
    return !name.empty() && path.is_relative() && name != kRunLock &&
           name.find('\0') == std::string::npos && path.has_filename() &&
           std::ranges::none_of(path,
                                [](const fs::path& part) { return part == ".." || part == "."; });
}

/// An archive being imported; its Problems name its file.
class ArchiveReader {
public:
    explicit ArchiveReader(fs::path file) : file_(std::move(file)) {}

    Problem refuse(const std::string& what) const { return {what, file_.string()}; }

    Problem damaged(const std::string& what) const {
        return refuse(what + "; export the run again");
    }

    Result<Manifest> readManifest() const {
        const auto text = textOf(kManifest);
        if (!text) {
            return text.problem();
        }
        const Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
        if (!json.is_object() || json.value("format", Json()) != kFormat ||
            !json.value("version", Json()).is_number_integer()) {
            return refuse("was not written by 'flip runs export RUN --zip'");
        }
        if (json["version"].get<std::int64_t>() > kVersion) {
            return refuse("was written by a newer version of this program; update the program");
        }
        Manifest manifest;
        if (!readRow(json.value("run", Json()), manifest.row) ||
            !readText(json, "facts_hash", manifest.factsHash) ||
            !readFiles(json.value("files", Json()), manifest.files)) {
            return damaged("its run.json is incomplete");
        }
        return manifest;
    }

    /// Reads the facts; refuses any that this program cannot parse.
    Result<std::vector<EventRow>> readFacts(const Manifest& manifest) const {
        const auto text = textOf(kFacts);
        if (!text) {
            return text.problem();
        }
        if (contentHash(*text) != manifest.factsHash) {
            return damaged("its facts do not match their hash");
        }
        std::vector<EventRow> events;
        for (std::size_t begin = 0; begin < text->size();) {
            const std::size_t end = std::min(text->find('\n', begin), text->size());
            const std::string_view line = std::string_view(*text).substr(begin, end - begin);
            const std::size_t tab = line.find('\t');
            std::int64_t seq = 0;
            const auto number = std::from_chars(line.data(), line.data() + line.size(), seq);
            const auto event = tab == std::string_view::npos || number.ec != std::errc()
                                   ? Result<RunEvent>(Problem{"no number", ""})
                                   : eventFromJson(line.substr(tab + 1));
            if (!event || (!events.empty() && events.back().seq >= seq) ||
                seq > manifest.row.facts) {
                return damaged(fmt::format("its fact {} cannot be read", events.size() + 1));
            }
            events.push_back(makeEventRow(*event, seq));
            events.back().body = line.substr(tab + 1);
            begin = end + 1;
        }
        return events;
    }

    /// Unpacks a file of the run and checks it against its hash.
    Result<void> unpack(const Content& content, const fs::path& target) const {
        if (auto made = makeFolder(target.parent_path()); !made) {
            return made;
        }
        auto source = openZipMember(file_, kFiles + content.name, shownAs(content.name));
        if (!source) {
            return source.problem();
        }
        std::ofstream out(target, std::ios::binary);
        ContentHasher hasher;
        std::uintmax_t bytes = 0;
        std::string block(std::size_t{1} << 20, '\0');
        for (;;) {
            const auto count = (*source)->read(block.data(), block.size());
            if (!count) {
                return count.problem();
            }
            bytes += *count;
            if (*count == 0 || bytes > content.bytes) {
                break;
            }
            hasher.add({block.data(), *count});
            out.write(block.data(), static_cast<std::streamsize>(*count));
        }
        out.close();
        if (!out) {
            return Problem{"cannot be written; check the disk and its free space", target.string(),
                           /*systemError=*/true};
        }
        if (bytes != content.bytes || hasher.digest() != content.hash) {
            return damaged(content.name + " does not match its hash");
        }
        return flushToDisk(target);
    }

private:
    std::string shownAs(const std::string& member) const { return file_.string() + ":" + member; }

    Result<std::string> textOf(const char* member) const {
        const auto members = listZip(file_, file_.string());
        if (!members) {
            return members.problem();
        }
        if (std::ranges::find(*members, member, &ArchiveMember::name) == members->end()) {
            return refuse("was not written by 'flip runs export RUN --zip'");
        }
        auto source = openZipMember(file_, member, shownAs(member));
        if (!source) {
            return source.problem();
        }
        std::string text;
        std::string block(std::size_t{1} << 20, '\0');
        for (;;) {
            const auto count = (*source)->read(block.data(), block.size());
            if (!count) {
                return count.problem();
            }
            if (*count == 0) {
                return text;
            }
            text.append(block, 0, *count);
        }
    }

    static bool readText(const Json& json, const char* key, std::string& out) {
        const auto found = json.find(key);
        if (found == json.end() || !found->is_string()) {
            return false;
        }
        out = found->get<std::string>();
        return true;
    }

    static bool readRow(const Json& json, RunRow& row) {
        return json.is_object() &&
               std::ranges::all_of(kTexts,
                                   [&](const auto& text) {
                                       return readText(json, text.first, row.*text.second);
                                   }) &&
               std::ranges::all_of(kNumbers, [&](const auto& number) {
                   const auto found = json.find(number.first);
                   const bool isNumber = found != json.end() && found->is_number_integer();
                   row.*number.second = isNumber ? found->template get<std::int64_t>() : 0;
                   return isNumber;
               });
    }

    static bool readFiles(const Json& json, std::vector<Content>& files) {
        for (const Json& entry : json.is_array() ? json : Json::array()) {
            Content content;
            if (!entry.is_object() || !readText(entry, "name", content.name) ||
                !readText(entry, "hash", content.hash) ||
                !entry.value("bytes", Json()).is_number_unsigned() || !isInside(content.name)) {
                return false;
            }
            content.bytes = entry["bytes"].get<std::uintmax_t>();
            files.push_back(std::move(content));
        }
        return json.is_array();
    }

    fs::path file_;
};

/// Whether `runs list` will be able to show this row.
Result<void> checkRow(const RunRow& row, const ArchiveReader& archive) {
    const auto status = choiceOf<RunStatus>(row.status);
    if (!status || *status == RunStatus::Running) {
        return archive.damaged("its run has the status '" + row.status +
                               "', which no ended run has");
    }
    try {
        static_cast<void>(storedKind(row));
        static_cast<void>(storedStage(row));
        static_cast<void>(storedSpec(row));
        static_cast<void>(storedEnding(row));
    } catch (const StoredDamage& damage) {
        return archive.refuse(std::string("cannot be read by this version of the program: ") +
                              damage.what());
    }
    return {};
}

/// Inserts the run marked as being purged, so that after a kill in the middle of the import the
/// next program that writes the store removes it.
Result<void> insertAsPurging(SQLite::Database& database, const Workspace& workspace, RunRow& row,
                             const std::vector<EventRow>& events) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    if (const auto taken = findRun(database, row.name)) {
        return Problem{
            "a run of this name is " +
                std::string(isInTrash(database, taken->id) ? "in the trash" : "stored already") +
                "; choose another one with --name",
            row.name};
    }
    std::error_code ignored;
    if (fs::exists(workspace.checkpoints(row.name), ignored)) {
        return Problem{"holds files of a run that is not stored; move the folder away or choose "
                       "another name with --name",
                       workspace.checkpoints(row.name).string()};
    }
    insertRun(database, row);
    insertEvents(database, row.id, events);
    markDeleted(database, row.id, /*purging=*/true);
    transaction.commit();
    return {};
}

void execute(SQLite::Database& database, const char* sql, std::int64_t run) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement statement(database, sql);
    statement.bind(1, run);
    statement.exec();
    transaction.commit();
}

/// Stores the row and moves the files into place.
Result<void> publish(const Workspace& workspace, const fs::path& files, RunRow& row,
                     const std::vector<EventRow>& events) {
    const auto lock = lockTrash(workspace);
    if (!lock) {
        return lock.problem();
    }
    const auto database = openDatabase(workspace.database());
    if (!database) {
        return database.problem();
    }
    return catchDatabaseErrors(workspace.database(), [&]() -> Result<void> {
        if (auto entered = insertAsPurging(**database, workspace, row, events); !entered) {
            return entered;
        }
        const fs::path target = workspace.checkpoints(row.name);
        if (std::rename(files.c_str(), target.c_str()) != 0) {
            const std::error_code error(errno, std::generic_category());
            execute(**database, "DELETE FROM runs WHERE id = ?", row.id);
            return Problem{"the run's files cannot be moved there: " + error.message(),
                           target.string()};
        }
        static_cast<void>(flushToDisk(target.parent_path()));
        execute(**database, "DELETE FROM trash WHERE run = ?", row.id);
        return {};
    });
}

} // namespace

Result<std::uintmax_t> exportRun(const Workspace& workspace, RunStore& store,
                                 const std::string& run, const fs::path& file) {
    // Looked up first, since that marks a run without a process as crashed.
    const auto found = store.find(run);
    if (!found) {
        return found.problem();
    }
    const fs::path folder = workspace.checkpoints(run);
    if (found->status == RunStatus::Running || FileLock::isHeld(folder / kRunLock)) {
        return Problem{"is running; wait for its end or stop it, then export it", run};
    }
    const auto record = store.record(run);
    if (!record) {
        return record.problem();
    }
    auto zip = ZipWriter::create(file);
    if (!zip) {
        return zip.problem();
    }
    Manifest manifest{.row = record->row};
    manifest.row.status = wordOf(found->status); // in a read-only workspace, too
    for (const fs::path& name : filesOf(folder)) {
        std::error_code error;
        const std::uintmax_t bytes = fs::file_size(folder / name, error);
        const auto hash = zip->addFile(kFiles + name.generic_string(), folder / name);
        if (!hash) {
            return hash.problem();
        }
        manifest.files.push_back({name.generic_string(), bytes, *hash});
    }
    const std::string facts = factsAsText(record->events);
    manifest.factsHash = contentHash(facts);
    if (auto added = zip->addText(kFacts, facts); !added) {
        return added.problem();
    }
    if (auto added = zip->addText(kManifest, textOf(manifest)); !added) {
        return added.problem();
    }
    if (FileLock::isHeld(folder / kRunLock)) {
        return Problem{"was resumed while it was exported; export it when it has ended", run};
    }
    return zip->finish();
}

Result<ImportedRun> importRun(const Workspace& workspace, const fs::path& file,
                              const std::string& name) {
    const ArchiveReader archive(file);
    auto manifest = archive.readManifest();
    if (!manifest) {
        return manifest.problem();
    }
    RunRow& row = manifest->row;
    row.name = name.empty() ? row.name : name;
    if (auto good = checkName(row.name); !good) {
        return good.problem();
    }
    if (auto good = checkRow(row, archive); !good) {
        return good.problem();
    }
    const auto events = archive.readFacts(*manifest);
    if (!events) {
        return events.problem();
    }
    const auto folder = WorkFolder::make(workspace.folder() / "checkpoints", ".import-");
    if (!folder) {
        return folder.problem();
    }
    const fs::path files = folder->path() / "run";
    if (auto made = makeFolder(files); !made) {
        return made.problem();
    }
    ImportedRun imported{.name = row.name, .dataset = row.dataset};
    for (const Content& content : manifest->files) {
        if (auto done = archive.unpack(content, files / content.name); !done) {
            return done.problem();
        }
        imported.bytes += content.bytes;
    }
    if (auto published = publish(workspace, files, row, *events); !published) {
        return published.problem();
    }
    if (checkName(row.dataset)) {
        const auto dataset = Dataset::open(workspace.dataset(row.dataset));
        imported.hasDataset = dataset && dataset->hash() == row.datasetHash;
    }
    return imported;
}

} // namespace flip
