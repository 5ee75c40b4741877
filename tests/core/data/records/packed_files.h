#pragma once

#include "tests/core/data/data_files.h"

#include <archive.h>
#include <archive_entry.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flip::test {

/// Files of an archive to be made: names and bytes.
using Members = std::vector<std::pair<std::string, std::string>>;

namespace detail {

template <class Prepare>
std::string packed(const Members& members, Prepare prepare) {
    std::size_t size = 1 << 20;
    for (const auto& [name, bytes] : members) {
        size += 2 * bytes.size() + 2048;
    }
    std::string result(size, '\0');
    std::size_t used = 0;
    archive* const writer = archive_write_new();
    prepare(writer);
    if (archive_write_open_memory(writer, result.data(), result.size(), &used) != ARCHIVE_OK) {
        qFatal("cannot pack: %s", archive_error_string(writer));
    }
    for (const auto& [name, bytes] : members) {
        archive_entry* const entry = archive_entry_new();
        archive_entry_set_pathname(entry, name.c_str());
        archive_entry_set_filetype(entry, name.ends_with('/') ? AE_IFDIR : AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
        if (archive_write_header(writer, entry) != ARCHIVE_OK ||
            archive_write_data(writer, bytes.data(), bytes.size()) !=
                static_cast<la_ssize_t>(bytes.size())) {
            qFatal("cannot pack %s: %s", name.c_str(), archive_error_string(writer));
        }
        archive_entry_free(entry);
    }
    archive_write_close(writer);
    archive_write_free(writer);
    result.resize(used);
    return result;
}

} // namespace detail

/// A text packed by "gzip", "zstd", "bzip2" or "xz".
inline std::string packed(std::string_view text, const std::string& filter) {
    return detail::packed({{"text", std::string(text)}}, [&](archive* writer) {
        archive_write_set_format_raw(writer);
        archive_write_add_filter_by_name(writer, filter.c_str());
        archive_write_set_bytes_in_last_block(writer, 1);
    });
}

inline std::string zipped(const Members& members) {
    return detail::packed(members, [](archive* writer) {
        archive_write_set_format_zip(writer);
        archive_write_set_bytes_in_last_block(writer, 1);
    });
}

/// A tar archive, packed by `filter`, or not packed if that is empty.
inline std::string tarred(const Members& members, const std::string& filter = "gzip") {
    return detail::packed(members, [&](archive* writer) {
        archive_write_set_format_ustar(writer);
        if (!filter.empty()) {
            archive_write_add_filter_by_name(writer, filter.c_str());
        }
        archive_write_set_bytes_in_last_block(writer, 1);
    });
}

} // namespace flip::test
