#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flip::manual {

/// Escapes text for a manual page, so that every character is printed as it is. Commands in single
/// quotes, 'flip runs list', become bold.
std::string roff(std::string_view text);
std::string bold(std::string_view text);
std::string italic(std::string_view text);

/// Builds the source of a manual page, with the man macros that both groff and mandoc support.
/// Arguments are already marked up by the functions above, except titles and where noted.
class RoffPage {
public:
    /// The page NAME(SECTION) of this version of the program.
    RoffPage(std::string_view name, int section);

    void section(std::string_view title);
    void subsection(std::string_view title);
    void paragraph(const std::string& text);

    /// A term, and below it, indented, what it means.
    void term(const std::string& term, const std::string& meaning);

    /// A command with its arguments; further lines are indented to the first argument.
    void synopsis(const std::string& command, const std::string& arguments);

    /// Lines that are printed without filling; plain text.
    void example(const std::vector<std::string>& lines);

    /// Plain text: paragraphs separated by empty lines; lines that begin with a blank are examples.
    void prose(std::string_view text);

    const std::string& text() const { return text_; }

private:
    void line(const std::string& text);

    std::string text_;
    bool afterTitle_ = false; // a paragraph after a title needs no .PP
};

} // namespace flip::manual
