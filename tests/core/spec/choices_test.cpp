#include "core/spec/choices.h"

#include "core/spec/options.h"
#include "core/spec/run_state.h"

#include <QtTest>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace flip;

namespace {

/// Whether a value of an enum has a name: compilers print a value without a name as a cast,
/// "(Enum)3".
template <auto Value>
constexpr bool hasName() {
    return std::string_view(__PRETTY_FUNCTION__).find("= (") == std::string_view::npos;
}

/// An enum and the option that takes one of its words.
struct Known {
    const char* key;
    std::vector<std::string> words;
    bool complete = false; // as many words as values
    bool survivesRoundTrip = false;
};

template <Choice E>
Known known(const char* key) {
    constexpr std::size_t kCount = ChoiceWords<E>::kWords.size();
    return {.key = key,
            .words = wordsOf(allChoices<E>()),
            .complete = hasName<static_cast<E>(kCount - 1)>() && !hasName<static_cast<E>(kCount)>(),
            .survivesRoundTrip = std::ranges::all_of(
                allChoices<E>(), [](E value) { return choiceOf<E>(wordOf(value)) == value; })};
}

const std::vector<Known>& everyChoice() {
    static const std::vector<Known> all{
        known<RunKind>("kind"),
        known<RecipeKind>("recipe"),
        known<KeptWeights>("checkpoints"),
        known<TextCut>("text.cut"),
        known<TextPadding>("text.padding"),
        known<Pooling>("plm.pooling"),
        known<BackboneKind>("id.backbone"),
        known<Structure>("id.structure"),
        known<PairProduct>("id.product"),
        known<CinOutputs>("id.cin_outputs"),
        known<DeepPart>("id.deep_part"),
        known<BilinearWeights>("id.bilinear"),
        known<HistoryWeights>("id.history_weights"),
        known<TableUpdates>("id.table_updates"),
        known<PretrainLoss>("pretrain.losses"),
        known<MaskRounding>("pretrain.mask_rounding"),
        known<MaskUnit>("pretrain.mask_unit"),
        known<MaskedFields>("pretrain.masked_fields"),
        known<TemperatureKind>("pretrain.temperature_kind"),
        known<Similarity>("pretrain.similarity"),
        known<NoiseFrom>("pretrain.noise_from"),
        known<FieldAttention>("pretrain.field_attention"),
        known<AttentionScale>("pretrain.attention_scale"),
        known<CleanPass>("pretrain.clean_pass"),
        known<TokenHead>("pretrain.token_head"),
        known<TokenContext>("pretrain.token_context"),
        known<DecayedParameters>("pretrain.decay"),
        known<Schedule>("pretrain.schedule"),
        known<Branches>("finetune.branches"),
        known<DecayedParameters>("finetune.decay"),
        known<TextEncoderMode>("finetune.text_encoder"),
        known<TextHead>("finetune.text_head"),
        known<TableOptimiser>("finetune.table_optimiser"),
        known<MixingWeights>("finetune.mixing"),
        known<MixingFrom>("finetune.mixing_from"),
        known<Schedule>("finetune.schedule"),
        known<SelectOn>("finetune.select_on"),
    };
    return all;
}

Result<RunSpec> resolveWith(const std::string& key, const OptionValue& value) {
    RunDraft draft;
    draft.set("data.dataset", std::string("films"));
    draft.set(key, value, "x.toml:3");
    return resolve(draft);
}

/// A word as a value of the option: the word itself, or a list of it.
OptionValue asValue(const Option& option, const std::string& word) {
    return option.type == OptionType::ChoiceList ? OptionValue(std::vector<std::string>{word})
                                                 : OptionValue(word);
}

} // namespace

/// The enums of options: users write their words, the code uses their values.
class ChoicesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyChoiceOptionHasAnEnum() {
        std::set<std::string> wanted;
        for (const Option& option : options()) {
            if (!option.choices.empty()) {
                wanted.insert(option.key);
            }
        }
        std::set<std::string> found;
        for (const Known& choice : everyChoice()) {
            found.insert(choice.key);
        }
        QVERIFY(found == wanted);
        QCOMPARE(found.size(), everyChoice().size());
    }

    void anOptionOffersTheWordsOfItsEnum_data() { addChoices(); }
    void anOptionOffersTheWordsOfItsEnum() {
        const Known& choice = fetched();
        const std::vector<std::string>& offered = findOption(choice.key)->choices;
        if (std::string_view(choice.key) == "pretrain.schedule") {
            QCOMPARE(offered, (std::vector<std::string>{"cosine-step", "cosine-epoch"}));
            return;
        }
        QCOMPARE(offered, choice.words);
    }

    void everyValueHasItsOwnWord_data() { addChoices(); }
    void everyValueHasItsOwnWord() {
        const Known& choice = fetched();
        QVERIFY(choice.complete);
        QVERIFY(choice.survivesRoundTrip);
        const std::set<std::string> different(choice.words.begin(), choice.words.end());
        QCOMPARE(different.size(), choice.words.size());
        QVERIFY(!different.contains(""));
    }

    void everyWordSurvivesARoundTrip_data() { addChoices(); }
    void everyWordSurvivesARoundTrip() {
        const Option& option = *findOption(fetched().key);
        for (const std::string& word : option.choices) {
            const auto spec = resolveWith(option.key, asValue(option, word));
            QVERIFY2(spec, word.c_str());
            QVERIFY2(option.get(*spec) == asValue(option, word), word.c_str());
        }
    }

    void refusesAnUnknownWordAndNamesTheValidOnes_data() { addChoices(); }
    void refusesAnUnknownWordAndNamesTheValidOnes() {
        const Option& option = *findOption(fetched().key);
        for (const std::string word : {"", "nothing", "Flip", "id "}) {
            const auto spec = resolveWith(option.key, asValue(option, word));
            QVERIFY2(!spec, word.c_str());
            const std::string text = spec.problem().text();
            QVERIFY2(text.starts_with("x.toml:3: " + option.key + " "), text.c_str());
            for (const std::string& known : option.choices) {
                QVERIFY2(text.find(known) != std::string::npos, text.c_str());
            }
        }
    }

    void refusesTheWordOfAnotherEnum() {
        QVERIFY(!choiceOf<RunKind>("joint").has_value());
        QVERIFY(!choiceOf<RunKind>("").has_value());
        QVERIFY(!choiceOf<RunKind>("pretrain ").has_value());
        QVERIFY(choiceOf<Branches>("joint") == Branches::Joint);
    }

    void wordsOfStoredRunsStayTheSame() {
        QVERIFY(known<RunStatus>("").complete && known<RunStage>("").complete);
        QCOMPARE(known<RunStatus>("").words,
                 (std::vector<std::string>{"running", "finished", "stopped", "failed", "diverged",
                                           "crashed"}));
        QCOMPARE(known<RunStage>("").words,
                 (std::vector<std::string>{"pretrain", "finetune-id", "finetune"}));
    }

    void aListKeepsItsOrder() {
        const std::vector<std::string> words{"mlm", "icl"};
        const auto spec = resolveWith("pretrain.losses", words);
        QVERIFY(spec.ok());
        QVERIFY(spec->pretrain.losses == (std::vector{PretrainLoss::Mlm, PretrainLoss::Icl}));
        QVERIFY(findOption("pretrain.losses")->get(*spec) == OptionValue(words));
    }

private:
    static void addChoices() {
        QTest::addColumn<int>("place");
        int place = 0;
        for (const Known& choice : everyChoice()) {
            QTest::newRow(choice.key) << place++;
        }
    }
    static const Known& fetched() {
        const auto* place = static_cast<int*>(QTest::qData("place", QMetaType::Int));
        return everyChoice()[static_cast<std::size_t>(*place)];
    }
};

QTEST_GUILESS_MAIN(ChoicesTest)
#include "choices_test.moc"
