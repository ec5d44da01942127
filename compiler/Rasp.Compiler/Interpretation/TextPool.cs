namespace Rasp.Compiler.Interpretation;

/// <summary>The texts of one plan's evaluations as numbers: equal texts have equal numbers.</summary>
internal sealed class TextPool
{
    private readonly Dictionary<string, long> numbers = new(StringComparer.Ordinal);
    private readonly List<string> texts = [];

    public int Count => texts.Count;

    public string this[long number] => texts[(int)number];

    public long Add(string text)
    {
        if (numbers.TryGetValue(text, out long number)) return number;
        number = texts.Count;
        texts.Add(text);
        numbers.Add(text, number);
        return number;
    }

    public void Clear()
    {
        numbers.Clear();
        texts.Clear();
    }
}
