#include "core/formats/state_dict.h"

#include "core/formats/pickle.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>

namespace flip {

namespace {

using Id = PickleValue::Id;
using Kind = PickleValue::Kind;

/// All Python globals that a state dict may name. Others are refused.
constexpr std::array<std::string_view, 33> kGlobals{"collections.OrderedDict",
                                                    "torch.Size",
                                                    "torch.device",
                                                    "torch.Tensor",
                                                    "torch.nn.parameter.Parameter",
                                                    "torch._utils._rebuild_tensor",
                                                    "torch._utils._rebuild_tensor_v2",
                                                    "torch._utils._rebuild_tensor_v3",
                                                    "torch._utils._rebuild_parameter",
                                                    "torch._utils._rebuild_parameter_with_state",
                                                    "torch._tensor._rebuild_from_type_v2",
                                                    "torch.DoubleStorage",
                                                    "torch.FloatStorage",
                                                    "torch.HalfStorage",
                                                    "torch.BFloat16Storage",
                                                    "torch.LongStorage",
                                                    "torch.IntStorage",
                                                    "torch.ShortStorage",
                                                    "torch.CharStorage",
                                                    "torch.ByteStorage",
                                                    "torch.BoolStorage",
                                                    "torch.storage.UntypedStorage",
                                                    "torch.storage._UntypedStorage",
                                                    "torch.float64",
                                                    "torch.float32",
                                                    "torch.float16",
                                                    "torch.bfloat16",
                                                    "torch.int64",
                                                    "torch.int32",
                                                    "torch.int16",
                                                    "torch.int8",
                                                    "torch.uint8",
                                                    "torch.bool"};

struct TypeRow {
    std::string_view storage;
    std::string_view number;
    NumberType type;
};

constexpr std::array<TypeRow, 12> kTypes{
    {{"torch.DoubleStorage", "torch.float64", NumberType::F64},
     {"torch.FloatStorage", "torch.float32", NumberType::F32},
     {"torch.HalfStorage", "torch.float16", NumberType::F16},
     {"torch.BFloat16Storage", "torch.bfloat16", NumberType::BF16},
     {"torch.LongStorage", "torch.int64", NumberType::I64},
     {"torch.IntStorage", "torch.int32", NumberType::I32},
     {"torch.ShortStorage", "torch.int16", NumberType::I16},
     {"torch.CharStorage", "torch.int8", NumberType::I8},
     {"torch.ByteStorage", "torch.uint8", NumberType::U8},
     {"torch.BoolStorage", "torch.bool", NumberType::Bool},
     // Untyped bytes: each tensor states its number type.
     {"torch.storage.UntypedStorage", "", NumberType::U8},
     {"torch.storage._UntypedStorage", "", NumberType::U8}}};

/// Keys under which training programs store the model's state dict.
constexpr std::array<std::string_view, 4> kStateDictKeys{"state_dict", "model_state_dict", "model",
                                                         "module"};

constexpr int kDeepestCall = 4; // a parameter with attributes around a tensor
constexpr std::size_t kMostExtents = 16;

/// Finds the tensors among a pickle's values. The first error is kept in problem().
class StateDictReader {
public:
    StateDictReader(const Pickle& pickle, const std::string& where)
        : pickle_(pickle), where_(where) {}

    StateDict read() {
        StateDict dict;
        for (const PickleValue& value : pickle_.values()) {
            if (value.kind == Kind::Persistent) {
                addStorage(value);
            }
        }
        if (!problem_) {
            // A state dict holds no dictionaries, so one under these keys is the model's.
            for (const std::string_view name : kStateDictKeys) {
                if (const PickleValue* table = member(pickle_.root(), name);
                    table != nullptr && tensors_.empty()) {
                    readTensors(*table);
                }
            }
            if (tensors_.empty()) {
                readTensors(pickle_.root());
            }
        }
        if (!problem_ && tensors_.empty()) {
            problem_ = Problem{"holds no named tensors; choose a weights file", where_};
        }
        dict.tensors = std::move(tensors_);
        dict.storages = std::move(storages_);
        dict.pickleSize = pickle_.size();
        return dict;
    }

    const std::optional<Problem>& problem() const { return problem_; }

private:
    void damaged(const std::string& what) {
        if (!problem_) {
            const std::string whose = name_.empty() ? "" : "the tensor '" + name_ + "' ";
            problem_ = Problem{whose + what + "; the file is damaged, get it again", where_};
        }
    }

    const PickleValue& at(const PickleValue& value, std::size_t item) const {
        return pickle_[value.items[item]];
    }

    const PickleValue* member(const PickleValue& table, std::string_view name) const {
        if (table.kind == Kind::Dict) {
            for (std::size_t i = 0; i + 1 < table.items.size(); i += 2) {
                if (at(table, i).kind == Kind::Text && at(table, i).text == name) {
                    return &at(table, i + 1);
                }
            }
        }
        return nullptr;
    }

    void readTensors(const PickleValue& table) {
        if (table.kind != Kind::Dict) {
            return;
        }
        for (std::size_t i = 0; i + 1 < table.items.size() && !problem_; i += 2) {
            const PickleValue& value = at(table, i + 1);
            if (at(table, i).kind != Kind::Text || value.kind != Kind::Call) {
                continue;
            }
            name_ = at(table, i).text;
            if (auto tensor = tensorOf(at(value, 0), at(value, 1), 0)) {
                tensors_.insert_or_assign(name_, std::move(*tensor));
            }
        }
        name_.clear();
    }

    /// ("storage", type, key, device, count[, view])
    void addStorage(const PickleValue& value) {
        if (value.items.size() < 5 || at(value, 0).kind != Kind::Text ||
            at(value, 0).text != "storage" || at(value, 2).kind != Kind::Text ||
            at(value, 4).kind != Kind::Integer) {
            return damaged("refers to a value that is not a storage");
        }
        const PickleValue& typeName = at(value, 1);
        const auto* row = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& one) {
            return typeName.kind == Kind::Global && one.storage == typeName.text;
        });
        if (row == kTypes.end()) {
            return damaged("has a storage without a type");
        }
        const std::int64_t count = at(value, 4).integer;
        const auto most = std::numeric_limits<std::int64_t>::max() /
                          static_cast<std::int64_t>(numberSize(row->type));
        if (count < 0 || count > most) {
            return damaged("has a storage of an impossible size");
        }
        const PickledStorage storage{row->type, count};
        const auto [place, isNew] = storages_.emplace(std::string(at(value, 2).text), storage);
        if (!isNew && (place->second.type != storage.type || place->second.count != count)) {
            damaged("describes a storage in two ways");
        }
    }

    std::optional<PickledTensor> tensorOf(const PickleValue& maker, const PickleValue& arguments,
                                          int depth) {
        const auto inner = [&](const PickleValue& value) -> std::optional<PickledTensor> {
            if (depth >= kDeepestCall || value.kind != Kind::Call) {
                damaged("is a parameter without a tensor");
                return std::nullopt;
            }
            return tensorOf(at(value, 0), at(value, 1), depth + 1);
        };
        const std::size_t count = arguments.items.size();
        if (maker.text == "torch._utils._rebuild_parameter" ||
            maker.text == "torch._utils._rebuild_parameter_with_state") {
            return count > 0 ? inner(at(arguments, 0)) : inner({});
        }
        if (maker.text == "torch._tensor._rebuild_from_type_v2") { // (maker, type, its arguments)
            if (count < 3 || depth >= kDeepestCall || at(arguments, 2).kind != Kind::Tuple) {
                return inner({});
            }
            return tensorOf(at(arguments, 0), at(arguments, 2), depth + 1);
        }
        if (maker.text.starts_with("torch._utils._rebuild_tensor")) {
            return viewOf(arguments, maker.text.ends_with("_v3"));
        }
        return std::nullopt; // a torch.Size, a torch.device
    }

    /// (storage, offset, shape, strides, ...); the third version adds the number type.
    std::optional<PickledTensor> viewOf(const PickleValue& arguments, bool typed) {
        if (arguments.items.size() < (typed ? 7U : 4U) ||
            at(arguments, 0).kind != Kind::Persistent || at(arguments, 1).kind != Kind::Integer) {
            damaged("is described in an unknown way");
            return std::nullopt;
        }
        const PickleValue& persistent = at(arguments, 0);
        PickledTensor tensor;
        tensor.storage = at(persistent, 2).text;
        const PickledStorage& storage = storages_.at(tensor.storage);
        tensor.type = storage.type;
        if (typed && !readType(at(arguments, 6), tensor.type)) {
            return std::nullopt;
        }
        tensor.offset = at(arguments, 1).integer;
        std::int64_t end = static_cast<std::int64_t>(storage.bytes() / numberSize(tensor.type));
        if (persistent.items.size() > 5 && at(persistent, 5).kind != Kind::None &&
            !narrow(at(persistent, 5), tensor.offset, end)) {
            return std::nullopt;
        }
        if (!readExtents(at(arguments, 2), tensor.shape) ||
            !readExtents(at(arguments, 3), tensor.strides) ||
            tensor.shape.size() != tensor.strides.size()) {
            damaged("has invalid extents or strides");
            return std::nullopt;
        }
        if (!fits(tensor, end)) {
            damaged("reaches beyond its storage");
            return std::nullopt;
        }
        return tensor;
    }

    bool readType(const PickleValue& name, NumberType& type) {
        const auto* row = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& one) {
            return name.kind == Kind::Global && one.number == name.text;
        });
        if (row == kTypes.end()) {
            damaged("has no number type");
            return false;
        }
        type = row->type;
        return true;
    }

    /// Narrows to a part of a storage: (key, first number, count).
    bool narrow(const PickleValue& part, std::int64_t& offset, std::int64_t& end) {
        if (part.items.size() != 3 || at(part, 1).kind != Kind::Integer ||
            at(part, 2).kind != Kind::Integer) {
            damaged("lies in an invalid part of a storage");
            return false;
        }
        const std::int64_t first = at(part, 1).integer;
        const std::int64_t count = at(part, 2).integer;
        if (first < 0 || count < 0 || first > end || count > end - first || offset < 0 ||
            offset > count) {
            damaged("reaches beyond its storage");
            return false;
        }
        offset += first;
        end = first + count;
        return true;
    }

    bool readExtents(const PickleValue& value, std::vector<std::int64_t>& extents) const {
        const PickleValue* list = &value;
        if (value.kind == Kind::Call && at(value, 0).text == "torch.Size" &&
            !at(value, 1).items.empty()) {
            list = &at(at(value, 1), 0);
        }
        if ((list->kind != Kind::Tuple && list->kind != Kind::List) ||
            list->items.size() > kMostExtents) {
            return false;
        }
        for (std::size_t i = 0; i < list->items.size(); ++i) {
            const PickleValue& extent = at(*list, i);
            if (extent.kind != Kind::Integer || !extent.text.empty() || extent.integer < 0) {
                return false;
            }
            extents.push_back(extent.integer);
        }
        return true;
    }

    /// Whether the tensor ends within `end` numbers and its count does not overflow.
    static bool fits(const PickledTensor& tensor, std::int64_t end) {
        const auto most = std::numeric_limits<std::int64_t>::max();
        if (tensor.offset < 0 || tensor.offset > end) {
            return false;
        }
        std::int64_t count = 1;
        std::int64_t last = tensor.offset;
        for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
            const std::int64_t extent = tensor.shape[i];
            const std::int64_t stride = tensor.strides[i];
            if (extent > 0 && count > most / 8 / extent) {
                return false;
            }
            count *= extent;
            if (extent > 1 && stride > 0) {
                if (stride > (end - last) / (extent - 1)) {
                    return false;
                }
                last += stride * (extent - 1);
            }
        }
        return count == 0 || last < end;
    }

    const Pickle& pickle_;
    const std::string& where_;
    std::string name_; // of the current tensor
    std::map<std::string, PickledTensor> tensors_;
    std::map<std::string, PickledStorage> storages_;
    std::optional<Problem> problem_;
};

} // namespace

std::int64_t PickledTensor::count() const {
    std::int64_t product = 1;
    for (const std::int64_t extent : shape) {
        product *= extent;
    }
    return product;
}

bool PickledTensor::isContiguous() const {
    std::int64_t run = 1;
    for (std::size_t i = shape.size(); i > 0; --i) {
        if (shape[i - 1] != 1 && strides[i - 1] != run) {
            return false;
        }
        run *= shape[i - 1];
    }
    return true;
}

Result<StateDict> readStateDict(std::string_view bytes, const std::string& where) {
    const auto pickle = Pickle::read(bytes, kGlobals, where);
    if (!pickle) {
        return pickle.problem();
    }
    StateDictReader reader(*pickle, where);
    StateDict dict = reader.read();
    if (reader.problem()) {
        return *reader.problem();
    }
    return dict;
}

void copyTensor(const PickledTensor& tensor, std::string_view storage, char* target) {
    const std::size_t size = numberSize(tensor.type);
    const char* source = storage.data() + static_cast<std::size_t>(tensor.offset) * size;
    const std::int64_t count = tensor.count();
    // The innermost extents whose numbers are contiguous are copied as one run.
    std::int64_t run = 1;
    std::size_t outer = tensor.shape.size();
    while (outer > 0 && (tensor.strides[outer - 1] == run || tensor.shape[outer - 1] == 1)) {
        run *= tensor.shape[outer - 1];
        --outer;
    }
    std::vector<std::int64_t> place(outer, 0);
    for (std::int64_t done = 0; done < count; done += run) {
        std::int64_t from = 0;
        for (std::size_t i = 0; i < outer; ++i) {
            from += place[i] * tensor.strides[i];
        }
        std::memcpy(target + static_cast<std::size_t>(done) * size,
                    source + static_cast<std::size_t>(from) * size,
                    static_cast<std::size_t>(run) * size);
        for (std::size_t i = outer; i > 0 && ++place[i - 1] == tensor.shape[i - 1]; --i) {
            place[i - 1] = 0;
        }
    }
}

} // namespace flip
