#include "app/command/progress.h"

#include <cmath>
#include <cstdio>
#include <unistd.h>

namespace flip::command {

namespace {

std::string numberText(const char* format, double value) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, format, value);
    return buffer;
}

std::string branchesText(const BranchMetrics& metrics) {
    std::string text;
    for (const auto& [branch, one] : metrics) {
        text += (branch.empty() ? std::string("AUC ") : ", " + branch + " AUC ") +
                fourDecimals(one.auc);
        if (branch.empty()) {
            text += ", LogLoss " + numberText("%.4f", one.logLoss);
        }
    }
    return text;
}

} // namespace

std::string duration(double seconds) {
    const auto whole = static_cast<long long>(std::llround(seconds));
    if (whole < 60) {
        return numberText(seconds < 10 ? "%.1f s" : "%.0f s", seconds);
    }
    if (whole < 3600) {
        return std::to_string(whole / 60) + " m " + std::to_string(whole % 60) + " s";
    }
    return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " m";
}

std::string fourDecimals(const std::optional<double>& value) {
    return value ? numberText("%.4f", *value) : "not defined";
}

StatusLine::StatusLine()
    : terminal_(::isatty(STDERR_FILENO) == 1), last_(std::chrono::steady_clock::now()) {}

void StatusLine::show(const std::string& text, bool force) {
    const auto now = std::chrono::steady_clock::now();
    const double pause = terminal_ ? 0.1 : 10.0;
    if (!force && std::chrono::duration<double>(now - last_).count() < pause) {
        return;
    }
    last_ = now;
    shown_ = terminal_;
    std::fprintf(stderr, terminal_ ? "\r\033[K%s" : "%s\n", text.c_str());
    std::fflush(stderr);
}

void StatusLine::keep(const std::string& text) {
    clear();
    std::fprintf(stderr, "%s\n", text.c_str());
}

void StatusLine::clear() {
    if (shown_) {
        std::fprintf(stderr, "\r\033[K");
        shown_ = false;
    }
}

void RunReporter::take(const RunEvent& event) {
    if (const auto* started = std::get_if<RunStarted>(&event.fact)) {
        run_ = started->run;
    }
    if (events_ && !std::holds_alternative<RunEnded>(event.fact)) {
        std::printf("%s\n", toJson(event).c_str());
        std::fflush(stdout);
    }
    report(event);
}

void RunReporter::report(const RunEvent& event) {
    if (const auto* started = std::get_if<RunStarted>(&event.fact)) {
        line_.keep("run " + started->run + " on " + deviceText(*started) + ", " +
                   std::to_string(started->identity.threads) + " threads" +
                   (started->resumedFromStep > 0
                        ? ", resumed at step " + std::to_string(started->resumedFromStep)
                        : ""));
    } else if (const auto* stage = std::get_if<StageStarted>(&event.fact)) {
        stage_ = *stage;
        stageFirstStep_ = -1;
    } else if (const auto* step = std::get_if<StepDone>(&event.fact)) {
        if (stageFirstStep_ < 0) {
            stageFirstStep_ = step->step;
            stageBegan_ = event.wallSeconds;
        }
        const double each = step->step > stageFirstStep_
                                ? (event.wallSeconds - stageBegan_) /
                                      static_cast<double>(step->step - stageFirstStep_)
                                : step->seconds;
        const double left = each * static_cast<double>(stage_.totalSteps - step->step);
        std::string text = std::string(wordOf(step->stage)) + " epoch " +
                           std::to_string(step->epoch) + "/" + std::to_string(stage_.epochs) +
                           ", step " + std::to_string(step->step) + "/" +
                           std::to_string(stage_.totalSteps);
        for (const auto& [name, loss] : step->losses) {
            text += ", " + name + " " + numberText("%.4f", loss);
        }
        line_.show(text + ", at most " + duration(left) + " left");
    } else if (const auto* epoch = std::get_if<EpochDone>(&event.fact)) {
        line_.keep(std::string(wordOf(epoch->stage)) + " epoch " + std::to_string(epoch->epoch) +
                   " done in " + duration(epoch->seconds) +
                   (epoch->valid.empty() ? "" : ": validation " + branchesText(epoch->valid)) +
                   (epoch->best ? " (best)" : ""));
    } else if (const auto* aligned = std::get_if<AlignmentMeasured>(&event.fact)) {
        line_.keep("alignment after epoch " + std::to_string(aligned->epoch) + ": " +
                   numberText("%.3f", aligned->score) + " on the diagonal");
    } else if (const auto* logLine = std::get_if<LogLine>(&event.fact)) {
        line_.keep(logLine->text);
    } else if (const auto* ended = std::get_if<RunEnded>(&event.fact);
               ended != nullptr && !run_.empty()) { // a refused run is reported as a problem only
        line_.keep(std::string(wordOf(ended->status)) + " after " + duration(ended->seconds) +
                   (ended->reason.empty() ? "" : " (" + ended->reason + ")"));
        for (const auto& [split, metrics] : ended->metrics) {
            line_.keep("  " + split + ": " + branchesText(metrics));
        }
    }
}

} // namespace flip::command
