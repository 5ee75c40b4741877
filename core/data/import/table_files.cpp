#include "core/data/import/table_files.h"

#include "core/data/import/file_parts.h"

#include <algorithm>
#include <iterator>
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

Problem outside(const std::string& name, const std::string& where) {
    return {"file = \"" + name + "\" lies outside the source; name a file inside it", where};
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

/// Whether a name fits a pattern, in which "*" stands for any run of letters. Hidden files fit only
/// a pattern that begins as they do.
bool fits(std::string_view name, std::string_view pattern) {
    if (name.starts_with('.') && !pattern.starts_with('.')) {
        return false;
    }
    std::size_t at = 0;
    std::size_t next = 0;                      // of the pattern
    std::size_t star = std::string_view::npos; // the last one met
    std::size_t behindStar = 0;                // of the name, where it is tried next
    while (at < name.size()) {
        if (next < pattern.size() && pattern[next] == '*') {
            star = next++;
            behindStar = at;
        } else if (next < pattern.size() && pattern[next] == name[at]) {
            ++next;
            ++at;
        } else if (star != std::string_view::npos) {
            next = star + 1;
            at = ++behindStar;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', next) == std::string_view::npos;
}

bool isPattern(const std::string& name) {
    return name.find('*') != std::string::npos;
}

/// "a, b, c"; of many the first.
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

Problem several(const std::string& name, std::vector<std::string> found, const std::string& where) {
    return {"several files are meant by file = \"" + name + "\": " + listed(std::move(found)) +
                "; name one of them, or write file = [\"...\", \"...\"] to read them one after the "
                "other",
            where};
}

/// What macOS adds to an archive is none of its files.
bool isOfMacOs(std::string_view member) {
    return member.starts_with("__MACOSX/") || member.find("/__MACOSX/") != std::string_view::npos;
}

/// Whether a member is meant by a name: it is the end of the member's own, from a folder on.
bool isMeant(std::string_view member, std::string_view name) {
    const auto lastPart = [](std::string_view path) {
        const std::size_t slash = path.rfind('/');
        return slash == std::string_view::npos ? path : path.substr(slash + 1);
    };
    const std::string_view own = lastPart(member);
    const std::string_view wanted = lastPart(name);
    if (!fits(own, wanted)) {
        return false;
    }
    member.remove_suffix(own.size());
    name.remove_suffix(wanted.size());
    return name.empty() || member == name ||
           (member.ends_with(name) && member[member.size() - name.size() - 1] == '/');
}

/// A member's name without "./" before it.
std::string_view plainName(std::string_view member) {
    return member.starts_with("./") ? member.substr(2) : member;
}

/// The name of what was packed: "ratings.csv" of "sub/ratings.csv.zip".
std::string contentName(const fs::path& archive) {
    fs::path name = archive.filename();
    while (isArchiveName(name)) {
        name = name.stem();
    }
    return name.string();
}

Problem notThere(const TableSchema& table, const std::vector<std::string>& names,
                 const std::string& where) {
    std::string list;
    for (const std::string& name : names) {
        list += (list.empty() ? "\"" : table.anyFile ? " or \"" : " and \"") + name + "\"";
    }
    const bool isList = names.size() > 1 && !table.anyFile;
    return Problem{"the table \"" + table.name + "\" needs the " + (isList ? "files " : "file ") +
                       list + ", " + (isList ? "not all of which are" : "which is not") +
                       " there, nor packed; put it there or name its folder" +
                       (isList ? ", or write any_file where one of them is enough" : ""),
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

SourceFiles::Found SourceFiles::find(const std::vector<std::string>& names,
                                     const std::string& where) {
    if (kind_ == Kind::File) {
        return std::optional<TableFile>();
    }
    for (const std::string& name : names) {
        if (leavesFolder(name)) {
            return outside(name, where);
        }
    }
    if (kind_ == Kind::Folder) {
        for (const std::string& name : names) {
            auto found = findInFolder(name, where);
            if (!found || found->has_value()) {
                return found;
            }
        }
    }
    const std::vector<fs::path> archives =
        kind_ == Kind::Archive ? std::vector{root_} : archivesHere();
    for (std::size_t i = 0; i < names.size() && archives.size() == 1; ++i) {
        auto found = findInArchive(archives[0], archives[0].filename().string(), names[i]);
        if (!found || found->has_value()) {
            return found;
        }
    }
    return std::optional<TableFile>();
}

SourceFiles::Found SourceFiles::findAll(const std::vector<std::string>& names,
                                        const std::string& where) {
    std::vector<TableFile> files;
    for (const std::string& name : names) {
        auto found = find({name}, where);
        if (!found || !found->has_value()) {
            return found;
        }
        std::vector<TableFile> behind = std::exchange((*found)->more, {});
        files.push_back(std::move(**found));
        std::ranges::move(behind, std::back_inserter(files));
    }
    return joined(std::move(files));
}

SourceFiles::Found SourceFiles::findInFolder(const std::string& name, const std::string& where) {
    std::vector<std::string> endings = {""};
    for (const std::string_view ending : packedEndings()) {
        endings.emplace_back(ending);
    }
    endings.emplace_back(".zip");
    for (const std::string& ending : endings) {
        auto found =
            isPattern(name) ? findPattern(name + ending, where) : takeFile(name + ending, where);
        if (!found || found->has_value()) {
            return found;
        }
    }
    return findBehindArchive(name, where);
}

SourceFiles::Found SourceFiles::findPattern(const fs::path& pattern, const std::string& where) {
    const fs::path folder = pattern.parent_path();
    std::error_code error;
    const fs::path inside = fs::canonical(root_ / folder, error);
    if (error) {
        return std::optional<TableFile>();
    }
    if (!liesInside(inside, root_)) {
        return outside(pattern.string(), where);
    }
    std::vector<std::string> names;
    fs::directory_iterator entries(inside, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
        std::error_code ignored;
        const std::string name = entries->path().filename().string();
        if (fits(name, pattern.filename().string()) && fs::is_regular_file(*entries, ignored)) {
            names.push_back(name);
        }
    }
    if (error) {
        return Problem{"the folder cannot be read: " + error.message(), inside.string()};
    }
    if (!areParts(names)) {
        return several(pattern.string(), std::move(names), where);
    }
    sortParts(names);
    std::vector<TableFile> files;
    for (const std::string& name : names) {
        auto file = takeFile(folder / name, where);
        if (!file || !file->has_value()) {
            return file;
        }
        files.push_back(std::move(**file));
    }
    return joined(std::move(files));
}

std::optional<TableFile> SourceFiles::joined(std::vector<TableFile> files) {
    if (files.empty()) {
        return std::nullopt;
    }
    TableFile first = std::move(files.front());
    first.more.assign(std::make_move_iterator(files.begin() + 1),
                      std::make_move_iterator(files.end()));
    return first;
}

SourceFiles::Found SourceFiles::takeFile(const fs::path& relative, const std::string& where) {
    std::error_code error;
    const fs::path file = fs::canonical(root_ / relative, error);
    if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
        return std::optional<TableFile>();
    }
    if (error) {
        return Problem{"cannot be opened: " + error.message(), (root_ / relative).string()};
    }
    if (!liesInside(file, root_)) {
        return outside(relative.string(), where);
    }
    if (!fs::is_regular_file(file, error)) {
        return Problem{"is not a regular file; name a file", (root_ / relative).string()};
    }
    if (!isArchiveName(relative)) {
        return std::optional(TableFile{file, "", relative.string(), sizeOf(file)});
    }
    auto member = findInArchive(file, relative.string(), contentName(relative));
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
                       "; name one as file = \"" + relative.string() + "/...\"",
                   (root_ / relative).string()};
}

SourceFiles::Found SourceFiles::findBehindArchive(const fs::path& relative,
                                                  const std::string& where) {
    fs::path archive;
    for (auto part = relative.begin(); part != relative.end(); ++part) {
        archive /= *part;
        std::error_code error;
        const fs::path file = fs::canonical(root_ / archive, error);
        if (error) {
            return std::optional<TableFile>();
        }
        if (!liesInside(file, root_)) {
            return outside(relative.string(), where);
        }
        if (fs::is_regular_file(file, error)) {
            if (!isArchiveName(archive)) {
                return std::optional<TableFile>();
            }
            fs::path rest;
            while (++part != relative.end()) {
                rest /= *part;
            }
            return findInArchive(file, archive.string(), rest.string());
        }
    }
    return std::optional<TableFile>();
}

SourceFiles::Found SourceFiles::findInArchive(const fs::path& archive,
                                              const std::string& shownArchive,
                                              const std::string& name) {
    const auto all = members(archive, shownArchive);
    if (!all) {
        return all.problem();
    }
    std::vector<const ArchiveMember*> meant;
    for (const ArchiveMember& member : **all) {
        if (plainName(member.name) == name) {
            return std::optional(memberFile(archive, shownArchive, **all, member));
        }
        if (isMeant(plainName(member.name), name)) {
            meant.push_back(&member);
        }
    }
    std::vector<std::string> names;
    for (const ArchiveMember* member : meant) {
        names.push_back(member->name);
    }
    if (!areParts(names)) {
        return several(name, std::move(names), archive.string());
    }
    sortParts(names);
    std::vector<TableFile> files;
    for (const std::string& part : names) {
        const auto member = std::ranges::find(**all, part, &ArchiveMember::name);
        files.push_back(memberFile(archive, shownArchive, **all, *member));
    }
    return joined(std::move(files));
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
    if (bytes == 0) { // of zip it is not known how much a member takes: about its share
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
        std::vector<std::string> names = {table.file};
        names.insert(names.end(), table.otherFiles.begin(), table.otherFiles.end());
        auto file =
            table.anyFile ? files->find(names, table.where) : files->findAll(names, table.where);
        if (file && !file->has_value() && schema.tables.size() == 1 &&
            (names.size() == 1 || table.anyFile)) {
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
            return notThere(table, names, files->shown());
        }
        found.push_back(std::move(**file));
    }
    return found;
}

} // namespace flip
