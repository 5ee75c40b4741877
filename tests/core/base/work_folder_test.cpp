#include "core/base/work_folder.h"

#include "tests/core/base/child_process.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace flip;
namespace fs = std::filesystem;

/// Hidden temporary folders: what is removed, and what is left alone.
class WorkFolderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }
    void isRemovedWithItsOwner();
    void removesTheFolderOfAKilledOwner();
    void keepsTheFolderOfALivingOwner();
    void keepsOtherFolders_data();
    void keepsOtherFolders();

private:
    fs::path root() const { return folder_->path().toStdString(); }
    std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(root()), {}));
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

void WorkFolderTest::isRemovedWithItsOwner() {
    fs::path path;
    {
        auto made = WorkFolder::make(root() / "new", ".made-");
        QVERIFY(made.ok());
        path = made->path();
        QVERIFY(path.filename().string().starts_with(".made-"));
        fs::create_directories(path / "inside");
        const WorkFolder moved(std::move(*made));
        QVERIFY(fs::exists(path / "inside"));
    }
    QVERIFY(!fs::exists(path));
}

void WorkFolderTest::removesTheFolderOfAKilledOwner() {
    int ready[2];
    QVERIFY(::pipe(ready) == 0);
    ChildProcess child([&] {
        const auto made = WorkFolder::make(root(), ".made-");
        fs::create_directories(made->path() / "inside");
        static_cast<void>(::write(ready[1], "x", 1));
        ::pause();
        return 0;
    });
    char byte = 0;
    QVERIFY(::read(ready[0], &byte, 1) == 1);
    child.kill();
    QCOMPARE(entries(), std::size_t(1));
    {
        const auto made = WorkFolder::make(root(), ".made-");
        QVERIFY(made.ok());
        QCOMPARE(entries(), std::size_t(1));
    }
    QCOMPARE(entries(), std::size_t(0));
    ::close(ready[0]);
    ::close(ready[1]);
}

void WorkFolderTest::keepsTheFolderOfALivingOwner() {
    const auto first = WorkFolder::make(root(), ".made-");
    const auto second = WorkFolder::make(root(), ".made-");
    QVERIFY(first.ok() && second.ok());
    QVERIFY(fs::exists(first->path()));
    QCOMPARE(entries(), std::size_t(2));
}

void WorkFolderTest::keepsOtherFolders_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("inside");
    QTest::newRow("another prefix") << ".mode-abcdef"
                                    << "lock";
    QTest::newRow("a longer name") << ".made-abcdefg"
                                   << "lock";
    QTest::newRow("a shorter name") << ".made-abcde"
                                    << "lock";
    QTest::newRow("other letters") << ".made-abc.ef"
                                   << "lock";
    QTest::newRow("without a lock") << ".made-abcdef"
                                    << "weights";
}

void WorkFolderTest::keepsOtherFolders() {
    QFETCH(QString, name);
    QFETCH(QString, inside);
    const fs::path other = root() / name.toStdString();
    fs::create_directories(other);
    QFile file(QString::fromStdString((other / inside.toStdString()).string()));
    QVERIFY(file.open(QIODevice::WriteOnly));
    fs::create_directory_symlink(other, root() / ".made-linked");
    QVERIFY(WorkFolder::make(root(), ".made-").ok());
    QVERIFY(file.exists());
    QVERIFY(fs::is_symlink(root() / ".made-linked"));
}

QTEST_GUILESS_MAIN(WorkFolderTest)
#include "work_folder_test.moc"
