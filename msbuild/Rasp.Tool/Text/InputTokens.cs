using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Tool.Text;

/// <summary>
/// One input of a program. <see cref="Notation"/> is how the user would write it, <see cref="Origin"/> where it came
/// from, to begin an error with (empty, or <c>FILE(LINE): </c>).
/// </summary>
internal sealed record InputTokens(ImmutableArray<Value> Tokens, string Notation, string Origin)
{
    /// <summary>Each character is a token.</summary>
    public static InputTokens FromCharacters(string text, string origin = "") =>
        new([.. text.EnumerateRunes().Select(r => Value.FromText(r.ToString()))], ValueText.Quote(text), origin);

    /// <summary>A JSON list of strings, numbers or booleans, each a token; or a JSON string, each character a token.</summary>
    public static InputTokens FromJson(string text, string origin, string expected)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.String) return FromCharacters(root.GetString() ?? string.Empty, origin);
            if (root.ValueKind == JsonValueKind.Array)
            {
                ImmutableArray<Value> tokens = [.. root.EnumerateArray().Select(e => ReadToken(e, origin))];
                return new InputTokens(tokens, ValueText.Format(tokens), origin);
            }
        }
        catch (JsonException)
        {
            // Reported below, together with JSON of another shape.
        }

        throw new RaspException($"{origin}{expected} is needed, not '{text}'");
    }

    /// <summary>One JSON string or list a line; empty lines are skipped.</summary>
    public static IEnumerable<InputTokens> FromFile(string path)
    {
        if (!File.Exists(path)) throw new RaspException($"the file of inputs '{path}' does not exist");
        int line = 0;
        foreach (string text in File.ReadLines(path))
        {
            line++;
            if (!string.IsNullOrWhiteSpace(text)) yield return FromJson(text, $"{path}({line}): ", "a JSON string or a JSON list of tokens");
        }
    }

    /// <summary>
    /// Checks the input against what the program is compiled for; a character that spells a number of the vocabulary
    /// stands for that number.
    /// </summary>
    public InputTokens Within(CompileSettings settings) =>
        Within(settings, ", or raise --max-length or #pragma max-length", "change the input, or --vocab or #pragma vocab");

    /// <summary>As above, for a model that is compiled already.</summary>
    public InputTokens Within(Manifest manifest) => Within(
        new CompileSettings { Vocabulary = manifest.Vocabulary, MaxLength = manifest.MaxLength },
        string.Empty,
        "give --input or --tokens with tokens that are");

    private InputTokens Within(CompileSettings settings, string whereTooLong, string whereUnknown)
    {
        if (settings.MaxLength is int limit && Tokens.Length > limit)
            throw new RaspException($"{Origin}the input {Notation} has {Tokens.Length} tokens, but the maximum length is {limit}; shorten it{whereTooLong}");
        if (settings.Vocabulary is not ImmutableArray<Value> vocabulary) return this;

        Value[] tokens = new Value[Tokens.Length];
        for (int i = 0; i < tokens.Length; i++)
        {
            Value token = Tokens[i];
            tokens[i] = vocabulary.Contains(token)
                ? token
                : vocabulary.Where(v => token.Kind == ValueKind.Text && v.ToString() == token.Text).Cast<Value?>().FirstOrDefault()
                ?? throw new RaspException($"{Origin}the token {ValueText.Format(token)} at position {i} of the input {Notation} is not in the vocabulary {ValueText.Format(vocabulary)}; {whereUnknown}");
        }

        return this with { Tokens = [.. tokens] };
    }

    private static Value ReadToken(JsonElement element, string origin) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString() ?? string.Empty,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when Rational.TryParse(element.GetRawText(), out Rational number) => Value.FromNumber(number),
        _ => throw new RaspException($"{origin}a token is a string, a number without exponent, or a boolean, not {element.GetRawText()}"),
    };
}
