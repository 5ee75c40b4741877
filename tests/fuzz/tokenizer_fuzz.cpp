#include "core/base/files.h"
#include "core/text/tokenizer/tokenizer.h"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <unistd.h>

using namespace flip;

/// Any tokenizer.json is loaded or refused; a loaded one returns ids of its vocabulary, in text
/// order.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::filesystem::path folder =
        "/dev/shm/flip-tokenizer-fuzz-" + std::to_string(::getpid());
    std::error_code ignored;
    std::filesystem::create_directory(folder, ignored);
    if (!writeFileAtomically(folder / "tokenizer.json",
                             {reinterpret_cast<const char*>(data), size})) {
        return 0;
    }
    const auto tokenizer = openTokenizer(folder);
    std::filesystem::remove_all(folder, ignored);
    if (!tokenizer) {
        return 0;
    }
    std::int32_t end = 0;
    for (const Token& token :
         (*tokenizer)->pieces("Don't \xC3\x89t\xC3\xA9, [MASK]  \xE4\xB8\xAD\xE6\x96\x87 x1\n9")) {
        if (token.id < 0 || token.id >= (*tokenizer)->vocabularySize() || token.begin > token.end ||
            token.end < end) {
            std::abort();
        }
        end = token.end;
    }
    return 0;
}
