#pragma once

namespace flip {

/// Bounds how many compiled matrix kernels are kept, each with its working memory. Nearly every
/// batch has a shape of its own here, so a large cache never answers and only grows: with the
/// usual 1024 entries a finetuning run reaches 20 GiB in an hour and its steps take a tenth
/// longer. What the environment sets already stays. To be called first in main(), before any
/// thread or tensor.
void boundKernelCaches();

} // namespace flip
