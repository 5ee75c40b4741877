#pragma once

namespace flip {

/// Bounds how many compiled matrix kernels are kept, each with its working memory. Nearly every
/// batch has a shape of its own here, so a large cache never answers and only grows: after six
/// steps of joint finetuning on MovieLens-100K the usual 1024 entries cost 3.9 GB and 7.8 s a step,
/// where 32 cost 1.9 GB and 6.1 s. What the environment sets already stays. To be called first in
/// main(), before any thread or tensor.
void boundKernelCaches();

} // namespace flip
