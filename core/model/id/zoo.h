#pragma once

#include "core/model/id/backbone.h"

#include <memory>
#include <string>

namespace flip {

/// The factories in registry.cpp, each defined in the file of its backbone.

std::unique_ptr<Backbone> makeLr(Parameters& parameters, const Initialiser& init,
                                 const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeFm(Parameters& parameters, const Initialiser& init,
                                 const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeFfm(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeAfm(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeNfm(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makePnn(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeWideDeep(Parameters& parameters, const Initialiser& init,
                                       const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeDeepFm(Parameters& parameters, const Initialiser& init,
                                     const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeXDeepFm(Parameters& parameters, const Initialiser& init,
                                      const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeDcn(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeDcnV2(Parameters& parameters, const Initialiser& init,
                                    const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeDcnMix(Parameters& parameters, const Initialiser& init,
                                     const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeGdcn(Parameters& parameters, const Initialiser& init,
                                   const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeAutoInt(Parameters& parameters, const Initialiser& init,
                                      const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeFiBiNet(Parameters& parameters, const Initialiser& init,
                                      const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeAfn(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeMaskNet(Parameters& parameters, const Initialiser& init,
                                      const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeFinalMlp(Parameters& parameters, const Initialiser& init,
                                       const std::string& prefix, const BackboneOptions& options);
std::unique_ptr<Backbone> makeDin(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options);

/// The columns of the fields of a history item. The options must have been checked.
std::vector<std::int64_t> itemFields(const BackboneOptions& options);

/// Checks of options that depend on each other.

Result<void> checkAutoInt(const BackboneOptions& options);
Result<void> checkFinalMlp(const BackboneOptions& options);
Result<void> checkDin(const BackboneOptions& options);

} // namespace flip
