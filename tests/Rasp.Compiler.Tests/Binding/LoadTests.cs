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
        string binary = Path.Combine(folder.FullName, "binary.rasp");
        File.WriteAllBytes(binary, [0x93, 0, 0xFF, 0xFE, 7, 0, 0x3B]);
        Assert.Equal(["RASP0021"], Compilation.Load(binary).Diagnostics.Select(d => d.Code));
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

    [Fact]
    public void A_missing_file_has_no_further_errors()
    {
        Compilation compilation = Compilation.Load(Write("main.rasp", "load \"nowhere\";\na = shared + other(1);\nb = a + \"x\" + 1;\n#pragma export c"));
        Assert.Equal(["RASP0020"], compilation.Diagnostics.Select(d => d.Code));

        // Nor has a chain in which the last file is missing: the place is the last load.
        Write("middle.rasp", "load \"nowhere\";\nx = y;");
        compilation = Compilation.Load(Write("main.rasp", "load \"middle\";\nload \"middle\";\na = x + y;"));
        Assert.Equal(["RASP0020"], compilation.Diagnostics.Select(d => d.Code));
        Assert.EndsWith("middle.rasp", compilation.Diagnostics[0].Span.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("load \"shared\";", null)]
    [InlineData("load \"./shared\";", null)]
    [InlineData("load \"sub/../shared\";", null)]
    [InlineData("load \"sub/up\";", null)]
    [InlineData("load \"sub/again\";\nload \"shared\";\nload \"shared\";", null)]
    [InlineData("load \"Shared\";", "RASP0020 did you mean \"shared\"?")]
    [InlineData("load \"shared.rasp\";", "RASP0020 did you mean \"shared\"?")]
    [InlineData("load \"sub\";", "RASP0020 check its name and folder")]
    [InlineData("load \"none/shared\";", "RASP0020 check its name and folder")]
    [InlineData("load \"\";", "RASP0020 check its name and folder")]
    [InlineData("load \"folder\";", "RASP0021 it is a folder")]
    [InlineData("load \"main\";", "RASP0022 main.rasp → main.rasp; take one of the loads out")]
    [InlineData("load \"sub/../main\";", "RASP0022 main.rasp → main.rasp; take one of the loads out")]
    [InlineData("load \"sub/circle\";", "RASP0022 main.rasp → circle.rasp → main.rasp; take one of the loads out")]
    public void Files_are_found_from_the_file_that_loads_them(string load, string? expected)
    {
        string shared = Write("shared.rasp", "shared = indices;");

        // Where case is free in names of files, "Shared" is there.
        if (File.Exists(shared.Replace("shared.rasp", "Shared.rasp", StringComparison.Ordinal)) && load == "load \"Shared\";") expected = null;
        Write("sub/up.rasp", "load \"../shared\";");
        Write("sub/again.rasp", "load \"up\";\nload \"../sub/up\";");
        Write("sub/circle.rasp", "load \"../main\";");
        Directory.CreateDirectory(Path.Combine(folder.FullName, "folder.rasp"));
        Compilation compilation = Compilation.Load(Write("main.rasp", load + "\na = shared + 1;"));
        if (expected is null)
        {
            Assert.Empty(compilation.Diagnostics);
            Assert.Equal("1 2", Running.Show(Assert.IsType<RaspProgram>(compilation.Program).SOp("a"), Running.Characters("xy")));
            return;
        }

        Diagnostics.Diagnostic diagnostic = Assert.Single(compilation.Diagnostics);
        Assert.Equal(expected[..8], diagnostic.Code);
        Assert.EndsWith(expected[9..], diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_absolute_path_is_taken_as_it_is()
    {
        string other = Write("elsewhere/shared.rasp", "shared = indices;");
        Compilation compilation = Compilation.Load(Write("main.rasp", $"load \"{other[..^5]}\";\na = shared;"));
        Assert.Empty(compilation.Diagnostics);
        Assert.Contains(other, compilation.Files);
    }

    [Fact]
    public void A_warning_in_a_loaded_file_names_that_file_and_its_pragmas_count_there_only()
    {
        string part = Write("part.rasp", "x = 2^3^2;\n_y = 1;\nz = 5;");
        string main = Write("main.rasp", "#pragma export a\n#pragma disable RASP0084\nload \"part\";\na = x * indices + 2^3^2;");
        Compilation compilation = Compilation.Load(main);
        Assert.Equal(
            [$"{part}(1,5,1,10): RASP0084", $"{part}(2,1,2,3): RASP0090"],
            compilation.Diagnostics.Select(d => $"{d.Span.Path}({d.Span.StartLine},{d.Span.StartColumn},{d.Span.EndLine},{d.Span.EndColumn}): {d.Code}"));
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? folder.FullName);
        File.WriteAllText(path, text);
        return path;
    }
}
