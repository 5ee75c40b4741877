#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace flip {

class JsonFile;

/// A value in a JSON file. A missing value reads as null. An invalid one reads as the default and
/// is recorded as the file's problem. Valid as long as the file.
class JsonNode {
public:
    bool isNull() const;
    bool isObject() const;
    bool isArray() const;
    bool isText() const;
    bool isZero() const; // the number
    bool isNumber() const;

    JsonNode at(const std::string& key) const; // of an object
    JsonNode at(std::size_t index) const;      // of an array
    std::size_t size() const;                  // members or items; 0 for anything else

    std::string text() const; // "" for anything but a string
    double real() const;      // 0 for anything but a number

    /// A whole number from 0 to limit - 1; a problem calls it `name`.
    std::int64_t number(const std::string& name, std::int64_t limit) const;

    // Members. One that is missing or null gives `absent`.
    JsonNode object(const std::string& key) const; // required
    bool flag(const std::string& key, bool absent) const;
    std::string text(const std::string& key, const std::string& absent) const;

    /// The text of a special token: a string, or the "content" of an object.
    std::string tokenText(const std::string& key, const std::string& absent) const;

    void forEach(const std::function<void(const std::string& key, JsonNode value)>& visit) const;

    /// Records what is wrong with the file, unless it already has a problem.
    void refuse(std::string what) const;
    bool refused() const;

private:
    friend class JsonFile;
    JsonNode(const void* value, std::optional<Problem>* problem, const std::filesystem::path* file)
        : value_(value), problem_(problem), file_(file) {}

    const void* value_; // a value of the JSON library
    std::optional<Problem>* problem_;
    const std::filesystem::path* file_;
};

/// A JSON object read from a file, with the first problem found, so that a reader can read all it
/// needs and then check once. Owned by one thread.
class JsonFile {
public:
    static Result<JsonFile> read(const std::filesystem::path& file);

    /// The same; an empty object if there is no such file.
    static Result<JsonFile> readIfExists(const std::filesystem::path& file);

    /// An empty object that stands for a file of another format, to record its problems.
    static JsonFile named(const std::filesystem::path& file);

    JsonFile(JsonFile&&) noexcept;
    JsonFile& operator=(JsonFile&&) noexcept;
    ~JsonFile();

    JsonNode root() const;
    const std::optional<Problem>& problem() const;

private:
    struct Content;
    explicit JsonFile(std::unique_ptr<Content> content);
    std::unique_ptr<Content> content_;
};

std::string inQuotes(std::string_view text);

} // namespace flip
