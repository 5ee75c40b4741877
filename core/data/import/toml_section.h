#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A table of a TOML document, read with Problems that name file and line. Copies share the
/// document, which lives as long as any of them. Any thread.
class TomlSection {
public:
    using Names = std::span<const std::string_view>;

    /// Parses a whole document. `fileName` is used in Problems.
    static Result<TomlSection> parse(std::string_view toml, const std::string& fileName);

    std::string where() const; // "schema.toml:7"

    /// File and line of a key's value; those of the section if the key is missing.
    std::string where(std::string_view key) const;

    bool has(std::string_view key) const;
    bool isText(std::string_view key) const;

    /// A Problem for the first key that is not one of these; it names the nearest known key.
    Result<void> allowOnly(Names known) const;

    /// A required text that must not be empty.
    Result<std::string> text(std::string_view key) const;
    Result<std::string> textOr(std::string_view key, std::string fallback) const;

    Result<bool> flagOr(std::string_view key, bool fallback) const;

    /// A whole number from `least` to `most`.
    Result<std::int64_t> wholeOr(std::string_view key, std::int64_t fallback, std::int64_t least,
                                 std::int64_t most) const;

    /// A list of texts, none of them empty; an empty list if the key is missing.
    Result<std::vector<std::string>> texts(std::string_view key) const;

    /// The same, but a single text needs no list, and at least one text is required.
    Result<std::vector<std::string>> textOrTexts(std::string_view key) const;

    /// One of the choices; the first if the key is missing.
    Result<std::string> choice(std::string_view key, Names choices) const;

    /// The sections written [[key]].
    Result<std::vector<TomlSection>> sections(const std::string& key) const;

    /// The section written [key], if there is one.
    Result<std::optional<TomlSection>> section(const std::string& key) const;

private:
    struct Table; // hides the TOML library
    explicit TomlSection(std::shared_ptr<const Table> table) : table_(std::move(table)) {}

    std::shared_ptr<const Table> table_;
};

} // namespace flip
