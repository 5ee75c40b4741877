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

/// A value of a JSON file. What is missing reads as null, and what is not as it must be reads as
/// the default and is noted in the file as its problem. Valid as long as the file.
class JsonPlace {
public:
    bool isNull() const;
    bool isObject() const;
    bool isArray() const;
    bool isText() const;
    bool isZero() const; // the number
    bool isNumber() const;

    JsonPlace at(const std::string& key) const; // of an object
    JsonPlace at(std::size_t index) const;      // of an array
    std::size_t size() const;                   // members or items; 0 of anything else

    std::string text() const; // "" of anything but a text
    double real() const;      // 0 of anything but a number

    /// A whole number from 0 to limit - 1; `name` is what a problem calls it.
    std::int64_t number(const std::string& name, std::int64_t limit) const;

    // Members. Those that are missing or null give `absent`.
    JsonPlace object(const std::string& key) const; // must be there
    bool flag(const std::string& key, bool absent) const;
    std::string text(const std::string& key, const std::string& absent) const;

    /// The text of a special token, which stands alone or as the content of an object.
    std::string tokenText(const std::string& key, const std::string& absent) const;

    void forEach(const std::function<void(const std::string& key, JsonPlace value)>& visit) const;

    /// Notes what is wrong with the file, unless something was already.
    void refuse(std::string what) const;
    bool refused() const;

private:
    friend class JsonFile;
    JsonPlace(const void* value, std::optional<Problem>* problem, const std::filesystem::path* file)
        : value_(value), problem_(problem), file_(file) {}

    const void* value_; // a value of the JSON library
    std::optional<Problem>* problem_;
    const std::filesystem::path* file_;
};

/// A JSON object read from a file, with the first thing that was found wrong, so that a reader asks
/// for all it needs and then checks once. Owned by one thread.
class JsonFile {
public:
    static Result<JsonFile> read(const std::filesystem::path& file);

    /// The same; an empty object if there is no such file.
    static Result<JsonFile> readIfAny(const std::filesystem::path& file);

    /// An empty object in the name of a file of another format, for problems with that.
    static JsonFile named(const std::filesystem::path& file);

    JsonFile(JsonFile&&) noexcept;
    JsonFile& operator=(JsonFile&&) noexcept;
    ~JsonFile();

    JsonPlace root() const;
    const std::optional<Problem>& problem() const;

private:
    struct Content;
    explicit JsonFile(std::unique_ptr<Content> content);
    std::unique_ptr<Content> content_;
};

std::string inQuotes(std::string_view text);

} // namespace flip
