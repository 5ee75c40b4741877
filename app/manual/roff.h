#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flip::manual {

/// Text as a manual page takes it: every character stands for itself. Commands in single quotes,
/// 'flip runs list', become bold.
std::string roff(std::string_view text);
std::string bold(std::string_view text);
std::string italic(std::string_view text);

/// A manual page while it is being written, in the man macros that groff and mandoc both know.
/// What it takes is marked up already, by the functions above; titles are plain.
class RoffPage {
public:
    /// The page NAME(SECTION) of this version of the program.
    RoffPage(std::string_view name, int section);

    void section(std::string_view title);
    void subsection(std::string_view title);
    void paragraph(const std::string& text);

    /// A term, and below it, indented, what it means.
    void term(const std::string& term, const std::string& meaning);

    /// A command with its words, which go on under their beginning.
    void synopsis(const std::string& command, const std::string& words);

    /// Lines that stay as they are; plain.
    void example(const std::vector<std::string>& lines);

    /// Plain paragraphs parted by empty lines; lines that begin with a blank are examples.
    void prose(std::string_view text);

    const std::string& text() const { return text_; }

private:
    void line(const std::string& text);

    std::string text_;
    bool afterTitle_ = false; // where a paragraph needs no beginning
};

} // namespace flip::manual
