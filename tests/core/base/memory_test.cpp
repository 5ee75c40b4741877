#include "core/base/memory.h"

#include <QtTest/QtTest>

#include <cstring>
#include <memory>

#include <malloc.h>
#include <sys/resource.h>

using namespace flip;

namespace {

constexpr std::size_t kPiece = std::size_t{48} << 20; // the gradient of a word embedding table
constexpr long kPages = static_cast<long>(kPiece / 4096);

/// Number of page faults while a piece is allocated, filled and freed.
long faultsOfPiece() {
    const auto faults = [] {
        struct rusage usage {};
        ::getrusage(RUSAGE_SELF, &usage);
        return usage.ru_minflt;
    };
    const long before = faults();
    {
        const std::unique_ptr<char[]> piece(new char[kPiece]);
        std::memset(piece.get(), 1, kPiece);
        // Keeps the compiler from removing it.
        asm volatile("" : : "r"(piece.get()) : "memory");
    }
    return faults() - before;
}

} // namespace

class MemoryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reusesFreedMemory();
    void returnsFreeMemoryAtTheEnd();
};

void MemoryTest::reusesFreedMemory() {
#ifdef __SANITIZE_ADDRESS__
    QSKIP("The address sanitizer has an allocator of its own.");
#endif
    const KeptMemory kept;
    faultsOfPiece();
    for (int step = 0; step < 3; ++step) {
        // A few have other causes; a piece that is mapped again takes one per page, or per 2 MB if
        // the system uses huge pages.
        QVERIFY(faultsOfPiece() < 10);
    }
}

void MemoryTest::returnsFreeMemoryAtTheEnd() {
#ifdef __SANITIZE_ADDRESS__
    QSKIP("The address sanitizer has an allocator of its own.");
#endif
    const auto held = [] { return ::mallinfo2().arena; };
    std::size_t during = 0;
    {
        const KeptMemory kept;
        faultsOfPiece();
        during = held();
    }
    QVERIFY(during >= kPiece);
    QVERIFY(held() < during - kPiece / 2);
    QVERIFY(faultsOfPiece() > kPages / 1024); // from the system again
}

QTEST_APPLESS_MAIN(MemoryTest)
#include "memory_test.moc"
