#include "core/data/import/typed_columns.h"

#include "core/data/import/schema_file.h"
#include "tests/core/data/records/packed_files.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace flip;

class TypedColumnsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void describesInteractionsUsersAndItems();
    void describesInteractionsAlone();
    void prefersALabel();
    void readsPackedFiles();
    void keepsUnusualNames();
    void refusesInvalidFiles_data();
    void refusesInvalidFiles();

private:
    void put(const std::string& name, std::string_view bytes) const {
        test::write(root() / name, bytes);
    }
    std::filesystem::path root() const {
        return std::filesystem::path(folder_->path().toStdString()) / "raw";
    }
    Result<Schema> schema() const {
        const auto text = schemaFromTypedColumns(root());
        return text ? parseSchema(*text, "recbole.toml") : text.problem();
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

void TypedColumnsTest::init() {
    folder_ = std::make_unique<QTemporaryDir>();
    QVERIFY(folder_->isValid());
    std::filesystem::create_directory(root());
}

void TypedColumnsTest::describesInteractionsUsersAndItems() {
    put("ml.inter", "user_id:token\titem_id:token\trating:float\ttimestamp:float\n");
    put("ml.user", "user_id:token\tage:float\tname:token\n");
    put("ml.item", "\xEF\xBB\xBFitem_id:token\tname:token_seq\tvector:float_seq\r\n");
    const auto found = schema();
    FLIP_VERIFY_OK(found);
    QCOMPARE(found->tables.size(), std::size_t{3});
    QCOMPARE(found->tables[0].file, std::string("*.inter"));
    QVERIFY(found->tables[2].typedHeader);
    QCOMPARE(found->tables[2].format.delimiter, std::string("\t"));
    QCOMPARE(found->tables[2].format.quote, std::string());
    QCOMPARE(found->joins.size(), std::size_t{2});
    QCOMPARE(found->joins[1].left.column, std::string("item_id"));
    QVERIFY(found->joins[1].keepAll);
    QCOMPARE(found->label.column.column, std::string("rating"));
    QVERIFY(found->label.positive.holds(4) && !found->label.positive.holds(3));
    QCOMPARE(found->time->column, std::string("timestamp"));
    QStringList fields;
    for (const FieldSchema& field : found->fields) {
        fields << QString::fromStdString(field.name);
    }
    QCOMPARE(fields, (QStringList{"user_id", "item_id", "age", "name", "item_name"}));
    QVERIFY(found->fields[2].kind == FieldKind::Number);
    QVERIFY(found->fields[3].kind == FieldKind::Category);
    QVERIFY(found->fields[4].kind == FieldKind::Multi);
    QCOMPARE(found->fields[4].separator, std::string(" "));
}

void TypedColumnsTest::describesInteractionsAlone() {
    put("clicks.inter", "user_id:token\trating:float\n");
    const auto found = schema();
    FLIP_VERIFY_OK(found);
    QCOMPARE(found->tables.size(), std::size_t{1});
    QVERIFY(found->joins.empty() && !found->time);
    QCOMPARE(found->fields.size(), std::size_t{1});
}

void TypedColumnsTest::prefersALabel() {
    put("clicks.inter", "user_id:token\trating:float\tlabel:float\n");
    const auto found = schema();
    FLIP_VERIFY_OK(found);
    QCOMPARE(found->label.column.column, std::string("label"));
    QVERIFY(found->label.positive.holds(1) && !found->label.positive.holds(0));
    QCOMPARE(found->fields.size(), std::size_t{1});
}

void TypedColumnsTest::readsPackedFiles() {
    put("ml.zip", test::zipped({{"ml/ml.inter", "user_id:token\trating:float\n"},
                                {"ml/ml.user", "user_id:token\tage:token\n"}}));
    const auto found = schema();
    FLIP_VERIFY_OK(found);
    QCOMPARE(found->tables.size(), std::size_t{2});
}

void TypedColumnsTest::keepsUnusualNames() {
    put("ml.inter", "user:id:token\t\"a\\\" \x01:token\trating:float\n");
    const auto found = schema();
    FLIP_VERIFY_OK(found);
    QCOMPARE(found->fields[0].columns[0].column, std::string("user:id"));
    QCOMPARE(found->fields[1].columns[0].column, std::string("\"a\\\" \x01"));
}

void TypedColumnsTest::refusesInvalidFiles_data() {
    QTest::addColumn<QString>("inter");
    QTest::addColumn<QString>("user");
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* name, const char* inter, const char* user, const char* where,
                        const char* message) {
        QTest::newRow(name) << inter << user << where << message;
    };
    row("no interactions", nullptr, "user_id:token\n", "ROOT", "there is no file NAME.inter");
    row("empty file", "", nullptr, "ml.inter", "the file is empty");
    row("no type", "user_id\titem_id\n", nullptr, "ml.inter:1", "\"user_id\" has no known type");
    row("commas", "user_id:token,rating:number\n", nullptr, "ml.inter:1", "separated by tabs");
    row("unknown type", "user_id:string\n", nullptr, "ml.inter:1", "has no known type");
    row("no label or rating", "user_id:token\titem_id:token\n", nullptr, "ROOT",
        "neither a column label nor rating");
    row("users without a key", "user_id:token\trating:float\n", "uid:token\n", "ROOT",
        "has no column in common with \"*.inter\"");
}

void TypedColumnsTest::refusesInvalidFiles() {
    QFETCH(QString, inter);
    QFETCH(QString, user);
    QFETCH(QString, where);
    QFETCH(QString, message);
    if (!inter.isNull()) {
        put("ml.inter", inter.toStdString());
    }
    if (!user.isNull()) {
        put("ml.user", user.toStdString());
    }
    const auto text = schemaFromTypedColumns(root());
    QVERIFY(!text.ok());
    const QString shown = QString::fromStdString(text.problem().text());
    const QString place =
        where.replace("ROOT", QString::fromStdString(std::filesystem::canonical(root()).string()));
    QVERIFY2(shown.startsWith(place + ": "), qPrintable(shown));
    QVERIFY2(shown.contains(message), qPrintable(shown));
}

QTEST_GUILESS_MAIN(TypedColumnsTest)
#include "typed_columns_test.moc"
