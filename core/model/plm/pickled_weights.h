#pragma once

#include "core/base/result.h"
#include "core/model/plm/weights_file.h"

#include <filesystem>
#include <memory>
#include <string_view>

namespace flip {

/// Whether a file that begins so was written by torch.save, and can be opened here.
bool isPickledWeights(std::string_view beginning);

/// Opens a file of torch.save, a zip archive or the older form. Runs nothing of it.
Result<std::unique_ptr<WeightsFile>> openPickledWeights(const std::filesystem::path& file);

} // namespace flip
