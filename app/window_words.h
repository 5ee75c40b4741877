#pragma once

#include <array>

namespace flip {

/// An option of flip-workbench that takes a value. Plain words, so that the manual, which is made
/// without Qt, reads the same table as the program.
struct WindowWord {
    const char* name; // without its dashes
    const char* value;
    const char* help;
};

/// What can stand without dashes on the command line of flip-workbench, any number of times.
struct WindowArgument {
    const char* name;
    const char* help;
};

inline constexpr const char* kWindowDescription =
    "the window of FLIP Workbench: import data, set up and run experiments, compare and explain";

inline constexpr WindowArgument kWindowArgument{
    "FILE", "what to open: the name of a dataset or of a run, an experiment file (TOML), or a "
            "folder or file to import"};

inline constexpr std::array kWindowWords = {
    WindowWord{"workspace", "DIR",
               "folder of datasets, runs and models (default: $FLIP_WORKSPACE, else the platform's "
               "data folder)"},
    WindowWord{"page", "data|template|experiment|runs|compare|alignment",
               "page to show (default: the one that was left open)"},
    WindowWord{"screenshot", "FILE",
               "draw the page into this picture, such as page.png, and exit; needs no display"},
    WindowWord{"size", "WxH",
               "size of the window in pixels, such as 1600x1000 (default: as it was left; 1280x800 "
               "for a picture)"},
    WindowWord{"torch", "PLACE",
               "for packages without LibTorch, as the first words: a Python that has PyTorch, or "
               "its folder (default: $FLIP_TORCH, else what was chosen before)"},
    WindowWord{"theme", "light|dark|system", "colours (default: those chosen last)"}};

} // namespace flip
