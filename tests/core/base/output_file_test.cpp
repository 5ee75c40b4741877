#include "core/base/output_file.h"

#include "core/base/files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <filesystem>
#include <memory>
#include <string>

using namespace flip;

namespace fs = std::filesystem;

class OutputFileTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void showsTheNewContentOnceItIsComplete() {
        const fs::path file = path("p.csv");
        QVERIFY(writeFileAtomically(file, "old").ok());
        auto out = OutputFile::open(file);
        QVERIFY(out.ok());
        std::string all;
        for (int i = 0; i < 50'000; ++i) { // more than one buffer
            const std::string line = std::to_string(i) + "\n";
            QVERIFY(out->write(line).ok());
            all += line;
        }
        QCOMPARE(*readFile(file), std::string("old"));
        QVERIFY(out->complete().ok());
        QVERIFY(*readFile(file) == all);
        QCOMPARE(entries(), std::size_t{1});
    }

    void removesAnIncompleteFile() {
        {
            auto out = OutputFile::open(path("p.csv"));
            QVERIFY(out.ok());
            QVERIFY(out->write("half").ok());
        }
        QCOMPARE(entries(), std::size_t{0});
    }

    void writesTheTargetOfALink() {
        QVERIFY(writeFileAtomically(path("target"), "old").ok());
        fs::create_symlink(path("target"), path("link"));
        auto out = OutputFile::open(path("link"));
        QVERIFY(out->write("new").ok());
        QVERIFY(out->complete().ok());
        QVERIFY(fs::is_symlink(path("link")));
        QCOMPARE(*readFile(path("target")), std::string("new"));
    }

    void writesADeviceAsItIs() {
        auto out = OutputFile::open("/dev/null");
        QVERIFY(out.ok());
        QVERIFY(out->write("gone").ok());
        QVERIFY(out->complete().ok());
        QVERIFY(fs::is_character_file("/dev/null"));
    }

    void namesTheFileThatCannotBeWritten() {
        const auto out = OutputFile::open(path("no folder/p.csv"));
        QVERIFY(!out.ok());
        QVERIFY(out.problem().text().find("no folder/p.csv: cannot be written") !=
                std::string::npos);
    }

    void aFullDeviceIsNotTheUsersFault() {
        auto out = OutputFile::open("/dev/full");
        QVERIFY(out.ok());
        QVERIFY(out->write("x").ok()); // waits in memory
        const auto done = out->complete();
        QVERIFY(!done.ok());
        QVERIFY(done.problem().systemError);
    }

private:
    fs::path path(const char* name) const { return fs::path(folder_->path().toStdString()) / name; }
    std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(
            fs::directory_iterator(folder_->path().toStdString()), fs::directory_iterator()));
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_GUILESS_MAIN(OutputFileTest)
#include "output_file_test.moc"
