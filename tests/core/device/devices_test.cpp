#include "core/device/cuda_driver.h"
#include "core/device/devices.h"
#include "core/device/machine.h"

#include <QtTest/QtTest>

#include <torch/types.h>
#include <torch/version.h>

#include <ATen/Context.h>

#include <cstdlib>

using namespace flip;

namespace {

/// Makes the fake driver report these values while it lives; its library is in the loader's path.
class Driver {
public:
    Driver(const char* version, const char* devices, const char* start) {
        qputenv("FAKE_CUDA_VERSION", version);
        qputenv("FAKE_CUDA_DEVICES", devices);
        qputenv("FAKE_CUDA_START", start);
    }
    ~Driver() {
        for (const char* name : {"FAKE_CUDA_VERSION", "FAKE_CUDA_DEVICES", "FAKE_CUDA_START"}) {
            qunsetenv(name);
        }
    }
};

} // namespace

class DevicesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void queriesTheDriver_data();
    void queriesTheDriver();
    void writesVersionsAsNvidiaDoes();
    void reportsTheReasonWithoutADevice();
    void autoFallsBackToTheCpu();
    void refusesMissingAndInvalidDevices_data();
    void refusesMissingAndInvalidDevices();
    void productsOnADeviceKeep32Bits();
};

void DevicesTest::queriesTheDriver_data() {
    QTest::addColumn<QByteArray>("devices");
    QTest::addColumn<QByteArray>("start");
    QTest::addColumn<int>("found");
    QTest::addColumn<QString>("problem");
    QTest::newRow("one") << QByteArray("1") << QByteArray("0") << 1 << "";
    QTest::newRow("two") << QByteArray("2") << QByteArray("0") << 2 << "";
    const QString none = "the NVIDIA driver finds no GPU";
    QTest::newRow("none") << QByteArray("0") << QByteArray("0") << 0 << none;
    QTest::newRow("cuInit reports none") << QByteArray("1") << QByteArray("100") << 0 << none;
    QTest::newRow("does not start") << QByteArray("1") << QByteArray("999") << 0
                                    << "the NVIDIA driver does not start (error 999)";
}

void DevicesTest::queriesTheDriver() {
    QFETCH(QByteArray, devices);
    QFETCH(QByteArray, start);
    QFETCH(int, found);
    QFETCH(QString, problem);
    const Driver driver("12040", devices, start);
    const CudaDriver answer = queryCudaDriver();
    QCOMPARE(QString::fromStdString(answer.problem), problem);
    QCOMPARE(static_cast<int>(answer.processors.size()), found);
    QCOMPARE(answer.version, 12040);
    for (int i = 0; i < found; ++i) {
        const GraphicsProcessor& processor = answer.processors[static_cast<std::size_t>(i)];
        QCOMPARE(processor.name, "Imaginary " + std::to_string(i));
        QCOMPARE(processor.memoryBytes, std::int64_t{8} << 30);
    }
}

void DevicesTest::writesVersionsAsNvidiaDoes() {
    QCOMPARE(cudaVersionText(13000), std::string("13.0"));
    QCOMPARE(cudaVersionText(12080), std::string("12.8"));
}

void DevicesTest::reportsTheReasonWithoutADevice() {
    // Older than any CUDA build of LibTorch supports, so that a CUDA build does not try it.
    const Driver driver("11000", "1", "0");
    const Devices& here = devices();
    QVERIFY(libTorchText().starts_with(TORCH_VERSION));
    QVERIFY(std::filesystem::exists(std::filesystem::path(libTorchFolder()) / "libtorch_cpu.so"));
    QVERIFY(here.graphics.empty());
    const QString why = QString::fromStdString(here.graphicsProblem);
    if (libTorchText().ends_with("CPU build")) {
        QCOMPARE(why, QString("this LibTorch is a CPU build; with a CUDA build of it, runs can use "
                              "the Imaginary 0"));
    } else {
        QVERIFY2(why.startsWith("the NVIDIA driver is too old: it runs CUDA 11.0, and LibTorch "
                                "needs "),
                 qPrintable(why));
    }
}

void DevicesTest::autoFallsBackToTheCpu() {
    const auto chosen = chooseDevice("auto");
    QVERIFY(chosen.ok());
    QCOMPARE(chosen->device, std::string("cpu"));
    QCOMPARE(chosen->name, processorName());
    QCOMPARE(chosen->note, "Computing on the CPU: " + devices().graphicsProblem + ".");
    const auto asked = chooseDevice("cpu");
    QVERIFY(asked.ok());
    QVERIFY(asked->note.empty()); // the CPU was requested
}

void DevicesTest::refusesMissingAndInvalidDevices_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"cuda", "cuda:0", "cuda:7"}) {
        QTest::newRow(name) << name;
    }
}

void DevicesTest::refusesMissingAndInvalidDevices() {
    QFETCH(QString, name);
    const auto refused = chooseDevice(name.toStdString());
    QVERIFY(!refused.ok());
    QCOMPARE(QString::fromStdString(refused.problem().text()),
             "device: '" + name + "' cannot be used: " +
                 QString::fromStdString(devices().graphicsProblem) + "; write cpu or auto");
    for (const char* word : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:12345"}) {
        const auto wrong = chooseDevice(word);
        QVERIFY(!wrong.ok());
        QVERIFY(
            wrong.problem().text().ends_with("is not a device; write auto, cpu, cuda or cuda:0"));
    }
}

/// Even if LibTorch was set otherwise before, e.g. by TORCH_ALLOW_TF32_CUBLAS_OVERRIDE.
void DevicesTest::productsOnADeviceKeep32Bits() {
    at::globalContext().setFloat32MatmulPrecision("high");
    QVERIFY(at::globalContext().allowTF32CuBLAS());
    QVERIFY(!chooseMatrixProducts().empty());
    QVERIFY(!at::globalContext().allowTF32CuBLAS());
    QCOMPARE(at::globalContext().float32Precision(at::Float32Backend::CUDA, at::Float32Op::MATMUL),
             at::Float32Precision::IEEE);
}

QTEST_GUILESS_MAIN(DevicesTest)
#include "devices_test.moc"
