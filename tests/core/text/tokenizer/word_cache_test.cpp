#include "core/text/tokenizer/word_cache.h"

#include <QtTest>

#include <atomic>
#include <thread>

using namespace flip;

namespace {

WordParts partsOf(int number) {
    return {{{number, 0, 1, 0, 0}, {number + 1, 1, 2, 0, 0}}, 2};
}

bool holds(const WordParts* parts, int number) {
    return parts != nullptr && parts->parts.size() == 2 && parts->parts[0].id == number &&
           parts->characters == 2;
}

} // namespace

class WordCacheTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsWhatWasAdded();
    void distinguishesWordsWithTheSameHash();
    void addsNoWordsWhenFull();
    void isFilledByManyThreads();
};

void WordCacheTest::findsWhatWasAdded() {
    WordCache cache;
    QVERIFY(cache.find("film", 7) == nullptr);
    cache.add("film", 7, partsOf(3));
    QVERIFY(holds(cache.find("film", 7), 3));
    cache.add("film", 7, partsOf(5)); // the first stays
    QVERIFY(holds(cache.find("film", 7), 3));
}

void WordCacheTest::distinguishesWordsWithTheSameHash() {
    WordCache cache;
    cache.add("film", 7, partsOf(3));
    QVERIFY(cache.find("toy", 7) == nullptr);
    cache.add("toy", 7, partsOf(5));
    QVERIFY(holds(cache.find("film", 7), 3));
    QVERIFY(holds(cache.find("toy", 7), 5));
}

void WordCacheTest::addsNoWordsWhenFull() {
    WordCache cache;
    const auto add = [&cache](std::size_t number) {
        const std::string word = std::to_string(number);
        cache.add(word, WordCache::hashOf(word), partsOf(static_cast<int>(number)));
    };
    const auto has = [&cache](std::size_t number) {
        const std::string word = std::to_string(number);
        return holds(cache.find(word, WordCache::hashOf(word)), static_cast<int>(number));
    };
    for (std::size_t i = 0; i < WordCache::kMostWords + 10; ++i) {
        add(i);
    }
    QVERIFY(has(0));
    QVERIFY(has(WordCache::kMostWords - 1));
    QVERIFY(!has(WordCache::kMostWords));
    QVERIFY(!has(WordCache::kMostWords + 9));
}

void WordCacheTest::isFilledByManyThreads() {
    WordCache cache;
    std::atomic<int> wrong = 0;
    const auto work = [&] {
        for (int i = 0; i < 20000; ++i) {
            const std::string word = std::to_string(i % 5000);
            const std::uint64_t hash = WordCache::hashOf(word);
            if (const WordParts* parts = cache.find(word, hash); parts == nullptr) {
                cache.add(word, hash, partsOf(i % 5000));
            } else if (!holds(parts, i % 5000)) {
                ++wrong;
            }
        }
    };
    {
        const std::jthread first(work);
        const std::jthread second(work);
        work();
    }
    QCOMPARE(wrong.load(), 0);
    QVERIFY(holds(cache.find("4999", WordCache::hashOf("4999")), 4999));
}

QTEST_GUILESS_MAIN(WordCacheTest)
#include "word_cache_test.moc"
