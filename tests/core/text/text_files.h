#pragma once

#include "core/base/random_stream.h"
#include "core/text/text_source.h"
#include "core/text/tokenizer/tokenizer.h"

#include <QtTest>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flip::test {

/// The vocabulary of a published uncased model, with reference cases.
inline std::filesystem::path publishedModel() {
    return std::filesystem::path(FLIP_TEST_FIXTURES) / "tokenizer_wordpiece";
}

/// The same for byte-level BPE.
inline std::filesystem::path bytePairModel() {
    return std::filesystem::path(FLIP_TEST_FIXTURES) / "tokenizer_bpe";
}

/// Small models with different rules, each with reference cases beside it.
inline std::filesystem::path smallModel(const std::string& name) {
    return std::filesystem::path(FLIP_SOURCE_DIR) / "tests/core/text/reference" / name;
}

inline std::string readBytes(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        qFatal("cannot read %s", file.c_str());
    }
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline void writeBytes(const std::filesystem::path& file, std::string_view bytes) {
    std::filesystem::remove(file); // truncating a file in place makes some systems flush it
    std::ofstream stream(file, std::ios::binary);
    stream << bytes;
    stream.close();
    if (!stream) {
        qFatal("cannot write %s", file.c_str());
    }
}

inline std::unique_ptr<Tokenizer> openOrDie(const std::filesystem::path& folder) {
    auto tokenizer = openTokenizer(folder);
    if (!tokenizer) {
        qFatal("%s", tokenizer.problem().text().c_str());
    }
    return std::move(*tokenizer);
}

inline std::vector<nlohmann::json> readCases(const std::filesystem::path& folder) {
    std::vector<nlohmann::json> cases;
    std::ifstream lines(folder / "cases.jsonl");
    for (std::string line; std::getline(lines, line);) {
        cases.push_back(nlohmann::json::parse(line));
    }
    return cases;
}

inline std::vector<std::int32_t> idsOf(const std::vector<Token>& tokens) {
    std::vector<std::int32_t> ids;
    for (const Token& token : tokens) {
        ids.push_back(token.id);
    }
    return ids;
}

/// Texts that exercise every rule of every tokenizer: blanks, special tokens, contractions,
/// replaced characters, marks, scripts, invalid bytes.
inline std::string randomText(RandomStream& random) {
    static const std::vector<std::string> kParts = {
        "",       " ",      " ",      "  ",      "\t",     "\n",     "a",      "The",    "film",
        " film",  "is ",    ". ",     ".",       "-",      "'",      "'s",     "'l",     "l",
        "'re",    "''",     "`",      "7",       "1995",   ")",      "[",      "]",      "<",
        ">",      "<s>",    "</s>",   "<ma",     "sk>",    "<mask>", "s>",     "<x>",    "TOK",
        "NORM",   "word",   "wor",    "d",       "[CLS]",  "[SEP]",  "[M",     "ASK]",   "[MASK]",
        "[PAD]",  "CLS",    "foo",    "Foo",     "oob",    "bar",    "ing",    "##s",    "élan",
        "é",      "É",      "e",      "\u0301",  "\u0323", "中",     "中文",   "한",     "の",
        "Σ",      "İ",      "≠",      "ﬁ",       "™",      "½",      "ｶ",      "ﾞ",      "▁",
        "Ġ",      "٣",      "🎬",      "العربية", "\u0345", "\u0600", "\u200B", "\u00A0", "\u00AD",
        "\u2003", "\u302E", "\uE000", "\u0F73",  "\xF0",   "\x9F",   "\xC3"};
    std::string text;
    for (std::uint64_t parts = random.below(5); parts > 0; --parts) {
        text += kParts[random.below(kParts.size())];
    }
    return text;
}

/// Rows in memory: rows[row][field].
class MemoryText final : public TextSource {
public:
    explicit MemoryText(const std::vector<std::vector<std::string>>& rows)
        : rows_(static_cast<std::int64_t>(rows.size())) {
        const std::size_t fields = rows.empty() ? 0 : rows[0].size();
        for (std::size_t field = 0; field < fields; ++field) {
            Column& column = columns_.emplace_back();
            std::map<std::string, std::uint32_t> known;
            for (const auto& row : rows) {
                const auto [at, isNew] =
                    known.try_emplace(row[field], static_cast<std::uint32_t>(column.values.size()));
                if (isNew) {
                    column.values.push_back(row[field]);
                }
                column.codes.push_back(at->second);
            }
        }
    }

    std::int64_t rows() const override { return rows_; }
    int fields() const override { return static_cast<int>(columns_.size()); }
    std::int64_t values(int field) const override {
        return static_cast<std::int64_t>(column(field).values.size());
    }
    std::string_view value(int field, std::uint32_t code) const override {
        return column(field).values[code];
    }
    std::span<const std::uint32_t> codes(int field) const override { return column(field).codes; }

private:
    struct Column {
        std::vector<std::string> values;
        std::vector<std::uint32_t> codes;
    };

    const Column& column(int field) const { return columns_[static_cast<std::size_t>(field)]; }

    std::int64_t rows_;
    std::vector<Column> columns_;
};

} // namespace flip::test
