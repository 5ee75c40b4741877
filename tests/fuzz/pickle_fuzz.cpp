#include "core/formats/state_dict.h"

#include <cstdint>
#include <string>
#include <string_view>

using namespace flip;

/// Any bytes give a state dict or a Problem; the tensors of a state dict can be copied completely.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::int64_t kMost = 4096; // numbers copied; a tensor may repeat its numbers
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto dict = readStateDict(bytes, "fuzz.bin")) {
        for (const auto& [name, tensor] : dict->tensors) {
            const std::uint64_t held = dict->storages.at(tensor.storage).bytes();
            if (tensor.count() <= kMost && held <= kMost * 8) {
                const std::string storage(static_cast<std::size_t>(held), 'x');
                std::string copy(static_cast<std::size_t>(tensor.count()) * numberSize(tensor.type),
                                 '\0');
                copyTensor(tensor, storage, copy.data());
            }
        }
    }
    if (isLegacyStateDict(bytes)) {
        if (const auto file = readLegacyStateDict(bytes, "fuzz.bin")) {
            for (const auto& [name, tensor] : file->dict.tensors) {
                if (tensor.count() <= kMost) {
                    std::string copy(
                        static_cast<std::size_t>(tensor.count()) * numberSize(tensor.type), '\0');
                    copyTensor(tensor, file->storages.at(tensor.storage), copy.data());
                }
            }
        }
    }
    return 0;
}
