#include "app/launch/ask_window.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

namespace flip::launch {

std::optional<std::string> askInWindow(const std::string& wanted, const std::string& trouble) {
    const auto tr = [](const char* text) { return QDialog::tr(text); };
    QDialog dialog;
    dialog.setWindowTitle(tr("FLIP Workbench: which PyTorch?"));
    auto* text =
        new QLabel(tr("This package needs PyTorch %1 from a Python environment on this computer.\n"
                      "Choose the environment's folder, or its Python. The choice is remembered.\n"
                      "To install it into an environment: pip install 'torch==%1.*'")
                       .arg(QString::fromStdString(wanted)),
                   &dialog);
    auto* reason = new QLabel(QString::fromStdString(trouble), &dialog);
    for (QLabel* label : {text, reason}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    auto* place = new QLineEdit(&dialog);
    place->setAccessibleName(tr("Folder of the environment, or its Python"));
    place->setPlaceholderText(tr("an environment's folder, or its bin/python"));
    auto* choose = new QPushButton(tr("Choose a folder…"), &dialog);
    QObject::connect(choose, &QPushButton::clicked, &dialog, [&] {
        const QString folder = QFileDialog::getExistingDirectory(
            &dialog, tr("The environment's folder"), place->text());
        if (!folder.isEmpty()) {
            place->setText(folder);
        }
    });
    auto* buttons = new QDialogButtonBox(&dialog);
    QPushButton* use = buttons->addButton(tr("Use it"), QDialogButtonBox::AcceptRole);
    buttons->addButton(tr("Quit"), QDialogButtonBox::RejectRole);
    use->setDefault(true);
    use->setEnabled(false);
    QObject::connect(place, &QLineEdit::textChanged, use,
                     [use](const QString& typed) { use->setEnabled(!typed.trimmed().isEmpty()); });
    QObject::connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);

    auto* row = new QHBoxLayout;
    row->addWidget(place, 1);
    row->addWidget(choose);
    auto* column = new QVBoxLayout(&dialog);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addWidget(text);
    column->addWidget(reason);
    column->addLayout(row);
    column->addWidget(buttons);
    dialog.setMinimumWidth(560);
    if (dialog.exec() != QDialog::Accepted) {
        return std::nullopt;
    }
    return place->text().toStdString();
}

void showErrorDialog(const std::string& problem) {
    QMessageBox box(QMessageBox::Critical, QDialog::tr("FLIP Workbench does not start"),
                    QString::fromStdString(problem), QMessageBox::Close);
    box.setTextFormat(Qt::PlainText);
    box.exec();
}

} // namespace flip::launch
