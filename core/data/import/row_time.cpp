#include "core/data/import/row_time.h"

#include "core/base/trimmed.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <system_error>

namespace flip {

namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// Consumes a text from its beginning.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool atEnd() const { return rest_.empty(); }

    bool take(std::string_view word) {
        const bool there = rest_.starts_with(word);
        rest_.remove_prefix(there ? word.size() : 0);
        return there;
    }

    bool takeOneOf(std::string_view characters) {
        const bool there = !rest_.empty() && characters.find(rest_[0]) != std::string_view::npos;
        rest_.remove_prefix(there ? 1 : 0);
        return there;
    }

    /// All digits at the beginning.
    std::string_view takeDigits() {
        const auto end = std::ranges::find_if_not(rest_, isDigit);
        return cut(static_cast<std::size_t>(end - rest_.begin()));
    }

    /// A number of exactly this many digits, from `least` to `most`.
    std::optional<int> takeNumber(std::size_t digits, int least, int most) {
        if (rest_.size() < digits || !std::ranges::all_of(rest_.substr(0, digits), isDigit)) {
            return std::nullopt;
        }
        int number = 0;
        for (const char c : cut(digits)) {
            number = 10 * number + (c - '0');
        }
        return number >= least && number <= most ? std::optional(number) : std::nullopt;
    }

private:
    std::string_view cut(std::size_t size) {
        const std::string_view piece = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return piece;
    }

    std::string_view rest_;
};

/// Without trailing zeros in the decimals.
RowTime shortest(RowTime time) {
    while (time.decimals > 0 && time.digits % 10 == 0) {
        time.digits /= 10;
        --time.decimals;
    }
    return time;
}

/// (-1)^negative * 0.DIGITS * 10^point.
std::optional<RowTime> fromDigits(bool negative, std::string_view digits, std::int64_t point) {
    const auto first = std::min(digits.find_first_not_of('0'), digits.size());
    digits.remove_prefix(first);
    point -= static_cast<std::int64_t>(first);
    digits = digits.substr(0, digits.find_last_not_of('0') + 1);
    if (digits.empty()) {
        return RowTime{};
    }
    if (point > 19) {
        return std::nullopt; // 10^19 is beyond 64 bits
    }
    std::int64_t value = 0;
    std::int64_t taken = 0; // digits used, and zeros after them up to the point
    const auto count = static_cast<std::int64_t>(digits.size());
    const std::int64_t wanted =
        std::max(point, std::min(count, point + RowTime::kMaxDecimals)); // all that can be kept
    for (; taken < wanted; ++taken) {
        const int digit = taken < count ? digits[static_cast<std::size_t>(taken)] - '0' : 0;
        if (value > (kLargest - digit) / 10) {
            break;
        }
        value = 10 * value + digit;
    }
    const bool isCut = taken < count;
    if (negative && isCut && value == kLargest) { // rounding down would overflow
        value /= 10;
        --taken;
    }
    if (taken < point) {
        return std::nullopt;
    }
    return shortest(
        {negative ? -value - (isCut ? 1 : 0) : value,
         static_cast<int>(std::clamp<std::int64_t>(taken - point, 0, RowTime::kMaxDecimals)),
         isCut});
}

std::optional<RowTime> readNumber(std::string_view text) {
    Reader reader(text);
    const bool negative = reader.take("-");
    const std::string_view whole = reader.takeDigits();
    std::string_view decimals;
    if (reader.take(".")) {
        decimals = reader.takeDigits();
    }
    if (whole.empty() && decimals.empty()) {
        return std::nullopt;
    }
    std::int64_t exponent = 0;
    if (reader.takeOneOf("eE")) {
        const bool below = reader.take("-");
        reader.take(below ? "" : "+");
        const std::string_view power = reader.takeDigits();
        const auto [rest, error] =
            std::from_chars(power.data(), power.data() + power.size(), exponent);
        if (error != std::errc() || exponent > 1000) {
            return std::nullopt;
        }
        exponent = below ? -exponent : exponent;
    }
    if (!reader.atEnd()) {
        return std::nullopt;
    }
    std::string digits(whole);
    digits += decimals;
    return fromDigits(negative, digits, static_cast<std::int64_t>(whole.size()) + exponent);
}

/// The offset of a zone from UTC in seconds.
std::optional<std::int64_t> readZone(Reader& reader) {
    reader.take(" ");
    if (reader.atEnd() || reader.take("Z") || reader.take("z") || reader.take("UTC")) {
        return 0;
    }
    const bool behind = reader.take("-");
    if (!behind && !reader.take("+")) {
        return std::nullopt;
    }
    const auto hours = reader.takeNumber(2, 0, 23);
    reader.take(":");
    const auto minutes = reader.atEnd() ? std::optional(0) : reader.takeNumber(2, 0, 59);
    if (!hours || !minutes) {
        return std::nullopt;
    }
    const std::int64_t ahead = 3600 * *hours + 60 * *minutes;
    return behind ? -ahead : ahead;
}

std::optional<RowTime> readDate(std::string_view text) {
    Reader reader(text);
    const auto year = reader.takeNumber(4, 0, 9999);
    if (!year || !reader.take("-")) {
        return std::nullopt;
    }
    const auto month = reader.takeNumber(2, 1, 12);
    if (!month || !reader.take("-")) {
        return std::nullopt;
    }
    const auto day = reader.takeNumber(2, 1, 31);
    if (!day) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date(std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok()) {
        return std::nullopt; // 30 February
    }
    std::int64_t seconds =
        86'400 * std::int64_t{std::chrono::sys_days(date).time_since_epoch().count()};
    if (reader.atEnd()) {
        return RowTime{seconds};
    }
    if (!reader.takeOneOf("Tt ")) {
        return std::nullopt;
    }
    const auto hour = reader.takeNumber(2, 0, 23);
    if (!hour || !reader.take(":")) {
        return std::nullopt;
    }
    const auto minute = reader.takeNumber(2, 0, 59);
    if (!minute) {
        return std::nullopt;
    }
    seconds += 3600 * *hour + 60 * *minute;
    std::string_view decimals;
    if (reader.take(":")) {
        const auto second = reader.takeNumber(2, 0, 60); // 60: a leap second
        if (!second) {
            return std::nullopt;
        }
        seconds += *second;
        if (reader.takeOneOf(".,")) {
            decimals = reader.takeDigits();
            if (decimals.empty()) {
                return std::nullopt;
            }
        }
    }
    const auto ahead = readZone(reader);
    if (!ahead || !reader.atEnd()) {
        return std::nullopt;
    }
    seconds -= *ahead;
    // Fractions of a second are added, also before 1970.
    RowTime time{seconds};
    decimals = decimals.substr(0, decimals.find_last_not_of('0') + 1);
    for (const char digit : decimals) {
        const auto finer = time.withDecimals(time.decimals + 1);
        if (!finer || *finer > kLargest - 9 || time.decimals == RowTime::kMaxDecimals) {
            time.isCut = true;
            break;
        }
        time = {*finer + (digit - '0'), time.decimals + 1};
    }
    return shortest(time);
}

} // namespace

std::optional<std::int64_t> RowTime::withDecimals(int wanted) const {
    std::int64_t result = digits;
    for (int i = decimals; i < wanted; ++i) {
        if (result > kLargest / 10 || result < -(kLargest / 10)) {
            return std::nullopt;
        }
        result *= 10;
    }
    for (int i = wanted; i < decimals; ++i) {
        result = result / 10 - (result % 10 < 0 ? 1 : 0);
    }
    return result;
}

std::optional<RowTime> parseRowTime(std::string_view text) {
    text = trimmed(text, " \t");
    const auto number = readNumber(text);
    return number ? number : readDate(text);
}

} // namespace flip
