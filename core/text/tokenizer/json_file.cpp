#include "core/text/tokenizer/json_file.h"

#include "core/base/files.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <system_error>

namespace flip {

namespace {

using Json = nlohmann::json;

const Json& jsonOf(const void* value) {
    return *static_cast<const Json*>(value);
}

const Json& nothing() {
    static const Json kNull;
    return kNull;
}

} // namespace

struct JsonFile::Content {
    std::filesystem::path file;
    Json json;
    std::optional<Problem> problem;
};

JsonFile::JsonFile(std::unique_ptr<Content> content) : content_(std::move(content)) {}
JsonFile::JsonFile(JsonFile&&) noexcept = default;
JsonFile& JsonFile::operator=(JsonFile&&) noexcept = default;
JsonFile::~JsonFile() = default;

Result<JsonFile> JsonFile::read(const std::filesystem::path& file) {
    auto bytes = readFile(file);
    if (!bytes) {
        return bytes.problem();
    }
    try {
        auto content = std::make_unique<Content>(Content{file, Json::parse(*bytes), {}});
        if (!content->json.is_object()) {
            return Problem{"the file holds no JSON object; download it again", file.string()};
        }
        return JsonFile(std::move(content));
    } catch (const Json::parse_error& error) {
        const auto end =
            bytes->begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, bytes->size()));
        const auto line = std::count(bytes->begin(), end, '\n') + 1;
        return Problem{"the file is not valid JSON; download it again",
                       file.string() + ':' + std::to_string(line)};
    } catch (const Json::out_of_range&) {
        return Problem{"the file holds a number out of range; download it again", file.string()};
    }
}

Result<JsonFile> JsonFile::readIfExists(const std::filesystem::path& file) {
    std::error_code error;
    return std::filesystem::exists(file, error) ? read(file) : named(file);
}

JsonFile JsonFile::named(const std::filesystem::path& file) {
    return JsonFile(std::make_unique<Content>(Content{file, Json::object(), {}}));
}

JsonNode JsonFile::root() const {
    return {&content_->json, &content_->problem, &content_->file};
}

const std::optional<Problem>& JsonFile::problem() const {
    return content_->problem;
}

bool JsonNode::isNull() const {
    return jsonOf(value_).is_null();
}
bool JsonNode::isObject() const {
    return jsonOf(value_).is_object();
}
bool JsonNode::isArray() const {
    return jsonOf(value_).is_array();
}
bool JsonNode::isText() const {
    return jsonOf(value_).is_string();
}

bool JsonNode::isZero() const {
    return jsonOf(value_).is_number() && jsonOf(value_) == 0;
}

bool JsonNode::isNumber() const {
    return jsonOf(value_).is_number();
}

double JsonNode::real() const {
    return isNumber() ? jsonOf(value_).get<double>() : 0;
}

JsonNode JsonNode::at(const std::string& key) const {
    const Json& json = jsonOf(value_);
    const auto found = json.is_object() ? json.find(key) : json.end();
    return {json.is_object() && found != json.end() ? &*found : &nothing(), problem_, file_};
}

JsonNode JsonNode::at(std::size_t index) const {
    const Json& json = jsonOf(value_);
    return {json.is_array() && index < json.size() ? &json[index] : &nothing(), problem_, file_};
}

std::size_t JsonNode::size() const {
    const Json& json = jsonOf(value_);
    return json.is_structured() ? json.size() : 0;
}

std::string JsonNode::text() const {
    return isText() ? jsonOf(value_).get<std::string>() : std::string();
}

std::int64_t JsonNode::number(const std::string& name, std::int64_t limit) const {
    const Json& json = jsonOf(value_);
    if (!json.is_number_integer() || json < 0 || json >= limit) {
        refuse(name + " must be a whole number from 0 to " + std::to_string(limit - 1));
        return 0;
    }
    return json.get<std::int64_t>();
}

JsonNode JsonNode::object(const std::string& key) const {
    static const Json kEmpty = Json::object();
    const JsonNode member = at(key);
    if (!member.isObject()) {
        refuse(inQuotes(key) + " is missing or not an object; download the file again");
        return {&kEmpty, problem_, file_};
    }
    return member;
}

bool JsonNode::flag(const std::string& key, bool absent) const {
    const Json& json = jsonOf(at(key).value_);
    if (json.is_null()) {
        return absent;
    }
    if (!json.is_boolean()) {
        refuse(inQuotes(key) + " must be true or false");
        return absent;
    }
    return json.get<bool>();
}

std::string JsonNode::text(const std::string& key, const std::string& absent) const {
    const JsonNode member = at(key);
    if (member.isNull()) {
        return absent;
    }
    if (!member.isText()) {
        refuse(inQuotes(key) + " must be a string");
        return absent;
    }
    return member.text();
}

std::string JsonNode::tokenText(const std::string& key, const std::string& absent) const {
    const JsonNode member = at(key);
    return member.isObject() ? member.text("content", absent) : text(key, absent);
}

void JsonNode::forEach(
    const std::function<void(const std::string& key, JsonNode value)>& visit) const {
    const Json& json = jsonOf(value_);
    if (!json.is_object()) {
        return;
    }
    for (const auto& [key, value] : json.items()) {
        visit(key, JsonNode(&value, problem_, file_));
    }
}

void JsonNode::refuse(std::string what) const {
    if (!*problem_) {
        *problem_ = Problem{std::move(what), file_->string()};
    }
}

bool JsonNode::refused() const {
    return problem_->has_value();
}

std::string inQuotes(std::string_view text) {
    return '"' + std::string(text) + '"';
}

} // namespace flip
