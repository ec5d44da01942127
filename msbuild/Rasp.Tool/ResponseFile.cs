using Rasp.Format;

namespace Rasp.Tool;

/// <summary>
/// <c>@FILE</c> right after the verb (or in its place) stands for the file's lines, one argument each and without any
/// quoting, so that a vocabulary may hold spaces and quotes. Elsewhere <c>@</c> is an ordinary character.
/// </summary>
internal static class ResponseFile
{
    private const int LastPlace = 1;

    public static string[] Expand(string[] arguments)
    {
        int place = Array.FindIndex(arguments, a => a.Length > 1 && a[0] == '@');
        if (place is < 0 or > LastPlace) return arguments;
        string path = arguments[place][1..];
        if (!File.Exists(path)) throw new RaspException($"the response file '{path}' does not exist");
        return [.. arguments[..place], .. File.ReadAllLines(path).Where(l => l.Length > 0), .. arguments[(place + 1)..]];
    }
}
