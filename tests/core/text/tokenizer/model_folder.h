#pragma once

#include "core/base/random_stream.h"
#include "core/text/tokenizer/tokenizer.h"
#include "tests/core/text/text_files.h"

#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace flip::test {

/// A model folder with some files.
class ModelFolder {
public:
    std::filesystem::path path() const { return folder_.path().toStdString(); }
    void write(const std::string& name, std::string_view bytes) {
        writeBytes(path() / name, bytes);
    }

    /// The Problem of opening it, or an empty one.
    Problem problem() const {
        auto tokenizer = openTokenizer(path());
        return tokenizer ? Problem{} : tokenizer.problem();
    }

private:
    QTemporaryDir folder_;
};

/// Whether the problem is one line and its place is this path or inside it.
inline bool isClear(const Problem& problem, const std::filesystem::path& place) {
    return !problem.what.empty() && problem.text().find('\n') == std::string::npos &&
           problem.where.starts_with(place.string());
}

/// Opens the folder with one to three bytes of a file damaged, `rounds` times. What is refused must
/// be a clear Problem, more than `leastRefused` must be refused, and a tokenizer that opens must
/// return valid ids.
inline void checkDamagedBytes(ModelFolder& folder, const std::string& file,
                              const std::string& valid, std::string_view sentence, int rounds,
                              int leastRefused) {
    // A Problem names tokenizer.json itself; of several files that must agree it may name another.
    const auto place = file == "tokenizer.json" ? folder.path() / file : folder.path();
    RandomStream random(1, "damage");
    int refused = 0;
    for (int i = 0; i < rounds; ++i) {
        std::string damaged = valid;
        for (std::uint64_t bytes = 1 + random.below(3); bytes > 0; --bytes) {
            damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
        }
        folder.write(file, damaged);
        auto tokenizer = openTokenizer(folder.path());
        if (!tokenizer.ok()) {
            ++refused;
            QVERIFY2(isClear(tokenizer.problem(), place), tokenizer.problem().text().c_str());
            continue;
        }
        const auto size = (*tokenizer)->vocabularySize();
        for (const Token& token : (*tokenizer)->sentence(sentence)) {
            QVERIFY(token.id >= 0 && token.id < size);
        }
    }
    QVERIFY(refused > leastRefused);
}

/// Opens tokenizer.json with each member, and each of its parents, replaced by every other kind of
/// value: it opens, or is refused with a clear Problem.
inline void checkMembersOfTheWrongKind(const nlohmann::json& valid) {
    using Json = nlohmann::json;
    const std::vector<Json> kinds = {nullptr, true, -1, 1.5, "text", Json::array(), Json::object()};
    ModelFolder folder;
    int tried = 0;
    const Json flat = valid.flatten();
    for (const auto& [pointer, value] : flat.items()) {
        std::string path = pointer;
        while (!path.empty()) {
            for (const Json& kind : kinds) {
                Json json = valid;
                json[Json::json_pointer(path)] = kind;
                folder.write("tokenizer.json", json.dump());
                auto tokenizer = openTokenizer(folder.path());
                ++tried;
                QVERIFY2(tokenizer.ok() ||
                             isClear(tokenizer.problem(), folder.path() / "tokenizer.json"),
                         path.c_str());
            }
            path.resize(path.rfind('/'));
        }
    }
    QVERIFY(tried > 300);
}

} // namespace flip::test
