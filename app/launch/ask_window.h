#pragma once

#include <optional>
#include <string>

namespace flip::launch {

/// Asks in a dialog which PyTorch to use; needs a QApplication. Nothing if the user cancels.
std::optional<std::string> askInWindow(const std::string& wanted, const std::string& trouble);

/// Shows why the window does not start; needs a QApplication.
void showErrorDialog(const std::string& problem);

} // namespace flip::launch
