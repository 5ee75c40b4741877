#include "core/data/field_info.h"

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

} // namespace flip
