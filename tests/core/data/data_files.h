#pragma once

#include "core/data/import/import.h"

#include <QtTest>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace flip::test {

/// Fails the test with the Problem's text.
#define FLIP_VERIFY_OK(result)                                                                     \
    QVERIFY2((result).ok(), (result).ok() ? "" : (result).problem().text().c_str())

inline void write(const std::filesystem::path& file, std::string_view bytes) {
    std::filesystem::create_directories(file.parent_path());
    // A new file: some file systems flush a file that is truncated and written again.
    std::filesystem::remove(file);
    std::ofstream stream(file, std::ios::binary);
    stream << bytes;
    stream.close();
    if (!stream) {
        qFatal("cannot write %s", file.c_str());
    }
}

/// All files and folders below, as relative paths, sorted.
inline std::vector<std::string> filesBelow(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    if (std::filesystem::exists(folder)) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            names.push_back(std::filesystem::relative(entry.path(), folder).string());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// One table, one join, three fields; every row is usable.
inline constexpr std::string_view kShopSchema = R"([[table]]
name = "sales"
file = "sales.csv"
[[table]]
name = "goods"
file = "goods.csv"
[[join]]
left = "sales.item"
right = "goods.item"
[label]
column = "sales.stars"
positive = ">= 4"
drop = "== 0"
[time]
column = "sales.day"
[[field]]
name = "buyer"
column = "sales.buyer"
[[field]]
name = "item"
column = "sales.item"
use = "id"
[[field]]
name = "title"
column = "goods.title"
use = "text"
)";

inline constexpr std::string_view kSales = "buyer,item,stars,day\n"
                                           "ann,1,5,30\n"
                                           "bob,2,2,10\n"
                                           "ann,2,4,20\n"
                                           "cid,3,1,50\n"
                                           "ann,1,0,60\n"
                                           "bob,3,5,40\n";

inline constexpr std::string_view kGoods = "title,item\n"
                                           "\"Tea, green\",1\n"
                                           "Cup,2\n"
                                           "\"A \"\"pot\"\"\nof clay\",3\n";

inline void writeShop(const std::filesystem::path& folder) {
    write(folder / "sales.csv", kSales);
    write(folder / "goods.csv", kGoods);
    write(folder / "schema.toml", kShopSchema);
}

inline ImportRequest shopRequest(const std::filesystem::path& folder) {
    ImportRequest request;
    request.source = folder;
    request.schema = folder / "schema.toml";
    request.name = "shop";
    return request;
}

} // namespace flip::test
