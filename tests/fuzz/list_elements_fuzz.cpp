#include "core/base/text_encoding.h"
#include "core/data/records/list_elements.h"

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

using namespace flip;

namespace {

/// Writes non-empty elements and reads them back.
void checkRoundTrip(const std::vector<std::string>& elements, std::string_view separator) {
    std::string text;
    ListWriter writer(needBrackets(elements, separator), separator, text);
    for (const std::string& element : elements) {
        writer.add(element);
    }
    writer.finish();
    std::vector<std::string> found;
    forEachListElement(text, separator,
                       [&](std::string_view element) { found.emplace_back(element); });
    if (found != elements) {
        std::abort();
    }
}

} // namespace

/// Any text can be read as a list in brackets or is refused; the elements of a list survive a round
/// trip, as do the lines of the text. The first byte chooses the separator.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::string_view kSeparators[] = {"|", "::", ", ", "aa", "][", "\t"};
    if (size == 0) {
        return 0;
    }
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string_view separator = kSeparators[data[0] % std::size(kSeparators)];
    if (auto elements = bracketedElements(text)) {
        for (const std::string& element : *elements) {
            if (isUtf8(text) && !isUtf8(element)) {
                std::abort();
            }
        }
        std::erase(*elements, std::string());
        checkRoundTrip(*elements, separator);
    }
    std::vector<std::string> lines;
    forEachElement(text, "\n", [&](std::string_view line) { lines.emplace_back(line); });
    checkRoundTrip(lines, separator);
    return 0;
}
