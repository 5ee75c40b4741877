#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace at {
struct RecordFunction;
struct ObserverContext;
} // namespace at

namespace flip::test {

/// Observes every operation that LibTorch runs during its lifetime, on all threads, since the
/// backward pass may run on another one.
class OperationWatch {
public:
    OperationWatch();
    virtual ~OperationWatch();
    OperationWatch(const OperationWatch&) = delete;
    OperationWatch& operator=(const OperationWatch&) = delete;

    /// How often each operation was found, by its name after that of the operation it is part of.
    std::map<std::string, int> found;

    /// The same as text, for the message of a test.
    std::string text() const;

protected:
    /// Whether to count this operation; `outer` are the operations it is part of.
    virtual bool counts(const at::RecordFunction& operation,
                        const std::vector<std::string>& outer) const = 0;

private:
    static OperationWatch*& current();
    static std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& operation);
    static void end(const at::RecordFunction& operation, at::ObserverContext* context);

    std::mutex mutex_;
    std::uint64_t handle_ = 0;
};

/// Operations that read a tensor on the host, which on a device would be a copy within a step.
/// Scalars are allowed: they are passed along with the operation.
class HostTensorWatch final : public OperationWatch {
private:
    bool counts(const at::RecordFunction& operation,
                const std::vector<std::string>& outer) const override;
};

/// Operations that the program must wait for on a device: each reads a number back, or needs one to
/// know the size of its result.
class ReadBackWatch final : public OperationWatch {
private:
    bool counts(const at::RecordFunction& operation,
                const std::vector<std::string>& outer) const override;
};

} // namespace flip::test
