using System.Collections.Immutable;
using Rasp.Format;
using Rasp.Runtime.Injection;
using Rasp.Runtime.Tokenizers;

namespace Rasp.Runtime.Tests.Injection;

public sealed class TokenTranslatorTests
{
    private static readonly BytePairTokenizer Tokenizer = BytePairTokenizer.PrintableAscii;

    [Fact]
    public void Tokens_map_one_to_one_behind_BOS()
    {
        TranslatedPrompt prompt = Translator("ab:", Task()).Translate("abba");
        Assert.Equal(Tokenizer.Encode("abba:", bos: true), prompt.Ids);
        Assert.Equal(["a", "b", "b", "a", ":"], prompt.Tokens.Select(t => t.Text));
    }

    [Fact]
    public void A_token_that_the_program_lacks_is_named()
    {
        RaspException error = Assert.Throws<RaspException>(() => Translator("ab", Task()).Translate("ab"));
        Assert.Contains("':'", error.Message, StringComparison.Ordinal);
        Assert.Contains("vocabulary", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_declared_filler_stands_for_a_token_that_the_program_lacks()
    {
        InjectionTask task = Task() with { Fillers = ImmutableDictionary<string, Value>.Empty.Add(":", Value.FromText("b")) };
        Assert.Equal(["a", "b"], Translator("ab", task).Translate("a").Tokens.Select(t => t.Text));
    }

    [Fact]
    public void A_filler_outside_the_programs_vocabulary_is_an_error()
    {
        InjectionTask task = Task() with { Fillers = ImmutableDictionary<string, Value>.Empty.Add(":", Value.FromText("z")) };
        Assert.Contains("'z'", Assert.Throws<RaspException>(() => Translator("ab", task)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_longer_than_the_program_is_compiled_for_is_an_error_with_the_length_needed()
    {
        RaspException error = Assert.Throws<RaspException>(() => Translator("ab:", Task()).Translate("abababab"));
        Assert.Contains("--max-length 9", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_that_is_no_token_of_the_model_is_an_error()
    {
        InjectionTask task = Task() with { Answers = [new(Value.True, "yes"), new(Value.False, "N")] };
        Assert.Contains("'yes'", Assert.Throws<RaspException>(() => Translator("ab:", task)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_answers_with_one_token_are_an_error()
    {
        InjectionTask task = Task() with { Answers = [new(Value.True, "N"), new(Value.False, "N")] };
        Assert.Throws<RaspException>(() => Translator("ab:", task));
    }

    [Fact]
    public void A_value_without_an_answer_is_an_error_that_names_it() =>
        Assert.Contains("7", Assert.Throws<RaspException>(() => Translator("ab:", Task()).AnswerIndex(7)).Message, StringComparison.Ordinal);

    private static TokenTranslator Translator(string vocabulary, InjectionTask task) =>
        new(Tokenizer, Manifests.Of(vocabulary, 8, ("result", 0, ResidualSite.Mid)), task);

    private static InjectionTask Task() => new()
    {
        Name = "test",
        Suffix = ":",
        Answers = [new(Value.True, "Y"), new(Value.False, "N")],
        Lengths = [3],
        Generate = (_, length) => new string('a', length),
        EvaluationSets = [],
    };
}
