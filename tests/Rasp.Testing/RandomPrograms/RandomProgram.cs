using System.Collections.Immutable;
using System.Text;
using Rasp.Format;

namespace Rasp.Testing.RandomPrograms;

/// <summary>A definition of a random program; of selectors too.</summary>
public sealed record RandomDefinition(string Name, RandomExpression Expression);

/// <summary>A program with what it is compiled for; small enough that every input can be tried.</summary>
public sealed record RandomProgram(
    ImmutableArray<RandomDefinition> Definitions, ImmutableArray<string> Exports, string Alphabet, int MaxLength, bool Causal)
{
    public ImmutableArray<Value> Vocabulary => [.. Alphabet.Select(c => (Value)c.ToString())];

    /// <summary>Functions, lists, dictionaries and loops that the expressions call, then the definitions.</summary>
    public string Text
    {
        get
        {
            StringBuilder text = new();
            foreach (string helper in RandomGrammar.Helpers(Alphabet))
                text.Append(helper).Append('\n');
            foreach (RandomDefinition definition in Definitions) text.Append(definition.Name).Append(" = ").Append(definition.Expression).Append(";\n");
            return text.ToString();
        }
    }

    /// <summary>From this seed on programs also use what is slower to compile or seldom written: longer inputs, more tokens, nested lookups.</summary>
    public const int FirstWideSeed = 1_000_000;

    /// <summary>The program of a seed: the same on every machine.</summary>
    public static RandomProgram Make(int seed) => new RandomGrammar(new Random(seed), seed >= FirstWideSeed).Program();

    /// <summary>The program without what <paramref name="fails"/> does not need: the smallest that was found in a few hundred tries.</summary>
    public RandomProgram Shrunk(Func<RandomProgram, bool> fails)
    {
        RandomProgram smallest = this;
        int tries = 400;
        for (bool shrank = true; shrank && tries > 0;)
        {
            shrank = false;
            foreach (RandomProgram smaller in smallest.Smaller())
            {
                if (tries-- <= 0) break;
                if (!fails(smaller)) continue;
                smallest = smaller;
                shrank = true;
                break;
            }
        }

        return smallest;
    }

    public override string ToString() =>
        $"{(Causal ? "causal" : "bidirectional")}, vocabulary {Alphabet}, length {MaxLength}, exports {string.Join(", ", Exports)}\n{Text}";

    private IEnumerable<RandomProgram> Smaller()
    {
        foreach (string export in Exports)
            if (Exports.Length > 1) yield return this with { Exports = [export] };
        if (MaxLength > 1) yield return this with { MaxLength = MaxLength - 1 };
        for (int d = 0; d < Definitions.Length; d++)
        {
            string name = Definitions[d].Name;
            if (!Exports.Contains(name) && !Definitions.Any(o => o.Expression.Mentions(name))) yield return this with { Definitions = Definitions.RemoveAt(d) };
        }

        for (int d = 0; d < Definitions.Length; d++)
            foreach (RandomExpression smaller in Definitions[d].Expression.Smaller())
                yield return this with { Definitions = Definitions.SetItem(d, Definitions[d] with { Expression = smaller }) };
    }
}
