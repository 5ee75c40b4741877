#include "core/base/memory.h"

#include <QtTest/QtTest>

#include <cstring>
#include <memory>

#include <malloc.h>
#include <sys/resource.h>

using namespace flip;

namespace {

constexpr std::size_t kPiece = std::size_t{48} << 20; // a word table's gradient
constexpr long kPages = static_cast<long>(kPiece / 4096);

/// How often pages were fetched from the system while a piece was allocated, filled and freed.
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
        // The compiler may not leave it out.
        asm volatile("" : : "r"(piece.get()) : "memory");
    }
    return faults() - before;
}

} // namespace

class MemoryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsWhatStepsFree();
    void givesBackWhatIsFreeAtTheEnd();
};

void MemoryTest::keepsWhatStepsFree() {
#ifdef __SANITIZE_ADDRESS__
    QSKIP("The address sanitizer has an allocator of its own.");
#endif
    const KeptMemory kept;
    faultsOfPiece();
    for (int step = 0; step < 3; ++step) {
        // A few come from elsewhere; a piece that is mapped anew takes one for each page, or for
        // each 2 MB where the system uses large ones.
        QVERIFY(faultsOfPiece() < 10);
    }
}

void MemoryTest::givesBackWhatIsFreeAtTheEnd() {
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
