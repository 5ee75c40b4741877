#include "core/base/files.h"
#include "core/base/random_stream.h"
#include "core/model/plm/weights_file.h"
#include "tests/core/model/plm/model_files.h"

#include <QtTest/QtTest>

using namespace flip;
using namespace flip::test;

namespace {

std::string floats(const std::vector<float>& numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)};
}

/// The pickle of one tensor "a" [2, 2], transposed in its storage of four floats.
std::string pickle() {
    return begin() +
           dict(text("a") +
                tensor(storage("FloatStorage", "0", 4), 0, "K\x02K\x02", "K\x01K\x02")) +
           ".";
}

std::map<std::string, std::string> records() {
    return {{"data.pkl", pickle()}, {"data/0", floats({1, 2, 3, 4})}, {"byteorder", "little"}};
}

QString problemOf(const std::filesystem::path& folder) {
    const auto opened = openWeights(folder);
    return opened ? "" : QString::fromStdString(opened.problem().text());
}

} // namespace

/// The containers of weights: which one is opened, its content, and reports of damage.
class WeightsFileTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void opensTheFirstExistingFile();
    void readsAnArchive();
    void readsAnIndex();
    void recognisesTheFormatByItsContent();
    void convertsToFloat_data();
    void convertsToFloat();
    void namesTheProblem_data();
    void namesTheProblem();
    void refusesTruncatedArchives();
    void refusesTruncatedSafetensors();
    void namesTheDamagedRecord_data();
    void namesTheDamagedRecord();
    void readsArchivesWithoutChecksums();
    void neverCrashesOnDamagedArchives();
};

void WeightsFileTest::opensTheFirstExistingFile() {
    const ModelFiles files;
    QVERIFY(!findWeights(files.path()));
    QVERIFY(
        problemOf(files.path()).contains("holds no model.safetensors and no pytorch_model.bin"));
    for (const char* name : {"pytorch_model.bin.index.json", "pytorch_model.bin",
                             "model.safetensors.index.json", "model.safetensors"}) {
        files.write(name, "");
        QCOMPARE(*findWeights(files.path()), files.path() / name);
    }
}

void WeightsFileTest::readsAnArchive() {
    const ModelFiles files;
    files.writeArchive("pytorch_model.bin", records());
    const auto opened = openWeights(files.path());
    QVERIFY2(opened.ok(), qPrintable(problemOf(files.path())));
    QCOMPARE((*opened)->container(), std::string_view("torch.save"));
    QCOMPARE((*opened)->entries().at("a").shape, (std::vector<std::int64_t>{2, 2}));
    const auto tensor = (*opened)->read("a");
    QVERIFY(tensor.ok());
    QVERIFY(tensor->equal(at::tensor({1.F, 3.F, 2.F, 4.F}).view({2, 2})));
}

void WeightsFileTest::readsAnIndex() {
    const ModelFiles files;
    files.writeArchive("one.bin", records());
    files.writeTensors("two.bin", {{"b", {3}}}, "", 5);
    files.write("pytorch_model.bin.index.json",
                R"({"weight_map": {"a": "one.bin", "b": "two.bin"}})");
    const auto opened = openWeights(files.path());
    QVERIFY2(opened.ok(), qPrintable(problemOf(files.path())));
    QCOMPARE((*opened)->entries().size(), std::size_t(2));
    QVERIFY((*opened)->read("b")->equal(at::full({3}, 5.F)));
    QVERIFY((*opened)->read("a").ok());
}

void WeightsFileTest::recognisesTheFormatByItsContent() {
    const ModelFiles files;
    files.writeTensors("pytorch_model.bin", {{"b", {3}}});
    const auto opened = openWeights(files.path());
    QVERIFY(opened.ok());
    QCOMPARE((*opened)->container(), std::string_view("safetensors"));
}

void WeightsFileTest::convertsToFloat_data() {
    QTest::addColumn<int>("type");
    QTest::newRow("float16") << int(at::kHalf);
    QTest::newRow("bfloat16") << int(at::kBFloat16);
    QTest::newRow("float32") << int(at::kFloat);
}

void WeightsFileTest::convertsToFloat() {
    QFETCH(int, type);
    const ModelFiles files;
    files.writeTensors("model.safetensors", {{"b", {3}}}, "", 0.5,
                       static_cast<at::ScalarType>(type));
    QVERIFY((*openWeights(files.path()))->read("b")->equal(at::full({3}, 0.5F)));
}

void WeightsFileTest::namesTheProblem_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("says");
    QTest::newRow("pointer of Git LFS") << "lfs"
                                        << "model.safetensors"
                                        << "git lfs pull";
    QTest::newRow("HTML page") << "page"
                               << "pytorch_model.bin"
                               << "not a weights file";
    QTest::newRow("empty file") << "empty"
                                << "pytorch_model.bin"
                                << "not a weights file";
    QTest::newRow("tar file") << "tar"
                              << "pytorch_model.bin"
                              << "before 0.1.10";
    QTest::newRow("folder") << "folder"
                            << "pytorch_model.bin"
                            << "cannot be read";
    QTest::newRow("another archive") << "other archive"
                                     << "pytorch_model.bin"
                                     << "holds no data.pkl";
    QTest::newRow("big-endian archive") << "big-endian"
                                        << "pytorch_model.bin"
                                        << "big-endian";
    QTest::newRow("archive without numbers") << "no numbers"
                                             << "pytorch_model.bin"
                                             << "lacks the numbers of the tensor 'a'";
    QTest::newRow("archive with too few numbers")
        << "few numbers"
        << "pytorch_model.bin"
        << "holds 12 bytes for the tensor 'a' where it says 16";
    QTest::newRow("archive with a command") << "command"
                                            << "pytorch_model.bin"
                                            << "asks for 'posix.system'";
    QTest::newRow("invalid index") << "no index"
                                   << "model.safetensors.index.json"
                                   << "not an index of weights";
    QTest::newRow("index of a file in another folder")
        << "elsewhere"
        << "model.safetensors.index.json"
        << "'../one.bin', which is not a file in the same folder";
    QTest::newRow("index of a missing file") << "gone"
                                             << "one.safetensors"
                                             << "cannot be read";
    QTest::newRow("index of a missing tensor")
        << "not there"
        << "one.bin"
        << "lacks the tensor 'b', which model.safetensors.index.json lists";
}

void WeightsFileTest::namesTheProblem() {
    QFETCH(QString, kind);
    QFETCH(QString, file);
    QFETCH(QString, says);
    const ModelFiles files;
    auto content = records();
    const std::string index = "model.safetensors.index.json";
    if (kind == "lfs") {
        files.write("model.safetensors",
                    "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
    } else if (kind == "page") {
        files.write("pytorch_model.bin", "<!DOCTYPE html><html>not found</html>");
    } else if (kind == "empty") {
        files.write("pytorch_model.bin", "");
    } else if (kind == "tar") {
        files.write("pytorch_model.bin", std::string(257, 'x') + "ustar" + std::string(600, '\0'));
    } else if (kind == "folder") {
        std::filesystem::create_directory(files.path() / "pytorch_model.bin");
    } else if (kind == "other archive") {
        files.writeArchive("pytorch_model.bin", {{"picture", "x"}});
    } else if (kind == "big-endian") {
        content["byteorder"] = "big";
        files.writeArchive("pytorch_model.bin", content);
    } else if (kind == "no numbers") {
        content.erase("data/0");
        files.writeArchive("pytorch_model.bin", content);
    } else if (kind == "few numbers") {
        content["data/0"] = floats({1, 2, 3});
        files.writeArchive("pytorch_model.bin", content);
    } else if (kind == "command") {
        content["data.pkl"] = begin() + call(global("posix", "system"), text("true")) + ".";
        files.writeArchive("pytorch_model.bin", content);
    } else if (kind == "no index") {
        files.write(index, R"({"weights": {}})");
    } else if (kind == "elsewhere") {
        files.write(index, R"({"weight_map": {"a": "../one.bin"}})");
    } else if (kind == "gone") {
        files.write(index, R"({"weight_map": {"a": "one.safetensors"}})");
    } else {
        files.writeArchive("one.bin", content);
        files.write(index, R"({"weight_map": {"b": "one.bin"}})");
    }
    const QString said = problemOf(files.path());
    QVERIFY2(said.contains(says), qPrintable(said));
    const auto place = QString::fromStdString((files.path() / file.toStdString()).string());
    QVERIFY2(said.startsWith(place + ": ") && said.contains(';'), qPrintable(said));
}

void WeightsFileTest::refusesTruncatedArchives() {
    const ModelFiles files;
    files.writeArchive("pytorch_model.bin", records());
    const std::string whole = *readFile(files.path() / "pytorch_model.bin");
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        files.write("pytorch_model.bin", whole.substr(0, size));
        QVERIFY2(problemOf(files.path()).contains("pytorch_model.bin: "),
                 qPrintable(QString::number(size)));
    }
}

void WeightsFileTest::refusesTruncatedSafetensors() {
    const ModelFiles files;
    files.writeTensors("model.safetensors", {{"a", {3, 2}}, {"b", {5}}});
    const std::string whole = *readFile(files.path() / "model.safetensors");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        files.write("model.safetensors", whole.substr(0, size));
        QVERIFY2(problemOf(files.path()).contains("model.safetensors: "),
                 qPrintable(QString::number(size)));
    }
}

void WeightsFileTest::namesTheDamagedRecord_data() {
    QTest::addColumn<QString>("record");
    QTest::addColumn<QByteArray>("bytes"); // some bytes of the record
    QTest::newRow("numbers") << "data/0" << QByteArray::fromStdString(floats({1, 2}));
    QTest::newRow("pickle") << "data.pkl" << QByteArray::fromStdString(pickle());
    QTest::newRow("byte order") << "byteorder" << QByteArray("little");
}

void WeightsFileTest::namesTheDamagedRecord() {
    QFETCH(QString, record);
    QFETCH(QByteArray, bytes);
    const ModelFiles files;
    files.writeArchive("pytorch_model.bin", records());
    std::string content = *readFile(files.path() / "pytorch_model.bin");
    content[content.find(bytes.toStdString()) + 3] ^= 4;
    files.write("pytorch_model.bin", content);
    const auto opened = openWeights(files.path());
    const auto read = opened ? (*opened)->read("a") : Result<at::Tensor>(opened.problem());
    QVERIFY(!read.ok());
    const auto place = QString::fromStdString((files.path() / "pytorch_model.bin").string());
    QCOMPARE(QString::fromStdString(read.problem().text()),
             place + ": the record '" + record +
                 "' is damaged: its checksum differs; get the file again");
}

void WeightsFileTest::readsArchivesWithoutChecksums() {
    // As torch.save writes them after torch.serialization.set_crc32_options(False).
    const ModelFiles files;
    {
        caffe2::serialize::PyTorchStreamWriter writer((files.path() / "pytorch_model.bin").string(),
                                                      /*compute_crc32=*/false);
        for (const auto& [record, content] : records()) {
            writer.writeRecord(record, content.data(), content.size());
        }
        writer.writeEndOfFile();
    }
    const auto opened = openWeights(files.path());
    QVERIFY2(opened.ok(), qPrintable(problemOf(files.path())));
    QVERIFY((*opened)->read("a").ok());
}

void WeightsFileTest::neverCrashesOnDamagedArchives() {
    // Property: with any bytes changed, the archive is opened or refused, and each tensor of an
    // opened archive is read or refused.
    const ModelFiles files;
    files.writeArchive("pytorch_model.bin", records());
    const std::string whole = *readFile(files.path() / "pytorch_model.bin");
    RandomStream random(1, "damage");
    int opens = 0;
    int refused = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string damaged = whole;
        for (int change = 0; change < 3; ++change) {
            damaged[random.below(damaged.size())] = static_cast<char>(random.next());
        }
        files.write("pytorch_model.bin", damaged);
        const auto opened = openWeights(files.path());
        (opened ? opens : refused) += 1;
        if (opened) {
            for (const auto& [name, entry] : (*opened)->entries()) {
                const auto tensor = (*opened)->read(name);
                QVERIFY(!tensor || tensor->sizes().vec() == entry.shape);
            }
        }
    }
    QVERIFY(opens > 100);
    QVERIFY(refused > 100);
}

QTEST_GUILESS_MAIN(WeightsFileTest)
#include "weights_file_test.moc"
