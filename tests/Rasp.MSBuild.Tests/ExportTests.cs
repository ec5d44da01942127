using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rasp.MSBuild.Tests;

public sealed class ExportTests
{
    private const string Program = """
        #pragma export h, f
        #pragma vocab ab
        #pragma max-length 3
        h = selector_width(select(tokens, tokens, ==));
        f = aggregate(select(indices, indices, <=), indicator(tokens == "a"));
        """;

    [Fact]
    public async Task Each_target_has_its_files_beside_the_manifest_or_where_it_is_told()
    {
        using TemporaryFolder folder = new();
        string manifest = await Compile(folder);

        RaspCommand lens = await RaspCommand.Succeeds("export", manifest, "--to", "transformer-lens");
        Assert.Equal($"h: transformer-lens, fp32 -> {folder["out/h.transformer_lens.json"]}, {folder["out/h.transformer_lens.safetensors"]}", Assert.Single(lens.OutputLines));
        Assert.True(File.Exists(folder["out/h.transformer_lens.json"]) && File.Exists(folder["out/h.transformer_lens.safetensors"]));

        await RaspCommand.Succeeds("export", manifest, "--to", "onnx");
        await RaspCommand.Succeeds("export", manifest, "--to", "onnx", "-o", folder["elsewhere"]);
        await RaspCommand.Succeeds("export", manifest, "--to", "onnx", "-o", folder["named/model.onnx"]);
        byte[] onnx = File.ReadAllBytes(folder["out/h.onnx"]);
        Assert.Equal(onnx, File.ReadAllBytes(folder["elsewhere/h.onnx"]));
        Assert.Equal(onnx, File.ReadAllBytes(folder["named/model.onnx"]));
    }

    [Fact]
    public async Task What_a_format_is_not_proved_for_is_a_warning()
    {
        using TemporaryFolder folder = new();
        string manifest = await Compile(folder);

        SetCertificates(manifest, "[]");
        await RaspCommand.Succeeds("export", manifest, "--to", "onnx");
        await Warns("nothing is proved of 'h' in bf16: its manifest has no certificate for that format", "bf16");

        SetCertificates(manifest, """
            [{ "format": "fp32", "maxLength": 3, "margin": 0.5, "limit": null },
             { "format": "fp16", "maxLength": 2, "margin": 0.5, "limit": "h is too close" },
             { "format": "bf16", "maxLength": 0, "margin": 0, "limit": "h overflows" }]
            """);
        await RaspCommand.Succeeds("export", manifest, "--to", "onnx");
        await Warns("the answers of 'h' in fp16 are proved for inputs of up to 2 tokens, not for its 3: h is too close", "fp16");
        await Warns("nothing is proved of 'h' in bf16: h overflows", "bf16");

        async Task Warns(string warning, string dtype)
        {
            RaspCommand run = await RaspCommand.Run("export", manifest, "--to", "onnx", "--dtype", dtype, "--json");
            Assert.Equal(0, run.ExitCode);
            Assert.Equal($"{manifest} : warning : {warning}", Assert.Single(run.ErrorLines));
            JsonElement line = JsonDocument.Parse(Assert.Single(run.OutputLines)).RootElement;
            Assert.Equal(dtype, line.GetProperty("dtype").GetString());
            Assert.Equal(folder["out/h.onnx"], Assert.Single(line.GetProperty("files").EnumerateArray()).GetString());
        }
    }

    [Fact]
    public async Task Every_mistake_is_one_line()
    {
        using TemporaryFolder folder = new();
        string manifest = await Compile(folder);
        string text = folder.Write("text.json", "{}");
        folder.Write("file", "");

        await RaspCommand.Fails($"rasp : error : {folder["none.json"]}: there is no such file; 'rasp compile' writes it.", "export", folder["none.json"], "--to", "onnx");
        await RaspCommand.Fails("rasp : error : Option '--to' is required; see 'rasp export --help'", "export", manifest);
        await RaspCommand.Fails("rasp : error : --to is transformer-lens or onnx, not 'torch'; see 'rasp export --help'", "export", manifest, "--to", "torch");
        await RaspCommand.Fails("rasp : error : --dtype is fp32, fp16 or bf16, not 'int8'; see 'rasp export --help'", "export", manifest, "--to", "onnx", "--dtype", "int8");
        await FailsWith("this is not the manifest of a compiled program", "export", text, "--to", "onnx");
        await FailsWith("is not the manifest of a compiled program: name the NAME.json that 'rasp compile' wrote", "export", folder["h.rasp"], "--to", "onnx");
        await FailsWith("this is a folder", "export", folder["out"], "--to", "onnx");
        await FailsWith("it is a folder; name a file", "export", manifest, "--to", "onnx", "-o", Directory.CreateDirectory(folder["folder.onnx"]).FullName);
        await FailsWith("cannot be written", "export", manifest, "--to", "onnx", "-o", folder["file/x.onnx"]);
        await FailsWith("is a file, not a folder; choose another", "export", manifest, "--to", "transformer-lens", "-o", folder["file"]);
        File.Delete(folder["out/h.safetensors"]);
        await FailsWith("h.safetensors", "export", manifest, "--to", "onnx");

        static async Task FailsWith(string part, params string[] arguments)
        {
            RaspCommand run = await RaspCommand.Run(arguments);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains(part, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
            Assert.Empty(run.Output);
        }
    }

    /// <summary>Two processes that differ in folder, processors, language, time zone and vector instructions.</summary>
    [Fact]
    public async Task Two_machines_write_the_same_bytes()
    {
        using TemporaryFolder one = new();
        using TemporaryFolder two = new();
        string[] here = await CompileAndExport(one, ("DOTNET_PROCESSOR_COUNT", "1"));
        string[] there = await CompileAndExport(
            two, ("DOTNET_PROCESSOR_COUNT", "8"), ("LANG", "de_DE.UTF-8"), ("TZ", "Asia/Tokyo"), ("DOTNET_EnableAVX2", "0"));
        Assert.Equal(5, here.Length);
        Assert.Equal(here, there);
        foreach (string name in here) Assert.Equal(File.ReadAllBytes(one[name]), File.ReadAllBytes(two[name]));
    }

    private static async Task<string[]> CompileAndExport(TemporaryFolder folder, params (string Name, string Value)[] environment)
    {
        folder.Write("h.rasp", Program);
        await Run("compile", "h.rasp", "--export", "f");
        await Run("export", "f.json", "--to", "transformer-lens");
        await Run("export", "f.json", "--to", "onnx");

        File.Delete(folder["h.rasp"]);
        return [.. Directory.GetFiles(folder.Path).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

        async Task Run(params string[] arguments)
        {
            string command = Path.Combine(AppContext.BaseDirectory, "rasp.dll");
            ProcessStartInfo start = new("dotnet", ["exec", command, .. arguments]) { WorkingDirectory = folder.Path, RedirectStandardError = true, RedirectStandardOutput = true };
            foreach ((string name, string value) in environment) start.Environment[name] = value;
            using Process process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
            Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.Empty(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            await output;
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
        }
    }

    private static async Task<string> Compile(TemporaryFolder folder)
    {
        string file = folder.Write("h.rasp", Program);
        await RaspCommand.Succeeds("compile", file, "--export", "h", "-o", folder["out"]);
        return folder["out/h.json"];
    }

    private static void SetCertificates(string manifest, string certificates)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(manifest)) ?? throw new InvalidOperationException();
        json["certificates"] = JsonNode.Parse(certificates);
        File.WriteAllText(manifest, json.ToJsonString());
    }
}
