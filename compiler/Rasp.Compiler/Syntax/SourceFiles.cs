using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;

namespace Rasp.Compiler.Syntax;

/// <summary>Reads the files of a program and remembers which they were.</summary>
internal sealed class SourceFiles
{
    private readonly List<string> read = [];

    /// <summary>Every file that was read or looked for, in that order; a build watches them.</summary>
    public ImmutableArray<string> Paths => [.. read];

    /// <summary>The file that <c>load "file"</c> means in the file <paramref name="from"/>; null after it was reported that it can be none.</summary>
    public static string? Resolve(string from, LoadSyntax load, DiagnosticBag diagnostics)
    {
        if (!load.File.Contains('\0', StringComparison.Ordinal)) return Path.Combine(Path.GetDirectoryName(from) ?? string.Empty, load.File + ".rasp");
        diagnostics.FileNotReadable(load.Span, load.File.Replace('\0', '?'), "a name of a file cannot hold the character 0.");
        return null;
    }

    /// <summary>The same string for the same file however its path is written.</summary>
    public static string Identity(string path) => Path.GetFullPath(path);

    /// <summary>The file's tree; null after a problem with the file itself was reported at <paramref name="span"/>.</summary>
    public SyntaxTree? Read(string path, SourceSpan span, DiagnosticBag diagnostics)
    {
        if (!read.Contains(path)) read.Add(path);
        try
        {
            string text = File.ReadAllText(path);
            if (!text.Contains('\0', StringComparison.Ordinal)) return SyntaxReader.Read(text, path, diagnostics);
            diagnostics.FileNotReadable(span, path, "it is not a text");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            diagnostics.FileNotFound(span, path, Nearest(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            diagnostics.FileNotReadable(span, path, Directory.Exists(path) ? "it is a folder" : e.Message);
        }

        return null;
    }

    /// <summary>A program in the same folder with nearly the same name, or with one <c>.rasp</c> less, as load would name it.</summary>
    private static string? Nearest(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } directory ? directory : ".";
        if (!Directory.Exists(folder)) return null;
        string[] there = [.. Directory.EnumerateFiles(folder, "*.rasp").Select(f => Path.GetFileNameWithoutExtension(f))];
        if (Path.GetExtension(name) == ".rasp" && there.Contains(Path.GetFileNameWithoutExtension(name))) return Path.GetFileNameWithoutExtension(name);
        return Spelling.Nearest(name, there);
    }
}
