# Writes a source file with the commit of a tree: cmake -DSOURCE=... -DFILE=... -P WriteCommit.cmake.
# The file is not changed while the commit stays the same, so that nothing is relinked. A tree without
# git, such as an unpacked archive, has no commit.
set(commit "")
find_program(git git)
if(git AND EXISTS ${SOURCE}/.git)
    execute_process(COMMAND ${git} -C ${SOURCE} describe --always --abbrev=10 --dirty=+ --exclude=*
                    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
file(CONFIGURE OUTPUT ${FILE} CONTENT [[
#include "core/base/version.h"

namespace flip {

const char* builtCommit() {
    return "@commit@";
}

} // namespace flip
]] @ONLY NEWLINE_STYLE UNIX)
