#include "core/base/files.h"

#include "tests/core/base/child_process.h"

#include <QTemporaryDir>
#include <QtTest>

#include <array>
#include <atomic>
#include <csignal>
#include <sys/resource.h>
#include <thread>

using namespace flip;

namespace {

int entriesIn(const std::filesystem::path& folder) {
    int count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) {
        ++count;
    }
    return count;
}

/// Waits until `condition` holds, at most five seconds.
template <class Condition>
bool becomesTrue(Condition condition) {
    for (int i = 0; i < 500 && !condition(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return condition();
}

} // namespace

class FilesTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir temporary_;
    std::filesystem::path folder_;

private Q_SLOTS:
    void init() {
        folder_ = temporary_.filePath(QTest::currentTestFunction()).toStdString();
        QVERIFY(makeFolder(folder_).ok());
    }

    void aDeviceIsWrittenAndStaysADevice() {
        QVERIFY(writeFileAtomically("/dev/null", "gone").ok());
        QVERIFY(std::filesystem::is_character_file("/dev/null"));
        const auto full = writeFileAtomically("/dev/full", "no room");
        QVERIFY(!full.ok());
        QVERIFY(full.problem().systemError); // the request itself is correct
    }

    void aLinkStaysAndItsTargetIsWritten() {
        QVERIFY(writeFileAtomically(folder_ / "target", "old").ok());
        std::filesystem::create_symlink("target", folder_ / "link");
        QVERIFY(writeFileAtomically(folder_ / "link", "new").ok());
        QVERIFY(std::filesystem::is_symlink(folder_ / "link"));
        QCOMPARE(*readFile(folder_ / "target"), std::string("new"));
    }

    void readsBackWhatWasWritten_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("zero bytes and line ends") << QByteArray("a\0b\r\n\n", 6);
        QTest::newRow("five megabytes") << QByteArray(5 << 20, 'z');
    }
    void readsBackWhatWasWritten() {
        QFETCH(QByteArray, bytes);
        const auto file = folder_ / "file";
        QVERIFY(writeFileAtomically(file, bytes.toStdString()).ok());
        const auto content = readFile(file);
        QVERIFY(content.ok());
        QCOMPARE(*content, bytes.toStdString());
        const auto mapped = MappedFile::open(file);
        QVERIFY(mapped.ok());
        QVERIFY(mapped->bytes() == bytes.toStdString());
        QCOMPARE(entriesIn(folder_), 1);
    }

    void writesPiecesOneAfterTheOther() {
        const std::array<std::string_view, 3> pieces{"ab", "", "cd"};
        QVERIFY(writeFileAtomically(folder_ / "file", pieces).ok());
        QCOMPARE(*readFile(folder_ / "file"), std::string("abcd"));
    }

    void namesAnUnreadableFile_data() {
        QTest::addColumn<QString>("path");
        QTest::newRow("missing") << "/nonexistent/file";
        QTest::newRow("a folder") << QDir::tempPath();
    }
    void namesAnUnreadableFile() {
        QFETCH(QString, path);
        const auto content = readFile(path.toStdString());
        QVERIFY(!content);
        QCOMPARE(content.problem().where, path.toStdString());
        const auto mapped = MappedFile::open(path.toStdString());
        QVERIFY(!mapped);
        QCOMPARE(mapped.problem().where, path.toStdString());
    }

    void aRefusedWriteLeavesNothingBehind() {
        const auto taken = folder_ / "taken";
        QVERIFY(makeFolder(taken / "inside").ok());
        const auto written = writeFileAtomically(taken, "text");
        QVERIFY(!written);
        QCOMPARE(written.problem().where, taken.string());
        QCOMPARE(entriesIn(folder_), 1);
        QVERIFY(!writeFileAtomically(folder_ / "no" / "folder", "text"));
    }

    void aReaderSeesOldOrNewContent() {
        const auto file = folder_ / "file";
        const std::string old(100000, 'a');
        const std::string newer(200000, 'b');
        QVERIFY(writeFileAtomically(file, old).ok());
        std::atomic<bool> done = false;
        std::atomic<int> torn = 0;
        std::jthread reader([&] {
            while (!done) {
                const auto seen = readFile(file);
                torn += seen && (*seen == old || *seen == newer) ? 0 : 1;
            }
        });
        for (int i = 0; i < 50; ++i) {
            QVERIFY(writeFileAtomically(file, i % 2 == 0 ? newer : old).ok());
        }
        done = true;
        reader.join();
        QCOMPARE(torn.load(), 0);
    }

    void aFullDiskKeepsTheOldFile() {
        const auto file = folder_ / "file";
        QVERIFY(writeFileAtomically(file, "old").ok());
        ChildProcess child([&] {
            ::signal(SIGXFSZ, SIG_IGN);
            const rlimit limit{.rlim_cur = 4096, .rlim_max = 4096};
            ::setrlimit(RLIMIT_FSIZE, &limit);
            const auto written = writeFileAtomically(file, std::string(100000, 'x'));
            return !written && written.problem().where == file.string() ? 0 : 1;
        });
        QCOMPARE(child.wait(), 0);
        QCOMPARE(*readFile(file), std::string("old"));
        QCOMPARE(entriesIn(folder_), 1);
    }

    void namesTheFolderThatCannotBeMade() {
        QVERIFY(writeFileAtomically(folder_ / "file", "").ok());
        const auto made = makeFolder(folder_ / "file" / "below");
        QVERIFY(!made);
        QCOMPARE(made.problem().where, (folder_ / "file" / "below").string());
        QVERIFY(makeFolder(folder_ / "a" / "b" / "c").ok());
        QVERIFY(makeFolder(folder_ / "a" / "b" / "c").ok());
    }

    void aMappedFileMovesWithItsBytes() {
        QVERIFY(writeFileAtomically(folder_ / "file", "bytes").ok());
        auto opened = MappedFile::open(folder_ / "file");
        QVERIFY(opened.ok());
        MappedFile first = *std::move(opened);
        MappedFile second;
        second = std::move(first);
        const MappedFile third(std::move(second));
        QVERIFY(third.bytes() == "bytes");
        QCOMPARE(second.size(), std::size_t{0});
    }

    void aLockHasOneHolder() {
        const auto file = folder_ / "lock";
        QVERIFY(!FileLock::isHeld(file));
        {
            const auto lock = FileLock::acquire(file);
            QVERIFY(lock.ok() && lock->held());
            QVERIFY(FileLock::isHeld(file));
            const auto second = FileLock::acquire(file);
            QVERIFY(!second);
            QCOMPARE(second.problem().where, file.string());
            ChildProcess other([&] { return FileLock::acquire(file).ok() ? 1 : 0; });
            QCOMPARE(other.wait(), 0);
        }
        QVERIFY(!FileLock::isHeld(file));
        QVERIFY(FileLock::acquire(file).ok());
    }

    void movingALockKeepsIt() {
        const auto file = folder_ / "lock";
        FileLock kept;
        {
            auto lock = FileLock::acquire(file);
            QVERIFY(lock.ok());
            kept = *std::move(lock);
        }
        QVERIFY(kept.held() && FileLock::isHeld(file));
        kept = FileLock();
        QVERIFY(!kept.held());
    }

    void aKilledHolderLosesTheLock() {
        const auto file = folder_ / "lock";
        ChildProcess holder([&] {
            const auto lock = FileLock::acquire(file);
            ::pause();
            return lock ? 0 : 1;
        });
        QVERIFY(becomesTrue([&] { return FileLock::isHeld(file); }));
        holder.kill();
        QVERIFY(!FileLock::isHeld(file));
    }

    void isHeldNeverDisturbsAcquire() {
        const auto file = folder_ / "lock";
        std::atomic<bool> done = false;
        std::jthread querier([&] {
            while (!done) {
                static_cast<void>(FileLock::isHeld(file));
            }
        });
        int refused = 0;
        for (int i = 0; i < 5000; ++i) {
            refused += FileLock::acquire(file) ? 0 : 1;
        }
        done = true;
        querier.join();
        QCOMPARE(refused, 0);
    }
};

QTEST_GUILESS_MAIN(FilesTest)
#include "files_test.moc"
