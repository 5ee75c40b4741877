#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flip::test {

/// Which bytes of an SQLite file have a meaning. No other byte is read, so no program can detect a
/// change in it. Without a meaning are
///   - the header's count of changes to the tables (bytes 40 to 43: any number is valid) and the
///     number of the SQLite that wrote last (96 to 99),
///   - free space within a page: between the cell pointers and the cells, and after the first four
///     bytes of a free block, where remains of deleted rows are,
///   - pages of the free list, and the bytes of its trunk pages that name no page,
///   - the rest of the last overflow page of a row,
///   - in rows of a table with INTEGER PRIMARY KEY the type of that column: its value is the row's
///     number, which precedes the row.
class SqliteBytes {
public:
    /// The file must be closed, without a log.
    SqliteBytes(const std::string& file, std::string bytes)
        : bytes_(std::move(bytes)), isMeaningful_(bytes_.size(), false), pageSize_(number(16, 2)) {
        mark(0, 40);
        mark(44, 52);
        SQLite::Database database(file, SQLite::OPEN_READONLY);
        SQLite::Statement roots(database, "SELECT rootpage, sql LIKE '%INTEGER PRIMARY KEY%' "
                                          "FROM sqlite_schema WHERE rootpage > 0");
        markTree(1, /*hasKeyColumn=*/false);
        while (roots.executeStep()) {
            markTree(static_cast<std::size_t>(roots.getColumn(0).getInt64()),
                     roots.getColumn(1).getInt() != 0);
        }
        for (std::size_t trunk = number(32, 4); trunk != 0;) {
            const std::size_t at = (trunk - 1) * pageSize_;
            mark(at, 8 + 4 * number(at + 4, 4));
            trunk = number(at, 4);
        }
    }

    /// The offsets of all bytes that have a meaning.
    std::vector<std::size_t> offsets() const {
        std::vector<std::size_t> offsets;
        for (std::size_t at = 0; at < isMeaningful_.size(); ++at) {
            if (isMeaningful_[at]) {
                offsets.push_back(at);
            }
        }
        return offsets;
    }

private:
    std::size_t number(std::size_t at, std::size_t bytes) const {
        std::size_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) {
            value = value << 8 | static_cast<unsigned char>(bytes_.at(at + i));
        }
        return value;
    }

    void mark(std::size_t at, std::size_t bytes) {
        std::fill_n(isMeaningful_.begin() + static_cast<std::ptrdiff_t>(at), bytes, true);
    }

    /// Reads a number of variable length, marks it and moves past it.
    std::size_t varint(std::size_t& at) {
        std::size_t value = 0;
        for (int i = 0; i < 9; ++i) {
            const auto byte = static_cast<unsigned char>(bytes_.at(at));
            mark(at++, 1);
            value = value << 7 | (byte & 0x7f);
            if ((byte & 0x80) == 0) {
                break;
            }
        }
        return value;
    }

    void markTree(std::size_t page, bool hasKeyColumn) {
        const std::size_t base = (page - 1) * pageSize_;
        const std::size_t head = base + (page == 1 ? 100 : 0);
        const std::size_t kind = number(head, 1); // 2, 5: inner pages; 10, 13: leaves
        const bool isInner = kind == 2 || kind == 5;
        const std::size_t headBytes = isInner ? 12 : 8;
        const std::size_t cells = number(head + 3, 2);
        mark(head, headBytes + 2 * cells);
        for (std::size_t block = number(head + 1, 2); block != 0;) {
            mark(base + block, 4);
            block = number(base + block, 2);
        }
        for (std::size_t cell = 0; cell < cells; ++cell) {
            std::size_t at = base + number(head + headBytes + 2 * cell, 2);
            if (isInner) {
                mark(at, 4);
                markTree(number(at, 4), hasKeyColumn);
                at += 4;
            }
            const std::size_t payload = kind == 5 ? 0 : varint(at);
            if (kind == 5 || kind == 13) {
                varint(at);
            }
            markPayload(at, payload, kind == 13);
            if (kind == 13 && hasKeyColumn) {
                std::size_t type = at;
                varint(type); // the length of the row's header
                isMeaningful_[type] = false;
            }
        }
        if (isInner) {
            markTree(number(head + 8, 4), hasKeyColumn);
        }
    }

    /// Section 1.6 of the file format: which part of a row is in its page, and which in overflow
    /// pages.
    void markPayload(std::size_t at, std::size_t payload, bool isTableLeaf) {
        const std::size_t most = isTableLeaf ? pageSize_ - 35 : (pageSize_ - 12) * 64 / 255 - 23;
        if (payload <= most) {
            return mark(at, payload);
        }
        const std::size_t least = (pageSize_ - 12) * 32 / 255 - 23;
        const std::size_t wanted = least + (payload - least) % (pageSize_ - 4);
        const std::size_t here = wanted <= most ? wanted : least;
        mark(at, here + 4);
        std::size_t left = payload - here;
        for (std::size_t page = number(at + here, 4); page != 0;) {
            const std::size_t begin = (page - 1) * pageSize_;
            const std::size_t part = std::min(left, pageSize_ - 4);
            mark(begin, 4 + part);
            left -= part;
            page = number(begin, 4);
        }
    }

    std::string bytes_;
    std::vector<bool> isMeaningful_;
    std::size_t pageSize_;
};

} // namespace flip::test
