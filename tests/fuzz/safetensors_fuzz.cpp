#include "core/base/files.h"
#include "core/formats/safetensors.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <unistd.h>

using namespace flip;

/// A file of any bytes opens or is refused; an open file can be read to its last byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::string path = "/dev/shm/flip-safetensors-fuzz-" + std::to_string(::getpid());
    if (!writeFileAtomically(path, {reinterpret_cast<const char*>(data), size})) {
        return 0;
    }
    const auto file = SafetensorsFile::open(path);
    if (file) {
        unsigned sum = 0;
        for (const auto& [name, view] : file->tensors()) {
            for (const char byte : view.bytes) {
                sum += static_cast<unsigned char>(byte);
            }
            if (static_cast<std::size_t>(view.count()) * numberSize(view.type) !=
                view.bytes.size()) {
                std::abort();
            }
        }
        volatile unsigned keep = sum;
        static_cast<void>(keep);
        static_cast<void>(file->verify());
    }
    ::unlink(path.c_str());
    return 0;
}
