using System.Runtime.CompilerServices;

namespace Rasp.Runtime.Tests.Models;

/// <summary>Reference models beside the repository; a user's checkout need not have them.</summary>
internal static class SharedModels
{
    public static string Stories260K => Find(Path.Combine("stories260K", "stories260K.bin"));

    public static string BabyLlama => Find(Path.Combine("BabyLlama-tok105", "model5000.bin"));

    /// <summary>The file's path; skips the running test where it is absent.</summary>
    public static string Find(string file)
    {
        string? found = Candidates(file).FirstOrDefault(File.Exists);
        Assert.SkipUnless(found is not null, $"There is no ../shared/models/{file} beside the repository.");
        return found ?? file;
    }

    private static IEnumerable<string> Candidates(string file, [CallerFilePath] string source = "")
    {
        for (string? folder = Path.GetDirectoryName(source); folder is not null; folder = Path.GetDirectoryName(folder))
            yield return Path.Combine(folder, "..", "shared", "models", file);
    }
}
