#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace flip {

/// What a user must fix, and where. Printed as "where: what", e.g. "books.csv:17: expected 3
/// fields, found 2; fix or remove the line". `what` states what is wrong and, after a semicolon,
/// what to do.
struct Problem {
    std::string what;
    std::string where;        // a file with its line, a key, a path; may be empty
    bool systemError = false; // the request is correct, but the disk is full or a device failed

    std::string text() const { return where.empty() ? what : where + ": " + what; }
};

/// A value, or the Problem that prevented it.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
    Result(Problem problem) : content_(std::in_place_index<1>, std::move(problem)) {}

    explicit operator bool() const { return content_.index() == 0; }
    bool ok() const { return content_.index() == 0; }

    T& value() & { return *get(); }
    const T& value() const& { return *get(); }
    T&& value() && { return std::move(*get()); }
    T& operator*() & { return *get(); }
    const T& operator*() const& { return *get(); }
    T&& operator*() && { return std::move(*get()); }
    T* operator->() { return get(); }
    const T* operator->() const { return get(); }

    const Problem& problem() const {
        assert(!ok());
        return *std::get_if<1>(&content_);
    }

private:
    T* get() {
        assert(ok());
        return std::get_if<0>(&content_);
    }
    const T* get() const {
        assert(ok());
        return std::get_if<0>(&content_);
    }

    std::variant<T, Problem> content_;
};

/// Success, or the Problem that prevented it.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Problem problem) : problem_(std::move(problem)), ok_(false) {}

    explicit operator bool() const { return ok_; }
    bool ok() const { return ok_; }
    const Problem& problem() const {
        assert(!ok_);
        return problem_;
    }

private:
    Problem problem_;
    bool ok_ = true;
};

} // namespace flip
