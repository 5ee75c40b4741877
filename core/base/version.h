#pragma once

#include <string>

namespace flip {

/// The version of this program, as set in the top-level CMakeLists.txt: "0.1.0".
const char* programVersion();

/// The commit that a program linked with flip_commit was built from, "3f2a9c1d04", with a "+" if
/// files differed from it; empty if it was not built from a repository.
const char* builtCommit();

/// Sets the commit that programText() names. Call it once, before starting threads.
void setProgramCommit(const char* commit);

/// "0.1.0, commit 3f2a9c1d04", or the version alone if no commit is known.
std::string programText();

} // namespace flip
