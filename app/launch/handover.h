#pragma once

namespace flip::command {

/// Sets the arguments that flip-engine is started with; main() calls it once with its argv. This
/// room implements each function of app/engine/engine.h by executing flip-engine, so a program that
/// links it needs no LibTorch.
void setEngineArguments(char** arguments);

} // namespace flip::command
