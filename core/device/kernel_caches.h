#pragma once

namespace flip {

/// Limits how many compiled matrix kernels are cached, each with its working memory. Nearly every
/// batch has its own shape here, so a large cache has no hits and only grows: after six steps of
/// joint finetuning on MovieLens-100K the default of 1024 entries takes 3.9 GB and 7.8 s a step, 32
/// entries take 1.9 GB and 6.1 s. Environment variables that are already set are kept. Call this
/// first in main(), before any thread or tensor.
void limitKernelCaches();

} // namespace flip
