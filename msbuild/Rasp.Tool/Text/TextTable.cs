namespace Rasp.Tool.Text;

/// <summary>A table for people: columns as wide as their widest cell, two spaces apart.</summary>
internal static class TextTable
{
    public static void Write(TextWriter output, string[] header, IEnumerable<string[]> rows)
    {
        string[][] lines = [header, .. rows];
        int[] widths = [.. Enumerable.Range(0, header.Length).Select(column => lines.Max(line => line[column].Length))];
        foreach (string[] line in lines)
            output.WriteLine(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
