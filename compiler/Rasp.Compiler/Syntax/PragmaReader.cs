using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Antlr4.Runtime;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Syntax;

/// <summary>
/// Compile settings in comments, invisible to other interpreters: <c>#pragma export NAME, NAME</c>,
/// <c>#pragma vocab abc</c> or a JSON list of strings or numbers, <c>#pragma max-length 10</c>, <c>#pragma causal</c>.
/// <c>#pragma disable RASP0080, RASP0081</c> silences warnings from its line on, until <c>#pragma restore</c>.
/// </summary>
internal sealed class PragmaReader(string path, DiagnosticBag diagnostics)
{
    private const string Prefix = "#pragma";

    private static readonly ImmutableArray<string> Known = ["export", "vocab", "max-length", "causal", "disable", "restore"];

    public CompileSettings Settings { get; private set; } = CompileSettings.None;

    /// <summary>The exported names with their places.</summary>
    public List<NameSyntax> Exports { get; } = [];

    public void Read(IToken comment)
    {
        string text = comment.Text.TrimEnd();
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || (text.Length > Prefix.Length && !char.IsWhiteSpace(text[Prefix.Length]))) return;
        SourceSpan span = comment.Span(path);
        string[] words = text[Prefix.Length..].Trim().Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
        string argument = words.Length > 1 ? words[1].Trim() : string.Empty;
        switch (words.FirstOrDefault())
        {
            case "export":
                ReadExport(comment, argument, span);
                break;
            case "vocab":
                if (TryReadVocabulary(argument) is { } vocabulary) Settings = Settings with { Vocabulary = vocabulary };
                else diagnostics.MalformedPragma(span, "#pragma vocab abc, or a list such as #pragma vocab [\"the\", \"cat\"], each token once");
                break;
            case "max-length":
                if (int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length > 0)
                    Settings = Settings with { MaxLength = length };
                else diagnostics.MalformedPragma(span, "#pragma max-length and a positive integer");
                break;
            case "causal":
                if (argument.Length == 0) Settings = Settings with { Causal = true };
                else diagnostics.MalformedPragma(span, "#pragma causal and nothing after it");
                break;
            case "disable" or "restore":
                ReadCodes(comment, argument, span, isSilent: words[0] == "disable");
                break;
            case null:
                diagnostics.MalformedPragma(span, "#pragma and export, vocab, max-length, causal, disable or restore");
                break;
            case { } name:
                diagnostics.UnknownPragma(span, name, Spelling.Nearest(name, Known));
                break;
        }
    }

    /// <summary>Characters, or a JSON list of strings and numbers; null where it is neither, is empty or repeats a token.</summary>
    internal static ImmutableArray<Value>? TryReadVocabulary(string text)
    {
        ImmutableArray<Value>.Builder tokens = ImmutableArray.CreateBuilder<Value>();
        if (TryReadJson(text) is { } elements)
        {
            foreach (JsonElement element in elements)
            {
                if (element.ValueKind == JsonValueKind.String) tokens.Add(element.GetString() ?? string.Empty);
                else if (element.ValueKind == JsonValueKind.Number && Rational.TryParse(element.GetRawText(), out Rational number))
                    tokens.Add(Value.FromNumber(number));
                else return null;
            }
        }
        else
        {
            foreach (System.Text.Rune rune in text.EnumerateRunes()) tokens.Add(rune.ToString());
        }

        return tokens.Count > 0 && tokens.Distinct().Count() == tokens.Count ? tokens.ToImmutable() : null;
    }

    // "[]<>" is a vocabulary of four characters: only what parses as a list that is not empty is one.
    private static List<JsonElement>? TryReadJson(string text)
    {
        if (!text.StartsWith('[') || !text.EndsWith(']')) return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            List<JsonElement> elements = [.. document.RootElement.Clone().EnumerateArray()];
            return elements.Count > 0 ? elements : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void ReadCodes(IToken comment, string argument, SourceSpan span, bool isSilent)
    {
        string word = isSilent ? "disable" : "restore";
        string[] codes = argument.Split([',', ' ', '\t'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (codes.Length == 0) diagnostics.MalformedPragma(span, $"#pragma {word} and the codes of warnings, such as {Codes.MixedAndOr.Code}");
        foreach (NameSyntax code in Places(comment, word, codes, span))
        {
            if (Codes.Find(code.Name) is not { } known) diagnostics.UnknownCode(code.Span, code.Name);
            else if (known.Severity == Severity.Error) diagnostics.NotSuppressible(code.Span, code.Name);
            else diagnostics.Suppressions.Switch(known, span, isSilent);
        }
    }

    /// <summary>Words that follow one another after the pragma's own word, with their places.</summary>
    private IEnumerable<NameSyntax> Places(IToken comment, string pragma, string[] words, SourceSpan span)
    {
        int from = comment.Text.IndexOf(pragma, StringComparison.Ordinal) + pragma.Length;
        foreach (string word in words)
        {
            int at = comment.Text.IndexOf(word, from, StringComparison.Ordinal);
            from = at + word.Length;
            int column = span.StartColumn + at;
            yield return new NameSyntax(new SourceSpan(path, span.StartLine, column, span.StartLine, column + word.Length), word);
        }
    }

    private void ReadExport(IToken comment, string argument, SourceSpan span)
    {
        string[] names = argument.Split(',', StringSplitOptions.TrimEntries);
        if (names.Any(n => n.Length == 0 || n.Any(char.IsWhiteSpace)))
        {
            diagnostics.MalformedPragma(span, "#pragma export and names with commas between them");
            return;
        }

        Exports.AddRange(Places(comment, "export", names, span));
        Settings = Settings with { Exports = [.. Settings.Exports ?? [], .. names] };
    }
}
