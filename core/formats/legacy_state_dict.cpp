#include "core/formats/pickle.h"
#include "core/formats/state_dict.h"

#include <cstring>
#include <limits>

namespace flip {

namespace {

/// Every such file begins with a pickle of this number of ten bytes.
constexpr std::string_view kMagic{"\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10};
constexpr std::int64_t kVersion = 1001;

Problem damaged(const std::string& what, const std::string& where) {
    return {what + "; the file is damaged, get it again", where};
}

/// Reads the next pickle, which may name no Python globals, and removes it from `rest`.
Result<Pickle> nextPickle(std::string_view& rest, const std::string& where) {
    auto pickle = Pickle::read(rest, {}, where);
    if (pickle) {
        rest.remove_prefix(pickle->size());
    }
    return pickle;
}

bool isBigEndian(const Pickle& system) {
    const PickleValue& table = system.root();
    for (std::size_t i = 0; table.kind == PickleValue::Kind::Dict && i + 1 < table.items.size();
         i += 2) {
        if (system[table.items[i]].text == "little_endian") {
            return system[table.items[i + 1]].integer == 0;
        }
    }
    return false;
}

/// Reads the storages after the pickles: for each key in order, a count and the numbers.
Result<void> readStorages(std::string_view rest, const Pickle& keys, const std::string& where,
                          LegacyStateDict& file) {
    for (const PickleValue::Id id : keys.root().items) {
        const std::string key(keys[id].text);
        const auto described = file.dict.storages.find(key);
        if (described == file.dict.storages.end()) {
            return damaged("holds a storage that nothing refers to", where);
        }
        std::int64_t count = 0;
        if (rest.size() < sizeof count) {
            return damaged("is cut off before its last storage", where);
        }
        std::memcpy(&count, rest.data(), sizeof count);
        rest.remove_prefix(sizeof count);
        if (count != described->second.count) {
            return damaged("has a storage whose size differs from the stated size", where);
        }
        if (described->second.bytes() > rest.size()) {
            return damaged("is cut off in the middle of a storage", where);
        }
        const auto bytes = static_cast<std::size_t>(described->second.bytes());
        file.storages[key] = rest.substr(0, bytes);
        rest.remove_prefix(bytes);
    }
    for (const auto& [name, tensor] : file.dict.tensors) {
        if (!file.storages.contains(tensor.storage)) {
            return damaged("lacks the numbers of the tensor '" + name + "'", where);
        }
    }
    return {};
}

} // namespace

bool isLegacyStateDict(std::string_view file) {
    const auto pickle = Pickle::read(file.substr(0, 64), {}, "");
    return pickle && pickle->root().text == kMagic;
}

Result<LegacyStateDict> readLegacyStateDict(std::string_view bytes, const std::string& where) {
    std::string_view rest = bytes;
    if (auto magic = nextPickle(rest, where); !magic) {
        return magic.problem();
    }
    const auto version = nextPickle(rest, where);
    if (!version) {
        return version.problem();
    }
    if (version->root().integer != kVersion) {
        return damaged("is of an unknown version of torch.save", where);
    }
    const auto system = nextPickle(rest, where);
    if (!system) {
        return system.problem();
    }
    if (isBigEndian(*system)) {
        return Problem{"was written on a big-endian machine; save it again as model.safetensors",
                       where};
    }
    auto dict = readStateDict(rest, where);
    if (!dict) {
        return dict.problem();
    }
    rest.remove_prefix(dict->pickleSize);
    const auto keys = nextPickle(rest, where);
    if (!keys) {
        return keys.problem();
    }
    LegacyStateDict file{std::move(*dict), {}};
    if (auto read = readStorages(rest, *keys, where, file); !read) {
        return read.problem();
    }
    return file;
}

} // namespace flip
