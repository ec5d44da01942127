using System.Text;

namespace Rasp.Tool.Text;

/// <summary>What was written and read, in Make's notation, for build systems that skip what is up to date.</summary>
internal static class Depfile
{
    public static byte[] Encode(IEnumerable<string> written, IEnumerable<string> read) =>
        Encoding.UTF8.GetBytes($"{Join(written)}: \\\n {Join(read)}\n");

    private static string Join(IEnumerable<string> paths) =>
        string.Join(" \\\n ", paths.Select(p => p.Replace("$", "$$", StringComparison.Ordinal)
            .Replace("#", "\\#", StringComparison.Ordinal)
            .Replace(" ", "\\ ", StringComparison.Ordinal)));
}
