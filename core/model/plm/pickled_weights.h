#pragma once

#include "core/base/result.h"
#include "core/model/plm/weights_file.h"

#include <filesystem>
#include <memory>
#include <string_view>

namespace flip {

/// Whether a file with these first bytes was written by torch.save and can be opened.
bool isPickledWeights(std::string_view beginning);

/// Opens a file written by torch.save, a zip archive or the legacy format. Executes no code from
/// it.
Result<std::unique_ptr<WeightsFile>> openPickledWeights(const std::filesystem::path& file);

} // namespace flip
