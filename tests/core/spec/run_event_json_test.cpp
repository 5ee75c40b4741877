#include "core/spec/run_event.h"

#include "core/base/random_stream.h"
#include "tests/core/rounds.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <bit>
#include <cmath>
#include <limits>
#include <tuple>

using namespace flip;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Compared bit by bit, not approximately; all NaNs count as equal.
bool same(double a, double b) {
    return (std::isnan(a) && std::isnan(b)) ||
           std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}
bool same(const std::string& a, const std::string& b) {
    return a == b;
}
bool same(std::int64_t a, std::int64_t b) {
    return a == b;
}
bool same(bool a, bool b) {
    return a == b;
}
template <Choice E>
bool same(E a, E b) {
    return a == b;
}

template <class... T>
bool same(const std::tuple<T...>& a, const std::tuple<T...>& b);
template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b);
template <class T>
bool same(const std::optional<T>& a, const std::optional<T>& b);
template <class T>
bool same(const std::map<std::string, T>& a, const std::map<std::string, T>& b);

// Structured bindings: after a member is added to a fact, this file does not compile.
auto tied(const Problem& v) {
    const auto& [a, b, systemError] = v; // not stored
    (void)systemError;
    return std::tie(a, b);
}
auto tied(const Metrics& v) {
    const auto& [a, b, c, d] = v;
    return std::tie(a, b, c, d);
}
auto tied(const RunIdentity& v) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = v;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
}
auto tied(const RunStarted& v) {
    const auto& [a, b, c, d, e] = v;
    return std::tie(a, b, c, d, e);
}
auto tied(const StageStarted& v) {
    const auto& [a, b, c, d] = v;
    return std::tie(a, b, c, d);
}
auto tied(const StepDone& v) {
    const auto& [a, b, c, d, e, f, g] = v;
    return std::tie(a, b, c, d, e, f, g);
}
auto tied(const EpochDone& v) {
    const auto& [a, b, c, d, e, f, g] = v;
    return std::tie(a, b, c, d, e, f, g);
}
auto tied(const AlignmentMeasured& v) {
    const auto& [a, b, c, d, e, f, g, h] = v;
    return std::tie(a, b, c, d, e, f, g, h);
}
auto tied(const CheckpointSaved& v) {
    const auto& [a, b, c, d] = v;
    return std::tie(a, b, c, d);
}
auto tied(const LogLine& v) {
    const auto& [a, b] = v;
    return std::tie(a, b);
}
auto tied(const RunEnded& v) {
    const auto& [a, b, c, d, e, f] = v;
    return std::tie(a, b, c, d, e, f);
}

template <class T>
auto same(const T& a, const T& b) -> decltype(tied(a), bool()) {
    return same(tied(a), tied(b));
}
template <class... T>
bool same(const std::tuple<T...>& a, const std::tuple<T...>& b) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return (same(std::get<I>(a), std::get<I>(b)) && ...);
    }
    (std::index_sequence_for<T...>{});
}
template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const T& x, const T& y) { return same(x, y); });
}
template <class T>
bool same(const std::optional<T>& a, const std::optional<T>& b) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
}
template <class T>
bool same(const std::map<std::string, T>& a, const std::map<std::string, T>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return x.first == y.first && same(x.second, y.second);
    });
}
bool same(const Fact& a, const Fact& b) {
    return a.index() == b.index() && std::visit(
                                         [&](const auto& left) {
                                             using T = std::decay_t<decltype(left)>;
                                             return same(tied(left), tied(std::get<T>(b)));
                                         },
                                         a);
}

/// Any double: every exponent, both signs, sometimes NaN or infinity.
double anyReal(RandomStream& random) {
    if (random.below(20) == 0) {
        return std::array{0.0,
                          -0.0,
                          kInfinity,
                          -kInfinity,
                          std::nan(""),
                          5e-324,
                          1.7976931348623157e308}[random.below(7)];
    }
    return std::bit_cast<double>(random.next());
}
double finite(RandomStream& random) {
    return random.normal() * 1e3;
}
std::int64_t anyInteger(RandomStream& random) {
    return std::bit_cast<std::int64_t>(random.next());
}
std::string anyText(RandomStream& random) {
    static const std::array<std::string, 6> kTexts{
        "", "plain", "a \"quoted\" \\ one", "two\nlines\t", "\u00e9\u4e2d", std::string("\0z", 2)};
    return kTexts[random.below(kTexts.size())];
}
template <Choice E>
E anyChoice(RandomStream& random) {
    constexpr auto kAll = allChoices<E>();
    return kAll[random.below(kAll.size())];
}
Metrics anyMetrics(RandomStream& random) {
    Metrics metrics{
        .logLoss = anyReal(random), .rows = anyInteger(random), .positives = anyInteger(random)};
    if (random.below(3) > 0) {
        metrics.auc = finite(random);
    }
    return metrics;
}
BranchMetrics anyBranches(RandomStream& random) {
    BranchMetrics branches;
    for (const char* branch : {"", "id", "text"}) {
        if (random.below(3) > 0) {
            branches[branch] = anyMetrics(random);
        }
    }
    return branches;
}
std::map<std::string, double> anyReals(RandomStream& random) {
    std::map<std::string, double> reals;
    for (const char* name : {"icl", "mfm", "mlm", "total", "alpha"}) {
        if (random.below(2) > 0) {
            reals[name] = anyReal(random);
        }
    }
    return reals;
}

RunIdentity anyIdentity(RandomStream& random) {
    return {anyText(random), anyText(random),    anyText(random), anyText(random), anyText(random),
            anyText(random), anyInteger(random), anyText(random), anyText(random), anyText(random),
            anyText(random), anyText(random),    anyText(random), anyText(random)};
}

Fact anyFact(RandomStream& random) {
    switch (random.below(8)) {
    case 0:
        return RunStarted{anyText(random), anyChoice<RunKind>(random), anyText(random),
                          anyIdentity(random), anyInteger(random)};
    case 1:
        return StageStarted{anyChoice<RunStage>(random), anyInteger(random), anyInteger(random),
                            anyInteger(random)};
    case 2:
        return StepDone{anyChoice<RunStage>(random),
                        anyInteger(random),
                        anyInteger(random),
                        anyInteger(random),
                        anyReal(random),
                        anyReal(random),
                        anyReals(random)};
    case 3:
        return EpochDone{
            anyChoice<RunStage>(random), anyInteger(random),  anyInteger(random), anyReal(random),
            anyBranches(random),         random.below(2) > 0, anyReals(random)};
    case 4: {
        AlignmentMeasured fact{.epoch = anyInteger(random), .step = anyInteger(random)};
        for (auto rows = random.below(5); rows > 0; --rows) {
            fact.masked.push_back(anyText(random));
            fact.toFields.push_back(anyReal(random));
        }
        for (auto columns = random.below(5); columns > 0; --columns) {
            fact.words.push_back(anyText(random));
        }
        for (std::size_t i = 0; i < fact.masked.size() * fact.words.size(); ++i) {
            fact.share.push_back(anyReal(random));
            fact.lift.push_back(anyReal(random));
        }
        fact.score = anyReal(random);
        return fact;
    }
    case 5:
        return CheckpointSaved{anyChoice<RunStage>(random), anyInteger(random), anyText(random),
                               anyInteger(random)};
    case 6:
        return LogLine{anyText(random), anyText(random)};
    default: {
        RunEnded end{.status = anyChoice<RunStatus>(random),
                     .reason = anyText(random),
                     .seconds = anyReal(random),
                     .peakRssBytes = anyInteger(random)};
        for (const char* split : {"valid", "test", "test_cold"}) {
            if (random.below(2) > 0) {
                end.metrics[split] = anyBranches(random);
            }
        }
        if (random.below(2) > 0) {
            end.problem = Problem{anyText(random), anyText(random)};
        }
        return end;
    }
    }
}

QJsonObject parsed(const std::string& json) {
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(json), &error);
    return error.error == QJsonParseError::NoError ? document.object() : QJsonObject();
}

} // namespace

class RunEventJsonTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFactSurvivesARoundTripBitByBit() {
        RandomStream random(5, "test");
        for (int i = 0; i < test::rounds(5000); ++i) {
            const RunEvent event{.wallSeconds = anyReal(random), .fact = anyFact(random)};
            const std::string json = toJson(event);
            QVERIFY(json.find('\n') == std::string::npos);
            const auto again = eventFromJson(json);
            QVERIFY2(again, json.c_str());
            QVERIFY2(same(again->wallSeconds, event.wallSeconds), json.c_str());
            QVERIFY2(same(again->fact, event.fact), json.c_str());
            QCOMPARE(toJson(*again), json);
        }
    }

    void writesAStepAsSpecified() {
        const std::string json =
            toJson({.wallSeconds = 1.5,
                    .fact = StepDone{
                        .stage = RunStage::Pretrain,
                        .step = 7,
                        .epoch = 1,
                        .rows = 128,
                        .seconds = 0.25,
                        .learningRate = 1e-4,
                        .losses = {{"icl", 4.5}, {"mfm", 4.25}, {"mlm", 10}, {"total", 18.75}}}});
        QVERIFY(json.starts_with(R"({"event":"step",)"));
        const QJsonObject line = parsed(json);
        QCOMPARE(line["step"].toInt(), 7);
        QCOMPARE(line["stage"].toString(), "pretrain");
        QCOMPARE(line["time"].toDouble(), 1.5);
        QCOMPARE(line["losses"].toObject()["icl"].toDouble(), 4.5);
        QCOMPARE(line["losses"].toObject()["total"].toDouble(), 18.75);
    }

    void nestsBranchesBelowTheRunsOwnMetrics() {
        EpochDone epoch{.stage = RunStage::Finetune, .epoch = 2, .step = 100, .best = true};
        epoch.valid[""] = Metrics{.auc = 0.8, .logLoss = 0.5, .rows = 10, .positives = 4};
        epoch.valid["id"] = Metrics{.auc = 0.75, .logLoss = 0.6, .rows = 10, .positives = 4};
        epoch.valid["text"] = Metrics{.logLoss = 0.7, .rows = 10, .positives = 4};
        const QJsonObject line = parsed(toJson({.wallSeconds = 0, .fact = epoch}));
        QCOMPARE(line["event"].toString(), "epoch");
        QCOMPARE(line["epoch"].toInt(), 2);
        const QJsonObject valid = line["valid"].toObject();
        QCOMPARE(valid["auc"].toDouble(), 0.8);
        QCOMPARE(valid["logloss"].toDouble(), 0.5);
        QCOMPARE(valid["id"].toObject()["auc"].toDouble(), 0.75);
        QVERIFY(valid["text"].toObject()["auc"].isNull());
        QVERIFY(valid["text"].toObject().contains("auc"));
    }

    void writesAlignmentAndLogAsSpecified() {
        const QJsonObject alignment =
            parsed(toJson({.wallSeconds = 0,
                           .fact = AlignmentMeasured{.epoch = 3,
                                                     .masked = {"a", "b"},
                                                     .words = {"a", "b"},
                                                     .share = {0.5, 0.25, 0.125, 0.5},
                                                     .lift = {1, 2, 3, 4},
                                                     .toFields = {0.5, 0.25},
                                                     .score = 0.625}}));
        QCOMPARE(alignment["event"].toString(), "alignment");
        QCOMPARE(alignment["epoch"].toInt(), 3);
        QCOMPARE(alignment["score"].toDouble(), 0.625);
        QCOMPARE(alignment["share"].toArray().size(), 4);
        const QJsonObject log =
            parsed(toJson({.wallSeconds = 0, .fact = LogLine{"warning", "3 rows are cut"}}));
        QCOMPARE(log["event"].toString(), "log");
        QCOMPARE(log["text"].toString(), "3 rows are cut");
    }

    void writesTheResultOfARun() {
        RunEnded end{
            .status = RunStatus::Failed, .reason = "", .seconds = 12.5, .peakRssBytes = 1 << 30};
        end.metrics["valid"][""] = Metrics{.auc = 0.8, .logLoss = 0.5, .rows = 10, .positives = 4};
        end.metrics["test"][""] = Metrics{.logLoss = 0.5, .rows = 10, .positives = 0};
        end.metrics["test"]["id"] = Metrics{.auc = 0.7, .logLoss = 0.6, .rows = 10, .positives = 4};
        const QJsonObject finished = parsed(resultJson("flip-ml-1", end));
        QVERIFY(finished["problem"].isNull() && finished.contains("problem"));
        QCOMPARE(finished["run"].toString(), "flip-ml-1");
        QCOMPARE(finished["seconds"].toDouble(), 12.5);
        QCOMPARE(finished["peak_rss_bytes"].toDouble(), 1073741824.0);
        const QJsonObject test = finished["metrics"].toObject()["test"].toObject();
        QVERIFY(test["auc"].isNull() && test.contains("auc"));
        QCOMPARE(test["positives"].toInt(-1), 0);
        QCOMPARE(test["id"].toObject()["auc"].toDouble(), 0.7);
        end.problem = Problem{"the disk is full", "flip.db"};
        const QJsonObject failed = parsed(resultJson("flip-ml-1", end));
        QCOMPARE(failed["problem"].toString(), "flip.db: the disk is full");
        QCOMPARE(failed["status"].toString(), "failed");
    }

    void replacesBytesThatAreNotUtf8() {
        const std::string json =
            toJson({.wallSeconds = 0, .fact = LogLine{"warning", "cannot read caf\xe9.csv"}});
        QCOMPARE(parsed(json)["text"].toString(), QString("cannot read caf\ufffd.csv"));
    }

    void namesEveryFact_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<Fact>("fact");
        QTest::newRow("start") << "start" << Fact(RunStarted{});
        QTest::newRow("stage") << "stage" << Fact(StageStarted{});
        QTest::newRow("step") << "step" << Fact(StepDone{});
        QTest::newRow("epoch") << "epoch" << Fact(EpochDone{});
        QTest::newRow("alignment") << "alignment" << Fact(AlignmentMeasured{});
        QTest::newRow("checkpoint") << "checkpoint" << Fact(CheckpointSaved{});
        QTest::newRow("log") << "log" << Fact(LogLine{});
        QTest::newRow("end") << "end" << Fact(RunEnded{});
    }
    void namesEveryFact() {
        QFETCH(QString, name);
        QFETCH(Fact, fact);
        QCOMPARE(eventName(fact), std::string_view(name.toStdString()));
        QCOMPARE(parsed(toJson({.wallSeconds = 0, .fact = fact}))["event"].toString(), name);
    }

    void refusesInvalidEvents_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("nothing") << QByteArray("");
        QTest::newRow("truncated line") << QByteArray("{\"event\":\"step\",\"st");
        QTest::newRow("a list") << QByteArray("[1]");
        QTest::newRow("no name") << QByteArray("{}");
        QTest::newRow("unknown name") << QByteArray(R"({"event":"party"})");
        QTest::newRow("unknown kind") << QByteArray(R"({"event":"start","kind":"tune"})");
        QTest::newRow("unknown stage") << QByteArray(R"({"event":"step","stage":"Finetune"})");
        QTest::newRow("number for a stage") << QByteArray(R"({"event":"stage","stage":2})");
        QTest::newRow("unknown status") << QByteArray(R"({"event":"end","status":"done"})");
        QTest::newRow("text for a step") << QByteArray(R"({"event":"step","step":"7"})");
        QTest::newRow("fractional step") << QByteArray(R"({"event":"step","step":7.5})");
        QTest::newRow("beyond 64 bits") << QByteArray(R"({"event":"step","step":1e300})");
        QTest::newRow("just beyond 63 bits")
            << QByteArray(R"({"event":"step","step":9223372036854775808})");
        QTest::newRow("word for a loss") << QByteArray(R"({"event":"step","losses":{"icl":"x"}})");
        QTest::newRow("map of the wrong size") << QByteArray(
            R"({"event":"alignment","masked":["a"],"words":["b"],"share":[],"lift":[]})");
        QTest::newRow("nested too deep") << QByteArray(R"({"event":)") + QByteArray(100000, '[');
    }
    void refusesInvalidEvents() {
        QFETCH(QByteArray, json);
        const auto event = eventFromJson(json.toStdString());
        QVERIFY(!event);
        QVERIFY(event.problem().what.starts_with("a stored event cannot be read: "));
    }

    void damagedLinesAreProblemsNotCrashes() {
        RandomStream random(6, "test");
        int refused = 0;
        for (int i = 0; i < test::rounds(5000); ++i) {
            std::string json = toJson({.wallSeconds = 1, .fact = anyFact(random)});
            if (random.below(2) == 0) {
                json.resize(random.below(json.size()));
            } else {
                json[random.below(json.size())] = static_cast<char>(random.below(256));
            }
            refused += eventFromJson(json) ? 0 : 1;
        }
        QVERIFY(refused > test::rounds(2500)); // a truncated line is never an event
    }
};

QTEST_GUILESS_MAIN(RunEventJsonTest)
#include "run_event_json_test.moc"
