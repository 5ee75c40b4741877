#include "core/trained/predict_rows.h"

#include "core/base/output_file.h"
#include "core/data/id_lists.h"
#include "core/device/machine.h"
#include "core/device/safety_net.h"
#include "core/model/id/id_rows.h"
#include "core/store/predictions.h"
#include "core/text/dataset_text.h"
#include "core/text/token_cache.h"
#include "core/train/batcher.h"
#include "core/train/evaluator.h"
#include "core/train/finetuner.h"
#include "core/trained/run_inputs.h"
#include "core/trained/served_model.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>
#include <utility>

namespace flip {

namespace {

constexpr std::size_t kRowsPerChunk = 1 << 16;

Problem stopped(const std::filesystem::path& output) {
    return {"stopped; nothing was written", output.string()};
}

/// The sentences of a template over some rows; nothing if it was stopped.
Result<std::optional<TokenCache>> sentencesOf(const ServedModel& served, const std::string& text,
                                              const Dataset& rows, const std::stop_token& stop) {
    const auto parsed = parseTemplate(text, rows);
    if (!parsed) {
        return parsed.problem();
    }
    const auto rules = sentenceRules(served.spec().text, rows);
    if (!rules) {
        return rules.problem();
    }
    auto cache = TokenCache::build(rows, *parsed, served.tokenizer(), *rules, stop);
    if (!cache) {
        return stop.stop_requested() ? Result<std::optional<TokenCache>>(std::nullopt)
                                     : cache.problem();
    }
    const auto known = checkSentences(*cache, *served.config(), rows, stop);
    if (!known) {
        return known.problem();
    }
    return *known ? std::optional(std::move(*cache)) : std::optional<TokenCache>();
}

/// The predictions of the first `count` rows; nothing if it was stopped.
Result<std::optional<Predictions>> predictChunk(const ServedModel& served, const Dataset& rows,
                                                std::size_t count, const std::stop_token& stop) {
    FinetuneModel& model = served.model();
    std::optional<TokenCache> sentences;
    std::optional<TokenCache> itemSentences;
    if (model.hasText()) {
        auto built = sentencesOf(served, served.spec().text.templateText, rows, stop);
        if (!built || !*built) {
            return built ? Result<std::optional<Predictions>>(std::nullopt) : built.problem();
        }
        sentences = std::move(**built);
    }
    if (model.hasItemText()) {
        auto built = sentencesOf(served, served.spec().text.itemTemplate, rows, stop);
        if (!built || !*built) {
            return built ? Result<std::optional<Predictions>>(std::nullopt) : built.problem();
        }
        itemSentences = std::move(**built);
    }
    if (model.idRows != nullptr) {
        model.idRows->setLists(idListsOf(rows));
    }
    const Batcher batcher(rows, sentences ? &*sentences : nullptr,
                          served.spec().text.padding == TextPadding::Max, model.parameters.device(),
                          itemSentences ? &*itemSentences : nullptr,
                          historyPlan(served.spec(), rows));
    std::vector<std::int64_t> order(count);
    std::iota(order.begin(), order.end(), std::int64_t{0});
    return predict(model, batcher, order, evaluationBatch(model), stop);
}

Result<PredictReport> predictAll(const ServedModel& served, const RawInput& input,
                                 const std::filesystem::path& output,
                                 const std::function<void(const PredictProgress&)>& progress,
                                 const std::stop_token& stop) {
    useThreads(served.spec().threads);
    chooseMatrixProducts();
    WantedColumns wanted;
    auto fields = served.fieldsRead();
    if (!fields) {
        return fields.problem();
    }
    wanted.fields = std::move(*fields);
    wanted.time = served.timeColumn();
    std::vector<FieldInfo> infos;
    for (const FieldVocabulary& field : served.vocabulary().fields()) {
        infos.push_back(field.info);
    }
    auto opened = RawRows::open(infos, served.schema(), wanted, input, stop);
    if (!opened) {
        return opened.problem();
    }
    RawRows& raw = **opened;
    auto out = OutputFile::open(output);
    if (!out) {
        return out.problem();
    }
    const bool joint = served.model().hasIds() && served.model().hasText();
    if (auto done =
            out->write(joint ? "row_index,logit,p,logit_id,logit_text\n" : "row_index,logit,p\n");
        !done) {
        return done.problem();
    }
    PredictReport report;
    const auto started = std::chrono::steady_clock::now();
    for (;;) {
        auto columns = raw.next(kRowsPerChunk);
        if (!columns) {
            return stop.stop_requested() ? stopped(output) : columns.problem();
        }
        const std::size_t count = columns->rows();
        if (count == 0) {
            break;
        }
        std::vector<std::int64_t> times;
        if (served.clicks() != nullptr) {
            auto all = served.clicks()->addTo(*columns);
            if (!all) {
                return all.problem();
            }
            times = std::move(*all);
        }
        MemoryRows held =
            toMemoryRows(std::move(*columns), served.vocabulary(), count, std::move(times),
                         served.clicks() != nullptr ? served.clicks()->timeDecimals() : 0);
        for (std::size_t i = 0; i < held.fields.size(); ++i) {
            const FieldInfo& info = held.fields[i].info;
            if (wanted.fields[i] && info.use != FieldUse::Text && served.model().hasIds()) {
                report.unknown[info.name] += countUnknownRows(held.fields[i], count);
            }
        }
        const Dataset rows = Dataset::inMemory(std::move(held));
        const auto predictions = predictChunk(served, rows, count, stop);
        if (!predictions) {
            return predictions.problem();
        }
        if (!*predictions) {
            return stopped(output);
        }
        if (!isFinite(**predictions)) {
            return Problem{"the model's predictions are not finite; its weights cannot be used",
                           input.input.string()};
        }
        if (auto done = out->write(logitsAsCsv(report.rows, (*predictions)->logit,
                                               (*predictions)->idLogit, (*predictions)->textLogit));
            !done) {
            return done.problem();
        }
        report.rows += static_cast<std::int64_t>(count);
        progress({report.rows, raw.bytesRead(), raw.totalBytes()});
        if (count < kRowsPerChunk) {
            break;
        }
    }
    if (auto done = out->complete(); !done) {
        return done.problem();
    }
    report.joins = raw.joins();
    report.badLines = raw.badLines();
    report.examples = raw.firstBadLines();
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return report;
}

} // namespace

Result<PredictReport> predictRows(const PredictingModel& model, const RawInput& input,
                                  const std::filesystem::path& output,
                                  const std::function<void(const PredictProgress&)>& progress,
                                  const std::stop_token& stop) {
    std::optional<Result<PredictReport>> report;
    if (auto problem = catchAll([&] {
            const auto served = model.run.empty() ? ServedModel::ofBundle(model.bundle)
                                                  : ServedModel::ofRun(model.run, model.checkpoint,
                                                                       *model.workspace);
            report = served ? predictAll(**served, input, output, progress, stop)
                            : Result<PredictReport>(served.problem());
        })) {
        return *problem;
    }
    return std::move(*report);
}

} // namespace flip
