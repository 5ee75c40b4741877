#include "core/sample/demo_films.h"

#include "core/base/embedded.h"
#include "core/base/files.h"
#include "core/base/random_stream.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>

namespace flip {

namespace {

constexpr std::size_t kPeople = 200;
constexpr std::int64_t kFewestRatings = 20;
constexpr std::int64_t kMostRatings = 36;
constexpr double kHeldOutFilms = 0.12;
constexpr std::size_t kDecades = (kLastFilmYear - kFirstFilmYear + 1) / 10;

// Sizes of the terms of x, standard deviations if a term is drawn. Chosen by measuring small
// models: each term is large enough to be learned from some 4,700 rows, and neither ids nor text
// make the other redundant.
constexpr double kStart = 0.2;
constexpr double kGenreStanding = 1.15;
constexpr double kDecadeStanding = 0.6;
constexpr double kDirectorStanding = 0.4;
constexpr double kMood = 2.0;
constexpr double kMoodShare = 0.3; // average share of genres in a mood, subtracted so that moods do
                                   // not shift x
constexpr double kEra = 1.0;
constexpr double kAgeEra = 0.5;
constexpr double kOccupationTaste = 0.3;
constexpr double kQuality = 1.0;
constexpr double kMildness = 0.6;
constexpr double kAgeMildness = 0.3;
constexpr double kOwnTaste = 0.4;
constexpr double kFame = 0.6; // of the logarithm of how often a film is chosen

constexpr std::array<const char*, 5> kAges = {"twenties", "thirties", "forties", "fifties",
                                              "sixties"};
constexpr std::array<const char*, 10> kOccupations = {
    "carpenter", "chef",  "engineer", "farmer",  "lawyer",
    "librarian", "nurse", "pilot",    "student", "teacher"};
constexpr std::array<const char*, 2> kEras = {"old films", "new films"};

/// What a person looks for in a film, and the genres that offer it.
struct Mood {
    const char* name;
    std::array<std::string_view, 5> genres;
};
constexpr std::array<Mood, 4> kMoods = {{
    {"suspense", {"Crime", "Horror", "Mystery", "Thriller"}},
    {"laughter", {"Animation", "Comedy", "Family", "Musical"}},
    {"excitement", {"Action", "Adventure", "Fantasy", "Science Fiction", "Western"}},
    {"emotion", {"Drama", "Musical", "Romance", "War"}},
}};

std::size_t drawIndex(RandomStream& stream, std::size_t count) {
    return static_cast<std::size_t>(stream.below(count));
}

/// Independent N(0, deviation) numbers.
std::vector<double> normals(RandomStream& stream, std::size_t count, double deviation) {
    std::vector<double> numbers(count);
    for (double& number : numbers) {
        number = deviation * stream.normal();
    }
    return numbers;
}

/// The same, standardised to mean 0 and exactly this deviation: with few numbers, no seed may make
/// the task much easier or harder.
std::vector<double> standings(RandomStream& stream, std::size_t count, double deviation) {
    auto numbers = normals(stream, count, 1.0);
    const auto size = static_cast<double>(count);
    const double mean = std::accumulate(numbers.begin(), numbers.end(), 0.0) / size;
    double squares = 0;
    for (const double number : numbers) {
        squares += (number - mean) * (number - mean);
    }
    for (double& number : numbers) {
        number = (number - mean) * deviation / std::sqrt(squares / size);
    }
    return numbers;
}

/// A taste for each genre.
using Taste = std::vector<double>; // [genres]

std::vector<Taste> tastes(RandomStream stream, std::size_t owners, double deviation) {
    std::vector<Taste> all(owners);
    for (Taste& taste : all) {
        taste = normals(stream, filmGenres().size(), deviation);
    }
    return all;
}

/// A film as its raters see it.
struct Work {
    std::vector<std::size_t> genres; // indices into filmGenres()
    double newness = 0;              // -1 in the 1930s to 1 in the 2020s
    double merit = 0;                // standing and quality: the same for everybody
    double fame = 0;                 // weight of being chosen
};

std::vector<Work> drawWorks(const std::vector<Film>& films, std::uint64_t seed) {
    std::set<std::string> names;
    for (const Film& film : films) {
        names.insert(film.director);
    }
    RandomStream stream(seed, "demo films");
    const auto ofGenre = standings(stream, filmGenres().size(), kGenreStanding);
    const auto ofDecade = standings(stream, kDecades, kDecadeStanding);
    const auto ofDirector = normals(stream, names.size(), kDirectorStanding);

    std::vector<Work> works;
    for (const Film& film : films) {
        Work work;
        for (const std::string& genre : film.genres) {
            const auto& all = filmGenres();
            const auto found = std::lower_bound(all.begin(), all.end(), genre);
            work.genres.push_back(static_cast<std::size_t>(found - all.begin()));
            work.merit += ofGenre[work.genres.back()];
        }
        work.merit /= std::sqrt(static_cast<double>(work.genres.size()));
        const int decade = (film.decade() - kFirstFilmYear) / 10;
        const auto director = std::distance(names.begin(), names.find(film.director));
        work.newness = 2.0 * decade / (kDecades - 1.0) - 1.0;
        work.merit += ofDecade[static_cast<std::size_t>(decade)] +
                      ofDirector[static_cast<std::size_t>(director)] + kQuality * stream.normal();
        work.fame = std::exp(kFame * stream.normal());
        works.push_back(std::move(work));
    }
    return works;
}

/// The hidden traits of a person.
struct Rater {
    std::size_t age = 0;
    std::size_t occupation = 0;
    std::size_t mood = 0;
    std::size_t era = 0;
    double mildness = 0;
    double newnessTaste = 0;
    Taste taste; // own and the occupation's

    DemoPerson visible() const {
        return {kAges[age], kOccupations[occupation],
                std::string(kMoods[mood].name) + ", " + kEras[era]};
    }
};

std::vector<Rater> drawRaters(std::uint64_t seed) {
    RandomStream stream(seed, "demo people");
    RandomStream mildness(seed, "demo mildness");
    const auto ofAge = standings(mildness, kAges.size(), kAgeMildness);
    const auto ofOccupation =
        tastes({seed, "demo occupations"}, kOccupations.size(), kOccupationTaste);
    auto own = tastes({seed, "demo own tastes"}, kPeople, kOwnTaste);

    std::vector<Rater> raters;
    for (std::size_t p = 0; p < kPeople; ++p) {
        Rater rater;
        rater.age = drawIndex(stream, kAges.size());
        rater.occupation = drawIndex(stream, kOccupations.size());
        rater.mood = drawIndex(stream, kMoods.size());
        rater.era = drawIndex(stream, kEras.size());
        rater.mildness = ofAge[rater.age] + kMildness * mildness.normal();
        const double youth = 1.0 - 2.0 * static_cast<double>(rater.age) / (kAges.size() - 1.0);
        rater.newnessTaste = (rater.era == 0 ? -kEra : kEra) + kAgeEra * youth;
        rater.taste = std::move(own[p]);
        for (std::size_t g = 0; g < rater.taste.size(); ++g) {
            rater.taste[g] += ofOccupation[rater.occupation][g];
        }
        raters.push_back(std::move(rater));
    }
    return raters;
}

/// x, as defined in the header.
double affinity(const Rater& rater, const Work& work) {
    const auto& wanted = kMoods[rater.mood].genres;
    double taste = 0;
    double inMood = 0;
    for (const std::size_t genre : work.genres) {
        taste += rater.taste[genre];
        inMood +=
            static_cast<double>(std::count(wanted.begin(), wanted.end(), filmGenres()[genre]));
    }
    const auto count = static_cast<double>(work.genres.size());
    return kStart + work.merit + rater.mildness + taste / std::sqrt(count) +
           kMood * (inMood / count - kMoodShare) + rater.newnessTaste * work.newness;
}

/// A sample of films weighted by fame, without replacement, ascending: those with the smallest
/// exponential waiting times (Efraimidis and Spirakis 2006).
std::vector<std::size_t> chooseFilms(const std::vector<Work>& works, RandomStream& stream) {
    const auto wanted = static_cast<std::size_t>(
        kFewestRatings +
        static_cast<std::int64_t>(stream.below(kMostRatings - kFewestRatings + 1)));
    std::vector<double> wait;
    for (const Work& work : works) {
        wait.push_back(-std::log(1.0 - stream.uniform()) / work.fame);
    }
    std::vector<std::size_t> chosen(works.size());
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    std::sort(chosen.begin(), chosen.end(),
              [&](std::size_t a, std::size_t b) { return wait[a] < wait[b]; });
    chosen.resize(std::min(chosen.size(), wanted));
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

std::vector<DemoRating> drawRatings(const std::vector<Rater>& raters,
                                    const std::vector<Work>& works, std::uint64_t seed) {
    RandomStream choice(seed, "demo choice");
    RandomStream verdict(seed, "demo verdict");
    std::vector<DemoRating> ratings;
    for (std::size_t p = 0; p < raters.size(); ++p) {
        for (const std::size_t f : chooseFilms(works, choice)) {
            const double probability = 1.0 / (1.0 + std::exp(-affinity(raters[p], works[f])));
            ratings.push_back({p, f, verdict.uniform() < probability, probability});
        }
    }
    return ratings;
}

void assignSplits(std::vector<DemoRating>& ratings, std::size_t films, std::uint64_t seed) {
    const auto heldOut = RandomStream(seed, "demo held-out films")
                             .sample(static_cast<std::int64_t>(films),
                                     std::llround(kHeldOutFilms * static_cast<double>(films)));
    std::vector<Split> splitOf(films, Split::Train);
    for (std::size_t i = 0; i < heldOut.size(); ++i) {
        splitOf[static_cast<std::size_t>(heldOut[i])] = i % 4 == 3 ? Split::Valid : Split::Test;
    }
    std::vector<DemoRating*> others;
    for (DemoRating& rating : ratings) {
        rating.split = splitOf[rating.film];
        if (rating.split == Split::Train) {
            others.push_back(&rating);
        }
    }
    const auto order =
        RandomStream(seed, "demo split").permutation(static_cast<std::int64_t>(others.size()));
    const std::size_t tenth = others.size() / 10;
    for (std::size_t i = 0; i < 2 * tenth; ++i) {
        others[static_cast<std::size_t>(order[i])]->split = i < tenth ? Split::Valid : Split::Test;
    }
}

/// p1, p2, ...
std::string identifier(char letter, std::size_t index) {
    return letter + std::to_string(index + 1);
}

/// One record, with fields quoted where RFC 4180 requires it.
std::string csvLine(std::initializer_list<std::string> fields) {
    std::string line;
    for (const std::string& field : fields) {
        line += line.empty() ? "" : ",";
        if (field.find_first_of(",\"\r\n") == std::string::npos) {
            line += field;
            continue;
        }
        line += '"';
        for (const char c : field) {
            line += c == '"' ? std::string("\"\"") : std::string(1, c);
        }
        line += '"';
    }
    return line + '\n';
}

std::string filmsCsv(const std::vector<Film>& films) {
    std::string lines = "film_id,title,year,decade,genres,director\n";
    for (std::size_t f = 0; f < films.size(); ++f) {
        const Film& film = films[f];
        std::string genres;
        for (const std::string& genre : film.genres) {
            genres += (genres.empty() ? "" : ", ") + genre;
        }
        lines += csvLine({identifier('f', f), film.title, std::to_string(film.year),
                          std::to_string(film.decade()) + 's', genres, film.director});
    }
    return lines;
}

std::string peopleCsv(const std::vector<DemoPerson>& people) {
    std::string lines = "person_id,age,occupation,likes\n";
    for (std::size_t p = 0; p < people.size(); ++p) {
        lines +=
            csvLine({identifier('p', p), people[p].age, people[p].occupation, people[p].likes});
    }
    return lines;
}

std::string ratingsCsv(const std::vector<DemoRating>& ratings) {
    std::string lines = "person_id,film_id,liked\n";
    for (const DemoRating& rating : ratings) {
        lines += csvLine({identifier('p', rating.person), identifier('f', rating.film),
                          rating.liked ? "1" : "0"});
    }
    return lines;
}

std::string splitTsv(const std::vector<DemoRating>& ratings) {
    std::string lines = "row_index\tsplit\n";
    for (std::size_t i = 0; i < ratings.size(); ++i) {
        lines += std::to_string(i) + '\t' + std::string(splitName(ratings[i].split)) + '\n';
    }
    return lines;
}

} // namespace

DemoFilms simulateDemoFilms(std::vector<Film> films, std::uint64_t seed) {
    const auto raters = drawRaters(seed);
    const auto works = drawWorks(films, seed);
    DemoFilms data;
    data.ratings = drawRatings(raters, works, seed);
    assignSplits(data.ratings, films.size(), seed);
    data.films = std::move(films);
    for (const Rater& rater : raters) {
        data.people.push_back(rater.visible());
    }
    return data;
}

Result<void> writeDemoFilms(const std::filesystem::path& folder, std::uint64_t seed) {
    auto films = parseFilmList(embeddedFile("demo/films.tsv"), "demo/films.tsv");
    if (!films) {
        return films.problem();
    }
    const auto data = simulateDemoFilms(std::move(*films), seed);
    if (auto made = makeFolder(folder); !made) {
        return made;
    }
    const std::array<std::pair<const char*, std::string>, 4> files = {{
        {"films.csv", filmsCsv(data.films)},
        {"people.csv", peopleCsv(data.people)},
        {"ratings.csv", ratingsCsv(data.ratings)},
        {"split.tsv", splitTsv(data.ratings)},
    }};
    for (const auto& [name, lines] : files) {
        if (auto written = writeFileAtomically(folder / name, lines); !written) {
            return written;
        }
    }
    return {};
}

} // namespace flip
