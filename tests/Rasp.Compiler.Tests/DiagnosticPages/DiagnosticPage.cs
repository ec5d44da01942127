using System.Collections.Immutable;

namespace Rasp.Compiler.Tests.DiagnosticPages;

/// <summary>A program in a page, the files beside it (null: a folder), and what a compile would be told.</summary>
internal sealed record PageProgram(string Text, ImmutableDictionary<string, string?> Files, string Options);

/// <summary>
/// A page of docs/diagnostics: a title, a program with the diagnostics that come out of it, and after "Mended:" a program
/// with none. A line <c>`name.rasp`:</c> names the file that the next block is, <c>`name/` is a folder.</c> makes one.
/// </summary>
internal sealed record DiagnosticPage(string Title, PageProgram? Wrong, string Expected, PageProgram? Mended)
{
    public const string MainFile = "example.rasp";

    public static string Folder { get; } = Path.Combine(Rasp.Testing.Repository.Root, "docs", "diagnostics");

    public static DiagnosticPage Read(string code)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, code + ".md"));
        ImmutableDictionary<string, string?> files = ImmutableDictionary<string, string?>.Empty;
        PageProgram? wrong = null;
        PageProgram? mended = null;
        string expected = string.Empty;
        string file = MainFile;
        bool isMended = false;
        for (int i = 1; i < lines.Length; i++)
        {
            if (lines[i] == "Mended:") isMended = true;
            else if (lines[i].EndsWith("/` is a folder.", StringComparison.Ordinal)) files = files.Add(lines[i][1..lines[i].IndexOf('/', StringComparison.Ordinal)], null);
            else if (lines[i].StartsWith('`') && lines[i].EndsWith("`:", StringComparison.Ordinal)) file = lines[i][1..^2];
            else if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                int end = Array.IndexOf(lines, "```", i + 1);
                string text = string.Join('\n', lines[(i + 1)..end]);
                if (lines[i] == "```") expected = text;
                else if (file != MainFile) files = files.Add(file, text);
                else if (isMended) mended = new PageProgram(text, files, Options(lines[i]));
                else wrong = new PageProgram(text, files, Options(lines[i]));
                file = MainFile;
                i = end;
            }
        }

        return new DiagnosticPage(lines[0], wrong, expected, mended);
    }

    private static string Options(string fence) => fence["```rasp".Length..].Trim();
}
