#include "core/store/predictions.h"

#include "core/data/field_info.h"
#include "core/eval/metrics.h"
#include "core/formats/safetensors.h"

#include <charconv>
#include <cstring>

namespace flip {

namespace {

template <class T>
TensorView column(NumberType type, const std::vector<T>& values) {
    return {type,
            {static_cast<std::int64_t>(values.size())},
            {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)}};
}

/// Copies a column out; false if it is missing or has another type or length.
template <class T>
bool read(const SafetensorsFile& file, const std::string& name, NumberType type, std::size_t rows,
          std::vector<T>& out) {
    const TensorView* view = file.find(name);
    if (view == nullptr || view->type != type || view->bytes.size() != rows * sizeof(T)) {
        return false;
    }
    out.resize(rows);
    if (rows > 0) {
        std::memcpy(out.data(), view->bytes.data(), view->bytes.size());
    }
    return true;
}

void append(std::string& text, double value) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
    text.append(buffer, end.ptr);
}

/// The rest of a line: ",logit,p" and the branch logits, if any.
void appendLogits(std::string& text, std::size_t row, const std::vector<double>& logit,
                  const std::vector<double>& idLogit, const std::vector<double>& textLogit) {
    text += ',';
    append(text, logit[row]);
    text += ',';
    append(text, sigmoid(logit[row]));
    for (const std::vector<double>* branch : {&idLogit, &textLogit}) {
        if (!branch->empty()) {
            text += ',';
            append(text, (*branch)[row]);
        }
    }
    text += '\n';
}

} // namespace

Result<void> savePredictions(const std::filesystem::path& file, const StoredPredictions& content) {
    std::map<std::string, TensorView> columns{
        {"row_index", column(NumberType::I64, content.rowIndex)},
        {"split", column(NumberType::U8, content.split)},
        {"label", column(NumberType::U8, content.label)},
        {"logit", column(NumberType::F64, content.logit)},
    };
    if (!content.idLogit.empty()) {
        columns["logit_id"] = column(NumberType::F64, content.idLogit);
        columns["logit_text"] = column(NumberType::F64, content.textLogit);
    }
    return writeSafetensors(file, columns);
}

Result<StoredPredictions> loadPredictions(const std::filesystem::path& path) {
    auto file = SafetensorsFile::open(path);
    if (!file) {
        return file.problem();
    }
    if (auto sound = file->verify(); !sound) {
        return sound.problem();
    }
    StoredPredictions content;
    const TensorView* first = file->find("row_index");
    const std::size_t rows = first != nullptr ? first->bytes.size() / sizeof(std::int64_t) : 0;
    bool sound = read(*file, "row_index", NumberType::I64, rows, content.rowIndex) &&
                 read(*file, "split", NumberType::U8, rows, content.split) &&
                 read(*file, "label", NumberType::U8, rows, content.label) &&
                 read(*file, "logit", NumberType::F64, rows, content.logit);
    if (sound && file->find("logit_id") != nullptr) {
        sound = read(*file, "logit_id", NumberType::F64, rows, content.idLogit) &&
                read(*file, "logit_text", NumberType::F64, rows, content.textLogit);
    }
    if (!sound) {
        return Problem{"holds no predictions, or is damaged; run the experiment again",
                       path.string()};
    }
    return content;
}

Result<StoredPredictions> predictionsOf(const Workspace& workspace, const std::string& run) {
    const auto file = workspace.checkpoints(run) / kPredictionsFile;
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        return Problem{"has no predictions; only finished finetuning runs have them", run};
    }
    return loadPredictions(file);
}

std::string predictionsAsCsv(const StoredPredictions& content) {
    const bool joint = !content.idLogit.empty();
    std::string text = "row_index,split,label,logit,p";
    text += joint ? ",logit_id,logit_text\n" : "\n";
    for (std::size_t i = 0; i < content.rowIndex.size(); ++i) {
        text += std::to_string(content.rowIndex[i]);
        text += ',';
        text += splitName(static_cast<Split>(content.split[i]));
        text += ',';
        text += std::to_string(content.label[i]);
        appendLogits(text, i, content.logit, content.idLogit, content.textLogit);
    }
    return text;
}

std::string logitsAsCsv(std::int64_t first, const std::vector<double>& logit,
                        const std::vector<double>& idLogit, const std::vector<double>& textLogit) {
    std::string text;
    for (std::size_t i = 0; i < logit.size(); ++i) {
        text += std::to_string(first + static_cast<std::int64_t>(i));
        appendLogits(text, i, logit, idLogit, textLogit);
    }
    return text;
}

} // namespace flip
