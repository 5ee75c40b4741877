#pragma once

#include "core/base/files.h"
#include "tests/core/run/tiny_project.h"

#include <QtCore/QString>
#include <QtCore/QStringList>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace flip::test {

inline std::string content(const std::filesystem::path& file) {
    auto bytes = readFile(file);
    return bytes ? *bytes : "unreadable: " + bytes.problem().text();
}

/// The facts by which two runs are compared, without times.
inline std::vector<std::string> numbersOf(const Listener& listener) {
    std::vector<std::string> lines;
    for (RunEvent event : listener.events) {
        event.wallSeconds = 0;
        if (auto* step = std::get_if<StepDone>(&event.fact)) {
            step->seconds = 0;
        } else if (auto* epoch = std::get_if<EpochDone>(&event.fact)) {
            epoch->seconds = 0;
        } else if (!std::holds_alternative<AlignmentMeasured>(event.fact)) {
            continue;
        }
        lines.push_back(toJson(event));
    }
    return lines;
}

inline QString firstDifference(const std::vector<std::string>& a,
                               const std::vector<std::string>& b) {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (a[i] != b[i]) {
            return QString::fromStdString(a[i] + "\n" + b[i]);
        }
    }
    return QString("%1 and %2 lines").arg(a.size()).arg(b.size());
}

/// The first difference between a run that stops at a step of a stage and is resumed and an
/// uninterrupted one, bit for bit: in weights, predictions or any number on the way. Empty if there
/// is none.
inline QString resumedRunDiffers(const TinyProject& project, const RunSpec& spec, RunStage stage,
                                 std::int64_t step) {
    const Workspace workspace = project.workspace();
    Listener whole;
    Listener first(stage, step);
    Listener rest;
    const std::vector<RunStatus> ends{
        executeRun(spec, workspace, "whole", whole, whole.stop.get_token()).status,
        executeRun(spec, workspace, "parts", first, first.stop.get_token()).status,
        resumeRun("parts", workspace, rest, rest.stop.get_token()).status};
    if (ends != std::vector{RunStatus::Finished, RunStatus::Stopped, RunStatus::Finished}) {
        QString text = "the runs ended as:";
        for (const std::string& word : wordsOf(ends)) {
            text += " " + QString::fromStdString(word);
        }
        return text;
    }
    for (const char* file : {"weights.safetensors", "predictions.safetensors"}) {
        if (content(workspace.checkpoints("whole") / file) !=
            content(workspace.checkpoints("parts") / file)) {
            return QString(file) + " differs";
        }
    }
    auto store = RunStore::open(workspace);
    Listener replayed;
    if (!store || !store->replay("parts", replayed)) {
        return "the stored run cannot be read";
    }
    const auto wanted = numbersOf(whole);
    const auto given = numbersOf(replayed);
    if (wanted != given) {
        return firstDifference(wanted, given);
    }
    return replayed.all<RunEnded>().size() == 1 ? QString() : "the run did not end exactly once";
}

/// The first difference between a run with lazy updates of its id tables and one that steps all
/// rows. Empty if there is none.
inline QString lazyUpdatesDiffer(const TinyProject& project, const QStringList& options) {
    std::map<std::string, Listener> runs;
    std::map<std::string, RunEnded> ends;
    for (const std::string updates : {"touched", "all"}) {
        std::vector<std::string> assignments{"id.table_updates=" + updates};
        for (const QString& option : options) {
            assignments.push_back(option.toStdString());
        }
        Listener& run = runs[updates];
        ends[updates] = executeRun(project.spec(assignments), project.workspace(), updates, run,
                                   run.stop.get_token());
        if (ends[updates].status != RunStatus::Finished) {
            return QString::fromStdString(updates + " " +
                                          std::string(wordOf(ends[updates].status)));
        }
    }
    const auto touched = runs["touched"].all<StepDone>();
    const auto all = runs["all"].all<StepDone>();
    if (touched.size() != all.size()) {
        return "the runs have different steps";
    }
    // If the whole table is stepped, its last elements are rounded by other code; all other bits
    // are the same (tests/core/train/lazy_row_updates_test.cpp).
    constexpr double kRounding = 1e-4;
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const auto& [name, loss] : all[i].losses) {
            const bool counts = name != "tables" && name != "total"; // squares of rows as last read
            if (counts &&
                std::abs(touched[i].losses.at(name) - loss) >= kRounding * std::abs(loss)) {
                return QString("step %1, %2").arg(i).arg(QString::fromStdString(name));
            }
        }
    }
    const double difference = std::abs(ends["touched"].metrics["test"][""].logLoss -
                                       ends["all"].metrics["test"][""].logLoss);
    return difference < kRounding ? QString() : QString("the test rows, by %1").arg(difference);
}

} // namespace flip::test
