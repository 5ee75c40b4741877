#pragma once

#include <optional>
#include <string>

namespace flip::launch {

/// Asks in a dialog which PyTorch to use; needs a QApplication. Nothing where the person gives up.
std::optional<std::string> askInWindow(const std::string& wanted, const std::string& trouble);

/// Says why the window does not start; needs a QApplication.
void tellInWindow(const std::string& problem);

} // namespace flip::launch
