#include "core/data/import/table_files.h"

#include "core/data/import/file_parts.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

namespace flip {

namespace {

namespace fs = std::filesystem;

bool liesInside(const fs::path& file, const fs::path& folder) {
    const auto [inFolder, inFile] =
        std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    return inFolder == folder.end();
}

Problem outside(const std::string& name, const WantedFiles& wanted) {
    return {wanted.written(name) + " lies outside the source; name a file inside it", wanted.where};
}

bool leavesFolder(const fs::path& relative) {
    const fs::path normal = relative.lexically_normal();
    return relative.is_absolute() || (!normal.empty() && *normal.begin() == "..");
}

std::int64_t sizeOf(const fs::path& file) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    return error ? 0 : static_cast<std::int64_t>(size);
}

/// Whether a name matches a pattern, in which "*" stands for any characters. Hidden files match
/// only a pattern that begins with a dot.
bool matches(std::string_view name, std::string_view pattern) {
    if (name.starts_with('.') && !pattern.starts_with('.')) {
        return false;
    }
    std::size_t at = 0;
    std::size_t next = 0;                      // in the pattern
    std::size_t star = std::string_view::npos; // the last one seen
    std::size_t retry = 0;                     // in the name, for another match of the star
    while (at < name.size()) {
        if (next < pattern.size() && pattern[next] == '*') {
            star = next++;
            retry = at;
        } else if (next < pattern.size() && pattern[next] == name[at]) {
            ++next;
            ++at;
        } else if (star != std::string_view::npos) {
            next = star + 1;
            at = ++retry;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', next) == std::string_view::npos;
}

bool isPattern(const std::string& name) {
    return name.find('*') != std::string::npos;
}

/// "a, b, c"; if there are many, only the first.
std::string listed(std::vector<std::string> names) {
    constexpr std::size_t kShown = 10;
    std::ranges::sort(names);
    std::string list;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
        list += (i == 0 ? "" : ", ") + names[i];
    }
    return names.size() > kShown ? list + " and " + std::to_string(names.size() - kShown) + " more"
                                 : list;
}

/// `where` is the archive that holds them, or the line that names them.
Problem several(const std::string& name, std::vector<std::string> found, const WantedFiles& wanted,
                const std::string& where) {
    return {wanted.written(name) + " matches several files: " + listed(std::move(found)) +
                (wanted.key.empty() ? "; keep one of them there"
                                    : "; name one of them, or write file = [\"...\", \"...\"] to "
                                      "read them one after the other"),
            where};
}

/// Whether macOS added the member; it is then not one of the files.
bool isOfMacOs(std::string_view member) {
    return member.starts_with("__MACOSX/") || member.find("/__MACOSX/") != std::string_view::npos;
}

/// The folder of a path, "" if it has none, and its last part.
std::pair<std::string_view, std::string_view> folderAndName(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos
               ? std::pair(std::string_view(), path)
               : std::pair(path.substr(0, slash), path.substr(slash + 1));
}

/// Whether a folder in an archive is the wanted one, or ends in it.
bool matchesFolder(std::string_view folder, std::string_view wanted) {
    return wanted.empty() || folder == wanted ||
           (folder.ends_with(wanted) && folder[folder.size() - wanted.size() - 1] == '/');
}

/// A member's name without a leading "./".
std::string_view plainName(std::string_view member) {
    return member.starts_with("./") ? member.substr(2) : member;
}

/// The name of the packed file: "ratings.csv" for "sub/ratings.csv.zip".
std::string contentName(const fs::path& archive) {
    fs::path name = archive.filename();
    while (isArchiveName(name)) {
        name = name.stem();
    }
    return name.string();
}

/// What may follow the name of a file that is packed or not, "" first.
std::vector<std::string> endings() {
    std::vector<std::string> all = {""};
    for (const std::string_view ending : packedEndings()) {
        all.emplace_back(ending);
    }
    all.emplace_back(".zip");
    return all;
}

/// A file of a folder that matches a pattern.
struct Part {
    std::string file;   // its name in the folder
    std::size_t ending; // which of endings() it has
};

/// The files that match a pattern, by their names without the ending of a packed file. If a part
/// exists both packed and unpacked, the unpacked file is used.
std::map<std::string, Part> partsIn(const std::vector<std::string>& files,
                                    const std::string& pattern) {
    const std::vector<std::string> all = endings();
    std::map<std::string, Part> parts;
    for (const std::string& file : files) {
        std::size_t ending = 0;
        for (std::size_t i = 1; i < all.size(); ++i) {
            ending = file.ends_with(all[i]) && file.size() > all[i].size() ? i : ending;
        }
        const std::string unpacked = file.substr(0, file.size() - all[ending].size());
        if (!matches(file, pattern) && !matches(unpacked, pattern)) {
            continue;
        }
        const auto [part, isNew] = parts.try_emplace(unpacked, Part{file, ending});
        if (!isNew && ending < part->second.ending) {
            part->second = {file, ending};
        }
    }
    return parts;
}

std::string quoted(const std::vector<std::string>& names, const std::string& between) {
    std::string list;
    for (const std::string& name : names) {
        list += (list.empty() ? "\"" : between + "\"") + name + "\"";
    }
    return list;
}

Problem missingTable(const TableSchema& table, const std::string& where) {
    const bool isList = !table.otherFiles.empty() && !table.anyFile;
    return Problem{"the table \"" + table.name + "\" needs the " + (isList ? "files " : "file ") +
                       fileNamesInWords(table) + ", which " + (isList ? "are" : "is") +
                       " missing, packed or not; add " + (isList ? "them" : "it") + " or name " +
                       (isList ? "their" : "its") + " folder",
                   where};
}

Problem partlyMissing(const std::vector<std::string>& missing, const WantedFiles& wanted,
                      const std::string& where) {
    const bool isOne = missing.size() == 1;
    return Problem{std::string(isOne ? "the file " : "the files ") + quoted(missing, " and ") +
                       " of the table \"" + wanted.table + "\" " + (isOne ? "is" : "are") +
                       " missing, packed or not; add " + (isOne ? "it" : "them") +
                       ", or write any_file = [...] if one of the files is enough",
                   where};
}

} // namespace

Result<SourceFiles> SourceFiles::open(const fs::path& source) {
    std::error_code error;
    const fs::path root = fs::canonical(source, error);
    if (error) {
        return Problem{"cannot be opened: " + error.message(), source.string()};
    }
    if (fs::is_directory(root, error)) {
        return SourceFiles(Kind::Folder, root);
    }
    if (fs::is_regular_file(root, error)) {
        return SourceFiles(isArchiveName(root) ? Kind::Archive : Kind::File, root);
    }
    return Problem{"is neither a folder nor a file; name the folder with the raw files",
                   source.string()};
}

std::int64_t TableFile::allBytes() const {
    std::int64_t all = bytes;
    for (const TableFile& next : more) {
        all += next.bytes;
    }
    return all;
}

TableFile SourceFiles::oneFile() const {
    return {root_, "", root_.filename().string(), sizeOf(root_)};
}

WantedFiles WantedFiles::of(const TableSchema& table) {
    WantedFiles wanted{
        {table.file}, table.anyFile, table.name, table.where, table.anyFile ? "any_file" : "file"};
    wanted.names.insert(wanted.names.end(), table.otherFiles.begin(), table.otherFiles.end());
    return wanted;
}

std::string WantedFiles::written(const std::string& name) const {
    const std::string quotedName = "\"" + name + "\"";
    return key.empty()         ? quotedName
           : names.size() == 1 ? key + " = " + quotedName
                               : quotedName + " in " + key;
}

std::string fileNamesInWords(const TableSchema& table) {
    return quoted(WantedFiles::of(table).names, table.anyFile ? " or " : " and ");
}

SourceFiles::Found SourceFiles::find(const WantedFiles& wanted) {
    return wanted.any ? findFirst(wanted.names, wanted) : findAll(wanted);
}

SourceFiles::Found SourceFiles::findFirst(const std::vector<std::string>& names,
                                          const WantedFiles& wanted) {
    if (kind_ == Kind::File) {
        return std::optional<TableFile>();
    }
    for (const std::string& name : names) {
        if (leavesFolder(name)) {
            return outside(name, wanted);
        }
    }
    if (kind_ == Kind::Folder) {
        for (const std::string& name : names) {
            auto found = findInFolder(name, wanted);
            if (!found || found->has_value()) {
                return found;
            }
        }
    }
    const std::vector<fs::path> archives =
        kind_ == Kind::Archive ? std::vector{root_} : archivesHere();
    for (std::size_t i = 0; i < names.size() && archives.size() == 1; ++i) {
        auto found = findInArchive(archives[0], archives[0].filename().string(), names[i],
                                   isPattern(names[i]), wanted);
        if (!found || found->has_value()) {
            return found;
        }
    }
    return std::optional<TableFile>();
}

SourceFiles::Found SourceFiles::findAll(const WantedFiles& wanted) {
    std::vector<TableFile> files;
    std::vector<std::string> missing;
    for (const std::string& name : wanted.names) {
        auto found = findFirst({name}, wanted);
        if (!found) {
            return found;
        }
        if (found->has_value()) {
            files.push_back(std::move(**found));
        } else {
            missing.push_back(name);
        }
    }
    if (!files.empty() && !missing.empty()) {
        return partlyMissing(missing, wanted, shown());
    }
    return joined(std::move(files), wanted);
}

SourceFiles::Found SourceFiles::findInFolder(const std::string& name, const WantedFiles& wanted) {
    if (isPattern(name)) {
        auto found = findPattern(name, wanted);
        return !found || found->has_value() ? found : findInNamedArchive(name, wanted);
    }
    for (const std::string& ending : endings()) {
        auto found = takeFile(name + ending, name, wanted);
        if (!found || found->has_value()) {
            return found;
        }
    }
    return findInNamedArchive(name, wanted);
}

SourceFiles::Found SourceFiles::findPattern(const fs::path& pattern, const WantedFiles& wanted) {
    const fs::path folder = pattern.parent_path();
    std::error_code error;
    const fs::path inside = fs::canonical(root_ / folder, error);
    if (error) {
        return std::optional<TableFile>();
    }
    if (!liesInside(inside, root_)) {
        return outside(pattern.string(), wanted);
    }
    if (!fs::is_directory(inside, error)) {
        return std::optional<TableFile>(); // it may be an archive
    }
    std::vector<std::string> there;
    fs::directory_iterator entries(inside, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
        std::error_code ignored;
        if (fs::is_regular_file(*entries, ignored)) {
            there.push_back(entries->path().filename().string());
        }
    }
    if (error) {
        return Problem{"the folder cannot be read: " + error.message(), inside.string()};
    }
    const auto parts = partsIn(there, pattern.filename().string());
    std::vector<std::string> names;
    std::vector<std::string> found;
    for (const auto& [name, part] : parts) {
        names.push_back(name);
        found.push_back(part.file);
    }
    if (!areParts(names)) {
        return several(pattern.string(), std::move(found), wanted, wanted.where);
    }
    sortParts(names);
    std::vector<TableFile> files;
    for (const std::string& name : names) {
        auto file = takeFile(folder / parts.at(name).file, pattern.string(), wanted);
        if (!file || !file->has_value()) {
            return file;
        }
        files.push_back(std::move(**file));
    }
    return joined(std::move(files), wanted);
}

/// Combines the files of a table: the first, with the others as its `more`. Refuses duplicates.
SourceFiles::Found SourceFiles::joined(std::vector<TableFile> files, const WantedFiles& wanted) {
    std::vector<TableFile> all;
    for (TableFile& file : files) {
        std::vector<TableFile> behind = std::exchange(file.more, {});
        all.push_back(std::move(file));
        std::ranges::move(behind, std::back_inserter(all));
    }
    std::set<std::pair<fs::path, std::string>> seen;
    for (const TableFile& file : all) {
        if (!seen.emplace(file.file, file.member).second) {
            return Problem{"the table \"" + wanted.table + "\" would read " + file.shownName +
                               " twice; name each file once",
                           wanted.where};
        }
    }
    if (all.empty()) {
        return std::optional<TableFile>();
    }
    TableFile first = std::move(all.front());
    first.more.assign(std::make_move_iterator(all.begin() + 1), std::make_move_iterator(all.end()));
    return std::optional(std::move(first));
}

/// `name` is its name in the schema.
SourceFiles::Found SourceFiles::takeFile(const fs::path& relative, const std::string& name,
                                         const WantedFiles& wanted) {
    std::error_code error;
    const fs::path file = fs::canonical(root_ / relative, error);
    if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
        return std::optional<TableFile>();
    }
    if (error) {
        return Problem{"cannot be opened: " + error.message(), (root_ / relative).string()};
    }
    if (!liesInside(file, root_)) {
        return outside(name, wanted);
    }
    if (!fs::is_regular_file(file, error)) {
        return Problem{"is not a regular file; name a file", (root_ / relative).string()};
    }
    if (!isArchiveName(relative)) {
        return std::optional(TableFile{file, "", relative.string(), sizeOf(file)});
    }
    auto member = findInArchive(file, relative.string(), contentName(relative),
                                /*mayBeSeveral=*/false, wanted);
    if (!member || member->has_value()) {
        return member;
    }
    const auto all = members(file, relative.string());
    if (!all) {
        return all.problem();
    }
    if ((*all)->size() == 1) {
        return std::optional(memberFile(file, relative.string(), **all, (*all)->front()));
    }
    std::vector<std::string> names;
    for (const ArchiveMember& one : **all) {
        names.push_back(one.name);
    }
    return Problem{"holds " + (names.empty() ? "no file" : "several files: " + listed(names)) +
                       "; name one as \"" + relative.string() + "/...\"",
                   (root_ / relative).string()};
}

SourceFiles::Found SourceFiles::findInNamedArchive(const fs::path& relative,
                                                   const WantedFiles& wanted) {
    fs::path archive;
    for (auto part = relative.begin(); part != relative.end(); ++part) {
        archive /= *part;
        std::error_code error;
        const fs::path file = fs::canonical(root_ / archive, error);
        if (error) {
            return std::optional<TableFile>();
        }
        if (!liesInside(file, root_)) {
            return outside(relative.string(), wanted);
        }
        if (fs::is_regular_file(file, error)) {
            if (!isArchiveName(archive)) {
                return std::optional<TableFile>();
            }
            fs::path rest;
            while (++part != relative.end()) {
                rest /= *part;
            }
            return findInArchive(file, archive.string(), rest.string(), isPattern(rest.string()),
                                 wanted);
        }
    }
    return std::optional<TableFile>();
}

/// With `mayBeSeveral`, "*" in the name stands for any characters and several files of one folder
/// may match; otherwise "*" is an ordinary character.
SourceFiles::Found SourceFiles::findInArchive(const fs::path& archive,
                                              const std::string& shownArchive,
                                              const std::string& name, bool mayBeSeveral,
                                              const WantedFiles& wanted) {
    const auto all = members(archive, shownArchive);
    if (!all) {
        return all.problem();
    }
    const auto [wantedFolder, wantedName] = folderAndName(name);
    std::map<std::string, std::vector<const ArchiveMember*>> folders; // and what matches there
    for (const ArchiveMember& member : **all) {
        const auto [folder, own] = folderAndName(plainName(member.name));
        if (matchesFolder(folder, wantedFolder) &&
            (mayBeSeveral ? matches(own, wantedName) : own == wantedName)) {
            folders[std::string(folder)].push_back(&member);
        }
    }
    // An exact match is preferred to the end of a longer path.
    if (const auto whole = folders.find(std::string(wantedFolder)); whole != folders.end()) {
        auto only = folders.extract(whole);
        folders.clear();
        folders.insert(std::move(only));
    }
    if (folders.empty()) {
        return std::optional<TableFile>();
    }
    std::map<std::string, const ArchiveMember*> members;
    std::vector<std::string> names;
    for (const auto& [folder, inFolder] : folders) {
        for (const ArchiveMember* member : inFolder) {
            names.emplace_back(plainName(member->name));
            if (!members.try_emplace(names.back(), member).second) {
                return Problem{"holds " + names.back() +
                                   " twice; pack it again with each file once",
                               archive.string()};
            }
        }
    }
    if (folders.size() > 1 || !areParts(names)) {
        return several(name, std::move(names), wanted, archive.string());
    }
    sortParts(names);
    std::vector<TableFile> files;
    for (const std::string& part : names) {
        files.push_back(memberFile(archive, shownArchive, **all, *members.at(part)));
    }
    return joined(std::move(files), wanted);
}

SourceFiles::Found SourceFiles::onlyMember() {
    if (kind_ != Kind::Archive) {
        return std::optional<TableFile>();
    }
    const std::string shownArchive = root_.filename().string();
    const auto all = members(root_, shownArchive);
    if (!all) {
        return all.problem();
    }
    return (*all)->size() != 1
               ? std::optional<TableFile>()
               : std::optional(memberFile(root_, shownArchive, **all, (*all)->front()));
}

Result<const SourceFiles::Members*> SourceFiles::members(const fs::path& archive,
                                                         const std::string& shownArchive) {
    const auto known = members_.find(archive);
    if (known != members_.end()) {
        return &known->second;
    }
    auto all = listArchive(archive, shownArchive);
    if (!all) {
        return all.problem();
    }
    std::erase_if(*all, [](const ArchiveMember& member) { return isOfMacOs(member.name); });
    return &members_.emplace(archive, std::move(*all)).first->second;
}

TableFile SourceFiles::memberFile(const fs::path& archive, const std::string& shownArchive,
                                  const Members& all, const ArchiveMember& member) const {
    std::int64_t bytes = member.packedEnd;
    if (bytes == 0) { // zip does not list how much a member takes: estimate it
        double unpacked = 0;
        for (const ArchiveMember& one : all) {
            unpacked += static_cast<double>(one.bytes);
        }
        const double share = unpacked > 0 ? static_cast<double>(member.bytes) / unpacked : 1;
        bytes = static_cast<std::int64_t>(share * static_cast<double>(sizeOf(archive)));
    }
    return {archive, member.name, shownArchive + "/" + std::string(plainName(member.name)), bytes};
}

std::vector<fs::path> SourceFiles::archivesHere() const {
    std::vector<fs::path> archives;
    std::error_code error;
    fs::directory_iterator entries(root_, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
        std::error_code ignored;
        const fs::path& path = entries->path();
        const fs::path file = fs::canonical(path, ignored);
        if (isArchiveName(path) && fs::is_regular_file(file, ignored) && liesInside(file, root_)) {
            archives.push_back(path);
        }
    }
    return archives;
}

Result<std::vector<TableFile>> findTableFiles(const Schema& schema, const fs::path& source) {
    auto files = SourceFiles::open(source);
    if (!files) {
        return files.problem();
    }
    if (files->isOneFile()) {
        const bool isEnough = std::ranges::all_of(
            schema.tables.begin() + 1, schema.tables.end(),
            [&](const TableSchema& table) { return schema.isOptional(table.name); });
        if (!isEnough) {
            return Problem{"is one file, but the schema reads " +
                               std::to_string(schema.tables.size()) +
                               " tables; name the folder that holds them",
                           source.string()};
        }
        std::vector<TableFile> found(schema.tables.size());
        found.front() = files->oneFile();
        return found;
    }
    std::vector<TableFile> found;
    for (const TableSchema& table : schema.tables) {
        const WantedFiles wanted = WantedFiles::of(table);
        auto file = files->find(wanted);
        if (file && !file->has_value() && schema.tables.size() == 1 &&
            (wanted.names.size() == 1 || wanted.any)) {
            file = files->onlyMember();
        }
        if (!file) {
            return file.problem();
        }
        if (!file->has_value() && schema.isOptional(table.name)) {
            found.emplace_back();
            continue;
        }
        if (!file->has_value()) {
            return missingTable(table, files->shown());
        }
        found.push_back(std::move(**file));
    }
    return found;
}

} // namespace flip
