#include "core/data/field_info.h"

#include <initializer_list>

namespace flip {

std::string_view splitName(Split split) {
    switch (split) {
    case Split::Train:
        return "train";
    case Split::Valid:
        return "valid";
    case Split::Test:
        return "test";
    }
    return "";
}

std::string_view fieldUseName(FieldUse use) {
    switch (use) {
    case FieldUse::Both:
        return "both";
    case FieldUse::Id:
        return "id";
    case FieldUse::Text:
        return "text";
    }
    return "both";
}

std::string_view fieldKindName(FieldKind kind) {
    switch (kind) {
    case FieldKind::Category:
        return "category";
    case FieldKind::Multi:
        return "multi";
    case FieldKind::Number:
        return "number";
    }
    return "category";
}

std::optional<FieldUse> fieldUseOf(std::string_view name) {
    for (const FieldUse use : {FieldUse::Both, FieldUse::Id, FieldUse::Text}) {
        if (fieldUseName(use) == name) {
            return use;
        }
    }
    return std::nullopt;
}

std::optional<FieldKind> fieldKindOf(std::string_view name) {
    for (const FieldKind kind : {FieldKind::Category, FieldKind::Multi, FieldKind::Number}) {
        if (fieldKindName(kind) == name) {
            return kind;
        }
    }
    return std::nullopt;
}

} // namespace flip
