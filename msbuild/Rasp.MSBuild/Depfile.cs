using System.Collections.Generic;
using System.IO;
using System.Text;

namespace Rasp.MSBuild;

/// <summary>
/// What one compile wrote and read, in Make's notation: <c>out out: in in</c>, a space inside a path as <c>\ </c>,
/// lines joined by a trailing backslash. Written by <c>rasp compile --depfile</c>.
/// </summary>
internal sealed class Depfile
{
    private Depfile(List<string> outputs, List<string> inputs)
    {
        Outputs = outputs;
        Inputs = inputs;
    }

    public IReadOnlyList<string> Outputs { get; }

    public IReadOnlyList<string> Inputs { get; }

    /// <summary>Null where the file is absent: the program has never been compiled here.</summary>
    public static Depfile? TryRead(string path)
    {
        if (!File.Exists(path)) return null;
        List<string> outputs = [];
        List<string> inputs = [];
        List<string> current = outputs;
        StringBuilder word = new();
        string text = File.ReadAllText(path);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            char next = i + 1 < text.Length ? text[i + 1] : '\n';
            if (c == '\\' && next is ' ' or '#')
            {
                word.Append(next);
                i++;
            }
            else if (c == '$' && next == '$')
            {
                word.Append(c);
                i++;
            }
            else if (c == ':' && char.IsWhiteSpace(next) && ReferenceEquals(current, outputs))
            {
                End(current);
                current = inputs;
            }
            else if (char.IsWhiteSpace(c) || (c == '\\' && next is '\r' or '\n'))
            {
                End(current);
            }
            else
            {
                word.Append(c);
            }
        }

        End(current);
        return new Depfile(outputs, inputs);

        void End(List<string> list)
        {
            if (word.Length > 0) list.Add(word.ToString());
            word.Clear();
        }
    }
}
