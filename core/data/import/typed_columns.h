#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace flip {

/// The preset whose schema is not shipped but made from the files' headers.
inline constexpr const char* kTypedColumnsPreset = "recbole";

/// A schema for files in RecBole's layout, NAME.inter and, if they exist, NAME.user and NAME.item,
/// made from the types in their headers, "user_id:token", "genre:token_seq". Tokens become
/// categories, token sequences lists, floats numbers; float sequences are left out. The label is
/// the column "label" (1 is positive) or else "rating" (above 3 is positive), the time is
/// "timestamp". Anything missing or malformed is a Problem with its place.
Result<std::string> schemaFromTypedColumns(const std::filesystem::path& source);

} // namespace flip
