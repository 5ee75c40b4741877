#include "core/spec/options.h"

#include "core/spec/option_check.h"
#include "tests/core/spec/random_spec.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <tuple>

using namespace flip;

namespace {

// The structured bindings name every member: after a member is added to RunSpec, this file does not
// compile until it is bound here, and the tests fail until it has a row.
auto members(const RunSpec::Data& g) {
    const auto& [m0] = g;
    return std::tie(m0);
}
auto members(const RunSpec::Text& g) {
    const auto& [m0, m1, m2, m3, m4, m5, m6] = g;
    return std::tie(m0, m1, m2, m3, m4, m5, m6);
}
auto members(const RunSpec::Plm& g) {
    const auto& [m0, m1, m2, m3] = g;
    return std::tie(m0, m1, m2, m3);
}
auto members(const RunSpec::Id& g) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
                 m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32] = g;
    return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
                    m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32);
}
auto members(const RunSpec::Pretrain& g) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
                 m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29] = g;
    return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
                    m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29);
}
auto members(const RunSpec::Finetune& g) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
                 m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31] = g;
    return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
                    m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31);
}
auto members(const RunSpec& spec) {
    const auto& [kind, seed, device, recipe, threads, checkpoints, data, text, plm, id, pretrain,
                 finetune] = spec;
    return std::tuple_cat(std::tie(kind, seed, device, recipe, threads, checkpoints), members(data),
                          members(text), members(plm), members(id), members(pretrain),
                          members(finetune));
}

constexpr std::size_t kMembers = std::tuple_size_v<decltype(members(std::declval<RunSpec&>()))>;

Result<RunSpec> resolveWith(const std::string& key, const OptionValue& value,
                            const std::string& where = {}) {
    RunDraft draft;
    draft.set("data.dataset", std::string("movielens-100k"));
    draft.set(key, value, where);
    return resolve(draft);
}

OptionValue asValue(const Option& option, double number) {
    switch (option.type) {
    case OptionType::Integer:
        return static_cast<std::int64_t>(number);
    case OptionType::IntegerList:
        return std::vector{static_cast<std::int64_t>(number)};
    default:
        return number;
    }
}

bool isNumeric(const Option& option) {
    return option.type == OptionType::Integer || option.type == OptionType::Real ||
           option.type == OptionType::IntegerList;
}

} // namespace

class OptionsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyMemberOfTheSpecHasOneRow() {
        QCOMPARE(options().size(), kMembers);
        std::set<std::string> keys;
        for (const Option& option : options()) {
            QVERIFY2(keys.insert(option.key).second, option.key.c_str());
            QCOMPARE(findOption(option.key), &option);
        }
        QVERIFY(findOption("pretrain.batchsize") == nullptr);
    }

    void eachRowSetsOnlyItsMember() {
        RandomStream random(1, "test");
        for (const Option& option : options()) {
            const RunSpec before = defaultSpec();
            RunSpec after = before;
            OptionValue value = option.get(before);
            for (int i = 0; value == option.get(before); ++i) {
                QVERIFY2(i < 1000, option.key.c_str());
                value = randomValue(random, option);
            }
            option.set(after, value);
            QVERIFY2(members(after) != members(before), option.key.c_str());
            const auto changed = differences(before, after);
            QCOMPARE(changed.size(), std::size_t{1});
            QCOMPARE(changed[0].key, option.key);
            QCOMPARE(changed[0].left, formatValue(option.get(before)));
            QCOMPARE(changed[0].right, formatValue(value));
        }
    }

    void hasTheDocumentedDefaults_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("byDefault");
        QTest::addColumn<QString>("published");
        const auto row = [](const char* key, const char* byDefault, const char* published) {
            QTest::newRow(key) << key << byDefault << published;
        };
        const auto same = [&](const char* key, const char* value) { row(key, value, value); };
        same("kind", "\"flip\"");
        same("seed", "1");
        same("device", "\"auto\"");
        same("threads", "0");
        same("text.template", "\"\"");
        same("text.max_tokens", "100");
        row("text.padding", "\"none\"", "\"max\"");
        same("plm.path", "\"all-MiniLM-L6-v2\"");
        same("plm.layers", "0");
        same("plm.dropout", "-1.0");
        same("id.backbone", "\"dcn-mix\"");
        same("id.embedding_dim", "32");
        same("id.hidden", "[300, 300, 128]");
        same("id.cross_layers", "2");
        same("id.structure", "\"parallel\"");
        same("id.heads", "2");
        same("id.attention_layers", "3");
        same("id.product", "\"inner\"");
        same("id.cin_layers", "[200, 200, 200]");
        same("id.bilinear", "\"interaction\"");
        same("id.reduction", "3");
        same("id.dropout", "0.0");
        same("id.init_std", "1e-4");
        same("pretrain.epochs", "30");
        same("pretrain.batch_size", "128");
        same("pretrain.learning_rate", "1e-4");
        same("pretrain.losses", "[\"icl\", \"mfm\", \"mlm\"]");
        same("pretrain.mask_ratio_table", "0.15");
        same("pretrain.mask_ratio_text", "0.15");
        same("pretrain.max_steps", "0");
        row("pretrain.mask_rounding", "\"round\"", "\"floor\"");
        same("pretrain.temperature", "0.7");
        same("pretrain.noise", "25");
        row("pretrain.field_attention", "\"tokens\"", "\"padded\"");
        row("pretrain.clean_pass", "\"shared\"", "\"separate\"");
        row("pretrain.token_head", "\"labelled\"", "\"all\"");
        row("pretrain.decay", "\"weights\"", "\"all\"");
        row("pretrain.warmup", "0.05", "0.0");
        row("pretrain.schedule", "\"cosine-step\"", "\"cosine-epoch\"");
        row("pretrain.clip_norm", "1.0", "0.0");
        same("finetune.branches", "\"joint\"");
        same("finetune.epochs", "20");
        same("finetune.batch_size", "1024");
        same("finetune.learning_rate", "0.001");
        same("finetune.text_learning_rate", "5e-5");
        same("finetune.patience", "3");
        same("finetune.embedding_l2", "1e-5");
        same("finetune.from", "\"\"");
        row("finetune.decay", "\"weights\"", "\"all\"");
        row("finetune.plateau_factor", "0.1", "1.0");
        row("finetune.alpha_start", "0.5", "0.0");
        row("finetune.select_on", "\"valid\"", "\"test\"");
        row("finetune.id_epochs", "20", "0");
        row("finetune.id_rate", "0.1", "1.0");
        row("finetune.fusion_rate", "10.0", "1.0");
        row("finetune.unknown_rate", "0.4", "0.0");
        row("finetune.mixing", "\"unknown\"", "\"one\"");
        same("finetune.id_batch_size", "1024");
        row("finetune.mixing_from", "\"validation\"", "\"training\"");
    }
    void hasTheDocumentedDefaults() {
        QFETCH(QString, key);
        QFETCH(QString, byDefault);
        QFETCH(QString, published);
        const Option* option = findOption(key.toStdString());
        QVERIFY(option != nullptr);
        QCOMPARE(formatValue(option->get(defaultSpec())), byDefault.toStdString());
        const auto spec = resolveWith("recipe", std::string("published"));
        QVERIFY(spec.ok());
        QCOMPARE(formatValue(option->get(*spec)), published.toStdString());
    }

    void aSetValueOverridesTheRecipe() {
        RunDraft draft;
        draft.set("data.dataset", std::string("d"));
        draft.set("recipe", std::string("published"));
        draft.set("finetune.select_on", std::string("valid"));
        const auto spec = resolve(draft);
        QVERIFY(spec.ok());
        QVERIFY(spec->finetune.selectOn == SelectOn::Valid);
        QVERIFY(spec->finetune.decay == DecayedParameters::All);
    }

    void defaultsAreValid() {
        for (const Option& option : options()) {
            for (const RecipeKind recipe : allChoices<RecipeKind>()) {
                const OptionValue& value = option.defaultFor(recipe);
                QCOMPARE(value.index(), option.defaultValue.index());
                const auto checked = checkRange(option, value, "");
                QVERIFY2(checked, checked ? "" : checked.problem().text().c_str());
            }
        }
    }

    void acceptsTheLimitsAndRefusesValuesBeyond() {
        for (const Option& option : options()) {
            if (!isNumeric(option)) {
                continue;
            }
            QVERIFY2(option.minimum > -1e300 && option.maximum < 1e300, option.key.c_str());
            const bool real = option.type == OptionType::Real;
            const double below = real ? std::nextafter(option.minimum, -1e300) : option.minimum - 1;
            const double above = real ? std::nextafter(option.maximum, 1e300) : option.maximum + 1;
            const char* key = option.key.c_str();
            QVERIFY2(resolveWith(key, asValue(option, option.maximum)), key);
            QVERIFY2(!resolveWith(key, asValue(option, above)), key);
            QVERIFY2(!resolveWith(key, asValue(option, below)), key);
            QVERIFY2(resolveWith(key, asValue(option, option.minimum)).ok() !=
                         option.exclusiveMinimum,
                     key);
        }
    }

    void refusesInvalidValuesAndNamesValidOnes_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<OptionValue>("value");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, const char* key, OptionValue value,
                            const char* text) { QTest::newRow(name) << key << value << text; };
        using Text = std::string;
        row("too small", "pretrain.batch_size", std::int64_t{0},
            "x.toml:3: pretrain.batch_size is 0; choose a whole number from 1 to 1000000");
        row("excluded minimum", "pretrain.learning_rate", 0.0,
            "x.toml:3: pretrain.learning_rate is 0.0; choose a number above 0 and at most 10");
        row("not a number", "pretrain.temperature", std::nan(""),
            "x.toml:3: pretrain.temperature is nan; choose a number above 0 and at most 100");
        row("infinite", "finetune.clip_norm", std::numeric_limits<double>::infinity(),
            "x.toml:3: finetune.clip_norm is inf; choose a number from 0 to 1000000");
        row("unknown choice", "finetune.branches", Text("both"),
            "x.toml:3: finetune.branches is \"both\"; choose one of id, text, joint");
        row("real for a whole number", "pretrain.epochs", 1.5,
            "x.toml:3: pretrain.epochs is 1.5; write a whole number from 1 to 100000");
        row("text for a number", "id.dropout", Text("a little"),
            "x.toml:3: id.dropout is \"a little\"; write a number from 0 to 0.99");
        row("number for text", "data.dataset", std::int64_t{3},
            "x.toml:3: data.dataset is 3; write text");
        row("no losses", "pretrain.losses", std::vector<std::string>{},
            "x.toml:3: pretrain.losses is an empty list; choose a list of one or more of icl, mfm, "
            "mlm");
        row("duplicate loss", "pretrain.losses", std::vector<std::string>{"icl", "mfm", "icl"},
            "x.toml:3: pretrain.losses names 'icl' twice; name it once");
        row("unknown loss", "pretrain.losses", std::vector<std::string>{"itc"},
            "x.toml:3: pretrain.losses names 'itc'; choose a list of one or more of icl, mfm, mlm");
        row("no hidden layer", "id.hidden", std::vector<std::int64_t>{},
            "x.toml:3: id.hidden is an empty list; choose a list of one or more whole numbers, "
            "each from 1 to 65536");
        row("empty hidden layer", "id.hidden", std::vector<std::int64_t>{64, 0},
            "x.toml:3: id.hidden holds 0; choose a list of one or more whole numbers, each from 1 "
            "to 65536");
        row("unknown device", "device", Text("gpu"),
            "x.toml:3: device is \"gpu\"; choose auto, cpu, cuda or cuda:N");
        row("device without number", "device", Text("cuda:"),
            "x.toml:3: device is \"cuda:\"; choose auto, cpu, cuda or cuda:N");
        row("not UTF-8", "text.template", Text("caf\xe9"),
            "x.toml:3: text.template is not valid UTF-8; write it in UTF-8");
        row("no dataset", "data.dataset", Text(),
            "x.toml:3: no dataset is named; add dataset = \"NAME\" under [data]");
        row("unknown key", "pretrain.batchsize", std::int64_t{3},
            "x.toml:3: unknown key 'pretrain.batchsize'; did you mean 'pretrain.batch_size'?");
    }
    void refusesInvalidValuesAndNamesValidOnes() {
        QFETCH(QString, key);
        QFETCH(OptionValue, value);
        QFETCH(QString, text);
        const auto spec = resolveWith(key.toStdString(), value, "x.toml:3");
        QVERIFY(!spec);
        QCOMPARE(QString::fromStdString(spec.problem().text()), text);
    }

    void aProblemWithoutAFileNamesTheKey() {
        const auto spec = resolveWith("pretrain.epochs", std::int64_t{0});
        QVERIFY(!spec);
        QCOMPARE(spec.problem().where, std::string("pretrain.epochs"));
        QCOMPARE(spec.problem().what, std::string("is 0; choose a whole number from 1 to 100000"));
    }

    void aSpecNeedsADataset() {
        const auto spec = resolve(RunDraft{});
        QVERIFY(!spec);
        QCOMPARE(spec.problem().text(),
                 std::string("data.dataset: no dataset is named; add dataset = \"NAME\" under "
                             "[data]"));
    }

    void acceptsAnIntegerForAReal() {
        const auto spec = resolveWith("pretrain.temperature", std::int64_t{2});
        QVERIFY(spec.ok());
        QCOMPARE(spec->pretrain.temperature, 2.0);
    }

    void randomSpecsSurviveARoundTrip() {
        RandomStream random(2, "test");
        for (int i = 0; i < 300; ++i) {
            const RunSpec spec = randomSpec(random);
            const std::string toml = toToml(spec);
            const auto draft = readExperiment(toml, "random.toml");
            QVERIFY2(draft, draft ? "" : draft.problem().text().c_str());
            QCOMPARE(draft->entries.size(), kMembers);
            const auto again = resolve(*draft);
            QVERIFY2(again, again ? "" : again.problem().text().c_str());
            QVERIFY2(members(*again) == members(spec), toml.c_str());
            QCOMPARE(toToml(*again), toml);
            QVERIFY(differences(spec, *again).empty());
        }
    }

    void formatsNumbersBriefly_data() {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("small") << 1e-4 << "1e-4";
        QTest::newRow("smaller") << 5e-5 << "5e-5";
        QTest::newRow("whole") << 20.0 << "20.0";
        QTest::newRow("large") << 1e22 << "1e22";
        QTest::newRow("tenth") << 0.1 << "0.1";
        QTest::newRow("third") << 1.0 / 3 << "0.3333333333333333";
        QTest::newRow("negative zero") << -0.0 << "-0.0";
        QTest::newRow("smallest") << 5e-324 << "5e-324";
    }
    void formatsNumbersBriefly() {
        QFETCH(double, value);
        QFETCH(QString, text);
        QCOMPARE(QString::fromStdString(formatValue(value)), text);
        QCOMPARE(text.toDouble(), value);
    }

    void findsTheNearestKey_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("meant");
        QTest::newRow("letter missing") << "pretrain.batchsize"
                                        << "pretrain.batch_size";
        QTest::newRow("letter wrong") << "sead"
                                      << "seed";
        QTest::newRow("table left out") << "mask_ratio_text"
                                        << "pretrain.mask_ratio_text";
        QTest::newRow("in another table") << "id.temperature"
                                          << "pretrain.temperature";
        QTest::newRow("other spelling") << "finetune.learning-rate"
                                        << "finetune.learning_rate";
        QTest::newRow("plural") << "pretrain.loss"
                                << "pretrain.losses";
    }
    void findsTheNearestKey() {
        QFETCH(QString, typed);
        QFETCH(QString, meant);
        QCOMPARE(QString::fromStdString(nearestKey(typed.toStdString())), meant);
    }

    void everyRowHasLabelAndHelp() {
        for (const Option& option : options()) {
            const char* key = option.key.c_str();
            QVERIFY2(!option.label.empty() && !option.label.ends_with('.'), key);
            QVERIFY2(option.help.size() > 20 && option.help.ends_with('.'), key);
            QVERIFY2(option.help.find('!') == std::string::npos, key);
            QVERIFY2(!allowedValues(option).empty(), key);
            const bool words =
                option.type == OptionType::Choice || option.type == OptionType::ChoiceList;
            QCOMPARE(!option.choices.empty(), words);
        }
    }

    void rowsOfOneTableAreContiguous() {
        std::set<std::string> finished;
        std::string current;
        for (const Option& option : options()) {
            const auto dot = option.key.find('.');
            const std::string table = dot == std::string::npos ? "" : option.key.substr(0, dot);
            if (table != current) {
                finished.insert(current);
                QVERIFY2(!finished.contains(table), option.key.c_str());
                current = table;
            }
        }
    }

    void optionsAsTomlIsAnExperimentFile() {
        const std::string toml = optionsAsToml();
        const auto draft = readExperiment(toml, "x.toml");
        QVERIFY2(draft.ok(), draft.ok() ? "" : draft.problem().text().c_str());
        QVERIFY(draft->entries.empty());
        std::string set;
        std::istringstream lines(toml);
        for (std::string line; std::getline(lines, line);) {
            QVERIFY2(line.size() <= 100, line.c_str());
            const bool isKey = line.size() > 1 && line[0] == '#' && line[1] != ' ';
            set += (isKey ? line.substr(1) : line) + "\n";
        }
        const auto all = readExperiment(set, "x.toml");
        QVERIFY2(all.ok(), all.ok() ? "" : all.problem().text().c_str());
        QCOMPARE(all->entries.size(), options().size());
        for (const Option& option : options()) {
            QVERIFY2(all->entries.at(option.key).value == option.defaultValue, option.key.c_str());
        }
    }

    void everyOptionIsReadBySomeRun() {
        for (const Option& option : options()) {
            const BackboneKind backbone =
                option.backbones.empty() ? BackboneKind::Lr : option.backbones.front();
            QVERIFY2(optionIsRead(option, RunKind::Flip, Branches::Joint, backbone),
                     option.key.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(OptionsTest)
#include "options_test.moc"
