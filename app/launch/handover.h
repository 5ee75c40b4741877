#pragma once

namespace flip::command {

/// The words that flip-engine is started with where this program hands its work over; main() says
/// them once. What app/engine/engine.h promises is then done by becoming flip-engine: so a program
/// that links this needs no LibTorch.
void handOverWords(char** words);

} // namespace flip::command
