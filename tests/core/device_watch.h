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

/// Looks at every operation that LibTorch runs while it lives, on any thread: the backward pass may
/// run on another.
class OperationWatch {
public:
    OperationWatch();
    virtual ~OperationWatch();
    OperationWatch(const OperationWatch&) = delete;
    OperationWatch& operator=(const OperationWatch&) = delete;

    /// What was found: the operation, after the one it is a part of -> how often.
    std::map<std::string, int> found;

    /// The same in words, for a test's message.
    std::string text() const;

protected:
    /// Whether an operation is what is looked for; `outer` are those it is a part of.
    virtual bool counts(const at::RecordFunction& operation,
                        const std::vector<std::string>& outer) const = 0;

private:
    static OperationWatch*& current();
    static std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& operation);
    static void end(const at::RecordFunction& operation, at::ObserverContext* context);

    std::mutex mutex_;
    std::uint64_t handle_ = 0;
};

/// Operations that read a tensor of the host, which on a device would be a copy in the midst of a
/// step. Single numbers are allowed: they travel with the operation.
class HostTensorWatch final : public OperationWatch {
private:
    bool counts(const at::RecordFunction& operation,
                const std::vector<std::string>& outer) const override;
};

/// Operations that a device must finish before the program can go on: each reads a number back, or
/// needs one to know the size of its result.
class ReadBackWatch final : public OperationWatch {
private:
    bool counts(const at::RecordFunction& operation,
                const std::vector<std::string>& outer) const override;
};

} // namespace flip::test
