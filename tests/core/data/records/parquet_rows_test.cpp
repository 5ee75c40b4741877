#include "core/data/records/parquet_file.h"

#include "tests/core/data/data_files.h"

#include <QTemporaryDir>
#include <QtTest>

#if defined(FLIP_PARQUET)
#include "core/base/worker_pool.h"
#include "core/data/records/record_stream.h"

#pragma push_macro("signals") // a macro of Qt, and a parameter's name in Arrow
#undef signals
#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/writer.h>
#pragma pop_macro("signals")
#endif

using namespace flip;

/// In a build without Arrow only the refusal can be tested.
class ParquetRowsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void explainsHowToBuildItIn();
#if defined(FLIP_PARQUET)
    void init();
    void writesAValueAsText_data();
    void writesAValueAsText();
    void putsListsInBracketsOnlyWhereNeeded();
    void readsRowsAcrossRowGroups();
    void fillsOnlyWantedColumns();
    void leavesOutARowThatIsNotUtf8();
    void refusesATypeWithoutText();
    void refusesDamage_data();
    void refusesDamage();

private:
    std::filesystem::path put(const std::vector<std::string>& columns,
                              const arrow::ArrayVector& arrays,
                              std::int64_t groupRows = 1000) const;
    std::filesystem::path file() const {
        return std::filesystem::path(folder_->path().toStdString()) / "t.parquet";
    }
    std::unique_ptr<QTemporaryDir> folder_;
#endif
};

void ParquetRowsTest::explainsHowToBuildItIn() {
    const auto rows = openParquet("nowhere.parquet", {{"a"}}, "|", "nowhere.parquet");
    QVERIFY(!rows.ok());
    const std::string shown = rows.problem().text();
    QVERIFY2(shown.starts_with("nowhere.parquet: cannot be read: "), shown.c_str());
    QCOMPARE(shown.find("installer/run.sh") == std::string::npos, parquetIsBuiltIn());
}

#if defined(FLIP_PARQUET)

namespace {

using Records = std::vector<std::vector<std::string>>;

struct Read {
    Records records;
    std::vector<std::int64_t> lines;
    std::vector<std::int64_t> defects; // lines
};

Result<Read> read(RecordFormat& format) {
    WorkerPool pool(1);
    RecordStream stream(format, pool);
    Read result;
    for (;;) {
        const auto wave = stream.next();
        if (!wave) {
            return wave.problem();
        }
        if (wave->empty()) {
            return result;
        }
        for (const RecordBatch& batch : *wave) {
            const std::size_t count = format.columns().size();
            for (std::size_t r = 0; r < batch.records(); ++r) {
                std::vector<std::string> cells;
                for (std::size_t c = 0; c < count; ++c) {
                    cells.emplace_back(batch.cell(batch.cells[r * count + c]));
                }
                result.records.push_back(std::move(cells));
                result.lines.push_back(batch.firstLine + batch.lines[r]);
            }
            for (const RecordBatch::Defect& defect : batch.defects) {
                result.defects.push_back(batch.firstLine + defect.line);
            }
        }
    }
}

template <class Builder, class Value>
std::shared_ptr<arrow::Array> arrayOf(Builder builder, const std::vector<Value>& values,
                                      bool appendNull = true) {
    for (const Value& value : values) {
        if (!builder.Append(value).ok()) {
            qFatal("cannot build an array");
        }
    }
    if (appendNull && !builder.AppendNull().ok()) {
        qFatal("cannot build an array");
    }
    return builder.Finish().ValueOrDie();
}

std::shared_ptr<arrow::Array> textsOf(const std::vector<std::string>& values) {
    return arrayOf(arrow::StringBuilder(), values, false);
}

/// A missing list follows them.
std::shared_ptr<arrow::Array> listsOf(const std::vector<std::vector<std::string>>& values) {
    const auto texts = std::make_shared<arrow::StringBuilder>();
    arrow::ListBuilder lists(arrow::default_memory_pool(), texts);
    for (const std::vector<std::string>& list : values) {
        if (!lists.Append().ok() || !texts->AppendValues(list).ok()) {
            qFatal("cannot build an array");
        }
    }
    if (!lists.AppendNull().ok()) {
        qFatal("cannot build an array");
    }
    return lists.Finish().ValueOrDie();
}

} // namespace

Q_DECLARE_METATYPE(std::shared_ptr<arrow::Array>)

void ParquetRowsTest::init() {
    folder_ = std::make_unique<QTemporaryDir>();
    QVERIFY(folder_->isValid());
}

std::filesystem::path ParquetRowsTest::put(const std::vector<std::string>& columns,
                                           const arrow::ArrayVector& arrays,
                                           std::int64_t groupRows) const {
    arrow::FieldVector fields;
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        fields.push_back(arrow::field(columns[i], arrays[i]->type()));
    }
    const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
    const auto stream = arrow::io::FileOutputStream::Open(file().string()).ValueOrDie();
    const auto status =
        parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), stream, groupRows);
    if (!status.ok() || !stream->Close().ok()) {
        qFatal("cannot write: %s", status.message().c_str());
    }
    return file();
}

void ParquetRowsTest::writesAValueAsText_data() {
    QTest::addColumn<std::shared_ptr<arrow::Array>>("array");
    QTest::addColumn<QStringList>("texts"); // the last value is missing
    const auto row = [](const char* name, std::shared_ptr<arrow::Array> array, QStringList texts) {
        QTest::newRow(name) << array << texts + QStringList{""};
    };
    using Whole = std::vector<std::int64_t>;
    row("whole numbers", arrayOf(arrow::Int64Builder(), Whole{0, -7, INT64_MAX}),
        {"0", "-7", "9223372036854775807"});
    row("small whole numbers", arrayOf(arrow::Int8Builder(), std::vector<std::int8_t>{-128, 65}),
        {"-128", "65"});
    row("unsigned whole numbers",
        arrayOf(arrow::UInt64Builder(), std::vector<std::uint64_t>{UINT64_MAX}),
        {"18446744073709551615"});
    row("real numbers", arrayOf(arrow::DoubleBuilder(), std::vector<double>{4, 0.1, -2.5e-9, NAN}),
        {"4", "0.1", "-2.5e-09", ""});
    row("whole numbers among real ones",
        arrayOf(arrow::DoubleBuilder(), std::vector<double>{100000, -1e14, 1e15, 1e300}),
        {"100000", "-100000000000000", "1e+15", "1e+300"});
    row("short real numbers", arrayOf(arrow::FloatBuilder(), std::vector<float>{0.1F}), {"0.1"});
    row("booleans", arrayOf(arrow::BooleanBuilder(), std::vector<bool>{true, false}),
        {"true", "false"});
    row("texts", arrayOf(arrow::StringBuilder(), std::vector<std::string>{"caf\u00e9", "", "a\nb"}),
        {QString::fromUtf8("caf\u00e9"), "", "a\nb"});
    row("long texts", arrayOf(arrow::LargeStringBuilder(), std::vector<std::string>{"x"}), {"x"});
    row("bytes", arrayOf(arrow::BinaryBuilder(), std::vector<std::string>{"x"}), {"x"});
    row("dictionary-encoded texts",
        arrayOf(arrow::StringDictionaryBuilder(), std::vector<std::string>{"x", "y", "x"}),
        {"x", "y", "x"});
    row("dates", arrayOf(arrow::Date32Builder(), std::vector<std::int32_t>{0, 17403}),
        {"0", "1503619200"});
    const auto timesIn = [](arrow::TimeUnit::type unit, const Whole& values) {
        return arrayOf(
            arrow::TimestampBuilder(arrow::timestamp(unit), arrow::default_memory_pool()), values);
    };
    row("times in milliseconds",
        timesIn(arrow::TimeUnit::MILLI, {1503694502000, 1503694502120, -500}),
        {"1503694502", "1503694502.12", "-0.5"});
    row("times in nanoseconds", timesIn(arrow::TimeUnit::NANO, {1503694502000000001}),
        {"1503694502.000000001"});
    row("lists",
        listsOf({{"x", "", "y"}, {}, {"war, history", "crime"}, {"war, history"}, {"[1]"}}),
        {"x, y", "", "war, history, crime", "war, history", "[1]"});
}

void ParquetRowsTest::writesAValueAsText() {
    QFETCH(std::shared_ptr<arrow::Array>, array);
    QFETCH(QStringList, texts);
    const auto rows = openParquet(put({"a"}, {array}), {{"a"}}, ", ", "t.parquet");
    FLIP_VERIFY_OK(rows);
    const auto found = read(**rows);
    FLIP_VERIFY_OK(found);
    QStringList shown;
    for (const auto& record : found->records) {
        shown << QString::fromStdString(record[0]);
    }
    QCOMPARE(shown, texts);
}

void ParquetRowsTest::putsListsInBracketsOnlyWhereNeeded() {
    const auto array = listsOf({{"x", "y"}, {"war, history", "crime"}, {"war, history"}, {"[1]"}});
    const auto path = put({"a", "b"}, {array, array});
    const auto rows = openParquet(path, {{"a"}, {"b", true}}, ", ", "t.parquet");
    FLIP_VERIFY_OK(rows);
    const auto found = read(**rows);
    FLIP_VERIFY_OK(found);
    QCOMPARE(found->records, (Records{{"x, y", "x, y"},
                                      {"war, history, crime", R"(["war, history", "crime"])"},
                                      {"war, history", R"(["war, history"])"},
                                      {"[1]", R"(["[1]"])"},
                                      {"", ""}}));
}

void ParquetRowsTest::readsRowsAcrossRowGroups() {
    std::vector<std::int64_t> numbers;
    std::vector<std::string> texts;
    for (std::int64_t i = 0; i < 25000; ++i) {
        numbers.push_back(i);
        texts.push_back("text " + std::to_string(i % 100));
    }
    const auto path =
        put({"n", "t"}, {arrayOf(arrow::Int64Builder(), numbers, false), textsOf(texts)}, 9000);
    const auto rows = openParquet(path, {{"t"}, {"n"}}, "|", "t.parquet");
    FLIP_VERIFY_OK(rows);
    const auto found = read(**rows);
    FLIP_VERIFY_OK(found);
    QCOMPARE(found->records.size(), std::size_t{25000});
    for (std::size_t i = 0; i < found->records.size(); ++i) {
        QCOMPARE(found->records[i], (std::vector{std::to_string(i), texts[i]}));
        QCOMPARE(found->lines[i], static_cast<std::int64_t>(i + 1));
    }
    QCOMPARE((*rows)->bytesRead(), static_cast<std::int64_t>(std::filesystem::file_size(path)));
}

void ParquetRowsTest::fillsOnlyWantedColumns() {
    const auto path = put({"a", "b", "c"}, {textsOf({"1"}), textsOf({"2"}), textsOf({"3"})});
    const auto rows = openParquet(path, {{"c"}, {"nothing"}}, "|", "t.parquet");
    FLIP_VERIFY_OK(rows);
    QCOMPARE((*rows)->columns(), (std::vector<std::string>{"a", "b", "c"}));
    QCOMPARE(read(**rows)->records, (Records{{"", "", "3"}}));
}

void ParquetRowsTest::leavesOutARowThatIsNotUtf8() {
    const auto path =
        put({"a"},
            {arrayOf(arrow::BinaryBuilder(), std::vector<std::string>{"x", "\xE9", "y"}, false)});
    const auto rows = openParquet(path, {{"a"}}, "|", "t.parquet");
    FLIP_VERIFY_OK(rows);
    const auto found = read(**rows);
    FLIP_VERIFY_OK(found);
    QCOMPARE(found->records, (Records{{"x"}, {"y"}}));
    QCOMPARE(found->defects, std::vector<std::int64_t>{2});
}

void ParquetRowsTest::refusesATypeWithoutText() {
    const auto made = arrow::StructArray::Make({textsOf({"x"})}, std::vector<std::string>{"name"});
    const auto path = put({"a", "b"}, {*made, textsOf({"y"})});
    const auto rows = openParquet(path, {{"a"}}, "|", "t.parquet");
    QVERIFY(!rows.ok());
    QVERIFY2(rows.problem().text().starts_with("t.parquet: the column \"a\" is of the type struct"),
             rows.problem().text().c_str());
    const auto other = openParquet(path, {{"b"}}, "|", "t.parquet");
    FLIP_VERIFY_OK(other);
    QCOMPARE(read(**other)->records, (Records{{"", "y"}}));
}

void ParquetRowsTest::refusesDamage_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto path = [&] {
        init();
        return put({"a"}, {textsOf(std::vector<std::string>(5000, "some text"))});
    }();
    QFile reader(QString::fromStdString(path.string()));
    QVERIFY(reader.open(QIODevice::ReadOnly));
    const QByteArray whole = reader.readAll();
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("a,b\n1,2\n");
    QTest::newRow("packed") << QByteArray("\x1F\x8B\x08\x00", 4) + whole;
    QTest::newRow("cut") << whole.left(whole.size() / 2);
    QTest::newRow("cut in its last bytes") << whole.left(whole.size() - 2);
    QByteArray hit = whole;
    for (qsizetype i = 4; i < 40; ++i) {
        hit[i] = static_cast<char>(~hit[i]);
    }
    QTest::newRow("first page damaged") << hit;
    QByteArray footer = whole;
    for (qsizetype i = whole.size() - 60; i < whole.size() - 20; ++i) {
        footer[i] = static_cast<char>(~footer[i]);
    }
    QTest::newRow("footer damaged") << footer;
}

void ParquetRowsTest::refusesDamage() {
    QFETCH(QByteArray, bytes);
    test::write(file(), bytes.toStdString());
    auto rows = openParquet(file(), {{"a"}}, "|", "data/t.parquet");
    const auto found = rows ? read(**rows) : Result<Read>(rows.problem());
    QVERIFY(!found.ok());
    const std::string shown = found.problem().text();
    QVERIFY2(shown.starts_with("data/t.parquet: is damaged or not a Parquet file"), shown.c_str());
    QVERIFY2(shown.find('\n') == std::string::npos, shown.c_str());
}

#endif

QTEST_GUILESS_MAIN(ParquetRowsTest)
#include "parquet_rows_test.moc"
