#pragma once

#include <string>

namespace flip {

/// The version of this program, as the build's root names it: "0.1.0".
const char* programVersion();

/// Of a program that is linked with flip_commit: the commit it was built from, "3f2a9c1d04", with a
/// "+" where files differed from it; empty where it was built from no repository.
const char* builtCommit();

/// Lets programText() name the commit. A program calls it once, before its first thread.
void setProgramCommit(const char* commit);

/// "0.1.0, commit 3f2a9c1d04", or the version alone where no commit is known.
std::string programText();

} // namespace flip
