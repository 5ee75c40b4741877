#include "core/formats/safetensors.h"

#include "core/base/hashing.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace flip {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaximumHeader = 100u << 20; // the format's own limit

struct NumberTypeRow {
    NumberType type;
    std::string_view name;
    std::size_t size;
};

constexpr std::array<NumberTypeRow, 10> kNumberTypes{{{NumberType::F64, "F64", 8},
                                                      {NumberType::F32, "F32", 4},
                                                      {NumberType::F16, "F16", 2},
                                                      {NumberType::BF16, "BF16", 2},
                                                      {NumberType::I64, "I64", 8},
                                                      {NumberType::I32, "I32", 4},
                                                      {NumberType::I16, "I16", 2},
                                                      {NumberType::I8, "I8", 1},
                                                      {NumberType::U8, "U8", 1},
                                                      {NumberType::Bool, "BOOL", 1}}};

const NumberTypeRow& rowOf(NumberType type) {
    return *std::find_if(kNumberTypes.begin(), kNumberTypes.end(),
                         [&](const NumberTypeRow& row) { return row.type == type; });
}

const NumberTypeRow* rowNamed(const std::string& name) {
    const auto found = std::find_if(kNumberTypes.begin(), kNumberTypes.end(),
                                    [&](const NumberTypeRow& row) { return row.name == name; });
    return found == kNumberTypes.end() ? nullptr : &*found;
}

/// Parses one entry of the header and checks it against the size of the data after the header.
Result<TensorView> readEntry(const std::string& name, const Json& entry, std::string_view data,
                             const std::string& where) {
    const auto bad = [&](const std::string& what) {
        return Problem{"tensor '" + name + "' " + what + "; the file is damaged, get it again",
                       where};
    };
    if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string() ||
        !entry.contains("shape") || !entry["shape"].is_array() || !entry.contains("data_offsets") ||
        !entry["data_offsets"].is_array() || entry["data_offsets"].size() != 2) {
        return bad("lacks dtype, shape or data_offsets");
    }
    const auto typeName = entry["dtype"].get<std::string>();
    const NumberTypeRow* type = rowNamed(typeName);
    if (type == nullptr) {
        return Problem{"tensor '" + name + "' has the number type " + typeName +
                           ", which is not supported; convert the file to F32",
                       where};
    }
    TensorView view;
    view.type = type->type;
    std::uint64_t expected = type->size;
    for (const Json& extent : entry["shape"]) {
        if (!extent.is_number_unsigned()) {
            return bad("has a negative or fractional extent");
        }
        const auto value = extent.get<std::uint64_t>();
        if (value != 0 && expected > std::numeric_limits<std::uint64_t>::max() / value) {
            return bad("has a shape too large for any file");
        }
        expected *= value;
        view.shape.push_back(static_cast<std::int64_t>(value));
    }
    if (!entry["data_offsets"][0].is_number_unsigned() ||
        !entry["data_offsets"][1].is_number_unsigned()) {
        return bad("has offsets that are not whole numbers");
    }
    const auto begin = entry["data_offsets"][0].get<std::uint64_t>();
    const auto end = entry["data_offsets"][1].get<std::uint64_t>();
    if (begin > end || end > data.size()) {
        return bad("reaches beyond the end of the file");
    }
    if (end - begin != expected) {
        return bad("has a size that does not fit its shape");
    }
    view.bytes = data.substr(begin, end - begin);
    return view;
}

constexpr std::string_view kHashKey = "flip.content_hash";

/// The position of the hash's digits in the bytes before the tensors, or npos.
std::size_t positionOfHash(std::string_view head, std::string_view digits) {
    const std::string entry = '"' + std::string(kHashKey) + "\":\"" + std::string(digits);
    const std::size_t at = head.find(entry);
    return at == std::string_view::npos ? at : at + entry.size() - digits.size();
}

const std::string kHashPlaceholder(32, '0'); // written in place of the hash while it is computed

/// The length of the header, which a file begins with.
std::uint64_t headerSizeOf(std::string_view bytes) {
    std::uint64_t size = 0;
    std::memcpy(&size, bytes.data(), sizeof size);
    return size;
}

/// The file's bytes before its tensors.
std::string_view headOf(std::string_view bytes) {
    return bytes.substr(0, sizeof(std::uint64_t) + headerSizeOf(bytes));
}

Result<void> checkOverlaps(const std::map<std::string, TensorView>& tensors,
                           const std::string& where) {
    std::vector<std::string_view> ranges;
    for (const auto& [name, view] : tensors) {
        if (!view.bytes.empty()) {
            ranges.push_back(view.bytes);
        }
    }
    std::sort(ranges.begin(), ranges.end(),
              [](std::string_view a, std::string_view b) { return a.data() < b.data(); });
    for (std::size_t i = 1; i < ranges.size(); ++i) {
        if (ranges[i - 1].data() + ranges[i - 1].size() > ranges[i].data()) {
            return Problem{"two tensors overlap; the file is damaged, get it again", where};
        }
    }
    return {};
}

} // namespace

std::size_t numberSize(NumberType type) {
    return rowOf(type).size;
}

std::string_view numberTypeName(NumberType type) {
    return rowOf(type).name;
}

std::int64_t TensorView::count() const {
    std::int64_t product = 1;
    for (const std::int64_t extent : shape) {
        product *= extent;
    }
    return product;
}

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path) {
    auto mapped = MappedFile::open(path);
    if (!mapped) {
        return mapped.problem();
    }
    SafetensorsFile result;
    result.path_ = path;
    result.file_ = std::move(*mapped);
    const std::string where = path.string();
    const std::string_view bytes = result.file_.bytes();
    if (bytes.size() < sizeof(std::uint64_t)) {
        return Problem{"is too short for a safetensors file; get it again", where};
    }
    const std::uint64_t headerSize = headerSizeOf(bytes);
    if (headerSize > kMaximumHeader || headerSize > bytes.size() - sizeof headerSize) {
        return Problem{"is not a safetensors file, or is cut off: its header is longer than the "
                       "file; get it again",
                       where};
    }
    const Json header = Json::parse(bytes.substr(sizeof headerSize, headerSize), nullptr,
                                    /*allow_exceptions=*/false);
    if (!header.is_object()) {
        return Problem{"has a header that is not a JSON object; get it again", where};
    }
    const std::string_view data = bytes.substr(sizeof headerSize + headerSize);
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") {
            for (const auto& [key, value] : entry.items()) {
                if (key == kHashKey && value.is_string()) {
                    result.hash_ = value.get<std::string>();
                } else if (value.is_string()) {
                    result.metadata_[key] = value.get<std::string>();
                }
            }
            continue;
        }
        auto view = readEntry(name, entry, data, where);
        if (!view) {
            return view.problem();
        }
        result.tensors_.emplace(name, std::move(*view));
    }
    if (auto checked = checkOverlaps(result.tensors_, where); !checked) {
        return checked.problem();
    }
    return result;
}

Result<void> SafetensorsFile::verify() const {
    const Problem damaged{"is damaged: its content is not what was written", path_.string()};
    if (hash_.empty()) {
        return hasHashUnderDamagedKey() ? damaged : Result<void>();
    }
    const std::string_view bytes = file_.bytes();
    const std::size_t at = positionOfHash(headOf(bytes), hash_);
    ContentHasher hasher;
    if (at != std::string_view::npos) {
        hasher.add(bytes.substr(0, at));
        hasher.add(kHashPlaceholder);
        hasher.add(bytes.substr(at + hash_.size()));
    }
    return hasher.digest() == hash_ ? Result<void>() : damaged;
}

/// Whether a metadata value is the hash of this file under a damaged key: such a file must not pass
/// as one that never had a hash.
bool SafetensorsFile::hasHashUnderDamagedKey() const {
    const std::string_view bytes = file_.bytes();
    return std::ranges::any_of(metadata_, [&](const auto& entry) {
        const std::string& hash = entry.second;
        const std::string mark = "\":\"" + hash;
        const std::size_t nameEnd = hash.size() == kHashPlaceholder.size()
                                        ? headOf(bytes).find(mark)
                                        : std::string_view::npos;
        if (nameEnd == std::string_view::npos || nameEnd < kHashKey.size()) {
            return false;
        }
        ContentHasher hasher;
        hasher.add(bytes.substr(0, nameEnd - kHashKey.size()));
        hasher.add(kHashKey);
        hasher.add(std::string_view(mark).substr(0, mark.size() - hash.size()));
        hasher.add(kHashPlaceholder);
        hasher.add(bytes.substr(nameEnd + mark.size()));
        return hasher.digest() == hash;
    });
}

const TensorView* SafetensorsFile::find(const std::string& name) const {
    const auto found = tensors_.find(name);
    return found == tensors_.end() ? nullptr : &found->second;
}

Result<void> writeSafetensors(const std::filesystem::path& file,
                              const std::map<std::string, TensorView>& tensors,
                              const std::map<std::string, std::string>& metadata) {
    Json header = Json::object();
    header["__metadata__"] = metadata;
    header["__metadata__"][kHashKey] = kHashPlaceholder;
    std::uint64_t offset = 0;
    std::vector<std::string_view> pieces{{}};
    for (const auto& [name, view] : tensors) {
        const std::uint64_t end = offset + view.bytes.size();
        header[name] = {{"dtype", std::string(numberTypeName(view.type))},
                        {"shape", view.shape},
                        {"data_offsets", {offset, end}}};
        pieces.push_back(view.bytes);
        offset = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' '); // aligns the tensors for every number type
    const std::uint64_t headerSize = text.size();
    std::string prefix(sizeof headerSize, '\0');
    std::memcpy(prefix.data(), &headerSize, sizeof headerSize);
    prefix += text;
    pieces.front() = prefix;
    ContentHasher hasher;
    for (const std::string_view piece : pieces) {
        hasher.add(piece);
    }
    prefix.replace(positionOfHash(prefix, kHashPlaceholder), kHashPlaceholder.size(),
                   hasher.digest());
    pieces.front() = prefix;
    return writeFileAtomically(file, std::span<const std::string_view>(pieces));
}

} // namespace flip
