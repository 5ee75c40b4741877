#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace flip {

/// The preset whose schema is not shipped but read off the files.
inline constexpr const char* kTypedColumnsPreset = "recbole";

/// A schema for files in RecBole's layout, made from the types in their headers: NAME.inter, and
/// NAME.user and NAME.item where they are there, "user_id:token", "genre:token_seq". Tokens become
/// categories, sequences of them lists, floats numbers; sequences of floats are left out. The label
/// is the column "label" (1 is positive) or else "rating" (above 3), the time is "timestamp". What
/// is missing or written otherwise is a Problem with file and line.
Result<std::string> schemaFromTypedColumns(const std::filesystem::path& source);

} // namespace flip
