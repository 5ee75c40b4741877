#include "core/text/tokenizer/character_class.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace flip {

namespace {

using enum CharacterClass;

constexpr char32_t kPlaneSize = 0x10000;

/// Every ICU in use knows the classes up to this version, and none of them changed later.
constexpr std::uint8_t kSettledVersion = 14;

struct Range {
    char32_t first;
    char32_t last;
    CharacterClass kind;
};

/// Letters and numbers added in Unicode 15.0 to 16.0.
constexpr std::array<Range, 45> kAddedLater = {{
    {0x1C89, 0x1C8A, Letter},   {0xA7CB, 0xA7CD, Letter},   {0xA7DA, 0xA7DC, Letter},
    {0x105C0, 0x105F3, Letter}, {0x10D40, 0x10D49, Number}, {0x10D4A, 0x10D65, Letter},
    {0x10D6F, 0x10D85, Letter}, {0x10EC2, 0x10EC4, Letter}, {0x1123F, 0x11240, Letter},
    {0x11380, 0x11389, Letter}, {0x1138B, 0x1138B, Letter}, {0x1138E, 0x1138E, Letter},
    {0x11390, 0x113B5, Letter}, {0x113B7, 0x113B7, Letter}, {0x113D1, 0x113D1, Letter},
    {0x113D3, 0x113D3, Letter}, {0x116D0, 0x116E3, Number}, {0x11BC0, 0x11BE0, Letter},
    {0x11BF0, 0x11BF9, Number}, {0x11F02, 0x11F02, Letter}, {0x11F04, 0x11F10, Letter},
    {0x11F12, 0x11F33, Letter}, {0x11F50, 0x11F59, Number}, {0x1342F, 0x1342F, Letter},
    {0x13441, 0x13446, Letter}, {0x13460, 0x143FA, Letter}, {0x16100, 0x1611D, Letter},
    {0x16130, 0x16139, Number}, {0x16D40, 0x16D6C, Letter}, {0x16D70, 0x16D79, Number},
    {0x18CFF, 0x18CFF, Letter}, {0x1B132, 0x1B132, Letter}, {0x1B155, 0x1B155, Letter},
    {0x1CCF0, 0x1CCF9, Number}, {0x1D2C0, 0x1D2D3, Number}, {0x1DF25, 0x1DF2A, Letter},
    {0x1E030, 0x1E06D, Letter}, {0x1E4D0, 0x1E4EB, Letter}, {0x1E4F0, 0x1E4F9, Number},
    {0x1E5D0, 0x1E5ED, Letter}, {0x1E5F0, 0x1E5F0, Letter}, {0x1E5F1, 0x1E5FA, Number},
    {0x2B739, 0x2B739, Letter}, {0x2EBF0, 0x2EE5D, Letter}, {0x31350, 0x323AF, Letter},
}};

CharacterClass computeClass(char32_t c) {
    const auto code = static_cast<UChar32>(c);
    if (u_isUWhiteSpace(code) != 0) {
        return WhiteSpace;
    }
    UVersionInfo version;
    u_charAge(code, version);
    if (version[0] == 0 || version[0] > kSettledVersion) {
        const auto range = std::lower_bound(
            kAddedLater.begin(), kAddedLater.end(), c,
            [](const Range& candidate, char32_t wanted) { return candidate.last < wanted; });
        return range != kAddedLater.end() && range->first <= c ? range->kind : Other;
    }
    const std::uint32_t category = U_GET_GC_MASK(code);
    if ((category & U_GC_L_MASK) != 0) {
        return Letter;
    }
    return (category & U_GC_N_MASK) != 0 ? Number : Other;
}

} // namespace

CharacterClass characterClass(char32_t c) {
    static const std::vector<CharacterClass> kBasicPlane = [] {
        std::vector<CharacterClass> classes(kPlaneSize);
        for (char32_t code = 0; code < kPlaneSize; ++code) {
            classes[static_cast<std::size_t>(code)] = computeClass(code);
        }
        return classes;
    }();
    return c < kPlaneSize ? kBasicPlane[c] : computeClass(c);
}

} // namespace flip
