# Writes OUTPUT, the table of embedded files, from ROOT and FILES (comma-separated, relative to ROOT).
string(REPLACE "," ";" FILES "${FILES}")
list(SORT FILES)
set(text "#include \"core/base/embedded.h\"\n\n#include <algorithm>\n\nnamespace flip {\n\nnamespace {\n\n")
set(rows "")
set(number 0)
foreach(file ${FILES})
    file(READ ${ROOT}/${file} hex HEX)
    # Literals are split into pieces of 16 bytes: compilers limit their length.
    string(REGEX REPLACE "(................................)" "\\1\n" bytes "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${bytes}")
    string(REGEX REPLACE "([^\n]+)" "\"\\1\"" bytes "${bytes}")
    if(bytes STREQUAL "")
        set(bytes "\"\"\n")
    endif()
    string(APPEND text "constexpr char kFile${number}[] =\n${bytes};\n\n")
    string(APPEND rows "    {\"${file}\", {kFile${number}, sizeof kFile${number} - 1}},\n")
    math(EXPR number "${number} + 1")
endforeach()
string(APPEND text "constexpr EmbeddedFile kFiles[] = {\n${rows}};\n\n} // namespace\n\n")
string(APPEND text "std::span<const EmbeddedFile> embeddedFiles() { return kFiles; }\n\n")
string(APPEND text "std::string_view embeddedFile(std::string_view path) {\n"
                   "    const auto found = std::find_if(std::begin(kFiles), std::end(kFiles),\n"
                   "                                    [&](const EmbeddedFile& file) { return file.path == path; });\n"
                   "    return found == std::end(kFiles) ? std::string_view() : found->content;\n}\n\n} // namespace flip\n")
file(WRITE ${OUTPUT} "${text}")
