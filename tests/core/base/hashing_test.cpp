#include "core/base/hashing.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

using namespace flip;

class HashingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithTheReferenceImplementation() {
        // XXH3 of no bytes with seed 0, as published with the algorithm.
        QCOMPARE(hash64(""), std::uint64_t{0x2D06800538D394C2});
        QCOMPARE(contentHash(""), std::string("99aa06d3014798d86001c324468d497f"));
    }

    void piecesHashLikeTheWhole_data() {
        QTest::addColumn<int>("piece");
        for (const int piece : {1, 7, 240, 241, 4096}) {
            QTest::addRow("%d bytes", piece) << piece;
        }
    }
    void piecesHashLikeTheWhole() {
        QFETCH(int, piece);
        std::string bytes;
        for (int i = 0; i < 10000; ++i) {
            bytes += static_cast<char>(i * 31);
        }
        ContentHasher hasher;
        for (std::size_t at = 0; at < bytes.size(); at += static_cast<std::size_t>(piece)) {
            hasher.add(std::string_view(bytes).substr(at, static_cast<std::size_t>(piece)));
        }
        QCOMPARE(hasher.digest(), contentHash(bytes));
    }

    void aFileHashesLikeItsBytes() {
        const QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("data").toStdString();
        const std::string bytes((std::size_t{1} << 20) + 3, 'x'); // more than one block
        std::ofstream(file, std::ios::binary) << bytes;
        const auto hash = fileHash(file);
        QVERIFY(hash.ok());
        QCOMPARE(*hash, contentHash(bytes));
    }

    void everyByteAffectsTheHash() {
        std::string bytes(1000, 'a');
        const std::string before = contentHash(bytes);
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            bytes[at] = 'b';
            QVERIFY(contentHash(bytes) != before);
            bytes[at] = 'a';
        }
    }

    void namesTheFileThatCannotBeRead_data() {
        QTest::addColumn<QString>("path");
        QTest::newRow("missing") << "/nonexistent/file";
        QTest::newRow("a folder") << QDir::tempPath();
    }
    void namesTheFileThatCannotBeRead() {
        QFETCH(QString, path);
        const auto hash = fileHash(path.toStdString());
        QVERIFY(!hash);
        QCOMPARE(hash.problem().where, path.toStdString());
    }
};

QTEST_GUILESS_MAIN(HashingTest)
#include "hashing_test.moc"
