#include "core/base/log.h"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>

namespace flip::log {

namespace {

std::mutex mutex;
std::shared_ptr<spdlog::logger> logger; // guarded by mutex

} // namespace

void openFile(const std::filesystem::path& file) {
    const std::lock_guard guard(mutex);
    try {
        auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(),
                                                                           /*max_size=*/5 << 20,
                                                                           /*max_files=*/3);
        logger = std::make_shared<spdlog::logger>("flip", std::move(sink));
        logger->flush_on(spdlog::level::info);
    } catch (const spdlog::spdlog_ex&) {
        // A log that cannot be written must not stop the program.
        logger.reset();
    }
}

void error(std::string_view line) {
    const std::lock_guard guard(mutex);
    if (logger) {
        logger->error("{}", line);
    }
}

} // namespace flip::log
