#include "core/data/dataset.h"

#include "core/base/hashing.h"
#include "core/data/import/import.h"
#include "core/data/manifest.h"
#include "tests/core/data/data_files.h"
#include "tests/core/rounds.h"

#include <QTemporaryDir>
#include <QtTest>

#include <nlohmann/json.hpp>

#include <memory>

using namespace flip;

namespace {

std::string contentOf(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

} // namespace

class DatasetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        const std::filesystem::path top = folder_->path().toStdString();
        test::writeShop(top / "raw");
        const auto report = importDataset(test::shopRequest(top / "raw"), top / "datasets");
        FLIP_VERIFY_OK(report);
        dataset_ = report->folder;
    }

    void takesItsNameFromItsFolder();
    void verifyNamesEveryColumnWithAChangedByte();
    void openNamesAColumnOfTheWrongSize_data();
    void openNamesAColumnOfTheWrongSize();
    void noChangedByteOfTheManifestGoesUnnoticed();
    void readsAManifestThatNamesNoFiles();
    void refusesAnotherFormat();
    void readsTheCountsOfOlderVersions();
    void readsDamagedOffsetsWithoutLeavingTheFile();
    void refusesAFolderWithoutManifest();

private:
    std::vector<std::filesystem::path> columns() const {
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(dataset_ / "columns")) {
            files.push_back(entry.path());
        }
        return files;
    }

    std::unique_ptr<QTemporaryDir> folder_;
    std::filesystem::path dataset_;
};

void DatasetTest::takesItsNameFromItsFolder() {
    const auto moved = dataset_.parent_path() / "moved";
    std::filesystem::rename(dataset_, moved);
    for (const auto& path : {moved, moved / ""}) {
        const auto data = Dataset::open(path);
        FLIP_VERIFY_OK(data);
        QCOMPARE(data->name(), std::string("moved"));
    }
}

void DatasetTest::verifyNamesEveryColumnWithAChangedByte() {
    {
        const auto data = Dataset::open(dataset_);
        FLIP_VERIFY_OK(data);
        QVERIFY(data->verify().empty());
    }
    QVERIFY(columns().size() > 10);
    for (const auto& file : columns()) {
        const std::string sound = contentOf(file);
        for (const std::size_t at : {std::size_t{0}, sound.size() / 2, sound.size() - 1}) {
            std::string damaged = sound;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
            test::write(file, damaged);
            const auto data = Dataset::open(dataset_);
            FLIP_VERIFY_OK(data); // the sizes are right
            const auto problems = data->verify();
            QCOMPARE(problems.size(), std::size_t{1});
            QCOMPARE(problems.front().where, file.string());
        }
        test::write(file, sound);
    }
}

void DatasetTest::openNamesAColumnOfTheWrongSize_data() {
    QTest::addColumn<QString>("damage");
    QTest::newRow("truncated") << "cut";
    QTest::newRow("longer") << "longer";
    QTest::newRow("empty") << "empty";
    QTest::newRow("missing") << "missing";
}

void DatasetTest::openNamesAColumnOfTheWrongSize() {
    QFETCH(QString, damage);
    for (const auto& file : columns()) {
        const std::string sound = contentOf(file);
        if (damage == "cut") {
            test::write(file, sound.substr(0, sound.size() - 1));
        } else if (damage == "longer") {
            test::write(file, sound + "x");
        } else if (damage == "empty") {
            test::write(file, "");
        } else {
            std::filesystem::remove(file);
        }
        const auto data = Dataset::open(dataset_);
        QVERIFY(!data.ok());
        QCOMPARE(data.problem().where, file.string());
        test::write(file, sound);
    }
    FLIP_VERIFY_OK(Dataset::open(dataset_));
}

void DatasetTest::noChangedByteOfTheManifestGoesUnnoticed() {
    const auto file = dataset_ / Manifest::kFileName;
    const std::string sound = contentOf(file);
    const auto original = Manifest::fromJson(sound, "manifest");
    FLIP_VERIFY_OK(original);
    int noticed = 0;
    const std::size_t step = 8 / static_cast<std::size_t>(test::rounds(8));
    for (std::size_t at = 0; at < sound.size(); at += step) {
        std::string damaged = sound;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x01);
        const auto manifest = Manifest::fromJson(damaged, "manifest");
        // Whitespace may change; then what is read must still be what was written.
        if (manifest) {
            QCOMPARE(manifest->toJson(), original->toJson());
        } else {
            QCOMPARE(manifest.problem().where, std::string("manifest"));
            ++noticed;
        }
    }
    QVERIFY(noticed > static_cast<int>(sound.size() / step / 2));
    test::write(file, sound.substr(0, sound.size() / 2));
    const auto data = Dataset::open(dataset_);
    QVERIFY(!data.ok());
    QCOMPARE(data.problem().where, file.string());
}

/// As older versions wrote it.
void DatasetTest::readsAManifestThatNamesNoFiles() {
    const auto file = dataset_ / Manifest::kFileName;
    auto json = nlohmann::json::parse(contentOf(file));
    QCOMPARE(json.at("import").at("tables").size(), std::size_t{2});
    json.at("import").erase("tables");
    json.erase("checksum");
    json["checksum"] = contentHash(json.dump());
    test::write(file, json.dump(2));
    const auto data = Dataset::open(dataset_);
    FLIP_VERIFY_OK(data);
    QCOMPARE(data->hash(), json.at("hash").get<std::string>());
    QVERIFY(data->source() == (ImportSource{.splitRule = "random", .splitSeed = 1}));
    QCOMPARE(nlohmann::json::parse(data->toJson()).at("files"), nlohmann::json::object());
}

void DatasetTest::refusesAnotherFormat() {
    const auto file = dataset_ / Manifest::kFileName;
    std::string text = contentOf(file);
    const std::string ours = "\"format\": 1";
    const std::string beyond = std::to_string(Manifest::kLastFormat + 1);
    text.replace(text.find(ours), ours.size(), "\"format\": " + beyond);
    test::write(file, text);
    const auto data = Dataset::open(dataset_);
    QVERIFY(!data.ok());
    QVERIFY(data.problem().what.starts_with("the dataset has format " + beyond));
}

void DatasetTest::readsTheCountsOfOlderVersions() {
    auto json = nlohmann::json::parse(contentOf(dataset_ / Manifest::kFileName));
    auto& import = json["import"];
    import.erase("table_lines");
    import.erase("other_unnamed_rows");
    import["unmatched_rows"] = 3;
    import["rows_without_match"] = nlohmann::json::parse(R"([{"name": "goods", "rows": 2}])");
    import["unnamed_labels"] =
        nlohmann::json::parse(R"([{"name": "no", "rows": 5}, {"name": "", "rows": 4}])");
    json.erase("checksum");
    json["checksum"] = contentHash(json.dump());
    const auto manifest = Manifest::fromJson(json.dump(), "manifest");
    FLIP_VERIFY_OK(manifest);
    // Five rows, one dropped, three without a match.
    const ImportTally expected{.droppedRows = 1,
                               .unmatchedRows = 3,
                               .joins = {{"goods", 9, 2, true}},
                               .unnamedLabels = {{"no", 5}},
                               .otherUnnamedRows = 4};
    QVERIFY(manifest->import.tally == expected);
}

void DatasetTest::readsDamagedOffsetsWithoutLeavingTheFile() {
    for (const auto& file : columns()) {
        test::write(file, std::string(std::filesystem::file_size(file), '\xFF'));
    }
    const auto data = Dataset::open(dataset_);
    FLIP_VERIFY_OK(data);
    for (int field = 0; field < 3; ++field) {
        for (const std::uint32_t code : data->codes(field)) {
            QCOMPARE(data->value(field, code), std::string_view());
        }
        QCOMPARE(data->value(field, 0), std::string_view());
    }
    QCOMPARE(data->verify().size(), columns().size());
}

void DatasetTest::refusesAFolderWithoutManifest() {
    std::filesystem::remove(dataset_ / Manifest::kFileName);
    const auto data = Dataset::open(dataset_);
    QVERIFY(!data.ok());
    QCOMPARE(data.problem().where, (dataset_ / Manifest::kFileName).string());
}

QTEST_GUILESS_MAIN(DatasetTest)
#include "dataset_test.moc"
