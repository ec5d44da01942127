using System.CommandLine;
using System.CommandLine.Parsing;
using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Syntax;
using Rasp.Format;

namespace Rasp.Tool.Options;

/// <summary>What <c>run</c> and <c>compile</c> are told about a program; each option overrides the file's <c>#pragma</c>.</summary>
internal sealed class ProgramOptions
{
    private readonly Option<string[]> export = new("--export")
    {
        Description = "The s-op; repeat it or separate names by commas for several. Without it: those of #pragma export.",
        HelpName = "NAME",
    };

    private readonly Option<ImmutableArray<Value>?> vocabulary = new("--vocab")
    {
        Description = "The tokens an input may hold: abc, or '[\"the\",\"cat\"]', or '[0,1,2]'.",
        HelpName = "TOKENS",
        CustomParser = ReadVocabulary,
    };

    private readonly Option<int?> maxLength = PositiveInteger.Create("--max-length", "The longest input, in tokens.");

    private readonly Option<bool?> causal = new("--causal") { Description = "A position sees only itself and earlier ones." };

    private readonly bool hasExport;

    public ProgramOptions(Command command, bool withExport = true)
    {
        hasExport = withExport;
        if (withExport) command.Add(export);
        command.Add(vocabulary);
        command.Add(maxLength);
        command.Add(causal);
    }

    public CompileSettings Read(ParseResult parsed)
    {
        string[] names = [.. ((hasExport ? parsed.GetValue(export) : null) ?? []).SelectMany(e => e.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        if (names.Length == 0 && hasExport && parsed.GetResult(export) is not null) throw new RaspException("--export needs the name of an s-op");
        return new CompileSettings
        {
            Exports = names.Length > 0 ? [.. names.Distinct(StringComparer.Ordinal)] : null,
            Vocabulary = parsed.GetValue(vocabulary),
            MaxLength = parsed.GetValue(maxLength),
            Causal = parsed.GetValue(causal),
        };
    }

    private static ImmutableArray<Value>? ReadVocabulary(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        ImmutableArray<Value>? tokens = PragmaReader.TryReadVocabulary(text);
        if (tokens is null) result.AddError($"--vocab needs characters or a JSON list, each token once, not '{text}'");
        return tokens;
    }
}
