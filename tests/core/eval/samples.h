#pragma once

#include <QFile>
#include <QtTest>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <vector>

namespace flip::test {

/// One case of samples/measures.json: rows and the values that other programs compute for them.
struct MeasuredSample {
    nlohmann::json expected;
    std::vector<double> logits;
    std::vector<double> others; // of a second model
    std::vector<std::uint8_t> labels;
    std::vector<std::uint32_t> users;

    double number(const char* name) const { return expected.at(name).get<double>(); }
};

inline std::vector<MeasuredSample> measuredSamples() {
    QFile file(FLIP_SOURCE_DIR "/tests/core/eval/samples/measures.json");
    if (!file.open(QIODevice::ReadOnly)) {
        qFatal("%s cannot be read", qPrintable(file.fileName()));
    }
    const nlohmann::json content = nlohmann::json::parse(file.readAll().toStdString());
    std::vector<MeasuredSample> samples;
    for (const nlohmann::json& one : content.at("cases")) {
        samples.push_back({one, one.at("logit"), one.at("other"), one.at("label"), one.at("user")});
    }
    return samples;
}

/// Test rows, one per case.
inline void addSampleRows() {
    QTest::addColumn<int>("sample");
    int index = 0;
    for (const MeasuredSample& sample : measuredSamples()) {
        QTest::newRow(sample.expected.at("name").get<std::string>().c_str()) << index++;
    }
}

} // namespace flip::test
