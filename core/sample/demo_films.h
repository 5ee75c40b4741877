#pragma once

#include "core/base/result.h"
#include "core/data/field_info.h"
#include "core/sample/film_list.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace flip {

// The sample project's data: real films, simulated people. Who liked which film is drawn here, so
// that the true probabilities are known and the data can be shipped with the program.
//
// A person has an age group, an occupation and a line with what they like, "suspense, old films":
// one of four moods, each made of a few genres, and an era. Person p likes film f with probability
// 1 / (1 + exp(-x)), where x is a sum. Its first terms can be predicted from text even for a film
// that nobody has rated yet:
//
//   standing   of f's genres, decade and director, the same for everybody
//   mood       the share of f's genres that belong to the mood p likes
//   era        f's newness, with the sign of p's stated liking for new or old films, and likewise,
//              weaker, with the sign of p's youth or age
//   occupation a small taste of p's occupation for each of f's genres
//
// The other terms can be predicted only from ids, by learning from other ratings of the same film
// or person:
//
//   quality    f's own, in addition to the standing of its genres, decade and director
//   mildness   how easily p likes any film: p's own, and that of their age group
//   own taste  p's deviation for each of f's genres
//
// Ids predict a rated film best, since the id of its title stands for all of its merits at once. Of
// an unrated film they know nothing, while its text is still informative. Both together predict
// best. The tastes of occupations are drawn at random and say nothing about real nurses. Which
// films a person rates depends only on the films' fame.
//
// 12 % of the films occur in no training row: the rows of a quarter of them are for validation, the
// others for the test. All other rows are split 8:1:1.

/// A person who rates films, as text.
struct DemoPerson {
    std::string age;        // "thirties"
    std::string occupation; // "nurse"
    std::string likes;      // "suspense, old films"
};

/// One row of the sample data.
struct DemoRating {
    std::size_t person = 0; // index into people
    std::size_t film = 0;   // index into films
    bool liked = false;
    double probability = 0; // the true probability of liked
    Split split = Split::Train;
};

/// The sample data before it is written.
struct DemoFilms {
    std::vector<Film> films;
    std::vector<DemoPerson> people;
    std::vector<DemoRating> ratings; // by person, then by film
};

/// The seed of the sample project.
inline constexpr std::uint64_t kDemoSeed = 4;

/// Draws people and their ratings of these films; films and seed determine the result.
DemoFilms simulateDemoFilms(std::vector<Film> films, std::uint64_t seed);

/// Writes ratings.csv, people.csv, films.csv and split.tsv from the film list embedded in the
/// program: the source of the preset "demo-films", and its split file. Same seed, same bytes.
Result<void> writeDemoFilms(const std::filesystem::path& folder, std::uint64_t seed = kDemoSeed);

} // namespace flip
