#pragma once

#include "tests/core/data/data_files.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace flip::test {

/// An invented dataset in the file format of MovieLens 100K: a user rates every film for which
/// (user + film) % 3 is not 0; stars and times follow formulas.
struct FakeMovieLens {
    int users = 12;
    int films = 9;

    static int stars(int user, int film) { return 1 + (user * 7 + film * 3) % 5; }
    static int time(int user, int film) { return 880000000 + (user * 31 + film * 17) % 97; }
    static bool rates(int user, int film) { return (user + film) % 3 != 0; }

    static std::string gender(int user) { return user % 2 == 0 ? "F" : "M"; }
    static std::string age(int user) { return std::to_string(18 + user % 5); }
    static std::string occupation(int user) { return user % 4 == 0 ? "none" : "writer"; }
    static std::string zipCode(int user) { return "0" + std::to_string(1000 + user); }

    /// Two films share a title, one title contains an accent, one quotes and a comma.
    static std::string title(int film) {
        switch (film) {
        case 1:
            return "Caf\u00e9 (1990)";
        case 2:
            return "\"Quiet\", They Said (1991)";
        case 3:
        case 4:
            return "Twins (1992)";
        default:
            return "Film " + std::to_string(film) + " (1993)";
        }
    }

    /// Film n has the flags n and n + 5 of the nineteen; the last film has none.
    bool hasFlag(int film, int flag) const {
        return film != films && (flag == film || flag == film + 5);
    }

    void writeTo(const std::filesystem::path& folder) const {
        std::string ratings;
        for (int user = 1; user <= users; ++user) {
            for (int film = 1; film <= films; ++film) {
                if (rates(user, film)) {
                    ratings += std::to_string(user) + "\t" + std::to_string(film) + "\t" +
                               std::to_string(stars(user, film)) + "\t" +
                               std::to_string(time(user, film)) + "\n";
                }
            }
        }
        std::string people;
        for (int user = 1; user <= users; ++user) {
            people += std::to_string(user) + "|" + age(user) + "|" + gender(user) + "|" +
                      occupation(user) + "|" + zipCode(user) + "\n";
        }
        std::string items;
        for (int film = 1; film <= films; ++film) {
            items += std::to_string(film) + "|" + title(film) + "|01-Jan-1990||http://film/";
            for (int flag = 0; flag < 19; ++flag) {
                items += hasFlag(film, flag) ? "|1" : "|0";
            }
            items += "\n";
        }
        write(folder / "u.data", ratings);
        write(folder / "u.user", people);
        write(folder / "u.item", QString::fromStdString(items).toLatin1().toStdString());
    }
};

} // namespace flip::test
