#include "core/spec/stored_recipe.h"

#include "core/base/random_stream.h"
#include "tests/core/rounds.h"
#include "tests/core/spec/random_spec.h"

#include <QtTest>

using namespace flip;

/// Recipes as stored with runs, of this version and of older ones.
class StoredRecipeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aRecipeSurvivesARoundTrip() {
        RandomStream random(3, "test");
        for (int round = 0; round < 200; ++round) {
            const RunSpec spec = randomSpec(random);
            const auto read = readStoredRecipe(storedRecipe(spec), "recipe");
            QVERIFY2(read, read ? "" : read.problem().text().c_str());
            QVERIFY(differences(*read, spec).empty());
        }
    }

    void beginsWithTheVersion() {
        const std::string text = storedRecipe(defaultSpec());
        QVERIFY(text.starts_with("recipe_version = " + std::to_string(kRecipeVersion) + "\n"));
    }

    void ignoresOptionsOfAnotherVersion() {
        const std::string text =
            storedRecipe(defaultSpec()) + "future = 1\n[later]\na = 1\nb = [1, \"x\"]\n";
        QVERIFY(!readExperiment(text, "x.toml").ok());
        const auto read = readStoredRecipe(text, "recipe");
        QVERIFY2(read, read ? "" : read.problem().text().c_str());
        QVERIFY(differences(*read, defaultSpec()).empty());
    }

    void refusesInvalidRecipes_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const char* from, const char* to,
                            const char* message) { QTest::newRow(name) << from << to << message; };
        row("newer version", "recipe_version = 3", "recipe_version = 4",
            "recipe: is of version 4, this program knows versions up to 3; use the program that "
            "wrote it");
        row("unknown choice", "backbone = \"dcn-mix\"", "backbone = \"dcn-next\"",
            "id.backbone is \"dcn-next\"");
        row("wrong type", "seed = 1", "seed = \"x\"", "seed");
        row("not TOML", "seed = 1", "seed =", "is not TOML");
    }
    void refusesInvalidRecipes() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QString, message);
        QString text = QString::fromStdString(storedRecipe(defaultSpec()));
        QVERIFY(text.contains(from));
        const auto read = readStoredRecipe(text.replace(from, to).toStdString(), "recipe");
        QVERIFY(!read);
        QVERIFY2(QString::fromStdString(read.problem().text()).contains(message),
                 read.problem().text().c_str());
    }

    void anOldRecipeKeepsItsMeaning_data() {
        QTest::addColumn<QString>("stored");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        const auto row = [](const char* stored, const char* key, const char* value) {
            QTest::addRow("%s: %s", stored, key) << stored << key << value;
        };
        row("epochs = 4", "finetune.mixing", "\"one\"");
        row("epochs = 4", "finetune.mixing_from", "\"training\"");
        row("epochs = 4", "finetune.unknown_rate", "0.0");
        row("epochs = 4", "finetune.id_epochs", "0");
        row("epochs = 4", "finetune.id_rate", "1.0");
        row("id_rate = 0.3", "finetune.id_rate", "0.3");
        row("batch_size = 64", "finetune.id_batch_size", "64");
        row("unknown_rate = 0.2", "finetune.unknown_fields", "\"*\"");
        row("unknown_rate = 0.0", "finetune.unknown_fields", "\"\"");
        row("unknown_rate = 0.2\nunknown_fields = \"user\"", "finetune.unknown_fields", "\"user\"");
        // Version 2, which does not state its version but has this option.
        row("mixing = \"unknown\"", "finetune.unknown_rate", "0.4");
    }
    void anOldRecipeKeepsItsMeaning() {
        QFETCH(QString, stored);
        QFETCH(QString, key);
        QFETCH(QString, value);
        const std::string text =
            "kind = \"finetune\"\n[data]\ndataset = \"d\"\n[finetune]\n" + stored.toStdString();
        const auto spec = readStoredRecipe(text, "recipe");
        QVERIFY2(spec, spec ? "" : spec.problem().text().c_str());
        QCOMPARE(formatValue(findOption(key.toStdString())->get(*spec)), value.toStdString());
    }

    void aRecipeOfThisVersionIsNotUpgraded() {
        RunDraft recipe;
        recipe.set("data.dataset", std::string("d"));
        upgradeStoredRecipe(recipe, kRecipeVersion);
        QCOMPARE(recipe.entries.size(), std::size_t{1});
        upgradeStoredRecipe(recipe, 1);
        QVERIFY(recipe.entries.size() > 1);
    }
};

QTEST_GUILESS_MAIN(StoredRecipeTest)
#include "stored_recipe_test.moc"
