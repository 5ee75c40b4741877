#pragma once

#include "core/base/random_stream.h"
#include "core/spec/options.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace flip {

/// Text that is hard to quote: quotes, braces, line ends, control and wide characters.
inline std::string randomText(RandomStream& random) {
    static const std::array<std::string, 16> kPieces{
        "user_id", " is ", "{title}", "\"",    "\\",           "\n",  "\t",   "\x01",
        "\x7f",    "'",    "''' ",    "# not", "\u00e9\u4e2d", "=[]", "\r\n", "\U0001F3AC"};
    std::string text;
    for (auto pieces = random.below(8); pieces > 0; --pieces) {
        text += kPieces[random.below(kPieces.size())];
    }
    return text;
}

inline std::int64_t randomInteger(RandomStream& random, const Option& option) {
    const auto low = static_cast<std::int64_t>(option.minimum);
    const auto high = static_cast<std::int64_t>(option.maximum);
    return low +
           static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low) + 1));
}

/// A valid value of the option, drawn from its whole range.
inline OptionValue randomValue(RandomStream& random, const Option& option) {
    switch (option.type) {
    case OptionType::Integer:
        return randomInteger(random, option);
    case OptionType::Real: {
        // 1 - u lies in (0, 1]: never the minimum, which may be excluded.
        const double u = 1 - random.uniform();
        return option.minimum + (option.maximum - option.minimum) * std::pow(u, 8);
    }
    case OptionType::Text:
        if (option.key == "device") {
            return std::array<std::string, 4>{"auto", "cpu", "cuda", "cuda:12"}[random.below(4)];
        }
        return option.key == "data.dataset" ? "d" + randomText(random) : randomText(random);
    case OptionType::Choice:
        return option.choices[random.below(option.choices.size())];
    case OptionType::IntegerList: {
        std::vector<std::int64_t> numbers(1 + random.below(5));
        for (std::int64_t& number : numbers) {
            number = randomInteger(random, option);
        }
        return numbers;
    }
    case OptionType::ChoiceList: {
        const auto count = static_cast<std::int64_t>(option.choices.size());
        const auto chosen = 1 + static_cast<std::int64_t>(random.below(option.choices.size()));
        std::vector<std::string> words;
        for (const std::int64_t index : random.sample(count, chosen)) {
            words.push_back(option.choices[static_cast<std::size_t>(index)]);
        }
        return words;
    }
    }
    return {};
}

/// A valid spec with every option drawn at random.
inline RunSpec randomSpec(RandomStream& random) {
    RunSpec spec{};
    for (const Option& option : options()) {
        option.set(spec, randomValue(random, option));
    }
    return spec;
}

/// The defaults, with a dataset of this name.
inline RunSpec defaultSpec(const std::string& dataset = "movielens-100k",
                           const std::string& kind = "flip") {
    RunDraft draft;
    draft.set("data.dataset", dataset);
    draft.set("kind", kind);
    return *resolve(draft);
}

} // namespace flip
