using System.Reflection;

namespace TorchSharp.Signatures;

/// <summary>
/// Prints the declarations of TorchSharp's types that the managed engine declares too, with all their members:
/// <c>dotnet run --project tests/oracles/signatures -- PATH/TorchSharp.dll &gt; tests/TorchSharp.Managed.Tests/Parity/torchsharp-0.107.0.txt</c>.
/// The DLL is the one in the TorchSharp package's <c>lib/net8.0</c>, or one built from the same version's source; native libraries are not needed.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is not [var path] || !File.Exists(path))
        {
            Console.Error.WriteLine("usage: dotnet run --project tests/oracles/signatures -- PATH/TorchSharp.dll");
            return 1;
        }
        var engine = PublicSurface.Types(typeof(torch).Assembly).Select(PublicSurface.Key).ToHashSet(StringComparer.Ordinal);
        var assembly = Assembly.LoadFrom(Path.GetFullPath(path));
        Console.Out.NewLine = "\n";
        Console.WriteLine($"# Public and protected members of TorchSharp {assembly.GetName().Version}, printed by tests/oracles/signatures.");
        foreach (var line in PublicSurface.Types(assembly).Where(t => engine.Contains(PublicSurface.Key(t))).SelectMany(PublicSurface.Lines).Order(StringComparer.Ordinal))
            Console.WriteLine(line);
        return 0;
    }
}
