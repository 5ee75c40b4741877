#include "core/sample/film_list.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace flip {

namespace {

std::vector<std::string_view> partsOf(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

Result<int> parseYear(std::string_view text, const std::string& where) {
    int year = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), year);
    if (error != std::errc() || end != text.data() + text.size() || year < kFirstFilmYear ||
        year > kLastFilmYear) {
        return Problem{"'" + std::string(text) + "' is not a year from " +
                           std::to_string(kFirstFilmYear) + " to " + std::to_string(kLastFilmYear),
                       where};
    }
    return year;
}

Result<std::vector<std::string>> parseGenres(std::string_view text, const std::string& where) {
    const auto& known = filmGenres();
    std::vector<std::string> genres;
    for (const auto genre : partsOf(text, '|')) {
        if (!std::binary_search(known.begin(), known.end(), genre)) {
            return Problem{"unknown genre '" + std::string(genre) + "'", where};
        }
        if (std::find(genres.begin(), genres.end(), genre) != genres.end()) {
            return Problem{"genre '" + std::string(genre) + "' is given twice", where};
        }
        genres.emplace_back(genre);
    }
    return genres;
}

Result<Film> parseFilm(std::string_view line, const std::string& where) {
    const auto parts = partsOf(line, '\t');
    if (parts.size() != 4) {
        return Problem{
            "expected 4 columns separated by tabs, found " + std::to_string(parts.size()), where};
    }
    if (parts[0].empty() || parts[3].empty()) {
        return Problem{"the title or the director is missing", where};
    }
    const auto year = parseYear(parts[1], where);
    if (!year) {
        return year.problem();
    }
    auto genres = parseGenres(parts[2], where);
    if (!genres) {
        return genres.problem();
    }
    return Film{std::string(parts[0]), *year, std::move(*genres), std::string(parts[3])};
}

} // namespace

const std::vector<std::string>& filmGenres() {
    static const std::vector<std::string> genres = {
        "Action",          "Adventure", "Animation", "Comedy",  "Crime",   "Drama",
        "Family",          "Fantasy",   "Horror",    "Musical", "Mystery", "Romance",
        "Science Fiction", "Thriller",  "War",       "Western"};
    return genres;
}

Result<std::vector<Film>> parseFilmList(std::string_view text, const std::string& where) {
    std::vector<Film> films;
    std::set<std::string> titles;
    int number = 0;
    for (const auto line : partsOf(text, '\n')) {
        ++number;
        if (number == 1 || line.empty()) {
            continue;
        }
        const auto place = where + ":" + std::to_string(number);
        auto film = parseFilm(line, place);
        if (!film) {
            return film.problem();
        }
        if (!titles.insert(film->title).second) {
            return Problem{"'" + film->title + "' is in the list twice", place};
        }
        films.push_back(std::move(*film));
    }
    if (films.empty()) {
        return Problem{"the list has no films", where};
    }
    return films;
}

} // namespace flip
