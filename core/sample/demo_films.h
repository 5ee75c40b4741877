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

// The sample project's data: real films, simulated people. The films are facts; who liked which is
// drawn here, so that the right answer is known and the data may travel with the program.
//
// A person has an age group, an occupation and a line saying what they like, "suspense, old films":
// one of four moods, each made of a few genres, and an era. Person p likes film f with probability
// 1 / (1 + exp(-x)). To x add up, first, what words can tell of a film nobody has rated yet:
//
//   standing   of f's genres, decade and director, alike for everybody
//   mood       the share of f's genres that belong to the mood p likes
//   era        f's newness, for or against as p claims to like new films or old ones, and likewise,
//              weaker, as p is young or old
//   occupation a small taste of p's occupation for each of f's genres
//
// and then what only ids can tell, learned from other ratings of the same film or person:
//
//   quality    f's own, beside the standing of its genres, decade and director
//   mildness   p's own, and that of their age group
//   own taste  p's deviation for each of f's genres
//
// Ids know a rated film best, since its title stands for all of its merits at once; of an unrated
// film they know nothing, while its words still say a good deal. Both together know most. Tastes of
// occupations are drawn, not thought out: they tell nothing about real nurses. Which films a person
// rates depends on the films' fame alone.
//
// Twelve of a hundred films occur in no training row: the rows of one of four of them are for
// validation, the others for the test. All other rows are divided 8:1:1.

/// Somebody who rates films; all is words.
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
    double probability = 0; // of liked: what a model that knows everything would say
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

/// Draws people and their ratings of these films: a function of films and seed.
DemoFilms simulateDemoFilms(std::vector<Film> films, std::uint64_t seed);

/// Writes ratings.csv, people.csv, films.csv and split.tsv, made from the film list that travels
/// inside the program: the source of the preset "demo-films", and its split file. Same seed, same
/// bytes.
Result<void> writeDemoFilms(const std::filesystem::path& folder, std::uint64_t seed = kDemoSeed);

} // namespace flip
