#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A sentence with placeholders, such as "user_id is {user_id}. title is {title}." Literal braces
/// are written {{ and }}.
class TextTemplate {
public:
    struct Part {
        std::string literal; // text between placeholders; used when field is -1
        int field = -1;      // index into the field names
    };

    /// `fields` are the names allowed in braces. Unknown names, unclosed braces and a template
    /// without any field are Problems with the column.
    static Result<TextTemplate> parse(std::string_view text,
                                      const std::vector<std::string>& fields);

    /// "<field> is {field}." for every field, joined by blanks.
    static std::string defaultText(const std::vector<std::string>& fields);

    const std::string& text() const { return text_; }
    const std::vector<Part>& parts() const { return parts_; }

    /// The sentence for one row's values, in the order of the field names.
    std::string render(const std::vector<std::string_view>& values) const;

private:
    std::string text_;
    std::vector<Part> parts_;
};

} // namespace flip
