using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Tests.Binding;

/// <summary>Files that load files.</summary>
public sealed class LoadTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rasp-load");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_file_is_loaded_relative_to_the_one_that_loads_it_and_private_names_stay_there()
    {
        Write("sub/inner.rasp", "_hidden = indices + 1;\nshown = _hidden * 2;\ndef twice(x) { return x + x + _hidden; }");
        Write("sub/outer.rasp", "load \"inner\";\nmore = shown + 1;");
        string main = Write("main.rasp", "load \"sub/outer\";\nresult = twice(more);\nwrong = _hidden;");
        Compilation compilation = Compilation.Load(main);
        Assert.Equal(["RASP0030"], compilation.Diagnostics.Select(d => d.Code));
        Assert.Equal(3, compilation.Diagnostics[0].Span.StartLine);

        Write("main.rasp", "load \"sub/outer\";\nresult = twice(more);");
        compilation = Compilation.Load(main);
        Assert.NotNull(compilation.Program);
        Assert.Equal("7 12 17", Running.Show(compilation.Program.SOp("result"), Running.Characters("abc")));
        Assert.Equal(["main.rasp", "outer.rasp", "inner.rasp"], compilation.Files.Select(f => Path.GetFileName(f)));
    }

    [Fact]
    public void A_file_loaded_twice_is_read_once()
    {
        Write("base.rasp", "x = indices;");
        Write("a.rasp", "load \"base\";\na = x;");
        Write("b.rasp", "load \"base\";\nb = x;");
        Compilation compilation = Compilation.Load(Write("main.rasp", "load \"a\";\nload \"b\";\nc = a + b;"));
        Assert.Empty(compilation.Diagnostics);
        Assert.Equal(4, compilation.Files.Length);
    }

    [Fact]
    public void A_missing_file_is_reported_at_the_statement()
    {
        string main = Write("main.rasp", "a = 1;\nload \"nowhere\";");
        Compilation compilation = Compilation.Load(main);
        Assert.Equal(["RASP0020"], compilation.Diagnostics.Select(d => d.Code));
        Assert.Equal((2, 1, 2, 16), (compilation.Diagnostics[0].Span.StartLine, compilation.Diagnostics[0].Span.StartColumn, compilation.Diagnostics[0].Span.EndLine, compilation.Diagnostics[0].Span.EndColumn));
        Assert.Equal(main, compilation.Diagnostics[0].Span.Path);
        Assert.Contains(compilation.Files, f => f.EndsWith("nowhere.rasp", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_main_file_is_a_diagnostic()
    {
        Compilation compilation = Compilation.Load(Path.Combine(folder.FullName, "none.rasp"));
        Assert.Null(compilation.Program);
        Assert.Equal(["RASP0020"], compilation.Diagnostics.Select(d => d.Code));
        Assert.Equal(["RASP0021"], Compilation.Load(folder.FullName).Diagnostics.Select(d => d.Code));
    }

    [Fact]
    public void A_circle_of_files_is_reported_where_it_closes()
    {
        Write("b.rasp", "load \"a\";");
        Compilation compilation = Compilation.Load(Write("a.rasp", "load \"b\";"));
        Assert.Equal(["RASP0022"], compilation.Diagnostics.Select(d => d.Code));
        Assert.EndsWith("b.rasp", compilation.Diagnostics[0].Span.Path, StringComparison.Ordinal);
        Assert.Contains("a.rasp → b.rasp → a.rasp", compilation.Diagnostics[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_in_a_loaded_file_names_that_file()
    {
        Write("b.rasp", "x = y;");
        Compilation compilation = Compilation.Load(Write("a.rasp", "load \"b\";\nz = x + 1;"));
        Assert.Equal(["RASP0030"], compilation.Diagnostics.Select(d => d.Code));
        Assert.EndsWith("b.rasp", compilation.Diagnostics[0].Span.Path, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? folder.FullName);
        File.WriteAllText(path, text);
        return path;
    }
}
