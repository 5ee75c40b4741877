#pragma once

#include "tests/core/data/data_files.h"

#include <QTemporaryDir>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flip::test {

/// All values of a row, joined by '|'.
inline std::string rowOf(const Dataset& data, std::size_t row) {
    std::string text;
    for (int field = 0; field < static_cast<int>(data.fields().size()); ++field) {
        text += (field == 0 ? "" : "|");
        text += data.value(field, data.codes(field)[row]);
    }
    return text;
}

inline std::vector<std::string> rowsOf(const Dataset& data) {
    std::vector<std::string> rows;
    for (std::size_t row = 0; row < static_cast<std::size_t>(data.rows()); ++row) {
        rows.push_back(rowOf(data, row));
    }
    return rows;
}

/// A folder for a source and the datasets that are imported from it.
class ImportFolder {
protected:
    void renew() {
        folder_ = std::make_unique<QTemporaryDir>();
        QVERIFY(folder_->isValid());
    }
    std::filesystem::path source() const { return folder_->path().toStdString() + "/raw"; }
    std::filesystem::path datasets() const { return folder_->path().toStdString() + "/datasets"; }

    /// Imports and opens the dataset of the request; nothing if either fails.
    std::optional<Dataset> import(const ImportRequest& request) {
        auto report = importDataset(request, datasets());
        if (!report) {
            qWarning("%s", report.problem().text().c_str());
            return std::nullopt;
        }
        report_ = *report;
        auto data = Dataset::open(report->folder);
        if (!data) {
            qWarning("%s", data.problem().text().c_str());
            return std::nullopt;
        }
        for (const Problem& problem : data->verify()) {
            qWarning("%s", problem.text().c_str());
            return std::nullopt;
        }
        return std::move(*data);
    }

    ImportRequest shop() {
        writeShop(source());
        return shopRequest(source());
    }

    ImportReport report_;

private:
    std::unique_ptr<QTemporaryDir> folder_;
};

} // namespace flip::test
