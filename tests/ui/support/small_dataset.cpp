#include "tests/ui/support/small_dataset.h"

#include "core/base/files.h"
#include "core/data/import/import.h"

#include <QByteArray>
#include <QString>

#include <utility>

namespace flip::test {

Result<std::string> importSmallDataset(const Workspace& workspace, const std::string& name,
                                       int rows) {
    const QString folder =
        QString::fromStdString((workspace.folder() / ("source-" + name)).string());
    if (const auto made = makeFolder(folder.toStdString()); !made) {
        return made.problem();
    }
    QByteArray csv = "user,title,clicked\n";
    for (int row = 0; row < rows; ++row) {
        csv += "u" + QByteArray::number(row % 10) + ",Film " + QByteArray::number(row % 7) + "," +
               (row % 3 == 0 ? "1" : "0") + "\n";
    }
    const QByteArray schema = R"([[table]]
name = "clicks"
file = "clicks.csv"
format = "csv"
delimiter = ","
quote = '"'
header = true
[label]
column = "clicks.clicked"
positive = "== 1"
[[field]]
name = "user"
column = "clicks.user"
kind = "category"
use = "both"
[[field]]
name = "title"
column = "clicks.title"
kind = "category"
use = "both"
)";
    for (const auto& [file, bytes] :
         {std::pair(folder + "/clicks.csv", csv), std::pair(folder + "/schema.toml", schema)}) {
        const auto written = writeFileAtomically(file.toStdString(), bytes.toStdString());
        if (!written) {
            return written.problem();
        }
    }
    const auto report =
        importDataset(ImportRequest{.source = folder.toStdString(),
                                    .schema = (folder + "/schema.toml").toStdString(),
                                    .name = name},
                      workspace.datasets());
    return report ? Result<std::string>(name) : Result<std::string>(report.problem());
}

} // namespace flip::test
