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
/// document, which lives as long as one of them; any thread.
class TomlSection {
public:
    using Names = std::span<const std::string_view>;

    /// The whole document. `fileName` stands in Problems.
    static Result<TomlSection> parse(std::string_view toml, const std::string& fileName);

    std::string where() const; // "schema.toml:7"

    /// The line of a key's value; the section's own where the key is missing.
    std::string where(std::string_view key) const;

    bool has(std::string_view key) const;
    bool isText(std::string_view key) const;

    /// A Problem for the first key that is none of these, naming the nearest of them.
    Result<void> allowOnly(Names known) const;

    /// Text that must be there and must not be empty.
    Result<std::string> text(std::string_view key) const;
    Result<std::string> textOr(std::string_view key, std::string fallback) const;

    Result<bool> flagOr(std::string_view key, bool fallback) const;

    /// A whole number from `least` to `most`.
    Result<std::int64_t> wholeOr(std::string_view key, std::int64_t fallback, std::int64_t least,
                                 std::int64_t most) const;

    /// A list of texts, none of them empty; an empty list where the key is missing.
    Result<std::vector<std::string>> texts(std::string_view key) const;

    /// The same, but one text may stand without a list round it, and there must be one.
    Result<std::vector<std::string>> textOrTexts(std::string_view key) const;

    /// One of the choices; the first of them where the key is missing.
    Result<std::string> choice(std::string_view key, Names choices) const;

    /// The sections written [[key]].
    Result<std::vector<TomlSection>> sections(const std::string& key) const;

    /// The section written [key], if it is there.
    Result<std::optional<TomlSection>> section(const std::string& key) const;

private:
    struct Table; // knows the library
    explicit TomlSection(std::shared_ptr<const Table> table) : table_(std::move(table)) {}

    std::shared_ptr<const Table> table_;
};

} // namespace flip
