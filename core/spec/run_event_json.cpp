#include "core/spec/run_event.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace flip {

namespace {

using Json = nlohmann::ordered_json; // ordered: a line begins with its event's name

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// JSON has no NaN or infinity; a diverging run can produce both.
Json fromReal(double value) {
    if (std::isnan(value)) {
        return nullptr;
    }
    if (std::isinf(value)) {
        return value > 0 ? "inf" : "-inf";
    }
    return value;
}

Json fromReals(const std::vector<double>& values) {
    Json list = Json::array();
    for (const double value : values) {
        list.push_back(fromReal(value));
    }
    return list;
}

Json fromReals(const std::map<std::string, double>& values) {
    Json object = Json::object();
    for (const auto& [name, value] : values) {
        object[name] = fromReal(value);
    }
    return object;
}

Json fromMetrics(const Metrics& metrics) {
    return Json{{"auc", metrics.auc ? fromReal(*metrics.auc) : Json(nullptr)},
                {"logloss", fromReal(metrics.logLoss)},
                {"rows", metrics.rows},
                {"positives", metrics.positives}};
}

/// The run's own metrics at the top level, those of its branches as nested objects.
Json fromBranches(const BranchMetrics& branches) {
    Json object = Json::object();
    for (const auto& [branch, metrics] : branches) {
        if (branch.empty()) {
            object.update(fromMetrics(metrics));
        }
    }
    for (const auto& [branch, metrics] : branches) {
        if (!branch.empty()) {
            object[branch] = fromMetrics(metrics);
        }
    }
    return object;
}

Json fromSplits(const std::map<std::string, BranchMetrics>& splits) {
    Json object = Json::object();
    for (const auto& [split, branches] : splits) {
        object[split] = fromBranches(branches);
    }
    return object;
}

/// The other members of an identity, by their JSON keys.
constexpr std::array<std::pair<const char*, std::string RunIdentity::*>, 10> kIdentity = {
    {{"program", &RunIdentity::program},
     {"processor", &RunIdentity::processor},
     {"processor_features", &RunIdentity::features},
     {"number_format", &RunIdentity::numberFormat},
     {"dataset_hash", &RunIdentity::dataset},
     {"split_hash", &RunIdentity::split},
     {"template_hash", &RunIdentity::sentences},
     {"tokenizer_hash", &RunIdentity::tokenizer},
     {"model_hash", &RunIdentity::languageModel},
     {"parent_hash", &RunIdentity::parent}}};

Json fromIdentity(const RunIdentity& identity) {
    Json object = Json::object();
    for (const auto& [name, part] : kIdentity) {
        object[name] = identity.*part;
    }
    return object;
}

/// Adds the members of one kind of fact.
struct FactWriter {
    Json& line;

    void operator()(const RunStarted& fact) const {
        line["run"] = fact.run;
        line["kind"] = wordOf(fact.kind);
        line["dataset"] = fact.dataset;
        line["device"] = fact.identity.device;
        line["device_name"] = fact.identity.deviceName;
        line["libtorch"] = fact.identity.libTorch;
        line["threads"] = fact.identity.threads;
        line["resumed_from_step"] = fact.resumedFromStep;
        line["identity"] = fromIdentity(fact.identity);
    }
    void operator()(const StageStarted& fact) const {
        line["stage"] = wordOf(fact.stage);
        line["epochs"] = fact.epochs;
        line["steps_per_epoch"] = fact.stepsPerEpoch;
        line["total_steps"] = fact.totalSteps;
    }
    void operator()(const StepDone& fact) const {
        line["stage"] = wordOf(fact.stage);
        line["step"] = fact.step;
        line["epoch"] = fact.epoch;
        line["rows"] = fact.rows;
        line["seconds"] = fromReal(fact.seconds);
        line["learning_rate"] = fromReal(fact.learningRate);
        line["losses"] = fromReals(fact.losses);
    }
    void operator()(const EpochDone& fact) const {
        line["stage"] = wordOf(fact.stage);
        line["epoch"] = fact.epoch;
        line["step"] = fact.step;
        line["seconds"] = fromReal(fact.seconds);
        line["valid"] = fromBranches(fact.valid);
        line["best"] = fact.best;
        line["state"] = fromReals(fact.state);
    }
    void operator()(const AlignmentMeasured& fact) const {
        line["epoch"] = fact.epoch;
        line["step"] = fact.step;
        line["score"] = fromReal(fact.score);
        line["masked"] = fact.masked;
        line["words"] = fact.words;
        line["share"] = fromReals(fact.share);
        line["lift"] = fromReals(fact.lift);
        line["to_fields"] = fromReals(fact.toFields);
    }
    void operator()(const CheckpointSaved& fact) const {
        line["stage"] = wordOf(fact.stage);
        line["step"] = fact.step;
        line["file"] = fact.file;
        line["bytes"] = fact.bytes;
    }
    void operator()(const LogLine& fact) const {
        line["level"] = fact.level;
        line["text"] = fact.text;
    }
    void operator()(const RunEnded& fact) const {
        line["status"] = wordOf(fact.status);
        line["reason"] = fact.reason;
        line["metrics"] = fromSplits(fact.metrics);
        line["seconds"] = fromReal(fact.seconds);
        line["peak_rss_bytes"] = fact.peakRssBytes;
        line["problem"] = nullptr;
        if (fact.problem) {
            line["problem"] = Json{{"what", fact.problem->what}, {"where", fact.problem->where}};
        }
    }
};

/// One line; bytes that are not UTF-8 (a file name in a message) are replaced.
std::string oneLine(const Json& json) {
    return json.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

// Reading. A missing member keeps its default; one of the wrong type throws Unreadable.

struct Unreadable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

[[noreturn]] void refuse(const std::string& key, const char* expected) {
    throw Unreadable(fmt::format("'{}' is not {}", key, expected));
}

double toReal(const std::string& key, const Json& json) {
    if (json.is_number()) {
        return json.get<double>();
    }
    if (json.is_null()) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    if (json == "inf") {
        return kInfinity;
    }
    if (json == "-inf") {
        return -kInfinity;
    }
    refuse(key, "a number");
}

void read(const std::string& key, const Json& json, std::string& target) {
    if (!json.is_string()) {
        refuse(key, "text");
    }
    target = json.get<std::string>();
}

void read(const std::string& key, const Json& json, std::int64_t& target) {
    constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();
    const bool tooLarge =
        json.is_number_unsigned() && json.get<std::uint64_t>() > std::uint64_t{kLargest};
    if (!json.is_number_integer() || tooLarge) {
        refuse(key, "a whole number");
    }
    target = json.get<std::int64_t>();
}

void read(const std::string& key, const Json& json, double& target) {
    target = toReal(key, json);
}

void read(const std::string& key, const Json& json, bool& target) {
    if (!json.is_boolean()) {
        refuse(key, "true or false");
    }
    target = json.get<bool>();
}

template <Choice E>
void read(const std::string& key, const Json& json, E& target) {
    std::string word;
    read(key, json, word);
    const auto choice = choiceOf<E>(word);
    if (!choice) {
        const auto known = fmt::format("one of {}", fmt::join(wordsOf(allChoices<E>()), ", "));
        refuse(key, known.c_str());
    }
    target = *choice;
}

template <class T>
void read(const std::string& key, const Json& json, std::vector<T>& target) {
    if (!json.is_array()) {
        refuse(key, "a list");
    }
    target.clear();
    for (const Json& element : json) {
        read(key, element, target.emplace_back());
    }
}

template <class T>
void read(const std::string& key, const Json& json, std::map<std::string, T>& target);

void read(const std::string& key, const Json& json, Problem& target);
void read(const std::string& key, const Json& json, Metrics& target);
void read(const std::string& key, const Json& json, BranchMetrics& target);

template <class T>
void read(const std::string& key, const Json& json, std::map<std::string, T>& target) {
    if (!json.is_object()) {
        refuse(key, "an object");
    }
    target.clear();
    for (const auto& [name, value] : json.items()) {
        read(name, value, target[name]);
    }
}

template <class T>
void readMember(const Json& object, const char* key, T& target) {
    if (const auto member = object.find(key); member != object.end()) {
        read(key, *member, target);
    }
}

void read(const std::string& key, const Json& json, Problem& target) {
    if (!json.is_object()) {
        refuse(key, "an object");
    }
    readMember(json, "what", target.what);
    readMember(json, "where", target.where);
}

void read(const std::string& key, const Json& json, Metrics& target) {
    if (!json.is_object()) {
        refuse(key, "an object");
    }
    if (const auto auc = json.find("auc"); auc != json.end() && !auc->is_null()) {
        target.auc = toReal("auc", *auc);
    }
    readMember(json, "logloss", target.logLoss);
    readMember(json, "rows", target.rows);
    readMember(json, "positives", target.positives);
}

void read(const std::string& key, const Json& json, BranchMetrics& target) {
    if (!json.is_object()) {
        refuse(key, "an object");
    }
    target.clear();
    if (json.contains("logloss")) {
        read(key, json, target[""]);
    }
    for (const auto& [branch, metrics] : json.items()) {
        if (metrics.is_object()) {
            read(branch, metrics, target[branch]);
        }
    }
}

void readIdentity(const Json& object, RunIdentity& identity) {
    if (!object.is_object()) {
        refuse("identity", "an object");
    }
    for (const auto& [name, part] : kIdentity) {
        readMember(object, name, identity.*part);
    }
}

RunStarted readStarted(const Json& line) {
    RunStarted fact;
    readMember(line, "run", fact.run);
    readMember(line, "kind", fact.kind);
    readMember(line, "dataset", fact.dataset);
    readMember(line, "device", fact.identity.device);
    if (line.contains("libtorch")) { // older stored facts do not have it
        readMember(line, "device_name", fact.identity.deviceName);
        readMember(line, "libtorch", fact.identity.libTorch);
    }
    readMember(line, "threads", fact.identity.threads);
    readMember(line, "resumed_from_step", fact.resumedFromStep);
    if (const auto identity = line.find("identity"); identity != line.end()) {
        readIdentity(*identity, fact.identity);
    }
    return fact;
}

StageStarted readStage(const Json& line) {
    StageStarted fact;
    readMember(line, "stage", fact.stage);
    readMember(line, "epochs", fact.epochs);
    readMember(line, "steps_per_epoch", fact.stepsPerEpoch);
    readMember(line, "total_steps", fact.totalSteps);
    return fact;
}

StepDone readStep(const Json& line) {
    StepDone fact;
    readMember(line, "stage", fact.stage);
    readMember(line, "step", fact.step);
    readMember(line, "epoch", fact.epoch);
    readMember(line, "rows", fact.rows);
    readMember(line, "seconds", fact.seconds);
    readMember(line, "learning_rate", fact.learningRate);
    readMember(line, "losses", fact.losses);
    return fact;
}

EpochDone readEpoch(const Json& line) {
    EpochDone fact;
    readMember(line, "stage", fact.stage);
    readMember(line, "epoch", fact.epoch);
    readMember(line, "step", fact.step);
    readMember(line, "seconds", fact.seconds);
    readMember(line, "valid", fact.valid);
    readMember(line, "best", fact.best);
    readMember(line, "state", fact.state);
    return fact;
}

AlignmentMeasured readAlignment(const Json& line) {
    AlignmentMeasured fact;
    readMember(line, "epoch", fact.epoch);
    readMember(line, "step", fact.step);
    readMember(line, "score", fact.score);
    readMember(line, "masked", fact.masked);
    readMember(line, "words", fact.words);
    readMember(line, "share", fact.share);
    readMember(line, "lift", fact.lift);
    readMember(line, "to_fields", fact.toFields);
    const std::size_t cells = fact.masked.size() * fact.words.size();
    if (fact.share.size() != cells || fact.lift.size() != cells ||
        fact.toFields.size() != fact.masked.size()) {
        refuse("share", "a map of masked fields by fields with words");
    }
    return fact;
}

CheckpointSaved readCheckpoint(const Json& line) {
    CheckpointSaved fact;
    readMember(line, "stage", fact.stage);
    readMember(line, "step", fact.step);
    readMember(line, "file", fact.file);
    readMember(line, "bytes", fact.bytes);
    return fact;
}

LogLine readLog(const Json& line) {
    LogLine fact;
    readMember(line, "level", fact.level);
    readMember(line, "text", fact.text);
    return fact;
}

RunEnded readEnd(const Json& line) {
    RunEnded fact;
    readMember(line, "status", fact.status);
    readMember(line, "reason", fact.reason);
    readMember(line, "metrics", fact.metrics);
    readMember(line, "seconds", fact.seconds);
    readMember(line, "peak_rss_bytes", fact.peakRssBytes);
    if (const auto problem = line.find("problem"); problem != line.end() && !problem->is_null()) {
        read("problem", *problem, fact.problem.emplace());
    }
    return fact;
}

Fact readFact(const std::string& name, const Json& line) {
    if (name == "start") {
        return readStarted(line);
    }
    if (name == "stage") {
        return readStage(line);
    }
    if (name == "step") {
        return readStep(line);
    }
    if (name == "epoch") {
        return readEpoch(line);
    }
    if (name == "alignment") {
        return readAlignment(line);
    }
    if (name == "checkpoint") {
        return readCheckpoint(line);
    }
    if (name == "log") {
        return readLog(line);
    }
    if (name == "end") {
        return readEnd(line);
    }
    throw Unreadable(fmt::format("unknown event '{}'", name));
}

struct NameOf {
    std::string_view operator()(const RunStarted&) const { return "start"; }
    std::string_view operator()(const StageStarted&) const { return "stage"; }
    std::string_view operator()(const StepDone&) const { return "step"; }
    std::string_view operator()(const EpochDone&) const { return "epoch"; }
    std::string_view operator()(const AlignmentMeasured&) const { return "alignment"; }
    std::string_view operator()(const CheckpointSaved&) const { return "checkpoint"; }
    std::string_view operator()(const LogLine&) const { return "log"; }
    std::string_view operator()(const RunEnded&) const { return "end"; }
};

} // namespace

std::string_view eventName(const Fact& fact) {
    return std::visit(NameOf{}, fact);
}

std::string toJson(const RunEvent& event) {
    Json line = Json::object();
    line["event"] = eventName(event.fact);
    line["time"] = fromReal(event.wallSeconds);
    std::visit(FactWriter{line}, event.fact);
    return oneLine(line);
}

Result<RunEvent> eventFromJson(std::string_view json) {
    const auto unreadable = [](const std::string& why) {
        return Problem{fmt::format("a stored event cannot be read: {}", why), {}};
    };
    try {
        const Json line = Json::parse(json);
        if (!line.is_object() || !line.contains("event")) {
            return unreadable("it has no event name");
        }
        std::string name;
        RunEvent event;
        readMember(line, "event", name);
        readMember(line, "time", event.wallSeconds);
        event.fact = readFact(name, line);
        return event;
    } catch (const Json::exception& error) {
        return unreadable(error.what());
    } catch (const Unreadable& error) {
        return unreadable(error.what());
    }
}

std::string resultJson(const std::string& run, const RunEnded& end) {
    Json result = Json::object();
    result["run"] = run;
    result["status"] = wordOf(end.status);
    result["reason"] = end.reason;
    result["metrics"] = fromSplits(end.metrics);
    result["seconds"] = fromReal(end.seconds);
    result["peak_rss_bytes"] = end.peakRssBytes;
    result["problem"] = end.problem ? Json(end.problem->text()) : Json(nullptr);
    return oneLine(result);
}

} // namespace flip
