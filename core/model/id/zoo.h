#pragma once

#include "core/model/id/backbone.h"

#include <memory>
#include <string>

namespace flip {

/// The makers that registry.cpp lists, each defined in the file of its backbone.

std::unique_ptr<Backbone> makeLr(Parameters& parameters, const Initialiser& init,
                                 const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeFm(Parameters& parameters, const Initialiser& init,
                                 const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeDeepFm(Parameters& parameters, const Initialiser& init,
                                     const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeDcnV2(Parameters& parameters, const Initialiser& init,
                                    const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeDcnMix(Parameters& parameters, const Initialiser& init,
                                     const std::string& prefix, const BackboneOptions& options);

} // namespace flip
