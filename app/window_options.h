#pragma once

#include <array>

namespace flip {

/// An option of flip-workbench that takes a value. Plain C strings, so that the manual, which is
/// built without Qt, uses the same table as the program.
struct WindowOption {
    const char* name; // without its dashes
    const char* value;
    const char* help;
};

/// The positional argument of flip-workbench, which may be repeated.
struct WindowArgument {
    const char* name;
    const char* help;
};

inline constexpr const char* kWindowDescription =
    "the window of FLIP Workbench: import data, set up and run experiments, compare and explain";

inline constexpr WindowArgument kWindowArgument{
    "FILE", "what to open: the name of a dataset or of a run, an experiment file (TOML), or a "
            "folder or file to import"};

inline constexpr std::array kWindowOptions = {
    WindowOption{
        "workspace", "DIR",
        "folder of datasets, runs and models (default: $FLIP_WORKSPACE, else the platform's "
        "data folder)"},
    WindowOption{"page", "data|template|experiment|runs|compare|alignment",
                 "page to show (default: the page shown last)"},
    WindowOption{"screenshot", "FILE",
                 "save the page as this image file, such as page.png, and exit; needs no display"},
    WindowOption{
        "size", "WxH",
        "size of the window in pixels, such as 1600x1000 (default: the last size; 1280x800 "
        "for a screenshot)"},
    WindowOption{"torch", "PLACE",
                 "for packages without LibTorch: a Python with PyTorch, or the folder of PyTorch "
                 "(default: $FLIP_TORCH, else the last choice)"},
    WindowOption{"theme", "light|dark|system", "colours (default: the last choice)"}};

} // namespace flip
