#include "core/train/dropout_source.h"

#include "core/train/batcher.h"

#include <torch/types.h>

#include <ATen/CPUGeneratorImpl.h>

namespace flip {

DropoutSource::DropoutSource(std::uint64_t seed, at::Device device)
    : seed_(seed),
      generator_(device.is_cpu() ? at::make_generator<at::CPUGeneratorImpl>()
                                 : at::globalContext().defaultGenerator(device).clone()) {}

ForwardMode DropoutSource::forStep(RunStage stage, std::int64_t step, const std::stop_token& stop) {
    generator_.set_current_seed(
        stepStream(seed_, "dropout/" + std::string(wordOf(stage)), step).next());
    return ForwardMode::training(generator_, stop);
}

} // namespace flip
