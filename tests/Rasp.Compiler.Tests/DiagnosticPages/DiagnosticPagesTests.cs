using System.Collections.Immutable;
using System.Globalization;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Compiler.Verification;
using Rasp.Format;

namespace Rasp.Compiler.Tests.DiagnosticPages;

/// <summary>Every code has a page; the program in it gives exactly what the page says, the mended one nothing.</summary>
public sealed class DiagnosticPagesTests : IDisposable
{
    /// <summary>What a page cannot show: 300 brackets, and a defect of the compiler.</summary>
    private static readonly Dictionary<string, Func<ImmutableArray<Diagnostic>>> WithoutExample = new()
    {
        ["RASP0006"] = () => Compilation.Parse($"a = {new string('(', 300)}1{new string(')', 300)};", "test.rasp").Diagnostics,
        ["RASP0121"] = MismatchOfOtherWeights,
    };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rasp-pages");

    public static TheoryData<string> AllCodes => [.. Codes.All.Select(c => c.Code)];

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(AllCodes))]
    public void The_program_of_a_page_gives_its_code_and_the_mended_one_nothing(string code)
    {
        DiagnosticPage page = DiagnosticPage.Read(code);
        Assert.Equal($"# {code}: {Codes.Find(code)?.Title}", page.Title);
        if (WithoutExample.TryGetValue(code, out Func<ImmutableArray<Diagnostic>>? provoke))
        {
            Assert.Null(page.Wrong);
            Assert.Equal([code], provoke().Select(d => d.Code));
        }
        else
        {
            ImmutableArray<Diagnostic> diagnostics = Compile(page.Wrong);
            Assert.Equal([code], diagnostics.Select(d => d.Code));
            Assert.Equal(Codes.Find(code)?.Severity, diagnostics[0].Severity);
            Assert.Equal(page.Expected, diagnostics[0].ToString().Replace(folder.FullName + Path.DirectorySeparatorChar, string.Empty, StringComparison.Ordinal));
        }

        if (page.Mended is not null) Assert.Empty(Compile(page.Mended));
        else Assert.Equal("RASP0121", code);
    }

    [Fact]
    public void The_index_lists_every_code_and_no_page_is_left_over()
    {
        string[] rows = [.. File.ReadAllLines(Path.Combine(DiagnosticPage.Folder, "README.md")).Where(l => l.StartsWith("| [", StringComparison.Ordinal))];
        Assert.Equal(Codes.All.Select(c => $"| [{c.Code}]({c.Code}.md) | {(c.Severity == Severity.Error ? "error" : "warning")} | {c.Title} |"), rows);
        Assert.Equal(
            Codes.All.Select(c => c.Code),
            Directory.EnumerateFiles(DiagnosticPage.Folder, "RASP*.md").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal));
    }

    private ImmutableArray<Diagnostic> Compile(PageProgram? program)
    {
        Assert.NotNull(program);
        foreach ((string name, string? text) in program.Files)
        {
            string path = Path.Combine(folder.FullName, name);
            Directory.CreateDirectory(text is null ? path : Path.GetDirectoryName(path) ?? folder.FullName);
            if (text is not null) File.WriteAllText(path, text + "\n");
        }

        string main = Path.Combine(folder.FullName, DiagnosticPage.MainFile);
        File.WriteAllText(main, program.Text + "\n");
        Compilation compilation = Compilation.Load(main);
        if (program.Options.Length == 0 || compilation.Program is null) return compilation.Diagnostics;

        (ImmutableArray<string> exports, CompileSettings settings) = Read(program.Options);
        return [.. compilation.Diagnostics, .. (exports.IsEmpty ? compilation.Program.Settings.Exports ?? [] : exports)
            .SelectMany(e => ProgramCompiler.Compile(compilation.Program, e, settings).Diagnostics)];
    }

    private static (ImmutableArray<string> Exports, CompileSettings Settings) Read(string options)
    {
        string[] words = options.Split(' ');
        Assert.Equal("compile", words[0]);
        ImmutableArray<string> exports = [];
        CompileSettings settings = CompileSettings.None;
        for (int i = 1; i < words.Length; i += 2)
        {
            if (words[i] == "--export") exports = [words[i + 1]];
            else if (words[i] == "--vocab") settings = settings with { Vocabulary = Running.Characters(words[i + 1]) };
            else if (words[i] == "--max-length") settings = settings with { MaxLength = int.Parse(words[i + 1], CultureInfo.InvariantCulture) };
            else Assert.Fail($"the page's option {words[i]} is not known to the test");
        }

        return (exports, settings);
    }

    private static ImmutableArray<Diagnostic> MismatchOfOtherWeights()
    {
        CompileResult result = ProgramCompiler.Compile(
            Running.Compile("x = indices;"), "x", new CompileSettings { Vocabulary = Compiled.Tokens("ab"), MaxLength = 3 });
        Assert.NotNull(result.Model);
        NamedSOp other = Assert.Single(Running.Compile("x = indices + 1;").SOps);
        VerificationOutcome outcome = Verifier.Verify(result.Model, [other], causal: false, budget: 100);
        Assert.NotNull(outcome.Difference);
        return [CompileDiagnostics.Mismatch(other.Span, outcome.Difference, outcome.FailedInput, result.Model.Manifest.Certificates[0])];
    }
}
