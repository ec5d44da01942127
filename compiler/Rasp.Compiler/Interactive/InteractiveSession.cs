using System.Collections.Immutable;
using System.Globalization;
using Rasp.Compiler.Binding;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Interactive;

/// <summary>
/// A prompt: takes lines, runs the statements they make, and prints results as the original interpreter does. Not for
/// concurrent use.
/// </summary>
public sealed class InteractiveSession
{
    private readonly TextWriter output;
    private readonly TextWriter warnings;
    private readonly StatementReader reader;
    private readonly StatementRunner runner;
    private readonly DiagnosticBag diagnostics = new();
    private readonly string path;

    /// <param name="output">Prompts, results and errors.</param>
    /// <param name="warnings">Warnings about statements that do not mean what they seem to.</param>
    /// <param name="folder">Files are loaded relative to it.</param>
    public InteractiveSession(TextWriter output, TextWriter warnings, string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        this.output = output;
        this.warnings = warnings;
        path = Path.Combine(folder, "console");
        reader = new StatementReader(path, diagnostics);
        runner = new StatementRunner(path, diagnostics, Show);
    }

    /// <summary>Whether <c>exit</c> was read.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Asks for a statement, or for the rest of one.</summary>
    public string Prompt => (reader.IsContinued ? ".. " : ">> ") + new string(' ', 2 * reader.Functions);

    /// <summary>Reads lines up to the end of <paramref name="input"/> or to <c>exit</c>.</summary>
    public static void Run(TextReader input, TextWriter output, TextWriter warnings, string folder, IEnumerable<string> files)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(files);
        LargeStack.Run(() =>
        {
            InteractiveSession session = new(output, warnings, folder);
            session.Welcome();
            foreach (string file in files) session.Load(file);
            while (!session.HasEnded)
            {
                output.Write(session.Prompt);
                output.Flush();
                if (input.ReadLine() is not { } line)
                {
                    session.End();
                    break;
                }

                session.Accept(line);
            }

            output.Flush();
            return session;
        });
    }

    public void Welcome() => output.Write("RASP 0.1\nrunning example is: hello\n");

    /// <summary>Brings the names of a file in, as <c>load</c> does.</summary>
    public void Load(string file) => Run([new LoadSyntax(new SourceSpan(path, 1, 1, 1, 1), file)]);

    /// <summary>Takes one line and runs the statements that it completes.</summary>
    public void Accept(string line)
    {
        if (reader.Add(line) is { } statements) Run(statements);
    }

    /// <summary>The input is over; a statement without an end is an error.</summary>
    public void End()
    {
        output.Write('\n');
        if (reader.IsContinued) Run(reader.Take());
    }

    private void Run(ImmutableArray<StatementSyntax> statements)
    {
        ReadText text = new(statements, diagnostics.TakeAll());
        HasEnded |= runner.RunConsole(text);
    }

    private void Show(string text, ImmutableArray<Diagnostic> problems)
    {
        output.Write(text);
        ImmutableArray<Diagnostic> errors = [.. problems.Where(p => p.Severity == Severity.Error)];
        if (errors.Length > 0) output.Write("\t\t!!ignoring input:\n");
        foreach (Diagnostic error in errors) output.Write($"\t {Line(error)}\n");
        foreach (Diagnostic warning in problems.Where(p => p.Severity == Severity.Warning)) warnings.Write($"{Line(warning)}\n");
    }

    private string Line(Diagnostic diagnostic)
    {
        SourceSpan span = diagnostic.Span;
        string file = span.Path == path ? string.Empty : span.Path;
        return string.Create(CultureInfo.InvariantCulture, $"{file}({span.StartLine},{span.StartColumn}): {diagnostic.Code}: {diagnostic.Message}");
    }
}
