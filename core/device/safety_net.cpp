#include "core/device/safety_net.h"

#include "core/base/log.h"

#include <c10/util/Exception.h>

#include <exception>
#include <new>

namespace flip {

std::optional<Problem> caught(const std::function<void()>& work) {
    try {
        work();
        return std::nullopt;
    } catch (const c10::Error& error) {
        log::error(error.what());
        return Problem{error.what_without_backtrace(), "", /*world=*/true};
    } catch (const std::bad_alloc&) {
        return Problem{"the memory of this machine does not suffice; lower the batch size", "",
                       /*world=*/true};
    } catch (const std::exception& error) {
        log::error(error.what());
        return Problem{error.what(), "", /*world=*/true};
    }
}

} // namespace flip
