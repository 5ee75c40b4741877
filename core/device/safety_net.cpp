#include "core/device/safety_net.h"

#include "core/base/log.h"

#include <c10/util/Exception.h>

#include <exception>
#include <new>

namespace flip {

std::optional<Problem> catchAll(const std::function<void()>& work) {
    try {
        work();
        return std::nullopt;
    } catch (const c10::Error& error) {
        log::error(error.what());
        return Problem{error.what_without_backtrace(), "", /*systemError=*/true};
    } catch (const std::bad_alloc&) {
        return Problem{"this machine does not have enough memory; lower the batch size", "",
                       /*systemError=*/true};
    } catch (const std::exception& error) {
        log::error(error.what());
        return Problem{error.what(), "", /*systemError=*/true};
    }
}

} // namespace flip
