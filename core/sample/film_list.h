#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// One real film of the sample project.
struct Film {
    std::string title;
    int year = 0;
    std::vector<std::string> genres; // at least one, of filmGenres()
    std::string director;

    int decade() const { return year / 10 * 10; }
};

inline constexpr int kFirstFilmYear = 1930;
inline constexpr int kLastFilmYear = 2029;

/// The genres that a film list may contain, sorted.
const std::vector<std::string>& filmGenres();

/// Parses a film list: a header, then lines of title, year, genres joined by "|" and director,
/// separated by tabs. Unknown genres, years out of range and duplicate titles are Problems that
/// name `where` and the line.
Result<std::vector<Film>> parseFilmList(std::string_view text, const std::string& where);

} // namespace flip
