#include "core/model/id/row_table.h"

#include <torch/types.h>

namespace flip {

void RowSpace::open(const at::Tensor& numbers) {
    TORCH_CHECK(!isOpen(), "the rows of the previous step are still open");
    const at::NoGradGuard noGradient;
    if (!device_.is_cpu()) {
        const at::Tensor rows = std::get<0>(at::_unique2(numbers));
        if (!places_.defined()) {
            places_ = at::zeros({size_}, at::TensorOptions(at::kLong).device(device_));
        }
        places_.index_copy_(0, rows, at::arange(rows.size(0), rows.options()));
        rows_ = rows;
        return;
    }
    if (!places_.defined()) {
        places_ = at::full({size_}, -1, at::kLong);
    }
    // Marks rows instead of sorting, so that the time is linear in the numbers.
    const at::Tensor all = numbers.contiguous();
    const std::int64_t* number = all.const_data_ptr<std::int64_t>();
    auto* place = places_.mutable_data_ptr<std::int64_t>();
    std::vector<std::int64_t> rows;
    for (std::int64_t i = 0; i < all.numel(); ++i) {
        TORCH_CHECK_INDEX(number[i] >= 0 && number[i] < size_, "no row has the number ", number[i]);
        if (place[number[i]] < 0) {
            place[number[i]] = static_cast<std::int64_t>(rows.size());
            rows.push_back(number[i]);
        }
    }
    rows_ = at::tensor(at::ArrayRef<std::int64_t>(rows), at::kLong);
}

void RowSpace::close() {
    if (isOpen() && device_.is_cpu()) {
        auto* place = places_.mutable_data_ptr<std::int64_t>();
        const std::int64_t* row = rows_.const_data_ptr<std::int64_t>();
        for (std::int64_t i = 0; i < rows_.size(0); ++i) {
            place[row[i]] = -1;
        }
    }
    rows_.reset();
}

at::Tensor RowSpace::places(const at::Tensor& numbers) const {
    return isOpen() ? places_.index_select(0, numbers.flatten()).view(numbers.sizes()) : numbers;
}

RowTable::RowTable(Parameters& parameters, std::string name, const at::Tensor& first,
                   std::shared_ptr<RowSpace> space)
    : name_(std::move(name)), whole_(parameters.add(name_, first)), space_(std::move(space)) {
    TORCH_CHECK(whole_.size(0) == space_->size());
}

at::Tensor RowTable::find(const at::Tensor& numbers) const {
    const at::Tensor places = gathered_.defined() ? space_->places(numbers) : numbers;
    if (whole_.dim() > 1) {
        return at::embedding(values(), places);
    }
    return values().index_select(0, places.flatten()).view(places.sizes());
}

void RowTable::gather() {
    gathered_ = whole_.detach().index_select(0, space_->rows());
    gathered_.set_requires_grad(true);
}

at::Tensor RowTable::gradient() const {
    return gathered_.defined() ? gathered_.grad() : at::Tensor();
}

} // namespace flip
